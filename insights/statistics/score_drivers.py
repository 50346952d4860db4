"""Drivers of a score over the store: attributes beside their stated importance, and coded reasons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insights.statistics.drivers import Driver, drivers, importance_gap
from insights.statistics.estimate import Flags
from insights.statistics.figure import GREYED_UNDER, WHOLE, Figure
from insights.statistics.frame import Frame, load_frame
from insights.statistics.impact import Impact, flags_of, impacts
from insights.statistics.importance import MOST_FOR_LMG
from insights.statistics.measure import Measure
from insights.statistics.measures import classes_of
from insights.statistics.parts import Part, parts_of, rows_hash, weights_and_population
from insights.store import Store
from insights.store.metric_queries import commented, reasons_named

LEAST_PRESENT = 0.5
DRIVER_FORMULA = "LMG: R squared shared out over all orders of attributes; association only"
GAP_FORMULA = "mean stated importance minus mean mark, on the scale's own marks"
IMPACT_FORMULA = "NPS of those who name the reason minus NPS of the rest; association only"


def score_drivers(store: Store, target: str, *, waves: Sequence[str] | None = None) -> tuple[Figure, ...]:
    """Return what goes with a score: attribute shares, importance gaps, and for NPS the impact of reasons.

    Parameters
    ----------
    store:
        An open store.
    target:
        The id of the score's question; ``nps`` also stands for the first NPS question whatever its id.
    waves:
        None = all, each for itself.

    Raises
    ------
    KeyError
        ``target`` is no scored question; the message names those there are.
    """
    frame = load_frame(store, waves=waves)
    if target == "nps" and target not in frame.values and frame.of_kind("nps"):
        target = frame.of_kind("nps")[0].question_id
    if target not in frame.values:
        raise KeyError(f"no scored question {target!r}; questions: {', '.join(frame.values)}")
    figures: list[Figure] = []
    is_nps = any(question.question_id == target for question in frame.of_kind("nps"))
    named = named_rows(store, frame, waves) if is_nps else {}
    spoke = frame.flagged(commented(store)) | frame.flagged(frame.ids[row] for rows in named.values() for row in rows)
    for part in parts_of(frame):
        figures.extend(attribute_figures(frame, part, target))
        figures.extend(gap_figures(frame, part))
        if named:
            figures.extend(impact_figures(frame, part, target, named, spoke))
    return tuple(figures)


def attribute_figures(frame: Frame, part: Part, target: str) -> list[Figure]:
    """Return every attribute's share of the score's R squared in one part."""
    names = [
        question.question_id
        for question in frame.of_kind("attribute", "csat")
        if question.question_id != target and answered_often(frame, part, question.question_id, target)
    ][:MOST_FOR_LMG]
    if not names:
        return []
    columns = np.column_stack([*(frame.values[name] for name in names), frame.values[target]])
    rows = part.rows[np.isfinite(columns[part.rows]).all(axis=1)]
    weights, _ = weights_and_population(frame, part, rows)
    found = drivers(columns[rows, :-1], columns[rows, -1], names=names, weights=weights, clusters=frame.clients[rows])
    digest = rows_hash(frame, Measure(f"driver:{target}", "", "csi", columns), rows) if found else ""
    return [driver_figure(driver, part, target, digest) for driver in found]


def answered_often(frame: Frame, part: Part, name: str, target: str) -> bool:
    """Tell whether at least half of those who gave the score answered this question too."""
    scored = part.rows[np.isfinite(frame.values[target][part.rows])]
    return bool(len(scored)) and float(np.isfinite(frame.values[name][scored]).mean()) >= LEAST_PRESENT


def driver_figure(driver: Driver, part: Part, target: str, digest: str) -> Figure:
    """Return an attribute's share as a figure; its second opinion, direction and inflation beside it."""
    return Figure(
        metric=f"driver:{target}:{driver.attribute}",
        wave=part.wave,
        slice=WHOLE,
        mode=part.mode,
        n=driver.n,
        value=driver.share,
        low=driver.low,
        high=driver.high,
        method=driver.method,
        n_eff=float(driver.n),
        greyed=driver.n < GREYED_UNDER,
        formula=DRIVER_FORMULA,
        rows_sha256=digest,
        extra={
            "johnson": round(driver.johnson, 4),
            "correlation": round(driver.correlation, 4),
            "vif": round(driver.vif, 3),
        },
    )


def gap_figures(frame: Frame, part: Part) -> list[Figure]:
    """Return stated importance minus satisfaction for every attribute that was asked both."""
    rated = {question.attribute: question for question in frame.of_kind("attribute")}
    figures = []
    for stated in frame.of_kind("importance"):
        question = rated.get(stated.attribute)
        if question is None or question.scale != stated.scale:
            continue
        pair = np.column_stack([frame.values[stated.question_id], frame.values[question.question_id]])
        rows = part.rows[np.isfinite(pair[part.rows]).all(axis=1)]
        weights, _ = weights_and_population(frame, part, rows)
        gap = importance_gap(pair[rows, 0], pair[rows, 1], weights=weights, clusters=frame.clients[rows])
        if gap is None:
            continue
        figures.append(
            Figure(
                metric=f"gap:{question.question_id}",
                wave=part.wave,
                slice=WHOLE,
                mode=part.mode,
                n=gap[3],
                value=gap[0],
                low=gap[1],
                high=gap[2],
                method="mean difference, linearised",
                n_eff=float(gap[3]),
                greyed=gap[3] < GREYED_UNDER,
                formula=GAP_FORMULA,
                rows_sha256=rows_hash(frame, Measure("gap", "", "csi", pair), rows),
            )
        )
    return figures


def named_rows(store: Store, frame: Frame, waves: Sequence[str] | None) -> dict[tuple[str, int], set[int]]:
    """Return the rows that name each (code, polarity); mix-ups and empty answers are no reasons."""
    named: dict[tuple[str, int], set[int]] = {}
    for interview_id, code_id, polarity, special in reasons_named(store, waves=waves):
        row = frame.position.get(interview_id)
        if row is not None and special is None:
            named.setdefault((code_id, polarity), set()).add(row)
    return named


def impact_figures(
    frame: Frame, part: Part, target: str, named: dict[tuple[str, int], set[int]], spoke: Flags
) -> list[Figure]:
    """Return the impact of every reason in one part, among interviews where anything was said."""
    scores = frame.values[target]
    rows = part.rows[np.isfinite(scores[part.rows]) & spoke[part.rows]]
    weights, _ = weights_and_population(frame, part, rows)
    flags = {key: flag[rows] for key, flag in flags_of(named, len(frame.ids)).items()}
    found = impacts(scores[rows], flags, weights=weights, clusters=frame.clients[rows])
    digest = rows_hash(frame, Measure("impact", "", "net", classes_of(scores)[:, None]), rows) if found else ""
    return [impact_figure(impact, part, digest) for impact in found]


def impact_figure(impact: Impact, part: Part, digest: str) -> Figure:
    """Return a reason's impact as a figure; p after correction beside it."""
    return Figure(
        metric=f"impact:{impact.code_id}:{POLARITY[impact.polarity]}",
        wave=part.wave,
        slice=WHOLE,
        mode=part.mode,
        n=impact.n[0],
        value=impact.difference,
        low=impact.low,
        high=impact.high,
        method=impact.method,
        n_eff=float(impact.n[0]),
        greyed=impact.n[0] < GREYED_UNDER,
        formula=IMPACT_FORMULA,
        rows_sha256=digest,
        extra={
            "n_rest": impact.n[1],
            "p_adjusted": round(impact.p_adjusted, 6),
            "significant": impact.significant,
        },
    )


POLARITY = {-1: "complaint", 0: "mention", 1: "praise"}
