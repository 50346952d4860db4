"""Passage: several turns of the respondent read as one text, each character traceable to its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audio.span import Span
from transcribe.dialogue import Turn, Word

SENTENCE_MARKS = ".!?…"
# Word times are rough: a gap from here on is taken for silence.
SILENCE_S = 0.3


@dataclass(frozen=True, slots=True)
class Passage:
    """Turns in order, as one text.

    Attributes
    ----------
    turns:
        The turns, each with at least one word.
    starts:
        Offset in ``text`` at which each turn begins.
    text:
        The turns' texts, a full stop set between turns that lack one.
    pauses:
        Offsets of the words that silence goes before, by the words' own times.
    """

    turns: tuple[Turn, ...]
    starts: tuple[int, ...]
    text: str
    pauses: frozenset[int] = frozenset()

    def words(self, start_char: int, end_char: int) -> tuple[Word, ...]:
        """Return the words that ``text[start_char:end_char]`` touches."""
        found: list[Word] = []
        for turn, start in zip(self.turns, self.starts):
            found.extend(turn.words_between(start_char - start, end_char - start))
        return tuple(found)

    def span(self, start_char: int, end_char: int) -> Span | None:
        """Return the seconds of ``text[start_char:end_char]``; None where no word lies there."""
        found = self.words(start_char, end_char)
        return Span(found[0].span.start_s, max(word.span.end_s for word in found)) if found else None

    def turn_at(self, char: int) -> Turn:
        """Return the turn that holds an offset of ``text``."""
        return next(turn for turn, start in reversed(list(zip(self.turns, self.starts))) if start <= char)


def passage_of(turns: Sequence[Turn]) -> Passage:
    """Return turns as one text; turns without words are left out."""
    worded = tuple(turn for turn in turns if turn.words)
    text, starts = "", []
    for turn in worded:
        if text:
            text += " " if text[-1] in SENTENCE_MARKS else ". "
        starts.append(len(text))
        text += turn.text
    pauses = frozenset(start + at for turn, start in zip(worded, starts) for at in _after_silence(turn))
    return Passage(worded, tuple(starts), text, pauses)


def _after_silence(turn: Turn) -> list[int]:
    """Return the offsets of a turn's words that follow a silence."""
    found, at = [], 0
    for i, word in enumerate(turn.words):
        if i and word.span.start_s - turn.words[i - 1].span.end_s >= SILENCE_S:
            found.append(at)
        at += len(word.text) + 1
    return found
