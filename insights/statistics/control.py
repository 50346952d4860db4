"""Control chart: weeks or days of one figure beside the limits that chance alone would keep them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from insights.statistics.estimate import Flags, Floats, Ints

LEAST_PERIODS = 12
LIMIT_SIGMAS = 3.0
SKEW_FACTOR = (LIMIT_SIGMAS**2 - 1.0) / 6.0
RANGE_OF_TWO = 1.128
"""Mean range of two normal values in their standard deviations."""
LONG_RUN = 9


@dataclass(frozen=True, slots=True)
class Limits:
    """A chart's centre and limits, in the figure's own unit (-1..1 or 0..1).

    Attributes
    ----------
    centre:
        Mean of all interviews of the chart, but for periods beyond the limits that they themselves would set.
    lower, upper:
        Shape (k,), one for each period: few interviews have wide limits. Not cut to what is possible.
    overdispersion:
        How much more neighbouring periods differ than samples of one unchanged population would; 1.0 at least.
    """

    centre: float
    lower: Floats
    upper: Floats
    overdispersion: float


def control_limits(values: Floats, periods: Ints) -> Limits:
    """Return the limits of a chart from single answers.

    Laney's: the sampling error of each period, times what neighbouring periods differ beyond it (never narrower than
    sampling error alone). Both limits are moved by the skew of the answers: without it few detractors alone raise
    false alarms. Where 12 others are left, periods outside don't enter centre and limits, or one bad week would put
    all good ones on one side.

    Parameters
    ----------
    values:
        Shape (n,): 1, 0, -1 of a net score, or 1, 0 of a share.
    periods:
        Shape (n,), 0..k-1, each present at least once, in order of time.

    References
    ----------
    Laney, D. B. (2002). Improved control charts for attributes. Quality Engineering 14(4), 531-537.
    Winterbottom, A. (1993). Simple adjustments to improve control limits on attribute charts. Quality and
    Reliability Engineering International 9(2), 105-109.

    Examples
    --------
    >>> limits = control_limits(np.tile([1.0, 0.0], 50), np.repeat([0, 1], 50))
    >>> limits.centre, limits.upper.round(3).tolist(), limits.overdispersion
    (0.5, [0.712, 0.712], 1.0)
    """
    n = np.bincount(periods).astype(float)
    means = np.bincount(periods, weights=values) / n
    first = _limits(values, periods, np.ones(len(n), dtype=bool))
    calm = ~beyond_limits(means, first)
    return first if bool(calm.all()) or int(calm.sum()) < LEAST_PERIODS else _limits(values, periods, calm)


def _limits(values: Floats, periods: Ints, calm: Flags) -> Limits:
    """Return limits for all periods from the ``calm`` ones; shape of ``calm`` (k,)."""
    n = np.bincount(periods).astype(float)
    kept = values[calm[periods]]
    centre = float(kept.mean())
    deviations = kept - centre
    variance = float(np.mean(deviations**2))
    if variance == 0.0:
        return Limits(centre, np.full(len(n), centre), np.full(len(n), centre), 1.0)
    means = np.bincount(periods, weights=values) / n
    standardised = ((means - centre) / np.sqrt(variance / n))[calm]
    between = float(np.abs(np.diff(standardised)).mean()) / RANGE_OF_TWO if len(standardised) > 1 else 1.0
    overdispersion = max(1.0, between)
    effective = n / overdispersion**2
    skew = float(np.mean(deviations**3)) / variance
    middle = centre + SKEW_FACTOR * skew / effective
    half = LIMIT_SIGMAS * np.sqrt(variance / effective)
    return Limits(centre, middle - half, middle + half, overdispersion)


def beyond_limits(means: Floats, limits: Limits) -> Flags:
    """Signal a period outside its limits; shape (k,)."""
    outside: Flags = (means < limits.lower - 1e-12) | (means > limits.upper + 1e-12)
    return outside


def nine_on_one_side(means: Floats, limits: Limits) -> Flags:
    """Signal the ninth and every further period in a row on one side of the centre; shape (k,).

    References
    ----------
    Nelson, L. S. (1984). The Shewhart control chart: tests for special causes. Journal of Quality Technology
    16(4), 237-239.
    """
    side = np.sign(means - limits.centre)
    run = np.zeros(len(side), dtype=np.int64)
    for at, here in enumerate(side):
        same = at > 0 and here == side[at - 1]
        run[at] = 0 if here == 0 else (run[at - 1] + 1 if same else 1)
    return np.greater_equal(run, LONG_RUN)


RULES: tuple[Callable[[Floats, Limits], Flags], ...] = (beyond_limits, nine_on_one_side)


def signals_of(means: Floats, limits: Limits) -> list[str]:
    """Return the name of the first rule of ``RULES`` that each period breaks, ``""`` for none.

    Examples
    --------
    >>> signals_of(np.array([0.5, 0.9]), Limits(0.5, np.array([0.3, 0.3]), np.array([0.7, 0.7]), 1.0))
    ['', 'beyond_limits']
    """
    names = [""] * len(means)
    for rule in reversed(RULES):
        names = [rule.__name__ if hit else name for hit, name in zip(rule(means, limits), names, strict=True)]
    return names
