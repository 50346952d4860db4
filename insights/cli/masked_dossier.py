"""A case's dossier as it may be read: personal data in answers and quotes masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from insights.language import language_of
from insights.privacy import MASKS, PiiSpan, spans_of_call, spans_of_typed
from insights.store import Store, load_dialogue
from insights.store.records import PiiKind
from insights.store.study_queries import recordings_named

Dossier = dict[str, Any]  # Any: what JSON holds


def masked_dossier(store: Store, found: Dossier) -> Dossier:
    """Return a dossier with what was found personal in the interview masked wherever it is said or typed again.

    Answers and quotes are pieces of turns, so what is personal is looked for by its words, not by its place.
    """
    personal = said_personal(store, found["case"]["interview_id"])
    typed = spans_of_typed(store, found["case"]["interview_id"])
    for answer in found["answers"]:
        personal.update(words_in(answer["text"], typed.get(answer["question_id"], ())))
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
    return {words: kind for idx in spans for words, kind in words_in(turns[idx].text, spans[idx]).items()}


def words_in(text: str, spans: Iterable[PiiSpan]) -> dict[str, PiiKind]:
    """Return the personal words of a text and their kinds."""
    return {text[span.start_char : span.end_char]: span.kind for span in spans}


def without(text: str | None, personal: Mapping[str, PiiKind]) -> str | None:
    """Return a text with personal words replaced by their kind.

    >>> without("Our manager, Kate, is kind", {"Kate": "person"})
    'Our manager, [name], is kind'
    """
    if not text:
        return text
    masks = MASKS[language_of(text)]
    return replaced(text, personal, lambda words, kind: masks[kind])


def replaced(text: str, personal: Mapping[str, PiiKind], by: Callable[[str, PiiKind], str]) -> str:
    """Return a text with personal words replaced wherever they stand, in any case, the longest first.

    ``by`` is given the words as they stand there and their kind. A span outside a mended text holds no words.

    >>> replaced("Thank KATE", {"Kate": "person", "": "phone"}, lambda words, kind: f"<{kind}>")
    'Thank <person>'
    """
    for words in sorted(filter(None, personal), key=len, reverse=True):

        def put(hit: re.Match[str], kind: PiiKind = personal[words]) -> str:
            return by(hit[0], kind)

        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", put, text, flags=re.IGNORECASE)
    return text
