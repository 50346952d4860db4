"""What other rooms read: spans of a stored call, masked texts and quotes, and who saw originals."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from audio.span import Span
from insights.language.tokens import Language, language_of
from insights.privacy.calls import personal_in_dialogue
from insights.privacy.finding import find_personal
from insights.privacy.masking import mask
from insights.privacy.spans import PiiSpan
from insights.settings import StudyFolder, make_private, person_here
from insights.store import Row, Store, load_dialogue, recordings
from insights.store.privacy_queries import (
    personal_rows_of,
    personal_rows_typed,
    replace_personal,
    replace_personal_typed,
    typed_answers,
)
from insights.store.records import PiiKind, PiiRow
from transcribe.dialogue import Language as SpokenLanguage

STORED = "stored"
ORIGINALS_LOG = "originals.jsonl"


def spans_of_call(store: Store, recording_id: str) -> dict[int, tuple[PiiSpan, ...]]:
    """Return the stored personal spans of a call by turn index; turns without any are left out."""
    found: dict[int, list[PiiSpan]] = {}
    for row in personal_rows_of(store, recording_id):
        found.setdefault(row["idx"], []).append(_span(row))
    return {idx: tuple(spans) for idx, spans in found.items()}


def spans_of_typed(store: Store, interview_id: str) -> dict[str, tuple[PiiSpan, ...]]:
    """Return the stored personal spans of typed answers by question."""
    found: dict[str, list[PiiSpan]] = {}
    for row in personal_rows_typed(store, interview_id):
        found.setdefault(row["question_id"], []).append(_span(row))
    return {question_id: tuple(spans) for question_id, spans in found.items()}


def masked_part(text: str, spans: Iterable[PiiSpan], language: Language, *, start_char: int, end_char: int) -> str:
    """Return ``text[start_char:end_char]`` masked by spans of the whole text; half a name is masked too.

    >>> masked_part("Anna Lee was kind", [PiiSpan(0, 8, "person", "stored")], "en", start_char=5, end_char=17)
    '[name] was kind'
    """
    inside = [
        replace(
            span,
            start_char=max(span.start_char, start_char) - start_char,
            end_char=min(span.end_char, end_char) - start_char,
        )
        for span in spans
        if span.start_char < end_char and start_char < span.end_char
    ]
    return mask(text[start_char:end_char], inside, language)


def redact_store(store: Store, *, company_names: tuple[str, ...] = ()) -> Mapping[str, int]:
    """Find personal data anew in everything stored and replace the spans; return how many there are by kind."""
    counts: dict[str, int] = dict.fromkeys(get_args(PiiKind), 0)
    for recording in recordings(store, status="done"):
        rows = personal_in_dialogue(load_dialogue(store, recording["recording_id"]), company_names=company_names)
        replace_personal(store, recording["recording_id"], rows)
        _count(counts, rows)
    typed: dict[int, list[PiiRow]] = {}
    for row in typed_answers(store):
        language: SpokenLanguage = "en" if (row["language"] or language_of(row["text"])) == "en" else "ru"
        spans = find_personal(row["text"], language, company_names=company_names)
        typed[row["answer_id"]] = [
            PiiRow(span.kind, span.start_char, span.end_char, question_id=row["question_id"]) for span in spans
        ]
        _count(counts, typed[row["answer_id"]])
    replace_personal_typed(store, typed)
    return counts


def note_originals_shown(folder: StudyFolder, *, command: str, by: str | None = None, n: int = 0) -> None:
    """Write down that unmasked words were shown: when, by whom, by which command, how many; never the words.

    Every command with a flag for originals calls this before it shows the first.
    """
    make_private(folder.logs)
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "event": "originals_shown",
        "by": by or person_here(),
        "command": command,
        "n": n,
    }
    _append(folder.logs / ORIGINALS_LOG, json.dumps(entry, ensure_ascii=False))


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(line + "\n")


def _span(row: Row) -> PiiSpan:
    seconds = None if row.get("start_s") is None else Span(row["start_s"], row["end_s"])
    return PiiSpan(row["start_char"], row["end_char"], row["kind"], STORED, seconds)


def _count(counts: dict[str, int], rows: Iterable[PiiRow]) -> None:
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
