"""Clusters: several answers of one client are fewer than they look."""

from __future__ import annotations

import numpy as np

from insights.statistics.estimate import Floats, Ints
from insights.statistics.weights import kish_n_eff


def cluster_totals(values: Floats, clusters: Ints) -> Floats:
    """Return the sum of ``values`` by cluster; shape (number of clusters,)."""
    totals: Floats = np.bincount(clusters, weights=values).astype(np.float64)
    return totals


def linearised_variance(influence: Floats, clusters: Ints) -> float:
    """Return the variance of an estimate from every row's influence on it, rows of a client taken together.

    The sum over clusters is multiplied by m / (m - 1), m the number of clusters; NaN for a single cluster.

    Parameters
    ----------
    influence:
        Shape (n,); sums to about zero.
    clusters:
        Shape (n,), numbers 0..m-1.

    References
    ----------
    Binder, D. A. (1983). International Statistical Review 51(3), 279-292.
    """
    totals = cluster_totals(influence, clusters)
    present = np.bincount(clusters) > 0
    m = int(present.sum())
    if m <= 1:
        return float("nan")
    return float(np.sum(totals[present] ** 2)) * m / (m - 1)


def client_count(clusters: Ints) -> int:
    """Return how many different clients there are.

    Examples
    --------
    >>> client_count(np.array([4, 4, 0]))
    2
    """
    return int(np.count_nonzero(np.bincount(clusters))) if len(clusters) else 0


def all_equal(weights: Floats) -> bool:
    """Tell whether every weight is the same, but for rounding.

    Examples
    --------
    >>> all_equal(np.ones(3)), all_equal(np.array([1.0, 2.0]))
    (True, False)
    """
    # Weights that are plainly equal, the usual case, are told in one pass.
    return bool(np.all(weights == weights[0])) or bool(np.allclose(weights, weights[0]))


def renumbered(clusters: Ints) -> Ints:
    """Return the clusters as 0..m-1 without gaps, in the same order; shape (n,).

    Examples
    --------
    >>> renumbered(np.array([7, 2, 7])).tolist()
    [1, 0, 1]
    """
    number = np.cumsum(np.bincount(clusters) > 0) - 1
    dense: Ints = number[clusters]
    return dense


def is_simple(weights: Floats, clusters: Ints) -> bool:
    """Tell whether every row weighs the same and comes from a client of its own."""
    equal = all_equal(weights) if len(weights) else True
    return equal and len(clusters) == client_count(clusters)


def effective_n(values: Floats, weights: Floats, clusters: Ints) -> float:
    """Return the effective sample size of a weighted mean over clients.

    ``n`` over the design effect, which compares the linearised variance with that of a simple random sample.
    It never exceeds ``n`` (an estimated design effect below one is noise) nor falls below the effective
    number of clients, which is what remains when a client's answers are all alike.

    Parameters
    ----------
    values, weights:
        Shape (n,).
    clusters:
        Shape (n,), the client's number.

    Examples
    --------
    >>> twins = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    >>> effective_n(twins, np.ones(8), np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    4.0
    """
    n = len(values)
    if n == 0 or is_simple(weights, clusters):
        return float(n)
    totals = cluster_totals(weights, clusters)
    floor = min(float(n), kish_n_eff(totals[totals > 0]))
    mean = float(np.average(values, weights=weights))
    simple = float(np.average((values - mean) ** 2, weights=weights)) / n
    if simple <= 0:
        return floor
    actual = linearised_variance(weights * (values - mean) / weights.sum(), clusters)
    if not np.isfinite(actual) or actual <= 0:
        return floor
    return float(np.clip(n * simple / actual, floor, n))
