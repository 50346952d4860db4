"""Measures: every figure a study can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from insights.statistics.estimate import Floats
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure
from insights.statistics.nps import PROMOTER_FROM, nps_class
from insights.statistics.outcomes import NOT_ANSWERED, is_one_of, stated
from insights.statistics.response import response_measures
from insights.store import Store
from insights.store.metric_queries import (
    answer_pairs,
    answered_yes,
    commented,
    complained,
    heard_interviews,
)
from insights.survey import Question

TOP_BOXES = 2
YES = ("yes", "y", "да", "1", "true", "конечно", "sure", "definitely")
NO = ("no", "n", "нет", "0", "false", "never", "никогда")
ASKED_RATES = ("retention", "referral")


def measures_of(store: Store, frame: Frame) -> tuple[Measure, ...]:
    """Return every measure the study's survey and store allow, in a fixed order."""
    makers: tuple[Callable[[Store, Frame], Iterator[Measure]], ...] = (
        nps_measures,
        top_box_measures,
        index_measures,
        readiness_measures,
        asked_rate_measures,
        voice_measures,
        comment_measures,
        response_measures,
    )
    return tuple(measure for maker in makers for measure in maker(store, frame))


def named(base: str, question: Question, alike: int) -> str:
    """Return ``base`` for the only question of its kind, else with the question's id."""
    return base if alike == 1 else f"{base}:{question.question_id}"


def nps_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield NPS of each NPS question, and without those who mistook the company where there are any."""
    questions = frame.of_kind("nps")
    for question in questions:
        name = named("nps", question, len(questions))
        classes = classes_of(frame.values[question.question_id])
        formula = "100 x (share of 9-10 minus share of 0-6); settled score, else recorded, else spoken"
        yield Measure(name, formula, "net", classes[:, None])
        if bool(np.any(frame.mistaken & np.isfinite(classes))):
            without = np.where(frame.mistaken, np.nan, classes)
            yield Measure(
                f"{name}_without_mistaken",
                f"{formula}; without customers who mistook the company for another",
                "net",
                without[:, None],
                sliced=False,
            )
        yield from witness_measures(frame, question, name)


def classes_of(scores: Floats) -> Floats:
    """Return the NPS class of each score, NaN where there is none."""
    return np.where(np.isfinite(scores), nps_class(scores), np.nan)


def witness_measures(frame: Frame, question: Question, name: str) -> Iterator[Measure]:
    """Yield NPS as spoken, and as it stands over the same interviews: what keying does to it."""
    spoken = frame.spoken[question.question_id]
    if not bool(np.isfinite(spoken).any()):
        return
    official = np.where(np.isfinite(spoken), frame.values[question.question_id], np.nan)
    over = "over interviews whose spoken score was understood"
    yield Measure(f"{name}_spoken", f"NPS by spoken scores, {over}", "net", classes_of(spoken)[:, None], sliced=False)
    yield Measure(
        f"{name}_same_interviews",
        f"NPS by the scores that stand, {over}",
        "net",
        classes_of(official)[:, None],
        sliced=False,
    )


def top_box_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield the share of the two highest marks for satisfaction and attribute questions."""
    satisfied = frame.of_kind("csat")
    for question in (*satisfied, *frame.of_kind("attribute")):
        if question.scale is None:
            continue
        marks = frame.values[question.question_id]
        least = question.scale[1] - TOP_BOXES + 1
        hits = np.where(np.isfinite(marks), (marks >= least).astype(float), np.nan)
        name = named("csat", question, len(satisfied)) if question.kind == "csat" else f"csat:{question.question_id}"
        yield Measure(name, f"share of marks {least}-{question.scale[1]} (top two boxes)", "share", hits[:, None])


def index_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield the satisfaction index over attributes on one scale, weighted by importance where it was asked."""
    rated = [question for question in frame.of_kind("attribute") if question.scale]
    if not rated:
        return
    scale = rated[0].scale
    rated = [question for question in rated if question.scale == scale]
    stated = {question.attribute: question for question in frame.of_kind("importance")}
    weighed = [question for question in rated if question.attribute in stated]
    chosen = weighed or rated
    columns = np.column_stack([frame.values[question.question_id] for question in chosen])
    importance = None
    formula = f"mean of {len(chosen)} attributes' means / {scale[1] if scale else 1} x 100"
    if weighed:
        asked = [stated[question.attribute].question_id for question in weighed]
        importance = np.column_stack([frame.values[name] for name in asked])
        formula = f"sum(mean importance x mean mark) / sum(mean importance) / {scale[1] if scale else 1} x 100"
    yield Measure("csi", formula, "csi", columns, importance, float(scale[1]) if scale else 1.0)


def readiness_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield readiness to tell about mistakes: the share ready, and ready minus not ready."""
    questions = frame.of_kind("ncs")
    for question in questions:
        readiness = frame.values[question.question_id]
        ready = np.where(np.isfinite(readiness), (readiness > 0).astype(float), np.nan)
        name = named("ncs", question, len(questions))
        yield Measure(name, "share ready to tell about mistakes", "share", ready[:, None])
        yield Measure(
            name.replace("ncs", "ncs_net", 1), "100 x (share ready minus share not ready)", "net", readiness[:, None]
        )


def asked_rate_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield retention and referral where a closed question names them as its attribute."""
    for question in frame.of_kind("closed"):
        if question.attribute in ASKED_RATES:
            said = frame.aligned(answered_yes(store, question.question_id, yes=YES, no=NO))
            yield Measure(question.attribute, f"share of yes to {question.question_id}", "share", said[:, None])


def voice_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield hidden detractors: promoters by score who complain, or whose spoken score is another."""
    for question in frame.of_kind("nps")[:1]:
        heard = frame.flagged(heard_interviews(store))
        told = frame.aligned(complained(store))
        other = np.isfinite(frame.aligned(answer_pairs(store, question.question_id, which="mismatch")))
        promoters = frame.values[question.question_id] >= PROMOTER_FROM
        known = promoters & (heard | np.isfinite(told))
        if bool(known.any()):
            hidden = np.where(known, ((told > 0) | other).astype(float), np.nan)
            formula = "share with a complaint or another spoken score among 9-10 whose reasons are known"
            yield Measure("hidden_detractors", formula, "share", hidden[:, None])


def comment_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield the share of interviews with words in an open answer: online ones, and calls that were understood."""
    if not frame.of_kind("open"):
        return
    spoke = frame.flagged(commented(store))
    online = np.zeros(len(frame.ids), dtype=bool)
    online[frame.labels["mode"].rows("online")] = True
    online &= ~is_one_of(stated(frame), NOT_ANSWERED)  # who never answered was not silent in an answer
    asked = online | frame.flagged(heard_interviews(store))
    if bool(asked.any()):
        rate = np.where(asked, spoke.astype(float), np.nan)
        yield Measure("comment_rate", "share with words in an open answer", "share", rate[:, None], sliced=False)
