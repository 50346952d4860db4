"""Metrics: every measure over every wave, mode and slice, with weights, hidden and greyed slices, and provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights.statistics.change import compare
from insights.statistics.early_late import late_figures
from insights.statistics.estimate import Estimate, Ints
from insights.statistics.families import benjamini_hochberg
from insights.statistics.figure import HIDDEN_UNDER, Figure
from insights.statistics.frame import HESITANT_FROM, Frame, Labels, load_frame
from insights.statistics.measure import Measure
from insights.statistics.measures import measures_of
from insights.statistics.operators import operator_figures
from insights.statistics.outcomes import unread
from insights.statistics.parts import Part, answered_of, figure_of, of_one_mode, parts_of
from insights.statistics.response import ResponseGap, response_gaps
from insights.store import Store
from insights.store.metric_queries import answer_pairs

NEVER_COMPARED = ("operator-team", "mode")
MOST_NAMELESS = 0.05


@dataclass(frozen=True, slots=True)
class Report:
    """Figures in order, what is left out because fewer than 10 interviews stand behind it, and missing responses.

    ``unanswered`` names waves and modes whose response rates cannot be computed, with the reason; ``unread`` counts
    interviews whose disposition is no known word.
    """

    figures: tuple[Figure, ...]
    hidden: tuple[str, ...]
    unanswered: tuple[ResponseGap, ...] = ()
    unread: int = 0


def metrics(store: Store, *, waves: Sequence[str] | None = None, by: Sequence[str] = ()) -> Report:
    """Return every figure of the study: whole waves, then slices ``by`` segment, role and so on.

    Phone and online stand apart; where a wave has both, both are given before the two together. Slices under 10
    interviews are named in ``hidden`` and not computed; the whole wave is always given.

    Parameters
    ----------
    store:
        An open store.
    waves:
        Wave ids; None = all.
    by:
        Of ``insights.statistics.frame.DIMENSIONS``.
    """
    frame = load_frame(store, waves=waves)
    labels = {**frame.labels, "hesitation": hesitation_labels(store, frame)} if "hesitation" in by else frame.labels
    figures: list[Figure] = []
    hidden: list[str] = []
    measures = measures_of(store, frame)
    parts = tuple(parts_of(frame))
    for part in parts:
        figures.extend(found[0] for measure in measures if (found := figure_of(frame, measure, part)))
        for dimension in by:
            if dimension != "mode":
                add_slices(frame, measures, part, dimension, labels[dimension], into=(figures, hidden))
    order = {measure.metric: index for index, measure in enumerate(measures)}
    late, too_few = late_figures(frame, measures, parts)
    figures.extend((*late, *operator_figures(frame, measures, parts)))
    hidden.extend(too_few)
    figures.sort(key=lambda figure: (figure.wave, order.get(figure.metric, len(order))))
    return Report(tuple(figures), tuple(hidden), response_gaps(frame), unread(frame))


def hesitation_labels(store: Store, frame: Frame) -> Labels:
    """Return who gave the NPS with marked hesitation; -1 where it was not measured."""
    question = frame.of_kind("nps")[0]
    measured = frame.aligned(answer_pairs(store, question.question_id, which="hesitation"))
    codes = np.where(np.isfinite(measured), (measured < HESITANT_FROM).astype(np.int64), -1)
    return Labels(codes.astype(np.int64), ("hesitant", "not hesitant"))


def add_slices(
    frame: Frame,
    measures: Sequence[Measure],
    whole: Part,
    dimension: str,
    labels: Labels,
    *,
    into: tuple[list[Figure], list[str]],
) -> None:
    """Add a part's slices to ``into``: figures, and names of those hidden."""
    codes = labels.codes[whole.rows]
    figures, hidden = into
    parts = [
        Part(whole.wave, f"{dimension}={name}", whole.mode, whole.rows[codes == code], dimension)
        for code, name in enumerate(labels.names)
    ]
    for measure in measures:
        if not measure.sliced or of_one_mode(frame, measure, whole) or nameless(measure, whole.rows, codes):
            continue
        family: list[tuple[Figure, Estimate]] = []
        for part in parts:
            used = len(answered_of(frame, measure, part).rows)
            if 0 < used < HIDDEN_UNDER:
                hidden.append(f"{measure.metric} {whole.wave} {whole.mode} {part.slice_name}")
            elif used:
                found = figure_of(frame, measure, part)
                family.extend([found] if found else [])
        if measure.metric == "nps" and dimension not in NEVER_COMPARED:
            figures.extend(against_rest(frame, measure, whole, family, codes, labels))
        else:
            figures.extend(figure for figure, _ in family)


def nameless(measure: Measure, rows: Ints, codes: Ints) -> bool:
    """Tell whether slices would lose those who did not answer, as where only an interview has a segment."""
    if measure.unanswered is None:
        return False
    missing = codes[measure.unanswered[rows]] < 0
    return bool(len(missing)) and float(missing.mean()) > MOST_NAMELESS


def against_rest(
    frame: Frame,
    measure: Measure,
    whole: Part,
    family: Sequence[tuple[Figure, Estimate]],
    codes: Ints,
    labels: Labels,
) -> list[Figure]:
    """Return the slices with p of their difference from the rest, corrected over the family of slices."""
    p_values: list[float] = []
    for figure, inside in family:
        name = figure.slice.partition("=")[2]
        rest = Part(whole.wave, "rest", whole.mode, whole.rows[codes != labels.names.index(name)])
        found = figure_of(frame, measure, rest)
        p_values.append(compare(measure.metric, found[1], inside).p_value if found else 1.0)
    adjusted = benjamini_hochberg(p_values)
    return [replace(figure, p_rest=round(float(p), 6)) for (figure, _), p in zip(family, adjusted, strict=True)]
