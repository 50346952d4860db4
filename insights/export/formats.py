"""One door to every export: a format's name, the study, a folder to write into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from insights.export.annotations import eaf, labelstudio, rttm, srt, textgrid
from insights.export.calls import calls_of
from insights.export.datasette import write_datasette
from insights.export.snapshot import write_snapshot
from insights.export.sources import Export
from insights.export.spss import write_spss
from insights.export.tables import write_csv, write_parquet
from insights.settings import make_private, write_private


def _by_call(write: Callable[..., str], ending: str) -> Callable[[Export], list[Path]]:
    """Return an exporter that writes a file for each call."""

    def exporter(export: Export) -> list[Path]:
        make_private(export.target)
        paths = []
        for call in calls_of(export):
            path = export.target / f"{call.name}.{ending}"
            write_private(path, write(call))
            paths.append(path)
        return paths

    return exporter


def _label_studio(export: Export) -> list[Path]:
    """Write one file of tasks for Label Studio."""
    make_private(export.target)
    path = export.target / "tasks.json"
    write_private(path, labelstudio(calls_of(export)))
    return [path]


FORMATS: Mapping[str, Callable[[Export], list[Path]]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "spss": write_spss,
    "textgrid": _by_call(textgrid, "TextGrid"),
    "eaf": _by_call(eaf, "eaf"),
    "labelstudio": _label_studio,
    "rttm": _by_call(rttm, "rttm"),
    "srt": _by_call(srt, "srt"),
    "snapshot": write_snapshot,
    "datasette": write_datasette,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    kind: str
    target: Path
    files: tuple[Path, ...]


def export_study(export: Export, kind: str) -> Exported:
    """Write a study in one of ``FORMATS`` and return what was written.

    Raises
    ------
    ValueError
        For a format that does not exist; the message names those that do.

    Examples
    --------
    >>> export_study(None, "xls")
    Traceback (most recent call last):
    ValueError: no format 'xls'; formats: csv, parquet, spss, textgrid, eaf, labelstudio, rttm, srt, snapshot, \
datasette
    """
    if kind not in FORMATS:
        raise ValueError(f"no format {kind!r}; formats: {', '.join(FORMATS)}")
    return Exported(kind, export.target, tuple(FORMATS[kind](export)))
