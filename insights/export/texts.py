"""Texts as they leave the study: personal data masked word by word, offsets and seconds kept in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    def words(self, recording_id: str, turn: Mapping[str, Any], language: Language) -> list[list[Any]]:
        """Return a turn's words ``[text, start_ms, end_ms, confidence]`` as they may leave."""
        spans = self.spans(recording_id, turn["idx"])
        found = []
        at = 0
        for text, start_ms, end_ms, *rest in turn["words"]:
            shown = masked_part(turn["text"], spans, language, start_char=at, end_char=at + len(text))
            at += len(text) + 1
            if self.is_hidden(recording_id, start_ms / 1000, end_ms / 1000):
                shown = HIDDEN
            found.append([shown, start_ms, end_ms, *rest])
        return found

    def part(
        self, recording_id: str, turn: Mapping[str, Any], language: Language, *, start: int, end: int
    ) -> tuple[str, int]:
        """Return ``text[start:end]`` of a turn as it may leave, and where it stands in the turn's text then."""
        spans = self.spans(recording_id, turn["idx"])
        said: list[str] = []
        before: list[str] = []
        at = 0
        for (text, *_), shown in zip(turn["words"], self.words(recording_id, turn, language), strict=True):
            low, high = max(start, at), min(end, at + len(text))
            if low < high:
                inside = masked_part(turn["text"], spans, language, start_char=low, end_char=high)
                said.append(HIDDEN if shown[0] == HIDDEN else inside)
            elif at + len(text) <= start:
                before.append(shown[0])
            at += len(text) + 1
        whole = " ".join(word[0] for word in self.words(recording_id, turn, language))
        quote = " ".join(said)
        return quote, max(0, whole.find(quote, len(" ".join(before))))


def joined(words: Sequence[Sequence[Any]]) -> str:
    """Return words as a text, one blank between two; a run of hidden ones as one sign.

    >>> joined([["a", 0, 1], ["b", 1, 2]])
    'a b'
    """
    return " ".join(str(word[0]) for word in words)


def language_from(known: str | None, text: str) -> Language:
    """Return a text's language, told from its letters where nobody knows.

    >>> language_from(None, "Долго ждали")
    'ru'
    """
    return "en" if (known or language_of(text)) == "en" else "ru"
