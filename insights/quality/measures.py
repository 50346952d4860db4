"""Measures: every count of one call, and of several calls together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, TypeVar

from insights.quality.coding import ReasonCounts, count_reasons
from insights.quality.observed import Observed
from insights.quality.talk import (
    MismatchCounts,
    QuestionCounts,
    ScoreCounts,
    count_mismatches,
    count_questions,
    count_scores,
)
from insights.quality.timing import PauseCounts, count_pauses, latency_errors, time_to_value_errors
from insights.quality.truth import Truth
from insights.quality.words import Labelled, WordCounts, count_words, normal_words
from insights.survey.questionnaire import Survey

Counts = TypeVar("Counts", WordCounts, QuestionCounts, ScoreCounts, MismatchCounts, PauseCounts, ReasonCounts)


@dataclass(frozen=True, slots=True)
class CallMeasures:
    """Counts of one call, or of several added together.

    ``latency_errors_s`` and ``time_to_value_errors_s``: measured minus true.
    """

    name: str
    language: str
    words: WordCounts
    questions: QuestionCounts
    scores: ScoreCounts
    mismatches: MismatchCounts
    pauses: PauseCounts
    reasons: ReasonCounts
    latency_errors_s: tuple[float, ...]
    time_to_value_errors_s: tuple[float, ...]


def measure_call(truth: Truth, observed: Observed, survey: Survey, *, leave_out: Collection[str] = ()) -> CallMeasures:
    """Return every count of one call; ``leave_out`` as in ``count_reasons``."""
    known = {question.question_id for question in survey.questions}
    return CallMeasures(
        truth.call_id,
        truth.language,
        count_words(said_words(truth), heard_words(observed, truth.language)),
        count_questions(truth, observed, known),
        count_scores(truth, observed, known),
        count_mismatches(truth, observed, known),
        count_pauses(truth, observed),
        count_reasons(truth, observed, leave_out),
        latency_errors(truth, observed),
        time_to_value_errors(truth, observed, survey),
    )


def said_words(truth: Truth) -> list[Labelled]:
    """Return the true words with their party, in order of the turns' starts."""
    turns = sorted(truth.turns, key=lambda turn: turn.span)
    return [(word, turn.party) for turn in turns for word in normal_words(turn.text, truth.language)]


def heard_words(observed: Observed, language: str) -> list[Labelled]:
    """Return the recognised words with their party, in order of the turns' starts."""
    turns = sorted(observed.dialogue.turns, key=lambda turn: turn.span)
    return [(word, turn.party) for turn in turns for word in normal_words(turn.text, language)]


def pooled(measures: Sequence[CallMeasures], name: str = "all") -> CallMeasures:
    """Return the counts of several calls added together, errors put in one row.

    Raises
    ------
    ValueError
        When there is nothing to add.
    """
    if not measures:
        raise ValueError("no calls to pool; the gold folder holds no truth file with a recording")
    languages = sorted({measure.language for measure in measures})
    return CallMeasures(
        name,
        "+".join(languages),
        _added([measure.words for measure in measures]),
        _added([measure.questions for measure in measures]),
        _added([measure.scores for measure in measures]),
        _added([measure.mismatches for measure in measures]),
        _added([measure.pauses for measure in measures]),
        _added([measure.reasons for measure in measures]),
        tuple(error for measure in measures for error in measure.latency_errors_s),
        tuple(error for measure in measures for error in measure.time_to_value_errors_s),
    )


def _added(counts: Sequence[Counts]) -> Counts:
    """Return counts of one kind added field by field; tuples are chained."""
    columns: list[Any] = []  # numbers or tuples of numbers, by field
    for column in zip(*(astuple(count) for count in counts)):
        columns.append(sum(column, ()) if isinstance(column[0], tuple) else sum(column))
    kind = type(counts[0])
    return kind(**{field.name: value for field, value in zip(fields(kind), columns)})
