"""Shares in points (0-100) with Wilson's interval: top boxes, readiness, rates."""

from __future__ import annotations

import math

import numpy as np

from insights.statistics.clusters import all_equal, client_count, effective_n
from insights.statistics.estimate import Z_95, Estimate, Flags, Floats, Ints, method_name, sampled_share


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; all in 0..1.

    Parameters
    ----------
    share:
        The share seen, 0..1.
    n:
        Interviews, or effective interviews; must be positive.

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(0.8, 10)
    >>> round(low, 6), round(high, 6)
    (0.490162, 0.943318)
    """
    if n <= 0:
        raise ValueError(f"n is {n}; a share needs at least one interview")
    if math.isinf(n):
        return share, share
    z2 = Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    # At 0 and 1 the bound is exactly 0 or 1; rounding must not push it past the share itself.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def share(hits: Flags, *, weights: Floats, clusters: Ints, population: int | None = None) -> Estimate:
    """Return the share of True in points with Wilson's interval on the effective n.

    Parameters
    ----------
    hits:
        Shape (n,).
    weights, clusters:
        Shape (n,).
    population:
        Clients there are in all, or None.

    Examples
    --------
    >>> figure = share(np.arange(10) < 8, weights=np.ones(10), clusters=np.arange(10))
    >>> figure.value, round(figure.low, 1), figure.method
    (80.0, 49.0, 'Wilson')
    """
    n = len(hits)
    if n == 0:
        raise ValueError("no interviews; a share needs at least one")
    values = hits.astype(float)
    clients = client_count(clusters)
    n_eff = effective_n(values, weights, clusters)
    seen = float(np.average(values, weights=weights))
    name = method_name(
        "Wilson",
        n=n,
        n_eff=n_eff,
        weighted=not all_equal(weights),
        clients=clients,
        population=population,
    )
    left = 1.0 - sampled_share(clients, population)
    n_wide = n_eff / left if left > 0 else math.inf
    low, high = wilson(seen, n_wide)
    centre, se = agresti_caffo(seen, n_wide)
    spread = 1e4 * centre * (1.0 - centre)
    return Estimate(100 * seen, 100 * low, 100 * high, n, n_eff, name, 100 * centre, 100 * se, n_wide, spread)


def agresti_caffo(share: float, n: float) -> tuple[float, float]:
    """Return a share's centre and standard error (0..1) after adding one hit and one miss, for differences.

    References
    ----------
    Agresti, A., Caffo, B. (2000). The American Statistician 54(4), 280-288.
    """
    if math.isinf(n):
        return share, 0.0
    centre = (share * n + 1) / (n + 2)
    return centre, math.sqrt(centre * (1 - centre) / (n + 2))
