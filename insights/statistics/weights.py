"""Weights: from a sample drawn in equal shares back to the population, and what that costs in precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def post_stratify(strata: Sequence[str | None], population: Mapping[str, float]) -> Floats:
    """Return weights (mean 1) that give every stratum its share of the population.

    Rows of a stratum that the population doesn't list, or lists with zero, keep their share of the sample: a
    figure may not lose interviews because a list is incomplete.

    Parameters
    ----------
    strata:
        One label a row, length n; None = unknown.
    population:
        Number of clients by stratum.

    Returns
    -------
    numpy.ndarray
        Shape (n,), mean 1.0.

    Examples
    --------
    >>> post_stratify(["a", "a", "b", "b"], {"a": 300, "b": 100})
    array([1.5, 1.5, 0.5, 0.5])
    """
    names = sorted(population)
    number = {name: code for code, name in enumerate(names)}
    codes = np.array([-1 if stratum is None else number.get(stratum, -1) for stratum in strata], dtype=np.int64)
    return stratum_weights(codes, np.array([population[name] for name in names], dtype=float))


def stratum_weights(codes: Ints, sizes: Floats) -> Floats:
    """Return ``post_stratify``'s weights for strata as numbers: shape (n,), -1 = unknown; ``sizes`` shape (k,)."""
    weights = np.ones(len(codes))
    counts = np.bincount(codes[codes >= 0], minlength=len(sizes)) if len(sizes) else np.zeros(0)
    listed = (counts > 0) & (sizes > 0)
    if not bool(listed.any()):
        return weights
    weight_of = np.ones(len(sizes))
    weight_of[listed] = sizes[listed] / sizes[listed].sum() * counts[listed].sum() / counts[listed]
    known = codes >= 0
    weights[known] = weight_of[codes[known]]
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
