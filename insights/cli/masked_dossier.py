"""A case's dossier as it may be read: personal data in answers and quotes masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from insights.language import language_of
from insights.privacy import MASKS, spans_of_call, spans_of_typed
from insights.store import Store, load_dialogue
from insights.store.records import PiiKind
from insights.store.study_queries import recordings_named
from transcribe.dialogue import Language

Dossier = dict[str, Any]  # Any: what JSON holds


def masked_dossier(store: Store, found: Dossier) -> Dossier:
    """Return a dossier with what was found personal in the interview masked wherever it is said or typed again.

    Answers and quotes are pieces of turns, so what is personal is looked for by its words, not by its place.
    """
    personal = said_personal(store, found["case"]["interview_id"])
    typed = spans_of_typed(store, found["case"]["interview_id"])
    for answer in found["answers"]:
        for span in typed.get(answer["question_id"], ()):
            personal[answer["text"][span.start_char : span.end_char]] = span.kind
    return {
        **found,
        "answers": [
            {**answer, **{name: without(answer[name], personal) for name in ("text", "recorded_text")}}
            for answer in found["answers"]
        ],
        "quotes": [{**quote, "quote": without(quote["quote"], personal)} for quote in found["quotes"]],
    }


def said_personal(store: Store, interview_id: str) -> dict[str, PiiKind]:
    """Return the personal words of an interview's calls and their kinds."""
    words: dict[str, PiiKind] = {}
    for recording_id in recordings_named(store, interview_id):
        words.update(words_of_call(store, recording_id))
    return words


def words_of_call(store: Store, recording_id: str) -> dict[str, PiiKind]:
    """Return the personal words of one call and their kinds."""
    spans = spans_of_call(store, recording_id)
    turns = load_dialogue(store, recording_id).turns if spans else ()
    return {
        turns[idx].text[span.start_char : span.end_char]: span.kind for idx, found in spans.items() for span in found
    }


def without(text: str | None, personal: Mapping[str, PiiKind]) -> str | None:
    """Return a text with personal words replaced by their kind, the longest first.

    >>> without("Our manager, Kate, is kind", {"Kate": "person"})
    'Our manager, [name], is kind'
    """
    if not text:
        return text
    masks = MASKS[language_from(text)]
    for words in sorted(personal, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
        text = re.sub(pattern, masks[personal[words]].replace("\\", r"\\"), text, flags=re.IGNORECASE)
    return text


def language_from(text: str) -> Language:
    """Return the language whose masks a text gets."""
    return "en" if language_of(text) == "en" else "ru"
