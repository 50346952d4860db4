"""Figure: what is printed, stored and explained; never without n, interval and method."""

from __future__ import annotations

from dataclasses import dataclass, field

from insights.statistics.estimate import Estimate

WHOLE = "all"
BOTH_MODES = "phone+online"
HIDDEN_UNDER = 10
GREYED_UNDER = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one slice, in points.

    Attributes
    ----------
    metric:
        ``nps``, ``csat:speed``, ``csi`` and so on.
    wave, slice, mode:
        What it is of; slice ``all`` is the whole wave, mode ``phone+online`` both together.
    n:
        Interviews used.
    value, low, high:
        The figure and its 95 % interval.
    method:
        Name of the interval, with weights, clusters, effective n and finite population where they apply.
    n_eff:
        Effective interviews.
    greyed:
        True under 30 interviews: look at the interval only.
    formula:
        How it is computed, in words.
    rows_sha256:
        Hash of the interviews used and their numbers.
    metric_id:
        Under which the store keeps it; None before it is kept.
    p_rest:
        For slices of a family: p of the difference from the rest, after Benjamini-Hochberg; else None.
    """

    metric: str
    wave: str
    slice: str
    mode: str
    n: int
    value: float
    low: float
    high: float
    method: str
    n_eff: float
    greyed: bool
    formula: str = ""
    rows_sha256: str = ""
    metric_id: int | None = None
    p_rest: float | None = None
    extra: dict[str, float | int | str | None] = field(default_factory=dict)


def figure_from(
    estimate: Estimate, *, metric: str, wave: str, slice_name: str, mode: str, formula: str, rows_sha256: str
) -> Figure:
    """Return an estimate as a figure of one slice."""
    return Figure(
        metric=metric,
        wave=wave,
        slice=slice_name,
        mode=mode,
        n=estimate.n,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        method=estimate.method,
        n_eff=estimate.n_eff,
        greyed=estimate.n < GREYED_UNDER,
        formula=formula,
        rows_sha256=rows_sha256,
    )


def figure_json(figure: Figure) -> dict[str, object]:
    """Return a figure as programs read it; points with four decimals.

    Examples
    --------
    >>> figure = Figure("nps", "2026Q4", "all", "phone", 40, 37.5, 12.0, 60.0, "adjusted Wald", 40.0, False)
    >>> sorted(figure_json(figure))[:6]
    ['greyed', 'high', 'low', 'method', 'metric', 'metric_id']
    """
    return {
        "metric": figure.metric,
        "wave": figure.wave,
        "slice": figure.slice,
        "mode": figure.mode,
        "n": figure.n,
        "value": round(figure.value, 4),
        "low": round(figure.low, 4),
        "high": round(figure.high, 4),
        "method": figure.method,
        "n_eff": round(figure.n_eff, 1),
        "greyed": figure.greyed,
        "metric_id": figure.metric_id,
        **({"p_rest": figure.p_rest} if figure.p_rest is not None else {}),
        **figure.extra,
    }
