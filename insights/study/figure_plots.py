"""Pictures of figures: NPS over waves and slices, drivers, the map of satisfaction and importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from insights.statistics.figure import BOTH_MODES, WHOLE
from insights.study.picture import BLUE, GREEN, GREY, ORANGE, Picture, empty_picture, new_figure
from insights.study.wording import label
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODES = {"phone": (BLUE, "o"), "online": (ORANGE, "s"), BOTH_MODES: (GREEN, "D")}


def nps_picture(figures: pd.DataFrame, *, by: str | None, language: Language) -> Picture:
    """Return NPS as dots with intervals, a row for each wave (or slice) and mode; n at the right."""
    title = label("nps_waves", language) if by is None else label("nps_by", language, by=by)
    if figures.empty:
        return empty_picture(title, label("nothing_to_plot", language))
    rows = figures.loc[figures["metric"].str.startswith("nps")]
    several = rows["wave"].nunique() > 1
    names = [_row_name(row, several=several, language=language) for _, row in rows.iterrows()]
    figure, axes = new_figure(title, height_in=1.3 + 0.36 * len(rows))
    for place, (_, row) in enumerate(rows.iterrows()):
        colour, marker = MODES.get(str(row["mode"]), (GREY, "o"))
        _interval(axes, row, len(rows) - 1 - place, colour=GREY if row["few"] else colour, marker=marker, at="nps")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlim(-105, 125)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xticks(range(-100, 101, 25))
    axes.set_yticks(range(len(rows)), list(reversed(names)))
    axes.set_xlabel(label("points", language))
    return Picture(figure)


def _row_name(row: pd.Series, *, several: bool, language: Language) -> str:
    mode = str(row["mode"])
    parts = [str(row["wave"])] if several or row["slice"] == WHOLE else []
    parts += [] if row["slice"] == WHOLE else [str(row["slice"]).partition("=")[2]]
    return ", ".join([*parts, label(mode, language) if mode in MODES else mode])


def _interval(axes: Axes, row: pd.Series, place: int, *, colour: str, marker: str, at: str) -> None:
    """Draw one figure with its interval, and n at the right edge."""
    axes.hlines(place, row["low"], row["high"], color=colour, linewidth=2)
    axes.plot(row[at], place, marker=marker, color=colour, markersize=7)
    text = f"{row[at]:.0f}  n = {int(row['n'])}"
    axes.annotate(text, (1.0, place), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=8)


def drivers_picture(figures: pd.DataFrame, *, target: str, language: Language) -> Picture:
    """Return attribute shares with intervals, all modes together where there are several; few interviews are grey."""
    title = label("drivers", language, target=target)
    rows = figures.loc[figures["metric"].str.startswith("driver:")] if len(figures) else figures
    if rows.empty:
        return empty_picture(title, label("few_drivers", language))
    together = rows.loc[rows["mode"] == BOTH_MODES]
    rows = (rows if together.empty else together).sort_values("value")
    names = [f"{str(row['metric']).rpartition(':')[2]}, {_row_name(row, several=True, language=language)}"
             for _, row in rows.iterrows()]  # fmt: skip
    figure, axes = new_figure(title, height_in=1.3 + 0.36 * len(rows))
    for place, (_, row) in enumerate(rows.iterrows()):
        _interval(axes, row, place, colour=GREY if row["few"] else BLUE, marker="o", at="value")
    axes.set_yticks(range(len(rows)), names)
    axes.set_xlim(0, max(100.0, float(rows["high"].max()) * 1.25))
    axes.set_xlabel(label("share_r2", language))
    return Picture(figure)


def map_picture(
    marks: pd.DataFrame, drivers: pd.DataFrame, questions: pd.DataFrame, *, language: Language
) -> Picture | None:
    """Return attributes by satisfaction and importance (stated, else derived); None where neither is known."""
    points, stated = _places(marks, drivers, questions)
    if not points:
        return None
    figure, axes = new_figure(label("map", language), height_in=5.0)
    axes.grid(visible=True, axis="y")
    for name, (across, up) in points.items():
        axes.plot(across, up, "o", color=BLUE, markersize=8)
        axes.annotate(name, (across, up), xytext=(7, 4), textcoords="offset points")
    middle = [sum(values) / len(points) for values in zip(*points.values(), strict=True)]
    axes.axvline(middle[0], color=GREY, linewidth=0.8, linestyle="--")
    axes.axhline(middle[1], color=GREY, linewidth=0.8, linestyle="--")
    axes.margins(0.15)
    axes.set_xlabel(label("satisfaction", language))
    axes.set_ylabel(label("stated" if stated else "derived", language))
    return Picture(figure)


def _places(
    marks: pd.DataFrame, drivers: pd.DataFrame, questions: pd.DataFrame
) -> tuple[dict[str, tuple[float, float]], bool]:
    """Return each attribute's place, and whether importance was stated; the latest wave's, all modes together."""
    top = {str(r["metric"]): float(r["value"]) for _, r in marks.iterrows() if r["slice"] == WHOLE}
    asked = {kind: questions.loc[questions["kind"] == kind] for kind in ("attribute", "importance")}
    weight = {str(r["attribute"]): _top_box(top, str(r["question_id"])) for _, r in asked["importance"].iterrows()}
    stated = any(value is not None for value in weight.values())
    if not stated:
        derived = drivers.loc[drivers["metric"].str.startswith("driver:")] if len(drivers) else drivers
        weight = {str(r["metric"]).rpartition(":")[2]: float(r["value"]) for _, r in derived.iterrows()}
    places: dict[str, tuple[float, float]] = {}
    for _, row in asked["attribute"].iterrows():
        across = _top_box(top, str(row["question_id"]))
        up = weight.get(str(row["attribute"]), weight.get(str(row["question_id"])))
        if across is not None and up is not None:
            places[str(row["question_id"])] = (across, up)
    return places, stated


def _top_box(top: dict[str, float], question: str) -> float | None:
    return next((value for name, value in top.items() if name.partition(":")[2] == question), None)
