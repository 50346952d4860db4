"""Measure: one figure before it is computed, a column of numbers and the way it is summed up."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

import numpy as np

from insights.statistics.estimate import Estimate, Flags, Floats, Ints
from insights.statistics.means import csi
from insights.statistics.nps import net
from insights.statistics.shares import share

Reduction = Literal["net", "share", "csi"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure before it is computed.

    Attributes
    ----------
    metric:
        Its name.
    formula:
        How it is computed, in words.
    reduction:
        ``net`` (numbers 1, 0, -1), ``share`` (1, 0), ``csi`` (several columns).
    columns:
        Shape (n, k), NaN = not in the figure; k is 1 but for ``csi``.
    importance:
        For ``csi``: stated importance, shape (n, k), or None.
    top:
        For ``csi``: highest mark of the scale.
    weighted:
        Whether weights and the number of clients apply; not to rates of those who were asked.
    sliced:
        Whether it is broken down by segment and the like; witnesses stay whole.
    unanswered:
        For rates of those who were tried: shape (n,), who did not answer. A part without any of them gets no
        rate, since only those who answered are in its file; None for all other figures.
    answered:
        Shape (n,), who has a number.
    answered_by:
        A hash of ``answered`` and ``weighted``: measures with the same one rest on the same interviews and weights.
    """

    metric: str
    formula: str
    reduction: Reduction
    columns: Floats
    importance: Floats | None = None
    top: float = 1.0
    weighted: bool = True
    sliced: bool = True
    unanswered: Flags | None = None
    answered: Flags = field(init=False, repr=False)
    answered_by: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find out once who has a number: every wave, mode and slice asks."""
        answered = np.isfinite(self.columns).any(axis=1)
        object.__setattr__(self, "answered", answered)
        object.__setattr__(
            self, "answered_by", blake2b(bytes([self.weighted]) + answered.tobytes(), digest_size=16).digest()
        )

    def used(self, rows: Ints) -> Ints:
        """Return those of ``rows`` that have a number."""
        return rows[self.answered[rows]]


def estimate(
    measure: Measure, rows: Ints, *, weights: Floats, clusters: Ints, population: int | None = None
) -> Estimate:
    """Return a measure over ``rows`` (all used, at least one); ``weights`` and ``clusters`` have their length."""
    if measure.reduction == "csi":
        importance = None if measure.importance is None else measure.importance[rows]
        return csi(
            measure.columns[rows],
            importance,
            top=measure.top,
            weights=weights,
            clusters=clusters,
            population=population,
        )
    column = measure.columns[rows, 0]
    if measure.reduction == "net":
        return net(column, weights=weights, clusters=clusters, population=population)
    return share(column > 0, weights=weights, clusters=clusters, population=population)
