"""Net Promoter Score in points, with intervals that hold at small n."""

from __future__ import annotations

import math

import numpy as np

from insights.statistics.clusters import all_equal, client_count, effective_n
from insights.statistics.estimate import (
    Z_95,
    Estimate,
    Floats,
    Ints,
    method_name,
    sampled_share,
)

PROMOTER_FROM = 9
DETRACTOR_TO = 6
JEFFREYS_NODES = 100
BISECTIONS = 13
SMALL_N = 30
LEAST_SLICE = 10
Counts = tuple[float, float, float]


def nps_class(scores: Floats) -> Floats:
    """Return 1.0 for 9-10, 0.0 for 7-8, -1.0 for 0-6; same shape.

    Examples
    --------
    >>> nps_class(np.array([10.0, 8.0, 6.0])).tolist()
    [1.0, 0.0, -1.0]
    """
    return np.where(scores >= PROMOTER_FROM, 1.0, np.where(scores <= DETRACTOR_TO, -1.0, 0.0))


def adjusted_wald(counts: Counts) -> tuple[float, float]:
    """Return centre and standard error (in -1..1) after adding 3/4, 3/2, 3/4 interviews.

    Parameters
    ----------
    counts:
        Promoters, passives, detractors; fractions allowed (effective counts).

    References
    ----------
    Rocks, B. (2016). Interval Estimation for the "Net Promoter Score". The American Statistician 70(4), 365-372.

    Examples
    --------
    >>> centre, se = adjusted_wald((6.0, 3.0, 1.0))
    >>> round(100 * centre, 4), round(100 * se, 4)
    (38.4615, 19.7273)
    """
    promoters, passives, detractors = counts[0] + 0.75, counts[1] + 1.5, counts[2] + 0.75
    n = promoters + passives + detractors
    centre = (promoters - detractors) / n
    return centre, math.sqrt(((promoters + detractors) / n - centre**2) / n)


def jeffreys_cdf(at: Floats, counts: Counts) -> Floats:
    """Return P(NPS <= at) under a Dirichlet posterior with Jeffreys' prior; ``at`` in [-1, 1], any shape (k,).

    The share of opinions s = promoters + detractors and the promoters' part u of them are independent
    betas, and NPS = s (2u - 1): one integral over the quantiles of s, no random draws.
    """
    from scipy.special import betainc, betaincinv

    promoters, passives, detractors = (count + 0.5 for count in counts)
    quantiles = (np.arange(JEFFREYS_NODES) + 0.5) / JEFFREYS_NODES
    opinions = betaincinv(promoters + detractors, passives, quantiles)
    part = (np.asarray(at, dtype=float)[:, None] / np.maximum(opinions, 1e-12)[None, :] + 1.0) / 2.0
    below: Floats = betainc(promoters, detractors, np.clip(part, 0.0, 1.0)).mean(axis=1)
    return below


def jeffreys_interval(counts: Counts) -> tuple[float, float]:
    """Return the equal-tailed 95 % interval (in -1..1) of the Dirichlet-Jeffreys posterior.

    Examples
    --------
    >>> low, high = jeffreys_interval((10.0, 0.0, 0.0))
    >>> 0.5 < low < 0.75, 0.99 < high <= 1.0
    (True, True)
    """
    low, high = np.full(2, -1.0), np.full(2, 1.0)
    wanted = np.array([0.025, 0.975])
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        below = jeffreys_cdf(middle, counts) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return float(low[0]), float(high[1])


def probability_above(counts: Counts, threshold: float) -> float:
    """Return the posterior probability that NPS exceeds ``threshold`` points.

    Examples
    --------
    >>> round(probability_above((20.0, 10.0, 20.0), 0.0), 2)
    0.5
    """
    return 1.0 - float(jeffreys_cdf(np.array([threshold / 100.0]), counts)[0])


def interval_name(n: int) -> str:
    """Return the name of the interval that ``n`` interviews get."""
    return "adjusted Wald or Dirichlet-Jeffreys, the wider" if LEAST_SLICE <= n < SMALL_N else "adjusted Wald"


def nps_from_counts(
    counts: Counts,
    *,
    n: int | None = None,
    population: int | None = None,
    clients: int | None = None,
    method: str = "",
) -> Estimate:
    """Return NPS with its interval from counts of promoters, passives and detractors.

    The interval is adjusted Wald; from 10 to 29 interviews the wider of adjusted Wald and
    Dirichlet-Jeffreys, because each alone falls under 93 % coverage where hardly anybody is a detractor or a
    passive. Under 10, where slices are hidden and only a whole wave is given, nothing makes up for the few.

    Parameters
    ----------
    counts:
        Promoters, passives, detractors; effective counts (shares times n_eff) where weights or clusters apply.
    n:
        Interviews really used; by default the sum of ``counts``.
    population:
        Clients there are in all; narrows the interval. None = unlimited.
    clients:
        Different clients among them, for the finite population; by default each interview is one.
    method:
        Overrides the method's name.

    Raises
    ------
    ValueError
        No interviews.

    Examples
    --------
    >>> figure = nps_from_counts((60, 30, 10))
    >>> figure.value, round(figure.low, 1), round(figure.high, 1)
    (50.0, 35.5, 61.6)
    """
    n_eff = float(sum(counts))
    if n_eff <= 0:
        raise ValueError(f"no interviews: counts {counts}; NPS needs at least one score")
    used = round(n_eff) if n is None else n
    value = 100.0 * (counts[0] - counts[2]) / n_eff
    name = method or method_name(
        interval_name(used),
        n=used,
        n_eff=n_eff,
        weighted=False,
        clients=used if clients is None else clients,
        population=population,
    )
    answered = sampled_share(used if clients is None else clients, population)
    if answered >= 1.0:
        return Estimate(value, value, value, used, n_eff, name, value, 0.0, math.inf, 0.0)
    # Counts grow by 1 / (1 - f): the interval shrinks by sqrt(1 - f) and the added interviews fade as f nears 1.
    left = 1.0 - answered
    wide = n_eff / left
    grown = (counts[0] / left, counts[1] / left, counts[2] / left)
    centre, se = adjusted_wald(grown)
    low, high = centre - Z_95 * se, centre + Z_95 * se
    if LEAST_SLICE <= used < SMALL_N:
        posterior = jeffreys_interval(grown)
        low, high = min(low, posterior[0]), max(high, posterior[1])
    low, high = max(-100.0, min(100.0 * low, value)), min(100.0, max(100.0 * high, value))
    return Estimate(value, low, high, used, n_eff, name, 100.0 * centre, 100.0 * se, wide, 1e4 * se**2 * (wide + 3.0))


def net(classes: Floats, *, weights: Floats, clusters: Ints, population: int | None = None) -> Estimate:
    """Return 100 times (share of 1 minus share of -1), weights and clients taken into account.

    Parameters
    ----------
    classes:
        Shape (n,), each 1.0, 0.0 or -1.0: promoter, passive, detractor; or ready, unsure, not ready.
    weights, clusters:
        Shape (n,); all ones and all different where neither applies.
    population:
        As for ``nps_from_counts``.
    """
    n = len(classes)
    if n == 0:
        raise ValueError("no interviews; a net share needs at least one")
    clients = client_count(clusters)
    n_eff = effective_n(classes, weights, clusters)
    if bool(np.all(weights == 1.0)):  # counted: exactly what the sums below would be, without copies
        shares = [float(np.count_nonzero(classes == kind) / n) for kind in (1.0, 0.0, -1.0)]
    else:
        shares = [float(np.sum(weights[classes == kind]) / weights.sum()) for kind in (1.0, 0.0, -1.0)]
    name = method_name(
        interval_name(n),
        n=n,
        n_eff=n_eff,
        weighted=not all_equal(weights),
        clients=clients,
        population=population,
    )
    counts = (shares[0] * n_eff, shares[1] * n_eff, shares[2] * n_eff)
    return nps_from_counts(counts, n=n, population=population, clients=clients, method=name)


def nps(scores: Floats, *, weights: Floats, clusters: Ints, population: int | None = None) -> Estimate:
    """Return NPS of ``scores`` (shape (n,), 0..10, no NaN); the options are those of ``net``.

    Examples
    --------
    >>> scores = np.array([10.0] * 6 + [8.0] * 3 + [2.0])
    >>> nps(scores, weights=np.ones(10), clusters=np.arange(10)).value
    50.0
    """
    return net(nps_class(scores), weights=weights, clusters=clusters, population=population)
