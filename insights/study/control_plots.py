"""Picture of a control chart: weeks or days, their limits, the running 28 days, signals as large dots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd

from insights.statistics.control_charts import DAYS, RUNNING_DAYS, Every
from insights.statistics.naming import method_text
from insights.study.control import metric_title
from insights.study.picture import BLUE, GREEN, GREY, INK, RED, Picture, empty_picture, new_figure
from insights.study.table import Table
from insights.study.wording import label
from insights.survey.responses import Mode
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNS_A_LINE = 85


def control_picture(chart: Table, *, mode: Mode, every: Every, language: Language) -> Picture:
    """Return the chart of one mode; periods under 30 interviews are grey."""
    rows = chart.loc[chart["mode"] == mode] if len(chart) else chart
    steps = label(f"steps_{every}", language)
    if rows.empty:
        title = label("control", language, metric="", mode=label(mode, language), steps=steps).lstrip(", ")
        why = chart.note if chart.empty else label("nothing_to_plot", language)
        return empty_picture(title, fill(why, SIGNS_A_LINE))
    metric = str(rows["metric"].iloc[0])
    title = label("control", language, metric=metric_title(metric, language), mode=label(mode, language), steps=steps)
    method = method_text(str(rows["method"].iloc[0]).partition("; unweighted")[0], language)
    fewest, most = int(rows["n"].min()), int(rows["n"].max())
    note = label("control_note", language, steps=steps, method=method, fewest=fewest, most=most)
    few = f" {label('few_note', language)}" if rows["few"].any() else ""
    figure, axes = new_figure(title, height_in=4.2, note=f"{note}{few} {label('control_chance', language)}")
    for stretch in stretches(rows):
        _draw(axes, stretch, days=DAYS[every])
    axes.axhline(float(rows["centre"].iloc[0]), color=INK, linewidth=0.8, linestyle="--")
    axes.xaxis_date()
    axes.grid(visible=True, axis="y")
    axes.set_ylabel(label("points" if metric.startswith("nps") else "share_points", language))
    figure.autofmt_xdate()
    return Picture(figure)


def stretches(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows between pauses of more than 28 days, over which no line is drawn.

    >>> [len(one) for one in stretches(pd.DataFrame({"period": ["2026-03-02", "2026-03-09", "2026-06-01"]}))]
    [2, 1]
    """
    starts = pd.to_datetime(rows["period"])
    number = (starts.diff().dt.days > RUNNING_DAYS).cumsum()
    for _, stretch in rows.groupby(number):
        yield stretch


def _draw(axes: Axes, rows: pd.DataFrame, *, days: int) -> None:
    """Draw limits as steps, the running figure, and the periods in the middle of their days."""
    from matplotlib.dates import date2num

    starts = [float(date2num(date.fromisoformat(str(one)))) for one in rows["period"]]  # type: ignore[no-untyped-call]
    middles = [start + days / 2 for start in starts]
    edges = [*starts, starts[-1] + days]
    for name in ("lower_limit", "upper_limit"):
        limits = rows[name].tolist()
        axes.step(edges, [*limits, limits[-1]], where="post", color=GREY, linewidth=1)
    axes.plot(middles, rows["running"].astype(float).tolist(), color=GREEN, linewidth=4, alpha=0.35)
    axes.plot(middles, rows["value"].tolist(), color=BLUE, linewidth=0.8)
    for middle, (_, row) in zip(middles, rows.iterrows(), strict=True):
        colour = RED if row["signal"] else GREY if row["few"] else BLUE
        axes.plot([middle], [row["value"]], "o", color=colour, markersize=8 if row["signal"] else 5)
