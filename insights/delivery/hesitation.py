"""Hesitation: later and with more pauses than this person's other answers and than others on this question.

The closing stage runs over every answer of a store at once. It describes how an answer was given and says
nothing about why: a bad line, a long question, age or hard thinking delay an answer just as well.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from insights.delivery.components import HESITATION, RESTRAINT, Component, measured
from insights.delivery.delivery import Delivery

MIN_COMPONENTS = 3
MIN_QUESTION_N = 30
# Answers at or above this are shown as hesitant: of planted calls none of the untouched answers reach it and every
# answer with strong signs of delay does (tests/benchmarks/delivery.py).
HESITANT_FROM = 1.0

_MIN_OWN = 2
_OWN_HALF = 4  # own answers at which the person's baseline weighs as much as the question's population
_SPREAD_PRIOR = 30  # answers that the usual spread is worth beside the measured one
_CLIP = 3.0
_FAST_Z = -1.5
_FAST_WORDS = 3
_MAD_TO_SD = 1.4826
_FLOOR_WEIGHT = 16


@dataclass(frozen=True, slots=True)
class SpokenAnswer:
    """One answer as the store holds it: whose, to which question, how it was said."""

    recording_id: str
    interview_id: str | None
    question_id: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Hesitation:
    """How far one answer stands out, with all that it rests on.

    Attributes
    ----------
    recording_id, question_id:
        The answer.
    score:
        Mean of the components in standard deviations, two-sided, each clipped at 3; None under three components.
    parts:
        The components' z, by name.
    baseline_n:
        The same person's other answers that served as the baseline.
    question_n:
        Answers to the question in the store.
    percentile:
        Where the score lies among the question's scores, 0-100, ties in the middle; None without a score.
    provisional:
        True where the question has under 30 answers, so that only the person's own baseline was used.
    fast:
        True where the answer came unusually early and is under three words; a flag of its own, not a part.
    restraint:
        Mean of shortness, narrow pitch and level, slowness in the same units; None under three of them.
    restraint_parts:
        Their z, by name.
    """

    recording_id: str
    question_id: str
    score: float | None
    parts: Mapping[str, float] = field(default_factory=dict)
    baseline_n: int = 0
    question_n: int = 0
    percentile: float | None = None
    provisional: bool = True
    fast: bool = False
    restraint: float | None = None
    restraint_parts: Mapping[str, float] = field(default_factory=dict)


def hesitation_of(answers: Iterable[SpokenAnswer]) -> tuple[Hesitation, ...]:
    """Return the hesitation and restraint of every answer of a store, in order of recording and question.

    The same answers give the same figures whatever order they come in: sums are exact and ties are broken by
    id. Run it over all rows at once, not call by call.

    Parameters
    ----------
    answers:
        All answers of the store that have a delivery, at most one for a recording and question.

    Returns
    -------
    tuple of Hesitation
        One for each answer, sorted by recording_id and question_id.

    References
    ----------
    Mayerl (2013) and Mulligan et al. (2003) on baselines for response latencies; Ehlen, Schober and Conrad (2007)
    on why too fast matters as well as too slow.

    Examples
    --------
    >>> hesitation_of([])
    ()
    """
    ordered = sorted(answers, key=lambda a: (a.recording_id, a.question_id))
    slow = _standing_out(ordered, HESITATION)
    held_back = _standing_out(ordered, RESTRAINT)
    counts = Counter(answer.question_id for answer in ordered)
    spoken = Counter(answer.recording_id for answer in ordered)
    scores = [_mean(parts) for parts in slow]
    percentiles = _percentiles(ordered, scores)
    return tuple(
        Hesitation(
            recording_id=answer.recording_id,
            question_id=answer.question_id,
            score=scores[i],
            parts=slow[i],
            baseline_n=spoken[answer.recording_id] - 1,
            question_n=counts[answer.question_id],
            percentile=percentiles[i],
            provisional=counts[answer.question_id] < MIN_QUESTION_N,
            fast=_fast(slow[i], answer.delivery),
            restraint=_mean(held_back[i]),
            restraint_parts=held_back[i],
        )
        for i, answer in enumerate(ordered)
    )


def _standing_out(ordered: Sequence[SpokenAnswer], components: tuple[Component, ...]) -> list[dict[str, float]]:
    """Return each answer's z by component, shrunk toward the question's population."""
    values = [measured(answer.delivery, components) for answer in ordered]
    parts: list[dict[str, float]] = [{} for _ in ordered]
    for component in components:
        rows = [i for i, value in enumerate(values) if component.name in value]
        column = {i: values[i][component.name] for i in rows}
        for i, z in _component_z(ordered, column, component).items():
            parts[i][component.name] = z
    return parts


def _component_z(
    ordered: Sequence[SpokenAnswer], column: Mapping[int, float], component: Component
) -> dict[int, float]:
    """Return one component's z for the answers that have one to compare with."""
    own_rows, question_rows = _groups(ordered, column)
    spread = _within_spread(own_rows.values(), column, component.usual_spread)
    questions = {
        question: _centre(sorted(column[i] for i in rows), floor=spread)
        for question, rows in question_rows.items()
        if len(rows) >= MIN_QUESTION_N
    }
    found: dict[int, float] = {}
    for i, value in column.items():
        others = [column[j] for j in own_rows[ordered[i].recording_id] if j != i]
        own = _against(value, _centre(others, floor=spread)) if len(others) >= _MIN_OWN else None
        population = questions.get(ordered[i].question_id)
        z = _blended(own, None if population is None else _against(value, population), own_n=len(others))
        if z is not None:
            found[i] = max(-_CLIP, min(_CLIP, z))
    return found


def _groups(
    ordered: Sequence[SpokenAnswer], column: Mapping[int, float]
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the rows of each recording and of each question."""
    own: dict[str, list[int]] = defaultdict(list)
    question: dict[str, list[int]] = defaultdict(list)
    for i in column:
        own[ordered[i].recording_id].append(i)
        question[ordered[i].question_id].append(i)
    return own, question


def _within_spread(groups: Iterable[Sequence[int]], column: Mapping[int, float], usual: float) -> float:
    """Return the spread within speakers over the whole store, drawn to the usual one where data are few."""
    squares: list[float] = []
    for rows in groups:
        if len(rows) > _MIN_OWN:
            middle = median(column[i] for i in rows)
            squares.extend(min((column[i] - middle) ** 2, (_CLIP * usual) ** 2) for i in rows)
    return math.sqrt((math.fsum(squares) + _SPREAD_PRIOR * usual**2) / (len(squares) + _SPREAD_PRIOR))


def _centre(values: Sequence[float], *, floor: float) -> tuple[float, float]:
    """Return median and spread: the scaled median deviation drawn toward ``floor``, and never below it.

    The deviation of seven answers is itself a guess; taken as it is it would rank people by luck.
    """
    middle = median(values)
    own = _MAD_TO_SD * median(abs(value - middle) for value in values)
    drawn = math.sqrt((len(values) * own**2 + _FLOOR_WEIGHT * floor**2) / (len(values) + _FLOOR_WEIGHT))
    return middle, max(floor, drawn)


def _against(value: float, centre: tuple[float, float]) -> float:
    return (value - centre[0]) / centre[1]


def _blended(own: float | None, population: float | None, *, own_n: int) -> float | None:
    """Return the person's z shrunk toward the question's; whichever there is where the other is missing."""
    if own is None or population is None:
        return population if own is None else own
    weight = own_n / (own_n + _OWN_HALF)
    return weight * own + (1 - weight) * population


def _mean(parts: Mapping[str, float]) -> float | None:
    return math.fsum(parts.values()) / len(parts) if len(parts) >= MIN_COMPONENTS else None


def _fast(parts: Mapping[str, float], delivery: Delivery) -> bool:
    return parts.get("latency", 0.0) < _FAST_Z and 0 < (delivery.word_n or 0) < _FAST_WORDS


def _percentiles(ordered: Sequence[SpokenAnswer], scores: Sequence[float | None]) -> list[float | None]:
    """Return the place of each score among its question's scores, 0-100."""
    by_question: dict[str, list[float]] = defaultdict(list)
    for answer, score in zip(ordered, scores, strict=True):
        if score is not None:
            by_question[answer.question_id].append(score)
    for among in by_question.values():
        among.sort()
    places: list[float | None] = []
    for answer, score in zip(ordered, scores, strict=True):
        if score is None:
            places.append(None)
            continue
        among = by_question[answer.question_id]
        middle = (bisect_left(among, score) + bisect_right(among, score)) / 2
        places.append(100.0 * middle / len(among))
    return places
