"""Weights: from a sample drawn in equal shares back to the population, and what that costs in precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insights.statistics.estimate import Floats, Ints


def kish_n_eff(weights: Floats) -> float:
    """Return Kish's effective sample size, ``(sum w)^2 / sum w^2``; 0.0 for no weights.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> kish_n_eff(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares > 0 else 0.0


def population_weights(codes: Ints, sizes: Floats, *, start: Floats) -> Floats:
    """Return weights that give every stratum its share of the population, in proportion to ``start`` inside each.

    Rows of a stratum that the population doesn't list, or lists with zero, keep their weight: a figure may not lose
    interviews because a list is incomplete.

    Parameters
    ----------
    codes:
        Shape (n,), the row's stratum 0..k-1, -1 = unknown.
    sizes:
        Shape (k,), clients in each stratum.
    start:
        Shape (n,), weights as delivered; ones where none were.

    Returns
    -------
    numpy.ndarray
        Shape (n,), with the sum of ``start``.

    Examples
    --------
    >>> population_weights(np.array([0, 0, 1, 1]), np.array([300.0, 100.0]), start=np.ones(4)).tolist()
    [1.5, 1.5, 0.5, 0.5]
    """
    weights = start.copy()
    listed = codes >= 0
    listed[listed] = sizes[codes[listed]] > 0
    if not bool(listed.any()):
        return weights
    met = np.bincount(codes[listed], minlength=len(sizes)) > 0
    fitted = rake([(codes[listed], np.where(met, sizes, 0.0))], start=start[listed])
    weights[listed] = fitted * start[listed].mean()
    return weights


def rake(
    margins: Sequence[tuple[Ints, Floats]], *, start: Floats, max_rounds: int = 200, tolerance: float = 1e-10
) -> Floats:
    """Fit weights to several margins at once by iterative proportional fitting.

    Parameters
    ----------
    margins:
        For each margin, the row's category (shape (n,), 0..k-1) and the wanted share of each category (shape (k,)).
    start:
        Weights to begin with, shape (n,).
    max_rounds, tolerance:
        When to stop: no weight moves by more than ``tolerance`` of itself.

    Returns
    -------
    numpy.ndarray
        Shape (n,), mean 1.0; every margin met where the sample allows it.

    Raises
    ------
    ValueError
        A margin wants a share from a category without any row.

    References
    ----------
    Deming, W. E., Stephan, F. F. (1940). Annals of Mathematical Statistics 11(4), 427-444.

    Examples
    --------
    >>> group = np.array([0, 0, 0, 1])
    >>> rake([(group, np.array([0.5, 0.5]))], start=np.ones(4)).round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    weights = start / start.mean()
    for index, (category, wanted) in enumerate(margins):
        empty = np.flatnonzero((np.bincount(category, minlength=len(wanted)) == 0) & (wanted > 0))
        if len(empty):
            raise ValueError(
                f"margin {index}: category {empty[0]} has no row but a wanted share of {wanted[empty[0]]:.3f};"
                " join it with a neighbour"
            )
    for _ in range(max_rounds):
        before = weights.copy()
        for category, wanted in margins:
            present = np.bincount(category, weights=weights, minlength=len(wanted)) / weights.sum()
            factor = np.divide(wanted / wanted.sum(), present, out=np.zeros(len(wanted)), where=present > 0)
            weights = weights * factor[category]
        if np.max(np.abs(weights - before) / before) < tolerance:
            break
    fitted: Floats = weights / weights.mean()
    return fitted
