"""Answers as coders may read them: what is personal is covered letter for letter, so that quotes keep their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from insights.cli.masked_dossier import replaced, words_in, words_of_call
from insights.privacy import spans_of_typed
from insights.store import Store
from insights.store.records import PiiKind

COVER = "█"


def texts_to_code(store: Store, answers: Sequence[Mapping[str, Any]], *, redact: bool) -> dict[int, str]:
    """Return answer id -> text, as long as the stored one; where ``redact``, with personal words covered.

    ``answers``: rows of ``codable_answers`` (``Any``: text, numbers or NULL).
    """
    if not redact:
        return {row["answer_id"]: row["text"] for row in answers}
    said = {recording_id: words_of_call(store, recording_id) for recording_id in named(answers, "recording_id")}
    typed = {interview_id: spans_of_typed(store, interview_id) for interview_id in named(answers, "interview_id")}
    shown = {}
    for row in answers:
        written = words_in(row["text"], typed.get(row["interview_id"], {}).get(row["question_id"], ()))
        shown[row["answer_id"]] = covered(row["text"], {**said.get(row["recording_id"], {}), **written})
    return shown


def named(answers: Iterable[Mapping[str, Any]], column: str) -> list[str]:
    """Return what stands in a column, each once, NULL left out."""
    return list(dict.fromkeys(row[column] for row in answers if row[column] is not None))


def covered(text: str, personal: Mapping[str, PiiKind]) -> str:
    """Return a text of the same length with personal words covered wherever they stand.

    >>> covered("Спасибо, Анна, всё хорошо", {"Анна": "person"})
    'Спасибо, ████, всё хорошо'
    """
    return replaced(text, personal, lambda words, _kind: COVER * len(words))


def uncovered(quote: str, *, shown: str, text: str) -> str:
    """Return the stored words of a quote that was copied from the covered text.

    >>> uncovered("████ помогла", shown="Ну ████ помогла", text="Ну Анна помогла")
    'Анна помогла'
    """
    at = shown.find(quote)
    return text[at : at + len(quote)] if at >= 0 else quote
