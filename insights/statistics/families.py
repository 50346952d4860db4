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
