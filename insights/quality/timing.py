"""Timing: latency, time to the number, and pauses against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audio.span import Span
from insights.answers.passage import passage_of
from insights.answers.reading import read_number
from insights.quality.observed import Observed
from insights.quality.truth import TrueAnswer, TrueTurn, Truth
from insights.survey.questionnaire import Survey
from transcribe.dialogue import Turn, Word

# Shorter silences are part of speaking, by the definition of a pause.
PAUSE_S = 0.25
# A pause is found where at least this share of it was stored as one.
FOUND_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PauseCounts:
    """Silent pauses inside the customer's turns: found, missed, stored where there is none, and duration errors."""

    found: int
    missed: int
    false: int
    duration_errors_s: tuple[float, ...]


def latency_errors(truth: Truth, observed: Observed) -> tuple[float, ...]:
    """Return measured minus true latency of every answer that has both, in seconds."""
    measured = {delivery.question_id: delivery.latency_s for delivery in observed.deliveries}
    return tuple(
        latency - answer.latency_s
        for answer in truth.answers
        if answer.latency_s is not None and (latency := measured.get(answer.question_id)) is not None
    )


def time_to_value_errors(truth: Truth, observed: Observed, survey: Survey) -> tuple[float, ...]:
    """Return measured minus true time to the number that stands, in seconds, where the truth has word times."""
    measured = {delivery.question_id: delivery.time_to_value_s for delivery in observed.deliveries}
    errors = []
    for answer in truth.answers:
        true_s = true_time_to_value(truth, answer, survey)
        measured_s = measured.get(answer.question_id)
        if true_s is not None and measured_s is not None:
            errors.append(measured_s - true_s)
    return tuple(errors)


def true_time_to_value(truth: Truth, answer: TrueAnswer, survey: Survey) -> float | None:
    """Return the seconds from the question's end to the first sound of the number that stands; None if unknown."""
    turn = truth.turns[answer.turn_idx]
    ids = [question.question_id for question in survey.questions]
    scale = survey.question(answer.question_id).scale if answer.question_id in ids else None
    if answer.value is None or not answer.is_score or not turn.words or scale is None or answer.latency_s is None:
        return None
    words = tuple(Word(word, span, 1.0) for word, span in turn.words)
    passage = passage_of([Turn("respondent", turn.span, words)])
    reading = read_number(passage.text, truth.language, scale)
    if reading.value != answer.value:
        return None
    said = passage.span(reading.start_char, reading.end_char)
    return None if said is None else said.start_s - answer.span.start_s + answer.latency_s


def count_pauses(truth: Truth, observed: Observed) -> PauseCounts:
    """Return how the customer's silent pauses were found.

    True pauses are those listed and, where every word's time is known, the gaps between words. In turns whose words
    have no times a stored pause that isn't listed may well be a real one, so it is not counted as false there.
    """
    turns = [turn for turn in truth.turns if turn.party == "respondent"]
    true = [pause for turn in turns for pause in true_pauses(turn)]
    stored = [pause.span for pause in observed.pauses if pause.kind == "silent" and pause.span.duration_s >= PAUSE_S]
    vague = [turn.span for turn in turns if not turn.words]
    judged = [
        pause
        for pause in stored
        if any(pause.overlap_s(known) > 0 for known in true)
        or not any(turn.start_s <= pause.middle_s < turn.end_s for turn in vague)
    ]
    return matched_pauses(true, judged)


def true_pauses(turn: TrueTurn) -> tuple[Span, ...]:
    """Return a turn's pauses: those listed, and gaps of that length between words with known times."""
    ends = [span.end_s for _, span in turn.words]
    starts = [span.start_s for _, span in turn.words]
    gaps = [Span(end_s, start_s) for end_s, start_s in zip(ends, starts[1:]) if start_s - end_s >= PAUSE_S]
    unlisted = [gap for gap in gaps if not any(gap.overlap_s(pause) > 0 for pause in turn.pauses)]
    return tuple(sorted([*(p for p in turn.pauses if p.duration_s >= PAUSE_S), *unlisted]))


def matched_pauses(true: Sequence[Span], stored: Sequence[Span]) -> PauseCounts:
    """Return the counts of true and stored pauses, each matched at most once, the longest overlaps first.

    >>> matched_pauses([Span(1, 2)], [Span(1.1, 2.0), Span(5, 6)]).false
    1
    """
    pairs = sorted(
        ((a.overlap_s(b), i, j) for i, a in enumerate(true) for j, b in enumerate(stored)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    used: dict[int, int] = {}
    for overlap_s, i, j in pairs:
        is_found = overlap_s > 0 and overlap_s >= FOUND_SHARE * true[i].duration_s
        if is_found and i not in used and j not in used.values():
            used[i] = j
    errors = tuple(stored[j].duration_s - true[i].duration_s for i, j in sorted(used.items()))
    return PauseCounts(len(used), len(true) - len(used), len(stored) - len(used), errors)
