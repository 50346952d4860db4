"""The store in other tools' formats: tables, annotation files, a redacted copy."""

from insights.export.formats import FORMATS, export_study
from insights.export.sources import Export

__all__ = ["FORMATS", "Export", "export_study"]
