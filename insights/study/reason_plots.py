"""Reasons by score group: diverging bars with counts and Wilson intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insights.statistics.naming import method_text
from insights.statistics.shares import share
from insights.store import Store
from insights.store.study_queries import read, reason_counts_selection, spoke_counts
from insights.study.picture import BLUE, GREEN, RED, Picture, empty_picture, new_figure
from insights.study.wording import label
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS = ((-1, "detractor", RED), (0, "passive", BLUE), (1, "promoter", GREEN))
MOST_CODES = 12
BAR = 0.26


def reasons_picture(store: Store, *, wave: str | None, language: Language) -> Picture:
    """Return, for each code, the share of every score group that complained of it or praised it."""
    title = label("reasons", language)
    rows = read(store, reason_counts_selection(wave=wave))
    groups = spoke_counts(store, wave=wave)
    if not rows or not groups:
        return empty_picture(title, label("nothing_to_plot", language))
    codes = _codes(rows)
    note = label("reasons_note", language, method=method_text("Wilson", language))
    figure, axes = new_figure(title, height_in=2.1 + 0.62 * len(codes), note=note)
    for place, code in enumerate(reversed(codes)):
        for at, (group, _, colour) in enumerate(GROUPS):
            height = place + (1 - at) * BAR
            for polarity in (-1, 1):
                named = sum(
                    r["n"] for r in rows if (r["code"], r["nps_class"], r["polarity"]) == (code, group, polarity)
                )
                if named and groups.get(group):
                    _bar(axes, named, groups[group], height, polarity, colour)
    names = {row["code"]: row[f"label_{language}"] or row["code"] for row in rows}
    axes.set_yticks(range(len(codes)), [names[code] for code in reversed(codes)])
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlim(-105, 105)
    axes.set_xticks([-100, -50, 0, 50, 100], ["100", "50", "0", "50", "100"])
    axes.set_xlabel(f"{label('complaints', language)}      {label('praises', language)}")
    handles = [
        _handle(colour, f"{label(name, language)} (n = {groups.get(group, 0)})") for group, name, colour in GROUPS
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False, fontsize=8)
    return Picture(figure)


def _codes(rows: list[dict[str, Any]]) -> list[str]:
    """Return the codes named most, the most named first."""
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["code"]] = totals.get(row["code"], 0) + row["n"]
    return sorted(totals, key=lambda code: (-totals[code], code))[:MOST_CODES]


def _bar(axes: Axes, named: int, total: int, height: float, polarity: int, colour: str) -> None:
    """Draw one share with its interval and count; complaints to the left."""
    flags = np.arange(total) < min(named, total)
    found = share(flags, weights=np.ones(total), clusters=np.arange(total))
    axes.barh(height, polarity * found.value, height=BAR * 0.9, color=colour, alpha=0.85)
    edges = [polarity * found.low, polarity * found.high]
    axes.hlines(height, min(edges), max(edges), color="black", linewidth=0.8)
    axes.annotate(str(named), (polarity * found.value, height), xytext=(polarity * 4, 3), textcoords="offset points",
                  ha="left" if polarity > 0 else "right", fontsize=7)  # fmt: skip


def _handle(colour: str, text: str) -> Any:  # noqa: ANN401 - a matplotlib patch
    from matplotlib.patches import Patch

    return Patch(color=colour, label=text)
