"""Texts as they leave the study: personal data masked word by word, offsets and seconds kept in step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from audio.span import Span
from insights.language import language_of
from insights.privacy import PiiSpan, masked_part, spans_of_call, spans_of_typed
from insights.store import Store, hidden_spans
from transcribe.dialogue import Language

HIDDEN = "[…]"


@dataclass(frozen=True, slots=True)
class Texts:
    """A store's texts, masked where ``redact``; hidden stretches never leave.

    ``calls`` and ``typed`` keep what was looked up.
    """

    store: Store
    redact: bool
    calls: dict[str, Mapping[int, tuple[PiiSpan, ...]]] = field(default_factory=dict)
    typed: dict[str, Mapping[str, tuple[PiiSpan, ...]]] = field(default_factory=dict)
    hidden: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def spans(self, recording_id: str, idx: int) -> tuple[PiiSpan, ...]:
        """Return the personal spans of a turn."""
        if not self.redact:
            return ()
        if recording_id not in self.calls:
            self.calls[recording_id] = spans_of_call(self.store, recording_id)
        return self.calls[recording_id].get(idx, ())

    def spans_typed(self, interview_id: str, question_id: str) -> tuple[PiiSpan, ...]:
        """Return the personal spans of a typed answer."""
        if not self.redact:
            return ()
        if interview_id not in self.typed:
            self.typed[interview_id] = spans_of_typed(self.store, interview_id)
        return self.typed[interview_id].get(question_id, ())

    def is_hidden(self, recording_id: str, start_s: float, end_s: float) -> bool:
        """Return whether people hid any of these seconds."""
        if recording_id not in self.hidden:
            self.hidden[recording_id] = hidden_spans(self.store, recording_id)
        return any(one.start_s < end_s and start_s < one.end_s for one in self.hidden[recording_id])

    def turn(self, recording_id: str, row: Mapping[str, Any], language: Language) -> ShownTurn:
        """Return a turn as it may leave."""
        spans = self.spans(recording_id, row["idx"])
        words = []
        at = 0
        for text, start_ms, end_ms, *rest in row["words"]:
            shown = masked_part(row["text"], spans, language, start_char=at, end_char=at + len(text))
            at += len(text) + 1
            if self.is_hidden(recording_id, start_ms / 1000, end_ms / 1000):
                shown = HIDDEN
            words.append([shown, start_ms, end_ms, *rest])
        return ShownTurn(row, language, spans, words)


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn as it may leave.

    Attributes
    ----------
    row:
        The stored turn, with its words as they were said.
    words:
        ``[text, start_ms, end_ms, confidence]`` of each, masked or hidden.
    """

    row: Mapping[str, Any]
    language: Language
    spans: tuple[PiiSpan, ...]
    words: list[list[Any]]

    @property
    def text(self) -> str:
        """The words as a text, one blank between two."""
        return " ".join(str(word[0]) for word in self.words)

    def part(self, start: int, end: int) -> tuple[str, int]:
        """Return ``text[start:end]`` of the stored turn as it may leave, and where it stands in ``self.text``."""
        said: list[str] = []
        first = at = shown_at = 0
        for (text, *_), (shown, *_) in zip(self.row["words"], self.words, strict=True):
            low, high = max(start, at), min(end, at + len(text))
            if low < high:
                first = first if said else shown_at
                inside = masked_part(self.row["text"], self.spans, self.language, start_char=low, end_char=high)
                said.append(HIDDEN if shown == HIDDEN else inside)
            at += len(text) + 1
            shown_at += len(shown) + 1
        quote = " ".join(said) or HIDDEN
        return quote, max(first, self.text.find(quote, first))


def language_from(known: str | None, text: str) -> Language:
    """Return a text's language, told from its letters where nobody knows.

    >>> language_from(None, "Долго ждали")
    'ru'
    """
    return "en" if (known or language_of(text)) == "en" else "ru"
