"""A call as annotation tools take it: turns, words, questions, pauses, reasons with seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from insights.export.sources import Export
from insights.export.texts import HIDDEN, language_from
from insights.store.export_queries import call_spans, export_calls


@dataclass(frozen=True, slots=True)
class Mark:
    """Something between two seconds of a call."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class CallMarks:
    """One call.

    Attributes
    ----------
    name:
        Of the files written: the recording's path without ending, folders joined by ``_``.
    path:
        Of the recording, relative to the study.
    turns:
        Party and mark, in order of time.
    words, questions, pauses, reasons:
        In order of time; reasons' texts read ``code polarity: quote``.
    """

    name: str
    path: str
    duration_s: float
    language: str
    turns: tuple[tuple[str, Mark], ...]
    words: tuple[tuple[str, Mark], ...]
    questions: tuple[Mark, ...]
    pauses: tuple[Mark, ...]
    reasons: tuple[Mark, ...]


def calls_of(export: Export) -> Iterator[CallMarks]:
    """Yield every call that was understood, texts as they may leave."""
    taken: set[str] = set()
    for row in export_calls(export.store):
        yield _call(export, row, _name(row["path"], taken))


def _name(path: str, taken: set[str]) -> str:
    """Return a file name for a recording that no other has."""
    parts = PurePosixPath(path).with_suffix("").parts
    base = "_".join(parts[1:] if parts[0] == "calls" and len(parts) > 1 else parts)
    found, at = base, 2
    while found in taken:
        found, at = f"{base}_{at}", at + 1
    taken.add(found)
    return found


def _call(export: Export, row: dict[str, Any], name: str) -> CallMarks:
    """Return one call's marks."""
    language = language_from(row["language"], "")
    turns: list[tuple[str, Mark]] = []
    words: list[tuple[str, Mark]] = []
    shown = export.turns(row)
    for turn in shown.values():
        party = turn.row["party"]
        turns.append((party, Mark(turn.row["start_s"], turn.row["end_s"], turn.text)))
        words += [(party, Mark(one[1] / 1000, one[2] / 1000, str(one[0]))) for one in turn.words]
    spans = call_spans(export.store, row["recording_id"])
    reasons = []
    for one in spans["reason"]:
        quote = one["quote"]
        if one["idx"] in shown and one["start_char"] is not None:
            quote, _ = shown[one["idx"]].part(one["start_char"], one["start_char"] + len(quote))
        reasons.append(Mark(one["start_s"], one["end_s"], f"{one['name']} {one['polarity']:+d}: {quote or HIDDEN}"))
    marks = {
        kind: tuple(Mark(r["start_s"], r["end_s"], r["name"]) for r in spans[kind]) for kind in ("asked", "pause")
    }
    return CallMarks(
        name=name,
        path=row["path"],
        duration_s=float(row["duration_s"]),
        language=language,
        turns=tuple(turns),
        words=tuple(words),
        questions=marks["asked"],
        pauses=marks["pause"],
        reasons=tuple(reasons),
    )
