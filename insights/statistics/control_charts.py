"""Control charts over the store: a chart for each mode, its periods with intervals, and the running 28 days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from insights.statistics.clusters import renumbered
from insights.statistics.control import LEAST_PERIODS, control_limits, signals_of
from insights.statistics.estimate import Estimate, Floats, Ints
from insights.statistics.figure import HIDDEN_UNDER
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure, estimate

Every = Literal["week", "day"]
DAYS: dict[Every, int] = {"week": 7, "day": 1}
RUNNING_DAYS = 28
ORDINAL_OF_JULIAN = 1721425


@dataclass(frozen=True, slots=True)
class Period:
    """A week or day of a chart.

    Attributes
    ----------
    start:
        Its Monday, or the day itself.
    figure:
        The figure of the period alone, in points.
    lower, upper:
        Its control limits in points: where chance alone would keep it.
    signal:
        The rule it breaks, ``""`` for none.
    running:
        The figure of the 28 days that end with the period; None before there were so many.
    """

    start: date
    figure: Estimate
    lower: float
    upper: float
    signal: str
    running: Estimate | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure of one mode over time.

    Attributes
    ----------
    metric, mode, every:
        Of what, and in which steps.
    centre:
        In points, over the periods within limits.
    overdispersion:
        See ``Limits``.
    periods:
        Those of 10 interviews and more, in order; none where there are fewer than 12.
    left_out:
        Periods with fewer than 10 interviews.
    n:
        Periods with 10 and more, shown or not.
    """

    metric: str
    mode: str
    every: Every
    centre: float
    overdispersion: float
    periods: tuple[Period, ...]
    left_out: int
    n: int

    @property
    def method(self) -> str:
        """How the limits were found."""
        steps = f"{self.n} {self.every}s"
        return f"Laney limits over {steps}, skew corrected, overdispersion {self.overdispersion:.2f}; unweighted"


def detractor_share(nps: Measure) -> Measure:
    """Return the share of 0-6 among the answers to an NPS question, which fewer interviews can show than NPS."""
    classes = nps.columns
    hits = np.where(np.isfinite(classes), (classes < 0).astype(float), np.nan)
    return Measure("detractors", "share of 0-6; settled score, else recorded, else spoken", "share", hits)


def charts_of(frame: Frame, measure: Measure, *, every: Every = "week") -> Iterator[Chart]:
    """Yield the chart of each mode with dated answers; phone and online are never one process.

    Parameters
    ----------
    measure:
        A net score or a share.
    every:
        ``week`` (from Monday) or ``day``, by the clock at the operator's place.
    """
    modes = frame.labels["mode"]
    dated = measure.used(np.flatnonzero(np.isfinite(frame.started_days)))
    days = np.floor(frame.started_days + 0.5)
    for code, mode in enumerate(modes.names):
        rows = dated[modes.codes[dated] == code]
        rows = rows[np.argsort(days[rows], kind="stable")]
        if len(rows):
            yield chart_of(frame, measure, rows, days[rows], mode=mode, every=every)


def chart_of(frame: Frame, measure: Measure, rows: Ints, days: Floats, *, mode: str, every: Every) -> Chart:
    """Return the chart of ``rows``, ordered by ``days``."""
    starts, period, n = np.unique(days // DAYS[every] * DAYS[every], return_inverse=True, return_counts=True)
    shown = n >= HIDDEN_UNDER
    kept = shown[period]
    left_out = int(np.count_nonzero(~shown))
    if int(shown.sum()) < LEAST_PERIODS:
        return Chart(measure.metric, mode, every, float("nan"), float("nan"), (), left_out, int(shown.sum()))
    values = measure.columns[rows[kept], 0]
    limits = control_limits(values, renumbered(period[kept]))
    figures = [_figure(frame, measure, rows[period == at]) for at in np.flatnonzero(shown)]
    signals = signals_of(np.array([figure.value for figure in figures]) / 100.0, limits)
    running = [_running(frame, measure, rows, days, end=float(end)) for end in starts[shown] + DAYS[every]]
    least = -100.0 if measure.reduction == "net" else 0.0
    lower, upper = (np.clip(100 * edge, least, 100.0).tolist() for edge in (limits.lower, limits.upper))
    dates = [date.fromordinal(int(start) - ORDINAL_OF_JULIAN) for start in starts[shown]]
    periods = tuple(Period(*cells) for cells in zip(dates, figures, lower, upper, signals, running, strict=True))
    centre = 100 * limits.centre
    return Chart(measure.metric, mode, every, centre, limits.overdispersion, periods, left_out, len(periods))


def _figure(frame: Frame, measure: Measure, rows: Ints) -> Estimate:
    """Return the figure of some rows, each counted once; a client's answers go together."""
    return estimate(measure, rows, weights=np.ones(len(rows)), clusters=renumbered(frame.clients[rows]))


def _running(frame: Frame, measure: Measure, rows: Ints, days: Floats, *, end: float) -> Estimate | None:
    """Return the figure of the 28 days before ``end``; None where the answers began later than those."""
    if end - RUNNING_DAYS < days[0]:
        return None
    first, last = np.searchsorted(days, (end - RUNNING_DAYS, end))
    return _figure(frame, measure, rows[first:last])
