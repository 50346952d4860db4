"""The store in other tools' formats: tables, annotation files, a redacted copy."""

from insights.export.formats import FORMATS, Export, export_study

__all__ = ["FORMATS", "Export", "export_study"]
