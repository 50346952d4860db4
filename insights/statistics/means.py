"""Functions of means: the satisfaction index and its linearised interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from insights.statistics.clusters import client_count, linearised_variance
from insights.statistics.estimate import Z_95, Estimate, Floats, Ints, finite_population_factor
from insights.statistics.shares import wilson

CsiVariant = Literal["aggregate", "individual", "rescaled", "unweighted"]
EXPANDED_FROM = 500
STUDENT_EXPANSION = (
    np.array([1, 1, 0, 0, 0]) / 4,
    np.array([3, 16, 5, 0, 0]) / 96,
    np.array([-15, 17, 19, 3, 0]) / 384,
    np.array([-945, -1920, 1482, 776, 79]) / 92160,
)
"""By the power of 1 / degrees of freedom: factors of the normal quantile's powers 1, 3, 5, 7, 9."""


def student_quantile(clusters: int) -> float:
    """Return the 97.5 % quantile of Student's t with one degree less than there are clusters.

    Beyond some hundreds of clusters the expansion around the normal quantile is exact to twelve digits, and
    spares loading scipy.

    References
    ----------
    Abramowitz, M., Stegun, I. A. (1964). Handbook of Mathematical Functions, 26.7.5.

    Examples
    --------
    >>> round(student_quantile(11), 3)
    2.228
    """
    freedom = clusters - 1
    if freedom >= EXPANDED_FROM:
        powers = Z_95 ** np.arange(1, 10, 2)
        terms = [
            float(factors @ powers) / float(freedom) ** at for at, factors in enumerate(STUDENT_EXPANSION, start=1)
        ]
        return Z_95 + math.fsum(terms)
    from scipy.special import stdtrit

    return float(stdtrit(max(clusters - 1, 1), 0.975))


def column_means(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return each column's weighted mean over its present cells, and every cell's influence on it.

    Parameters
    ----------
    values:
        Shape (n, k), NaN = not answered.
    weights:
        Shape (n,).

    Returns
    -------
    tuple of numpy.ndarray
        Means, shape (k,), and influences, shape (n, k), 0 where not answered.
    """
    present = np.isfinite(values)
    weight = np.where(present, weights[:, None], 0.0)
    total = np.maximum(weight.sum(axis=0), 1e-12)
    filled = np.where(present, values, 0.0)
    means = (weight * filled).sum(axis=0) / total
    return means, weight * (filled - means) / total


def linearised(value: float, influence: Floats, clusters: Ints, *, population: int | None, method: str) -> Estimate:
    """Return an estimate from its value and every row's influence on it; rows of a client go together.

    Parameters
    ----------
    value:
        The figure, in points.
    influence:
        Shape (n,), in points; rows that don't enter are 0 and should be left out beforehand.
    clusters:
        Shape (n,).
    population:
        Clients there are in all, or None.
    method:
        Name of the figure's formula; the interval's name is added.
    """
    n = len(influence)
    variance = linearised_variance(influence, clusters)
    m = client_count(clusters)
    simple = linearised_variance(influence, np.arange(n))
    n_eff = float(np.clip(n * simple / variance, m if m < n else n, n)) if variance > 0 else float(m)
    name = f"{method}, linearised" + (" by client" if m < n else "")
    if not np.isfinite(variance):
        return Estimate(value, -math.inf, math.inf, n, n_eff, name, value, math.inf, n_eff, math.inf)
    factor = finite_population_factor(m, population)
    half = student_quantile(m) * float(np.sqrt(variance)) * factor
    n_wide = n_eff / factor**2 if factor else math.inf
    spread = variance * n_eff
    return Estimate(value, value - half, value + half, n, n_eff, name, value, half / Z_95, n_wide, spread)


def csi_values(satisfaction: Floats, importance: Floats, *, top: float, bottom: float) -> Mapping[CsiVariant, float]:
    """Return the satisfaction index under its four formulas, in points; store the variant with the figure.

    Parameters
    ----------
    satisfaction, importance:
        Shape (n, k), complete; the same attribute in the same column.
    top, bottom:
        Ends of the satisfaction scale.

    Examples
    --------
    >>> ratings = np.array([[5.0, 3.0], [4.0, 4.0]])
    >>> {name: round(value, 1) for name, value in csi_values(ratings, np.ones((2, 2)), top=5, bottom=1).items()}
    {'aggregate': 80.0, 'individual': 80.0, 'rescaled': 75.0, 'unweighted': 80.0}
    """
    mean_i, mean_s = importance.mean(axis=0), satisfaction.mean(axis=0)
    aggregate = float((mean_i * mean_s).sum() / mean_i.sum())
    individual = float(((importance * satisfaction).sum(axis=1) / importance.sum(axis=1)).mean())
    return {
        "aggregate": 100 * aggregate / top,
        "individual": 100 * individual / top,
        "rescaled": 100 * (aggregate - bottom) / (top - bottom),
        "unweighted": 100 * float(mean_s.mean()) / top,
    }


def csi(
    satisfaction: Floats, importance: Floats | None, *, top: float, weights: Floats, clusters: Ints,
    population: int | None = None,
) -> Estimate:  # fmt: skip
    """Return the satisfaction index: the mean of the attributes' means, weighted by their mean importance.

    Parameters
    ----------
    satisfaction, importance:
        Shape (n, k), NaN = not answered; importance None takes all attributes alike (variant "unweighted").
    top:
        Highest mark of the satisfaction scale.
    weights, clusters:
        Shape (n,).
    population:
        Clients there are in all, or None.

    Returns
    -------
    Estimate
        In points of 100; the method names the variant.
    """
    answered = np.isfinite(satisfaction).any(axis=1)
    rated = np.isfinite(satisfaction).any(axis=0)
    marks = satisfaction[answered][:, rated]
    mean_s, infl_s = column_means(marks, weights[answered])
    if importance is None:
        value = float(mean_s.mean())
        influence = infl_s.mean(axis=1)
        variant: CsiVariant = "unweighted"
    else:
        mean_i, infl_i = column_means(importance[answered][:, rated], weights[answered])
        total = mean_i.sum()
        value = float((mean_i * mean_s).sum() / total)
        influence = infl_s @ mean_i / total + infl_i @ (mean_s - value) / total
        variant = "aggregate"
    scale = 100.0 / top
    estimate = linearised(
        scale * value, scale * influence, clusters[answered], population=population, method=f"CSI {variant}"
    )
    return bounded(estimate, 0.0, 100.0)


def bounded(estimate: Estimate, low: float, high: float) -> Estimate:
    """Return the estimate with its interval cut to what is possible.

    Where all rows are alike, or come from one client, nothing can be said from their spread: the interval
    is then Wilson's for a share of the way from ``low`` to ``high``, the widest that bounded marks allow.
    """
    lower, upper, name = estimate.low, estimate.high, estimate.method
    if not (np.isfinite(estimate.se) and estimate.se > 0):
        way = (estimate.value - low) / (high - low)
        ends = wilson(min(1.0, max(0.0, way)), estimate.n_eff)
        lower, upper = (low + (high - low) * end for end in ends)
        name = f"{name} (all alike: Wilson bound)"
    se = (upper - lower) / 2 / Z_95
    return replace(estimate, low=max(low, lower), high=min(high, upper), method=name, se=se)
