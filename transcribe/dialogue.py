"""Dialogue: the words of a call, turn by turn, with the party that said them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audio.span import Span

Party = Literal["operator", "respondent", "other", "unknown"]
Language = Literal["ru", "en"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as recognised, punctuation attached.

    Attributes
    ----------
    text:
        The word without surrounding blanks, punctuation kept ("девять.").
    span:
        Seconds from the call's first sample; places the word, never defines a pause.
    confidence:
        The recogniser's probability in [0, 1].
    overlapped:
        True where another voice speaks at the same time.
    """

    text: str
    span: Span
    confidence: float
    overlapped: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one party says until the other takes over.

    Attributes
    ----------
    party:
        Role of the voice; ``unknown`` where the evidence is below the margin.
    span:
        From the first to the last sound of the turn, by the speech map.
    words:
        In time order; empty where speech yielded no words.
    lane:
        Key of the voice in the call's SpeechMap.
    party_confidence:
        Confidence in the party, in [0, 1].
    """

    party: Party
    span: Span
    words: tuple[Word, ...]
    lane: str = ""
    party_confidence: float = 1.0

    @property
    def text(self) -> str:
        """The words joined by single blanks; character offsets of quotes refer to this text."""
        return " ".join(word.text for word in self.words)

    def words_between(self, start_char: int, end_char: int) -> tuple[Word, ...]:
        """Return the words that ``text[start_char:end_char]`` touches.

        >>> ten = Word("десять.", Span(1.0, 1.5), 0.9)
        >>> Turn("respondent", Span(1.0, 1.5), (ten,)).words_between(0, 3) == (ten,)
        True
        """
        touched: list[Word] = []
        at = 0
        for word in self.words:
            if at < end_char and start_char < at + len(word.text):
                touched.append(word)
            at += len(word.text) + 1
        return tuple(touched)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A whole call as text.

    Attributes
    ----------
    call_id:
        The recording's id.
    language:
        ``ru`` or ``en``.
    turns:
        In order of their start; turns of two parties may overlap in time.
    """

    call_id: str
    language: Language
    turns: tuple[Turn, ...]
