"""Pictures of how scores were said: waits by question, hesitation by score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from insights.cases.figures import median_interval
from insights.study.picture import BLUE, GREY, ORANGE, Picture, empty_picture, new_figure
from insights.study.wording import label
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
HESITANT_FROM = 1.0
SMALLEST_S = 0.02
SPREAD = 0.12
TICKS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
LEAST_FOR_MEDIAN = 6  # with fewer no two of the values hold a 95 % interval


def latency_picture(answers: pd.DataFrame, *, names: Mapping[str, str], language: Language) -> Picture:
    """Return waits by question on a log axis: every answer a dot, from 6 answers on the median with its interval."""
    title = label("latency", language)
    if answers.empty or not answers["latency_s"].notna().any():
        return empty_picture(title, label("nothing_to_plot", language))
    measured = answers.loc[answers["latency_s"].notna()]
    questions = list(dict.fromkeys(measured["question_id"]))
    note = label("latency_note", language, n=int((measured["latency_s"] <= 0).sum()))
    figure, axes = new_figure(title, height_in=2.0 + 0.45 * len(questions), note=note)
    rng = np.random.default_rng(0)
    for place, question in enumerate(reversed(questions)):
        waits = measured.loc[measured["question_id"] == question, "latency_s"].to_numpy(dtype=float)
        _draw_waits(axes, waits, place, rng)
    axes.set_xscale("log")
    point = "," if language == "ru" else "."
    axes.set_xticks(TICKS_S, [f"{tick:g}".replace(".", point) for tick in TICKS_S])
    axes.minorticks_off()
    axes.set_ylim(-0.6, len(questions) - 0.4)
    axes.set_yticks(range(len(questions)), [_named(measured, one, names) for one in reversed(questions)])
    axes.set_xlabel(label("latency_axis", language))
    return Picture(figure)


def _draw_waits(axes: Axes, waits: Floats, place: int, rng: np.random.Generator) -> None:
    """Draw one question's waits; what is too early for a log axis is left out, the median keeps it."""
    shown = np.maximum(waits[waits > 0], SMALLEST_S)
    axes.plot(shown, place + rng.uniform(-SPREAD, SPREAD, shown.size), "o", markersize=4, color=BLUE, alpha=0.6)
    if waits.size >= LEAST_FOR_MEDIAN:
        edges = median_interval(np.sort(waits).tolist())
        low, value, high = np.maximum((edges[0], float(np.median(waits)), edges[1]), SMALLEST_S)
        axes.hlines(place, low, high, color=ORANGE, linewidth=2.5)
        axes.vlines(value, place - 0.3, place + 0.3, color=ORANGE, linewidth=2.5)


def _named(measured: pd.DataFrame, question: str, names: Mapping[str, str]) -> str:
    return f"{names.get(question, question)} (n = {int((measured['question_id'] == question).sum())})"


def hesitation_picture(answers: pd.DataFrame, *, language: Language) -> Picture:
    """Return hesitation against NPS, every answer a dot; marked ones stand out and carry the interview's id."""
    title = label("hesitation", language)
    if answers.empty:
        return empty_picture(title, label("nothing_to_plot", language))
    shown = answers.loc[(answers["kind"] == "nps") & answers["hesitation"].notna() & answers["value"].notna()]
    if shown.empty:
        return empty_picture(title, label("nothing_to_plot", language))
    figure, axes = new_figure(f"{title} (n = {len(shown)})", height_in=4.4, note=label("hesitation_note", language))
    marked = shown["hesitation"] >= HESITANT_FROM
    rng = np.random.default_rng(0)
    scores = shown["value"].to_numpy(dtype=float) + rng.uniform(-SPREAD, SPREAD, len(shown))
    for chosen, colour in ((~marked, GREY), (marked, ORANGE)):
        flags = chosen.to_numpy(dtype=bool)
        axes.plot(scores[flags], shown["hesitation"].to_numpy(dtype=float)[flags], "o", color=colour, alpha=0.8)
    for at, (_, row) in enumerate(shown.iterrows()):
        if row["hesitation"] >= HESITANT_FROM and int(marked.sum()) <= 12:  # noqa: PLR2004 - more names hide each other
            axes.annotate(str(row["interview_id"]), (scores[at], row["hesitation"]), xytext=(6, 3),
                          textcoords="offset points", fontsize=8)  # fmt: skip
    axes.axhline(HESITANT_FROM, color=ORANGE, linewidth=0.8, linestyle="--")
    axes.set_xlim(-0.5, 10.5)
    axes.set_xticks(range(11))
    axes.set_xlabel(label("score", language))
    axes.set_ylabel(label("hesitation_axis", language))
    return Picture(figure)
