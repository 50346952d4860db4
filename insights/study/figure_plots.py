"""Pictures of figures: NPS over waves and slices, drivers, the map of satisfaction and importance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from insights.statistics.figure import BOTH_MODES, WHOLE
from insights.statistics.naming import method_text
from insights.statistics.sentences import number
from insights.study.names import metric_name, slice_title
from insights.study.picture import BLUE, GREEN, GREY, ORANGE, Picture, empty_picture, new_figure
from insights.study.wording import label
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODES = {"phone": (BLUE, "o"), "online": (ORANGE, "s"), BOTH_MODES: (GREEN, "D")}


def nps_picture(figures: pd.DataFrame, *, by: str | None, language: Language) -> Picture:
    """Return NPS as dots with intervals, a row for each wave (or slice) and mode; figure and n at the right."""
    title = label("nps_waves", language) if by is None else label("nps_by", language, by=slice_title(by, language))
    rows = figures.loc[figures["metric"].str.startswith("nps")] if len(figures) else figures
    if rows.empty:
        return empty_picture(title, label("nothing_to_plot", language))
    several = rows["wave"].nunique() > 1
    if by is not None and not several:
        title = f"{title}, {rows['wave'].iloc[0]}"
    rows = rows.sort_values("mode", key=lambda modes: modes.map(_mode_place), kind="stable")
    rows = rows.sort_values("wave", kind="stable")
    figure, axes = new_figure(title, height_in=1.6 + 0.36 * len(rows), note=_note(rows, language))
    _draw_rows(axes, rows.iloc[::-1], at="nps", language=language)
    axes.set_yticks(
        range(len(rows)),
        [_row_name(row, wave=several or by is None, language=language) for _, row in rows[::-1].iterrows()],
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlim(-105, 105)
    axes.set_xticks(range(-100, 101, 25))
    axes.set_xlabel(label("points", language))
    return Picture(figure)


def _mode_place(mode: object) -> int:
    return list(MODES).index(str(mode)) if mode in MODES else len(MODES)


def _row_name(row: pd.Series, *, wave: bool, language: Language) -> str:
    mode, part = str(row["mode"]), str(row["slice"])
    named = label("whole", language) if part == WHOLE else part.partition("=")[2]
    parts = [str(row["wave"])] if wave else []
    parts += [named] if part != WHOLE or not wave else []
    return ", ".join([*parts, label(mode, language) if mode in MODES else mode])


def _note(rows: pd.DataFrame, language: Language) -> str:
    """Return what the lines and the grey stand for: the interval's name, as few interviews as what."""
    methods = dict.fromkeys(method_text(str(one).partition(";")[0], language) for one in rows["method"])
    note = label("interval_note", language, method="; ".join(methods))
    return f"{note} {label('few_note', language)}" if rows["few"].any() else note


def _draw_rows(axes: Axes, rows: pd.DataFrame, *, at: str, language: Language) -> None:
    """Draw figures with their intervals from below; the numbers beside the axes."""
    for place, (_, row) in enumerate(rows.iterrows()):
        colour, marker = MODES.get(str(row["mode"]), (BLUE, "o"))
        colour = GREY if row["few"] else colour
        axes.hlines(place, row["low"], row["high"], color=colour, linewidth=2)
        axes.plot(row[at], place, marker=marker, color=colour, markersize=7, clip_on=False)
        low, value, high = (_whole(float(row[name]), language) for name in ("low", at, "high"))
        axes.annotate(f"{value}  [{low}; {high}]  n = {int(row['n'])}", (1.01, place),
                      xycoords=("axes fraction", "data"), ha="left", va="center", fontsize=9)  # fmt: skip
    axes.set_ylim(-0.7, len(rows) - 0.3)


def _whole(value: float, language: Language) -> str:
    """Return a figure without decimals, with a true minus sign."""
    return number(round(value), language)[:-2]


def drivers_picture(figures: pd.DataFrame, *, target: str, names: Mapping[str, str], language: Language) -> Picture:
    """Return attribute shares with intervals, all modes together where there are several; few interviews are grey."""
    title = label("drivers", language, target=names.get(target, target))
    rows = figures.loc[figures["metric"].str.startswith("driver:")] if len(figures) else figures
    if rows.empty:
        return empty_picture(title, label("few_drivers", language))
    together = rows.loc[rows["mode"] == BOTH_MODES]
    rows = (rows if together.empty else together).sort_values("value")
    alone = rows["wave"].nunique() == 1 and rows["mode"].nunique() == 1 and set(rows["slice"]) == {WHOLE}
    about = [metric_name(str(row["metric"]), names) for _, row in rows.iterrows()]
    if not alone:
        about = [f"{name}, {_row_name(row, wave=True, language=language)}"
                 for name, (_, row) in zip(about, rows.iterrows(), strict=True)]  # fmt: skip
    title = f"{title}, {rows['wave'].iloc[0]}" if alone else title
    figure, axes = new_figure(title, height_in=1.6 + 0.36 * len(rows), note=_note(rows, language))
    _draw_rows(axes, rows, at="value", language=language)
    axes.set_yticks(range(len(rows)), about)
    axes.set_xlim(0, max(60.0, float(rows["high"].max()) * 1.1))
    axes.set_xlabel(label("share_r2", language))
    return Picture(figure)


def map_picture(
    marks: pd.DataFrame,
    drivers: pd.DataFrame,
    questions: pd.DataFrame,
    *,
    names: Mapping[str, str],
    language: Language,
) -> Picture | None:
    """Return attributes by satisfaction and importance, both with intervals; None where importance is unknown.

    Importance is what customers said where they were asked, else derived from the score.
    """
    points, stated = _places(marks, drivers, questions)
    if not points:
        return None
    across_all = [across for across, _ in points.values()]
    note = _note(pd.DataFrame([row for pair in points.values() for row in pair]), language)
    figure, axes = new_figure(label("map", language), height_in=5.2, note=note)
    axes.grid(visible=True, axis="y")
    for question, (across, up) in points.items():
        axes.hlines(up["value"], across["low"], across["high"], color=GREY, linewidth=1)
        axes.vlines(across["value"], up["low"], up["high"], color=GREY, linewidth=1)
        axes.plot(across["value"], up["value"], "o", color=BLUE, markersize=8)
        axes.annotate(f"{names.get(question, question)} (n = {int(across['n'])})", (across["value"], up["value"]),
                      xytext=(7, 5), textcoords="offset points")  # fmt: skip
    axes.axvline(sum(one["value"] for one in across_all) / len(points), color=GREY, linewidth=0.8, linestyle="--")
    axes.axhline(
        sum(up["value"] for _, up in points.values()) / len(points), color=GREY, linewidth=0.8, linestyle="--"
    )
    axes.margins(0.12)
    axes.set_xlabel(label("satisfaction", language))
    axes.set_ylabel(label("stated" if stated else "derived", language))
    return Picture(figure)


def _places(
    marks: pd.DataFrame, drivers: pd.DataFrame, questions: pd.DataFrame
) -> tuple[dict[str, tuple[pd.Series, pd.Series]], bool]:
    """Return each attribute's figures, and whether importance was stated; the latest wave's, all modes together."""
    latest = {str(row["metric"]): row for _, row in marks.iterrows() if row["slice"] == WHOLE}
    top: dict[str, pd.Series] = {}
    for metric, row in latest.items():
        top.setdefault(metric.partition(":")[2], row)
    asked = {kind: questions.loc[questions["kind"] == kind] for kind in ("attribute", "importance")}
    weight = {str(r["attribute"]): top.get(str(r["question_id"])) for _, r in asked["importance"].iterrows()}
    stated = any(row is not None for row in weight.values())
    if not stated:
        derived = drivers.loc[drivers["metric"].str.startswith("driver:")] if len(drivers) else drivers
        weight = {str(row["metric"]).rpartition(":")[2]: row for _, row in derived.iterrows()}
    places: dict[str, tuple[pd.Series, pd.Series]] = {}
    for _, row in asked["attribute"].iterrows():
        across = top.get(str(row["question_id"]))
        by_attribute = weight.get(str(row["attribute"]))
        up = weight.get(str(row["question_id"])) if by_attribute is None else by_attribute
        if across is not None and up is not None:
            places[str(row["question_id"])] = (across, up)
    return places, stated
