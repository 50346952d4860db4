"""Control charts as tables: a row for each week or day, with its interval, its limits and the rule it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from insights.statistics.control import LEAST_PERIODS
from insights.statistics.control_charts import DAYS, Chart, Every, charts_of, detractor_share
from insights.statistics.figure import GREYED_UNDER
from insights.statistics.frame import Frame, load_frame
from insights.statistics.measure import Measure
from insights.statistics.measures import measures_of, nps_measures
from insights.store import Store
from insights.store import study_queries as ask
from insights.study import choices
from insights.study.figures import FEW
from insights.study.opened import Opened
from insights.study.table import Table
from insights.study.wording import label
from transcribe.dialogue import Language

COLUMNS = (
    "metric", "mode", "period", "n", "value", "low", "high", "centre", "lower_limit", "upper_limit", "signal",
    "running_n", "running", "running_low", "running_high", "method", FEW,
)  # fmt: skip


def control_table(study: Opened, figure: str, *, every: Every, wave: str | None) -> Table:
    """Return the charts of both modes one after the other; the note names signals and what is left out."""
    choices.one_of("step", every, list(DAYS))
    frame = load_frame(study.store, waves=study.only(wave))
    measure = measure_named(study.store, frame, figure)
    if every == "day" and measure.metric == "nps":
        raise ValueError(
            'NPS is not given by day: 20 interviews place it within about 31 points; use every="week", '
            'or control("detractors", every="day")'
        )
    charts = list(charts_of(frame, measure, every=every))
    rows = [row for chart in charts for row in chart_rows(chart)]
    notes = [note for chart in charts for note in chart_notes(chart, study.language)]
    notes = [*notes, label("control_chance", study.language)] if charts else [label("control_undated", study.language)]
    sql = ask.figures_selection("nps" if figure in ("nps", "detractors") else "all", wave=wave).text
    return study.table(rows, sql=sql, columns=COLUMNS, note=" ".join(notes))


def measure_named(store: Store, frame: Frame, figure: str) -> Measure:
    """Return the net score or share of this name.

    Raises
    ------
    ValueError
        For another; the message names those that there are.
    """
    scores = list(nps_measures(store, frame))[:1]
    there = {"nps": scores[0], "detractors": detractor_share(scores[0])} if scores else {}
    if figure not in there:
        shares = (one for one in measures_of(store, frame) if one.reduction != "csi" and one.answered.any())
        there = {**{one.metric: one for one in shares}, **there}
    return there[str(choices.one_of("figure", figure, list(there)))]


def chart_rows(chart: Chart) -> Iterator[dict[str, Any]]:
    """Yield a chart's periods as rows, in points; the running 28 days are None until there were so many."""
    for period in chart.periods:
        figure, running = period.figure, period.running
        yield {
            "metric": chart.metric,
            "mode": chart.mode,
            "period": period.start.isoformat(),
            "n": figure.n,
            "value": round(figure.value, 2),
            "low": round(figure.low, 2),
            "high": round(figure.high, 2),
            "centre": round(chart.centre, 2),
            "lower_limit": round(period.lower, 2),
            "upper_limit": round(period.upper, 2),
            "signal": period.signal,
            "running_n": running.n if running else None,
            "running": round(running.value, 2) if running else None,
            "running_low": round(running.low, 2) if running else None,
            "running_high": round(running.high, 2) if running else None,
            "method": f"{chart.method}; {figure.method}",
            FEW: figure.n < GREYED_UNDER,
        }


def metric_title(metric: str, language: Language) -> str:
    """Return a charted figure's name for a reader.

    >>> metric_title("nps", "ru"), metric_title("detractors", "ru"), metric_title("csat:speed", "ru")
    ('NPS', 'доля критиков', 'csat:speed')
    """
    if metric == "detractors":
        return label("detractors_share", language)
    return metric.upper() if metric.isalpha() else metric


def signal_texts(chart: Chart, language: Language) -> Iterator[str]:
    """Yield a chart's signals, those that follow one another by the same rule as from - to."""
    for rule, together in groupby(chart.periods, key=lambda one: one.signal):
        dates = [one.start.isoformat() for one in together]
        if rule:
            yield f"{' – '.join(dict.fromkeys((dates[0], dates[-1])))} {label(rule, language)}"


def chart_notes(chart: Chart, language: Language) -> Iterator[str]:
    """Yield what a chart says in plain words: its signals, or none, and what is left out."""
    about = {
        "metric": metric_title(chart.metric, language),
        "mode": label(chart.mode, language),
        "steps": label(f"steps_{chart.every}", language),
        "n": chart.n,
    }
    broken = list(signal_texts(chart, language))
    if not chart.periods:
        yield label("control_few", language, least=LEAST_PERIODS, **about)
    else:
        yield label("control_signals" if broken else "control_calm", language, signals="; ".join(broken), **about)
    if chart.left_out:
        yield label("control_left_out", language, **{**about, "n": chart.left_out})
