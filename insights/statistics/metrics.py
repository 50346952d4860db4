"""Metrics: every measure over every wave, mode and slice, with weights, hidden and greyed slices, and provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from insights.statistics.change import compare
from insights.statistics.clusters import renumbered
from insights.statistics.estimate import Estimate, Floats, Ints
from insights.statistics.families import benjamini_hochberg
from insights.statistics.figure import BOTH_MODES, HIDDEN_UNDER, WHOLE, Figure, figure_from
from insights.statistics.frame import HESITANT_FROM, Frame, Labels, load_frame
from insights.statistics.measures import Measure, estimate, measures_of
from insights.statistics.weights import population_weights
from insights.store import Store
from insights.store.metric_queries import answer_pairs

if TYPE_CHECKING:
    from hashlib import _Hash

NEVER_COMPARED = ("operator-team", "mode")


@dataclass(frozen=True, slots=True)
class Report:
    """Figures in order, and the slices left out because fewer than 10 interviews stand behind them."""

    figures: tuple[Figure, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Those of a part's interviews that have a number: what all measures they answered alike can share.

    ``clusters`` are the clients without gaps; ``hashed`` has taken in the interviews and their delivered weights
    and goes on with a copy.
    """

    rows: Ints
    weights: Floats
    population: int | None
    clusters: Ints
    hashed: _Hash


@dataclass(frozen=True, slots=True)
class Part:
    """Some interviews of a wave: the rows, and what the figure of them is called.

    ``answered`` keeps who answered, by ``Measure.answered_by``, while the part's figures are computed.
    """

    wave: str
    slice_name: str
    mode: str
    rows: Ints
    dimension: str = ""
    answered: dict[bytes, Answered] = field(default_factory=dict, repr=False, compare=False)


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
    for part in parts_of(frame):
        figures.extend(found[0] for measure in measures if (found := figure_of(frame, measure, part)))
        for dimension in by:
            if dimension != "mode":
                add_slices(frame, measures, part, dimension, labels[dimension], into=(figures, hidden))
    order = {measure.metric: index for index, measure in enumerate(measures)}
    figures.sort(key=lambda figure: (figure.wave, order[figure.metric]))
    return Report(tuple(figures), tuple(hidden))


def hesitation_labels(store: Store, frame: Frame) -> Labels:
    """Return who gave the NPS with marked hesitation; -1 where it was not measured."""
    question = frame.of_kind("nps")[0]
    measured = frame.aligned(answer_pairs(store, question.question_id, which="hesitation"))
    codes = np.where(np.isfinite(measured), (measured < HESITANT_FROM).astype(np.int64), -1)
    return Labels(codes.astype(np.int64), ("hesitant", "not hesitant"))


def parts_of(frame: Frame) -> Iterator[Part]:
    """Yield each wave by mode, and both modes together after them where there are two."""
    waves = frame.labels["wave"]
    for wave in waves.names:
        rows = waves.rows(wave)
        modes = frame.modes(rows)
        for mode in modes:
            in_mode = frame.labels["mode"].codes[rows] == frame.labels["mode"].names.index(mode)
            yield Part(wave, WHOLE, mode, rows[in_mode])
        if len(modes) > 1:
            yield Part(wave, WHOLE, BOTH_MODES, rows)


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
        if not measure.sliced:
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


def figure_of(frame: Frame, measure: Measure, part: Part) -> tuple[Figure, Estimate] | None:
    """Return a measure of one part as figure and estimate; None where nobody answered.

    A wave's two modes together are no figure of their own where one mode alone answered, as with spoken scores.
    """
    used = answered_of(frame, measure, part)
    if not len(used.rows):
        return None
    if (part.slice_name, part.mode) == (WHOLE, BOTH_MODES) and len(frame.modes(used.rows)) == 1:
        return None
    found = estimate(measure, used.rows, weights=used.weights, clusters=used.clusters, population=used.population)
    figure = figure_from(
        found,
        metric=measure.metric,
        wave=part.wave,
        slice_name=part.slice_name,
        mode=part.mode,
        formula=measure.formula,
        rows_sha256=numbers_hash(measure, used.rows, used.hashed.copy()),
    )
    return figure, found


def answered_of(frame: Frame, measure: Measure, part: Part) -> Answered:
    """Return who of a part has a number, worked out once for all measures with the same answers."""
    known = part.answered.get(measure.answered_by)
    if known is None:
        rows = measure.used(part.rows)
        weights, population = weights_and_population(frame, part, rows)
        known = Answered(rows, weights, population, renumbered(frame.clients[rows]), interviews_hash(frame, rows))
        part.answered[measure.answered_by] = known
    return known


def weights_and_population(frame: Frame, part: Part, rows: Ints) -> tuple[Floats, int | None]:
    """Return the rows' weights, and the number of clients there are where it is known for this part.

    Delivered weights are kept; population.csv turns equal shares of segments back into the population's.
    """
    weights = frame.weights[rows]
    clients = frame.populations.get(part.wave)
    if not clients:
        return weights, None
    segment = frame.labels["segment"]
    if part.dimension == "segment":
        return weights, int(clients.get(part.slice_name.partition("=")[2], 0)) or None
    sizes = np.array([clients.get(name, 0.0) for name in segment.names])
    weights = population_weights(segment.codes[rows], sizes, start=weights)
    return weights, int(sum(clients.values())) if part.slice_name == WHOLE else None


def rows_hash(frame: Frame, measure: Measure, rows: Ints) -> str:
    """Return a hash of the interviews used and their numbers: the same rows give the same figure."""
    return numbers_hash(measure, rows, interviews_hash(frame, rows))


def interviews_hash(frame: Frame, rows: Ints) -> _Hash:
    """Return a hash that has taken in the interviews and their delivered weights."""
    hashed = hashlib.sha256(frame.digests[rows].tobytes())
    hashed.update(frame.weights[rows].tobytes())
    return hashed


def numbers_hash(measure: Measure, rows: Ints, interviews: _Hash) -> str:
    """Return the hash of ``rows_hash``, the interviews taken in already."""
    interviews.update(np.ascontiguousarray(measure.columns[rows]).tobytes())
    if measure.importance is not None:
        interviews.update(np.ascontiguousarray(measure.importance[rows]).tobytes())
    return interviews.hexdigest()
