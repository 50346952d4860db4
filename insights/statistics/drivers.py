"""Drivers: which attributes a score goes with, with intervals; "goes with", never "causes"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from insights.statistics.estimate import Floats, Ints
from insights.statistics.importance import correlations_of, lmg, relative_weights, variance_inflation

DRAWS = 400
FEWER_DRAWS = 100
MANY_ATTRIBUTES = 8
GROUPS = 200
LEAST_ROWS_PER_ATTRIBUTE = 5


@dataclass(frozen=True, slots=True)
class Driver:
    """One attribute's part in a score, in points of R squared (0-100).

    Attributes
    ----------
    attribute:
        The question it was asked by.
    share:
        LMG (Shapley) share; the shares of all attributes sum to R squared.
    low, high:
        95 % percentile interval of a bootstrap over clients.
    johnson:
        Johnson's relative weight, a second opinion.
    correlation:
        With the score; tells the direction.
    vif:
        Variance inflation: above about 5 the attributes can hardly be told apart.
    n:
        Interviews with the score and every attribute.
    method:
        Name of the method and of the bootstrap.
    """

    attribute: str
    share: float
    low: float
    high: float
    johnson: float
    correlation: float
    vif: float
    n: int
    method: str


def drivers(
    attributes: Floats, target: Floats, *, names: Sequence[str], weights: Floats, clusters: Ints, seed: int = 1
) -> tuple[Driver, ...]:
    """Return every attribute's share of R squared, the largest first.

    Parameters
    ----------
    attributes:
        Shape (n, p), NaN = not answered; interviews with a gap are left out.
    target:
        The score, shape (n,).
    names:
        The p attributes.
    weights, clusters:
        Shape (n,).
    seed:
        Of the bootstrap; the same seed gives the same intervals.

    Returns
    -------
    tuple of Driver
        Empty where fewer than five interviews an attribute are complete.

    References
    ----------
    Groemping, U. (2007). The American Statistician 61(2), 139-147.
    """
    complete = np.isfinite(attributes).all(axis=1) & np.isfinite(target)
    n, p = int(complete.sum()), len(names)
    if p == 0 or n < max(LEAST_ROWS_PER_ATTRIBUTE * p, 10):
        return ()
    rows = np.column_stack([np.ones(n), attributes[complete], target[complete]])
    groups, kind = bootstrap_groups(clusters[complete], seed=seed)
    moments = group_moments(rows, weights[complete], groups)
    whole = correlations_of(moments.sum(axis=0))
    shares = 100.0 * lmg(whole)
    draws = DRAWS if p <= MANY_ATTRIBUTES else FEWER_DRAWS
    drawn = 100.0 * lmg(correlations_of(resampled(moments, draws=draws, seed=seed)))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    johnson, vif = 100.0 * relative_weights(whole), variance_inflation(whole)
    found = [
        Driver(
            attribute=name,
            share=float(shares[j]),
            low=float(min(low[j], shares[j])),
            high=float(max(high[j], shares[j])),
            johnson=float(johnson[j]),
            correlation=float(whole[j, p]),
            vif=float(vif[j]),
            n=n,
            method=f"LMG, {draws} bootstrap draws by {kind}",
        )
        for j, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda driver: -driver.share))


def bootstrap_groups(clusters: Ints, *, seed: int) -> tuple[Ints, str]:
    """Return what is drawn as one in the bootstrap, and its name.

    A client; beyond some hundreds of clients, one of 200 random groups of clients, which tells the spread as
    well (random groups) and costs nothing at a hundred thousand interviews.
    """
    _, number = np.unique(clusters, return_inverse=True)
    count = int(number.max()) + 1
    if count <= 5 * GROUPS:
        return number.astype(np.int64), "client"
    group_of = np.random.default_rng(seed).permutation(count) % GROUPS
    return group_of[number].astype(np.int64), f"{GROUPS} random groups of clients"


def group_moments(rows: Floats, weights: Floats, groups: Ints) -> Floats:
    """Return the weighted sums of products of the columns by group; shape (groups, k, k)."""
    k = rows.shape[1]
    count = int(groups.max()) + 1
    moments = np.empty((count, k, k))
    for i in range(k):
        for j in range(i, k):
            moments[:, i, j] = np.bincount(groups, weights=weights * rows[:, i] * rows[:, j], minlength=count)
            moments[:, j, i] = moments[:, i, j]
    return moments


def resampled(moments: Floats, *, draws: int, seed: int) -> Floats:
    """Return the sums over groups drawn with replacement; shape (draws, k, k)."""
    rng = np.random.default_rng(seed)
    count = len(moments)
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=draws).astype(float)
    sums: Floats = np.einsum("dg,gij->dij", times, moments)
    return sums


def importance_gap(
    importance: Floats, satisfaction: Floats, *, weights: Floats, clusters: Ints
) -> tuple[float, float, float, int] | None:
    """Return importance minus satisfaction on the scale's own marks: mean, low, high, n; None without pairs.

    Parameters
    ----------
    importance, satisfaction:
        Shape (n,), NaN = not answered; only interviews with both are used.
    weights, clusters:
        Shape (n,).
    """
    from insights.statistics.means import column_means, linearised

    both = np.isfinite(importance) & np.isfinite(satisfaction)
    if int(both.sum()) <= 1:
        return None
    means, influence = column_means((importance - satisfaction)[both][:, None], weights[both])
    gap = linearised(float(means[0]), influence[:, 0], clusters[both], population=None, method="gap")
    return gap.value, gap.low, gap.high, gap.n
