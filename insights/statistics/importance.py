"""Shares of R squared: how much of a score goes with each attribute, whatever the order they enter in."""

from __future__ import annotations

import math

import numpy as np

from insights.statistics.estimate import Floats

MOST_FOR_LMG = 12
RIDGE = 1e-9
NO_SPREAD = 1e-12


def lmg(correlations: Floats) -> Floats:
    """Return every predictor's Shapley share of R squared (Lindeman, Merenda, Gold), averaged over all orders.

    Parameters
    ----------
    correlations:
        Shape (..., p + 1, p + 1), the target last; leading axes (bootstrap draws) are done together.

    Returns
    -------
    numpy.ndarray
        Shape (..., p); sums to R squared.

    Raises
    ------
    ValueError
        More than 12 predictors (2^p models).

    References
    ----------
    Lindeman, R. H., Merenda, P. F., Gold, R. Z. (1980). Introduction to Bivariate and Multivariate Analysis.

    Examples
    --------
    >>> lmg(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]])).round(2).tolist()
    [0.36, 0.09]
    """
    p = correlations.shape[-1] - 1
    if p > MOST_FOR_LMG:
        raise ValueError(f"{p} attributes; exact shares are for at most {MOST_FOR_LMG}: leave some out")
    r_squared = _r_squared_of_subsets(correlations)
    weights = [math.factorial(k) * math.factorial(p - k - 1) / math.factorial(p) for k in range(p)]
    masks = np.arange(1 << p)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    shares = np.zeros((*correlations.shape[:-2], p))
    for j in range(p):
        without = masks[(masks >> j) & 1 == 0]
        gain = r_squared[..., without | (1 << j)] - r_squared[..., without]
        shares[..., j] = gain @ np.array(weights)[sizes[without]]
    return shares


def _r_squared_of_subsets(correlations: Floats) -> Floats:
    """Return R squared of every subset of predictors, shape (..., 2^p), the subset's bits as index."""
    p = correlations.shape[-1] - 1
    r_squared = np.zeros((*correlations.shape[:-2], 1 << p))
    for mask in range(1, 1 << p):
        chosen = [j for j in range(p) if mask >> j & 1]
        among = correlations[..., chosen, :][..., :, chosen] + RIDGE * np.eye(len(chosen))
        target = correlations[..., chosen, p]
        solved = np.linalg.solve(among, target[..., None])[..., 0]
        r_squared[..., mask] = np.sum(target * solved, axis=-1)
    return r_squared


def relative_weights(correlations: Floats) -> Floats:
    """Return Johnson's relative weights, a quick neighbour of ``lmg``; shape (p,), sums to R squared.

    Parameters
    ----------
    correlations:
        Shape (p + 1, p + 1), the target last.

    References
    ----------
    Johnson, J. W. (2000). Multivariate Behavioral Research 35(1), 1-19.

    Examples
    --------
    >>> relative_weights(np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]])).round(2).tolist()
    [0.36, 0.09]
    """
    p = len(correlations) - 1
    values, vectors = np.linalg.eigh(correlations[:p, :p])
    root = vectors @ np.diag(np.sqrt(np.maximum(values, RIDGE))) @ vectors.T
    weights: Floats = root**2 @ np.linalg.solve(root, correlations[:p, p]) ** 2
    return weights


def variance_inflation(correlations: Floats) -> Floats:
    """Return how much each predictor's error is inflated by the others (VIF); shape (p,), 1.0 where unrelated.

    Examples
    --------
    >>> variance_inflation(np.eye(3)).round(3).tolist()
    [1.0, 1.0]
    """
    p = len(correlations) - 1
    inflation: Floats = np.diag(np.linalg.inv(correlations[:p, :p] + RIDGE * np.eye(p)))
    return inflation


def correlations_of(moments: Floats) -> Floats:
    """Return correlations from sums of products of ``[1, x1..xp, y]``.

    Parameters
    ----------
    moments:
        Shape (..., p + 2, p + 2).

    Returns
    -------
    numpy.ndarray
        Shape (..., p + 1, p + 1); a column without spread correlates with nothing (0).
    """
    total = moments[..., :1, :1]
    means = moments[..., :1, 1:] / total
    covariance = moments[..., 1:, 1:] / total - np.swapaxes(means, -1, -2) * means
    spread = np.sqrt(np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0.0))
    scale = spread[..., :, None] * spread[..., None, :]
    flat = scale <= NO_SPREAD
    result: Floats = np.where(flat, 0.0, covariance / np.where(flat, 1.0, scale))
    size = result.shape[-1]
    result[..., np.arange(size), np.arange(size)] = 1.0
    return result
