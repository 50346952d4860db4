"""Estimate: a value in points with its interval, how many interviews it rests on, and the method's name."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Z_95 = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""
Z_POWER_80 = 0.8416212335729143
"""Normal quantile of 80 % power: a true change of this size is found four times in five."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure in points with a 95 % interval.

    Attributes
    ----------
    value:
        The plain figure, as anybody would compute it from the rows (weighted where weights apply).
    low, high:
        The interval; it need not be symmetric around ``value``.
    n:
        Interviews used.
    n_eff:
        Interviews of a simple random sample that would be as precise: n after unequal weights
        and several answers of one client; the finite population is not in it.
    method:
        Name of the interval, with what entered it.
    centre, se:
        The interval's centre and standard error in points, for comparing two estimates.
    n_wide:
        ``n_eff`` grown by the part of a finite population that answered; infinite where all did.
    spread:
        Variance of a single interview, in squared points.
    """

    value: float
    low: float
    high: float
    n: int
    n_eff: float
    method: str
    centre: float
    se: float
    n_wide: float
    spread: float


def sampled_share(n: int, population: int | None) -> float:
    """Return the share of a finite population that answered; 0.0 where the population is unknown.

    Examples
    --------
    >>> sampled_share(45, 100)
    0.45
    """
    if population is None or population <= 0:
        return 0.0
    return min(1.0, n / population)


def finite_population_factor(n: int, population: int | None) -> float:
    """Return what a standard error is multiplied by when ``n`` of ``population`` clients answered.

    Examples
    --------
    >>> round(finite_population_factor(45, 100), 3)
    0.742
    """
    return math.sqrt(1.0 - sampled_share(n, population))


def method_name(base: str, *, n: int, n_eff: float, weighted: bool, clients: int, population: int | None) -> str:
    """Return the method's full name: the interval, then everything that widened or narrowed it.

    Examples
    --------
    >>> method_name("Wilson", n=50, n_eff=50.0, weighted=False, clients=50, population=120)
    'Wilson; 50 of 120 clients'
    """
    parts = [base]
    if weighted:
        parts.append("weighted")
    if clients < n:
        parts.append("clustered by client")
    if round(n_eff) != n:
        parts.append(f"n_eff {n_eff:.0f}")
    if sampled_share(clients, population) > 0:
        parts.append(f"{clients} of {population} clients")
    return "; ".join(parts)
