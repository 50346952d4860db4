"""Early and late: whether those who answered late score otherwise, a hint of those who never did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from insights.statistics.change import compare
from insights.statistics.estimate import Floats, Ints
from insights.statistics.figure import BOTH_MODES, GREYED_UNDER, HIDDEN_UNDER, WHOLE, Figure
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure
from insights.statistics.parts import Part, answered_of, figure_of, rows_hash
from insights.statistics.waves import common_covariance

HALVES = ("early", "late")
LATE_FORMULA = "{metric} of the later half by date minus the earlier half; {formula}"


def late_figures(
    frame: Frame, measures: Sequence[Measure], parts: Iterable[Part]
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Return NPS of the later half minus the earlier half of each wave and mode, and names of those hidden.

    Halves with fewer than 10 interviews are hidden, under 30 greyed. Where a whole list is called again and again,
    the late ones are nearest to those who never answered; where customers are called as they come, the figure shows
    a drift in time instead.

    References
    ----------
    Armstrong, J. S., Overton, T. S. (1977). Journal of Marketing Research 14(3), 396-402.
    Lindner, J. R., Murphy, T. H., Briers, G. E. (2001). Journal of Agricultural Education 42(4), 43-53: halves of at
    least 30 where no reminder tells early from late.
    """
    figures: list[Figure] = []
    hidden: list[str] = []
    scores = [measure for measure in measures if measure.metric.partition(":")[0] == "nps"]
    for part in parts:
        if part.mode == BOTH_MODES:
            continue
        for measure in scores:
            halves = halves_of(frame.started_days, measure.used(part.rows))
            if halves is None:
                continue
            metric = f"{measure.metric}_late_minus_early"
            if min(map(len, halves)) < HIDDEN_UNDER:
                hidden.append(f"{metric} {part.wave} {part.mode} {WHOLE}")
                continue
            early, late = (Part(part.wave, f"{name} half", part.mode, rows) for name, rows in zip(HALVES, halves))
            found = late_figure(frame, measure, metric, (early, late))
            figures.extend([found] if found else [])
    return tuple(figures), tuple(hidden)


def halves_of(days: Floats, rows: Ints) -> tuple[Ints, Ints] | None:
    """Return the earlier and the later half of ``rows``, cut where the date changes; None where it never does.

    Parameters
    ----------
    days:
        Shape (n,), NaN = unknown; those rows are left out.
    rows:
        Of ``days``.

    Examples
    --------
    >>> early, late = halves_of(np.array([3.0, 1.0, 1.0, np.nan, 2.0]), np.arange(5))
    >>> early.tolist(), late.tolist()
    ([1, 2], [4, 0])
    """
    dated = rows[np.isfinite(days[rows])]
    dated = dated[np.argsort(days[dated], kind="stable")]
    cuts = np.flatnonzero(np.diff(days[dated]) > 0) + 1
    if not len(cuts):
        return None
    cut = int(cuts[np.argmin(np.abs(cuts - len(dated) / 2))])
    return dated[:cut], dated[cut:]


def late_figure(frame: Frame, measure: Measure, metric: str, halves: tuple[Part, Part]) -> Figure | None:
    """Return the difference of two halves as a figure; the smaller half tells whether it is greyed."""
    early, late = (figure_of(frame, measure, half) for half in halves)
    if early is None or late is None:
        return None
    covariance = common_covariance(frame, measure, halves)
    change = compare(metric, early[1], late[1], covariance=covariance)
    rows = np.concatenate([answered_of(frame, measure, half).rows for half in halves])
    n_early, n_late = change.n
    return Figure(
        metric=metric,
        wave=halves[0].wave,
        slice=WHOLE,
        mode=halves[0].mode,
        n=n_early + n_late,
        value=change.difference,
        low=change.low,
        high=change.high,
        method=f"{change.method}; later half against earlier",
        n_eff=early[1].n_eff + late[1].n_eff,
        greyed=min(change.n) < GREYED_UNDER,
        formula=LATE_FORMULA.format(metric=measure.metric, formula=measure.formula),
        rows_sha256=rows_hash(frame, measure, rows),
        extra={
            "n_early": n_early,
            "n_late": n_late,
            "p_value": round(change.p_value, 6),
            "significant": int(change.significant),
            "detectable_difference": round(change.detectable_difference, 4),
        },
    )
