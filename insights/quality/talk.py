"""Talk: questions found, spoken scores read, mismatches caught."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from insights.quality.observed import Observed
from insights.quality.truth import Truth

# A question counts as found where its stored seconds come this close to the true ones.
NEAR_S = 1.0


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    """Questions of the survey put, found where they were put, and found where they were not."""

    put: int
    found: int
    false: int


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """Spoken scores: ``said`` by the customer, read exactly, abstained from, read as another number.

    ``unsaid``: score questions answered without a number; ``invented``: of these, given one all the same.
    ``stances``, ``stances_right``: answers to readiness questions, and those read as meant.
    """

    said: int
    exact: int
    abstained: int
    wrong: int
    unsaid: int
    invented: int
    stances: int
    stances_right: int


@dataclass(frozen=True, slots=True)
class MismatchCounts:
    """Recorded numbers that differ from the spoken ones: there, found, raised where there was none, comparable."""

    there: int
    found: int
    false: int
    comparable: int


def count_questions(truth: Truth, observed: Observed, known: Collection[str]) -> QuestionCounts:
    """Return how many of the survey's questions (``known``) were found, each at most once."""
    put = [one for one in truth.questions if one.question_id in known]
    left = list(observed.asked)
    found = 0
    for true in put:
        match = next(
            (one for one in left if one.question_id == true.question_id and one.span.gap_s(true.span) < NEAR_S), None
        )
        if match is not None:
            found += 1
            left.remove(match)
    return QuestionCounts(len(put), found, len(left))


def count_scores(truth: Truth, observed: Observed, known: Collection[str]) -> ScoreCounts:
    """Return how the spoken numbers were read."""
    read = {answer.question_id: answer.value for answer in observed.answers}
    scores = [one for one in truth.answers if one.is_score and one.question_id in known]
    pairs = [(one.value, read.get(one.question_id)) for one in scores]
    said = [(true, heard) for true, heard in pairs if true is not None]
    unsaid = [heard for true, heard in pairs if true is None]
    stances = [one for one in truth.answers if not one.is_score and one.question_id in known]
    return ScoreCounts(
        said=len(said),
        exact=sum(heard == true for true, heard in said),
        abstained=sum(heard is None for _, heard in said),
        wrong=sum(heard is not None and heard != true for true, heard in said),
        unsaid=len(unsaid),
        invented=sum(heard is not None for heard in unsaid),
        stances=len(stances),
        stances_right=sum(read.get(one.question_id) == one.value for one in stances),
    )


def count_mismatches(truth: Truth, observed: Observed, known: Collection[str]) -> MismatchCounts:
    """Return how many keying errors the store shows; without a number on both sides there is nothing to compare."""
    there = found = false = comparable = 0
    for answer in truth.answers:
        recorded, agreement = observed.recorded.get(answer.question_id, (None, "none"))
        if not answer.is_score or answer.question_id not in known or recorded is None or answer.value is None:
            continue
        comparable += 1
        differs, raised = recorded != answer.value, agreement == "mismatch"
        there += differs
        found += differs and raised
        false += raised and not differs
    return MismatchCounts(there, found, false, comparable)
