"""Timing: from the end of the question to the first sound of the answer, and to the number itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audio.span import Span, shared
from insights.answers.answer import Answer, Asked
from insights.delivery.speaking import Speaking
from transcribe.dialogue import Dialogue

# The answer and the question may overlap; a word place by the recogniser is worth about this much.
_WORD_REACH_S = 0.25
_TOUCH_S = 0.05


@dataclass(frozen=True, slots=True)
class Timing:
    """When the question ended and the answer began.

    Attributes
    ----------
    question_end_s:
        The last sound of the operator's question.
    onset_s:
        The first sound of the answer, a filler included.
    value_s:
        The first sound of the number that stands; None without one.
    asked:
        False where the question itself was not found and the operator's turn before stands in for it.
    """

    question_end_s: float
    onset_s: float
    value_s: float | None
    asked: bool = True

    @property
    def latency_s(self) -> float:
        """Seconds from the question's end to the answer's first sound; negative = overlap."""
        return self.onset_s - self.question_end_s

    @property
    def time_to_value_s(self) -> float | None:
        """Seconds from the question's end to the first sound of the number; None without one."""
        return None if self.value_s is None else self.value_s - self.question_end_s


def timing_of(answer: Answer, asked: Sequence[Asked], dialogue: Dialogue, speaking: Speaking) -> Timing | None:
    """Return when the question ended and the answer began; None where nobody answered or nobody asked.

    Edges come from the speech map, never from the recogniser's word times, which are stretched over pauses.
    """
    if not answer.turn_idxs:
        return None
    first = answer.turn_idxs[0]
    put = asked_before(answer.question_id, asked, before=first)
    question_idx = put.turn_idx if put is not None else _operator_turn_before(dialogue, first)
    if question_idx is None:
        return None
    words_from_s = put.span.middle_s if put is not None else dialogue.turns[question_idx].span.start_s
    turn_start_s = _first_sound(speaking, first)
    onset_s = _onset(speaking, after_s=words_from_s, turn_start_s=turn_start_s)
    end_s = _question_end(speaking, question_idx, from_s=words_from_s, onset_s=onset_s, dialogue=dialogue)
    value_s = None if answer.value_span is None else _snapped(answer.value_span.start_s, speaking.respondent)
    return Timing(end_s, onset_s, None if value_s is None else max(value_s, onset_s), asked=put is not None)


def asked_before(question_id: str, asked: Sequence[Asked], *, before: int) -> Asked | None:
    """Return the last place before a turn where the question was put; a probe never stands in for it."""
    put = [a for a in asked if a.question_id == question_id and not a.probe and a.turn_idx < before]
    return max(put, key=lambda a: (a.turn_idx, a.span.start_s)) if put else None


def _operator_turn_before(dialogue: Dialogue, turn_idx: int) -> int | None:
    return next((i for i in range(turn_idx - 1, -1, -1) if dialogue.turns[i].party == "operator"), None)


def _first_sound(speaking: Speaking, turn_idx: int) -> float:
    return speaking.turn_speech[turn_idx][0].start_s


def _onset(speaking: Speaking, *, after_s: float, turn_start_s: float) -> float:
    """Return the first sound after which the operator keeps silent until the answering turn begins.

    That takes in a filler which stands apart from the turn's words, and leaves out a "mhm" said into the
    question.
    """
    for span in speaking.respondent:
        if not after_s <= span.start_s < turn_start_s:
            continue
        between = Span(span.end_s, max(span.end_s, turn_start_s))
        if sum(between.overlap_s(other) for other in speaking.operator) <= _TOUCH_S:
            return span.start_s
    return turn_start_s


def _question_end(
    speaking: Speaking, question_idx: int, *, from_s: float, onset_s: float, dialogue: Dialogue
) -> float:
    """Return the end of the operator's last stretch of speech that begins before the answer does.

    What the operator adds after the question ("from one to five, please") belongs to it; a stretch that runs
    on under the answer makes the latency negative.
    """
    turn = dialogue.turns[question_idx]
    reach = Span(from_s, max(from_s, turn.span.end_s, onset_s))
    begun = [span for span in shared(speaking.operator, [reach]) if span.start_s < onset_s - _TOUCH_S]
    if not begun:
        return turn.span.end_s
    end_s = begun[-1].end_s
    # The reach ends at the answer's first sound; the stretch itself may go on under it.
    return next((span.end_s for span in speaking.operator if span.start_s < end_s <= span.end_s), end_s)


def _snapped(word_start_s: float, speech: Sequence[Span]) -> float:
    """Return where a word is first heard: the recogniser's start, moved to the edge of speech it belongs to."""
    near = [span for span in speech if abs(span.start_s - word_start_s) <= _WORD_REACH_S]
    if near:
        return min(near, key=lambda span: abs(span.start_s - word_start_s)).start_s
    if any(span.start_s <= word_start_s < span.end_s for span in speech):
        return word_start_s
    return next((span.start_s for span in speech if span.start_s > word_start_s), word_start_s)
