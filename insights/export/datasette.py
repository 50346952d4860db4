"""Datasette: titles, units, facets and canned queries beside a redacted copy of the store."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from insights.export.snapshot import write_store
from insights.export.sources import Export
from insights.settings import make_private, write_private

PLUGIN = "earful_lemmas.py"
METADATA = "metadata.json"


def write_datasette(export: Export) -> list[Path]:
    """Write a redacted ``study.db``, ``metadata.json`` and the plugin that lets full text find Russian word forms.

    Open it with ``datasette study.db -m metadata.json --plugins-dir plugins --host 127.0.0.1``.
    """
    make_private(export.target)
    make_private(export.target / "plugins")
    shipped = files("insights.export")
    metadata, plugin = export.target / METADATA, export.target / "plugins" / PLUGIN
    store = write_store(export, {})
    write_private(metadata, shipped.joinpath("datasette.json").read_bytes())
    write_private(plugin, shipped.joinpath("datasette_plugin.py").read_bytes())
    return [store, metadata, plugin]
