"""Parts: some interviews of a wave, who of them answered, and a measure's figure of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from insights.statistics.clusters import renumbered
from insights.statistics.estimate import Estimate, Floats, Ints
from insights.statistics.figure import BOTH_MODES, WHOLE, Figure, figure_from
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure, estimate
from insights.statistics.weights import population_weights

if TYPE_CHECKING:
    from hashlib import _Hash


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


def figure_of(frame: Frame, measure: Measure, part: Part) -> tuple[Figure, Estimate] | None:
    """Return a measure of one part as figure and estimate; None where nobody answered.

    A wave's two modes together are no figure of their own where one mode alone answered, as with spoken scores.
    """
    used = answered_of(frame, measure, part)
    if not len(used.rows):
        return None
    if part.slice_name == WHOLE and of_one_mode(frame, measure, part):
        return None
    if measure.unanswered is not None and not bool(measure.unanswered[part.rows].any()):
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


def of_one_mode(frame: Frame, measure: Measure, part: Part) -> bool:
    """Tell whether a part is of both modes, but only one of them has numbers."""
    return part.mode == BOTH_MODES and len(frame.modes(answered_of(frame, measure, part).rows)) == 1


def answered_of(frame: Frame, measure: Measure, part: Part) -> Answered:
    """Return who of a part has a number, worked out once for all measures with the same answers."""
    known = part.answered.get(measure.answered_by)
    if known is None:
        rows = measure.used(part.rows)
        every = np.ones(len(rows)), None
        weights, population = weights_and_population(frame, part, rows) if measure.weighted else every
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
