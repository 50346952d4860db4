"""Filled pauses: a recogniser's word and a held sound must agree; one witness alone is only probable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audio.fillers import HeldSound
from audio.span import Span
from insights.delivery.voice import CallVoice
from insights.delivery.wording import is_filler
from transcribe.dialogue import Dialogue, Word

CONFIRMED = 0.9
PROBABLE = 0.6

# The recogniser's times are worth some tenths of a second.
_REACH_S = 0.3
# A word for a filler that lasts longer covers a stretch the prompted reading did not understand.
_LONGEST_WORD_S = 1.2


@dataclass(frozen=True, slots=True)
class FilledPause:
    """One filled pause of the respondent.

    Attributes
    ----------
    span:
        Seconds of the held sound.
    turn_idx:
        The turn it lies in.
    certainty:
        ``confirmed`` (word and sound agree) or ``probable`` (a firmly held sound alone, silence before it).
    source:
        Which witnesses spoke.
    """

    span: Span
    turn_idx: int
    certainty: Literal["confirmed", "probable"]
    source: str

    @property
    def confidence(self) -> float:
        """Confidence in [0, 1], by the kind of evidence."""
        return CONFIRMED if self.certainty == "confirmed" else PROBABLE


@dataclass(frozen=True, slots=True)
class TurnFilling:
    """The filled pauses of one turn, and how many vowels were lengthened inside its words."""

    pauses: tuple[FilledPause, ...]
    lengthening_n: int


def filled_pauses(
    voice: CallVoice,
    dialogue: Dialogue,
    *,
    prompted: Sequence[Word] = (),
) -> dict[int, TurnFilling]:
    """Return the filled pauses of every respondent's turn, by turn index.

    Parameters
    ----------
    voice, dialogue:
        The call.
    prompted:
        Filler words of a prompted second pass, in the call's seconds; filler spellings in the dialogue itself
        count as well. They never become text.
    """
    found: dict[int, TurnFilling] = {}
    for turn_idx, turn_voice in voice.turns.items():
        turn = dialogue.turns[turn_idx]
        tokens = [word for word in turn.words if is_filler(word.text, language=dialogue.language)]
        tokens += [word for word in prompted if word.span.overlap_s(turn.span) > 0]
        short = [word for word in tokens if word.span.duration_s <= _LONGEST_WORD_S]
        found[turn_idx] = _judged(turn_voice.held, short, turn_idx)
    return found


def _judged(held: Sequence[HeldSound], tokens: Sequence[Word], turn_idx: int) -> TurnFilling:
    """Sort one turn's held sounds into filled pauses and lengthened vowels."""
    named = _agreeing(held, tokens)
    pauses: list[FilledPause] = []
    lengthening = 0
    for i, sound in enumerate(held):
        if i in named:
            pauses.append(FilledPause(sound.span, turn_idx, "confirmed", "prompted+acoustic"))
        elif sound.firm and sound.apart:
            pauses.append(FilledPause(sound.span, turn_idx, "probable", "acoustic"))
        elif sound.firm and not sound.apart:
            lengthening += 1
    return TurnFilling(tuple(pauses), lengthening)


def _agreeing(held: Sequence[HeldSound], tokens: Sequence[Word]) -> frozenset[int]:
    """Return the held sounds that a filler word lies within reach of; every word names one sound at most."""
    taken: set[int] = set()
    for token in sorted(tokens, key=lambda word: word.span):
        free = [i for i in range(len(held)) if i not in taken and held[i].span.gap_s(token.span) <= _REACH_S]
        if free:
            taken.add(
                min(
                    free,
                    key=lambda i: (held[i].span.gap_s(token.span), abs(held[i].span.middle_s - token.span.middle_s)),
                )
            )
    return frozenset(taken)
