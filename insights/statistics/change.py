"""Change between two waves: difference, interval, p, and the change these interviews could have shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from insights.statistics.estimate import Z_95, Z_POWER_80, Estimate

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved from one wave to the next, in points.

    Attributes
    ----------
    metric:
        The figure compared.
    p_value:
        Two-sided, before any correction for many comparisons.
    significant:
        After Benjamini-Hochberg over the family where several figures were compared.
    difference:
        Second wave minus first, as plain figures.
    low, high:
        95 % interval of the difference.
    detectable_difference:
        The true change these two waves would have found four times in five.
    n:
        Interviews in the first and in the second wave.
    method:
        Name of the test.
    """

    metric: str
    p_value: float
    significant: bool
    difference: float
    low: float
    high: float
    detectable_difference: float
    n: tuple[int, int]
    method: str


def compare(
    metric: str, first: Estimate, second: Estimate, *, covariance: float = 0.0, mode: str = "", span: float = 200.0
) -> Change:
    """Compare two estimates of one figure.

    Parameters
    ----------
    metric:
        Name of the figure.
    first, second:
        The figure in the earlier and the later wave.
    covariance:
        Of the two estimates, in squared points, where some clients answered in both waves; else 0.0.
    mode:
        "phone" or "online" where it should stand in the method's name.
    span:
        Width of the figure's whole range in points; the interval is cut to it.

    Examples
    --------
    >>> from insights.statistics.nps import nps_from_counts
    >>> change = compare("nps", nps_from_counts((195, 148, 46)), nps_from_counts((270, 199, 70)))
    >>> change.significant, round(change.difference, 1)
    (False, -1.2)
    """
    # Two tests must agree. Adjusted estimates alone raise false alarms when a handful meets hundreds (up to 5.9 %
    # of them); the error of both waves taken together alone does so between small waves (up to 5.3 %).
    difference = second.centre - first.centre
    variance = first.se**2 + second.se**2 - 2.0 * covariance
    # A covariance estimated from few common clients must not eat up the variance itself.
    se = math.sqrt(max(variance, 0.1 * (first.se**2 + second.se**2)))
    p_value = max(two_sided(difference, se), two_sided(second.value - first.value, pooled_error(first, second)))
    low, high = difference - Z_95 * se, difference + Z_95 * se
    plain = second.value - first.value
    method = "z, adjusted and pooled" + ("; common clients" if covariance else "") + (f"; {mode}" if mode else "")
    return Change(
        metric=metric,
        p_value=p_value,
        significant=p_value < ALPHA,
        difference=plain,
        low=max(-span, min(low, plain)),
        high=min(span, max(high, plain)),
        detectable_difference=(Z_95 + Z_POWER_80) * se,
        n=(first.n, second.n),
        method=method,
    )


def two_sided(difference: float, se: float) -> float:
    """Return the two-sided p-value of a difference; 1.0 for none, 0.0 for one without any error.

    Examples
    --------
    >>> round(two_sided(19.6, 10.0), 3)
    0.05
    """
    if difference == 0.0:
        return 1.0
    return math.erfc(abs(difference) / se / math.sqrt(2.0)) if se > 0 else 0.0


def pooled_error(first: Estimate, second: Estimate) -> float:
    """Return the standard error of the difference as if both waves came from one population, in points."""
    if math.isinf(first.n_wide) and math.isinf(second.n_wide):
        return 0.0
    n_1, n_2 = first.n_eff, second.n_eff
    mean = (n_1 * first.value + n_2 * second.value) / (n_1 + n_2)
    squares = sum(
        size * (estimate.spread + (estimate.value - mean) ** 2) for size, estimate in ((n_1, first), (n_2, second))
    )
    return math.sqrt(squares / (n_1 + n_2) * (1.0 / first.n_wide + 1.0 / second.n_wide))
