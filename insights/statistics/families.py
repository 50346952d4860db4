"""Families of tests: how many of the differences found would be found by chance alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insights.statistics.estimate import Floats


def benjamini_hochberg(p_values: Sequence[float]) -> Floats:
    """Return p-values adjusted for the false discovery rate, in the order given.

    Parameters
    ----------
    p_values:
        Of one family, named beforehand; each in 0..1.

    References
    ----------
    Benjamini, Y., Hochberg, Y. (1995). Journal of the Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=float)
    if not len(p):
        return p
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.minimum.accumulate(p[order] * len(p) / ranks)
    result = np.empty(len(p))
    result[order] = np.minimum(adjusted, 1.0)
    return result


def holm(p_values: Sequence[float]) -> Floats:
    """Return p-values adjusted so that even one false alarm in the family is rare, in the order given.

    For a few comparisons declared before the data were seen.

    References
    ----------
    Holm, S. (1979). Scandinavian Journal of Statistics 6(2), 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    result = np.empty(len(p))
    result[order] = np.minimum(adjusted, 1.0)
    return result
