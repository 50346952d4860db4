"""Quotes and turns as they may be read: personal data masked, hidden stretches left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audio.span import Span
from insights.language import language_of
from insights.privacy import PiiSpan, masked_part, spans_of_call, spans_of_typed
from insights.store import Found
from insights.store.study_queries import reason_places
from insights.study.sound import HIDDEN, Listening
from transcribe.dialogue import Language


def mask_quotes(listening: Listening, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of coded quotes: those in hidden stretches left out, personal data masked where redaction is on."""
    redact = listening.settings.privacy.redact
    places = reason_places(listening.store, [row["reason_id"] for row in rows]) if redact else {}
    seen: dict[str, Any] = {}
    masked = []
    for row in rows:
        quote, place = row["quote"], places.get(row["reason_id"])
        if row["start_s"] is not None and row["clip"] is None:  # spoken, and nobody may hear it
            quote = HIDDEN
        elif place is not None:
            quote = quote_of(place, quote, spans_at(listening, place, seen))
        masked.append({**row, "quote": quote})
    return masked


def spans_at(listening: Listening, place: dict[str, Any], seen: dict[str, Any]) -> tuple[PiiSpan, ...]:
    """Return the personal spans of the text a quote stands in; ``seen`` keeps what was looked up."""
    spoken = place["idx"] is not None
    owner = place["recording_id"] if spoken else place["interview_id"]
    if owner is None:
        return ()
    if owner not in seen:
        seen[owner] = (spans_of_call if spoken else spans_of_typed)(listening.store, owner)
    found: tuple[PiiSpan, ...] = seen[owner].get(place["idx"] if spoken else place["question_id"], ())
    return found


def quote_of(place: dict[str, Any], quote: str, spans: tuple[PiiSpan, ...]) -> str:
    """Return a quote masked by the spans of the text it stands in."""
    start = place["start_char"] or 0
    language: Language = "en" if (place["language"] or language_of(place["text"])) == "en" else "ru"
    return (
        masked_part(place["text"], spans, language, start_char=start, end_char=start + len(quote)) if spans else quote
    )


def found_rows(listening: Listening, found: Sequence[Found], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the turns of a search masked, their seconds those of the words found."""
    places = {one.turn_id: one for one in found}
    shown = []
    for row in mask_turns(listening, rows):
        one = places[row["turn_id"]]
        seconds = {"turn_start_s": row["start_s"], "start_s": one.span.start_s, "end_s": one.span.end_s}
        shown.append({**row, **seconds, "clip": one.clip})
    return shown


def mask_turns(listening: Listening, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of turns with their text as it may be read."""
    return [{**row, "text": " ".join(one.text for one in shown)} for row in rows if (shown := _shown(listening, row))]


def _shown(listening: Listening, row: dict[str, Any]) -> Any:  # noqa: ANN401 - turns as they may be read
    whole = Span(row["start_s"] - 0.5, row["end_s"] + 0.5)
    turns = listening.turns(row["recording_id"], whole)
    return [turn for turn in turns if turn.start_s == row["start_s"] and turn.party == row["party"]]
