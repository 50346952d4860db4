"""Figures as rows: what insights.statistics computes, with n, interval and method, in points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from insights.statistics.early_late import late_figures
from insights.statistics.figure import Figure
from insights.statistics.frame import DIMENSIONS, Frame, load_frame
from insights.statistics.measure import Measure
from insights.statistics.measures import nps_measures
from insights.statistics.metrics import add_slices, hesitation_labels, metrics
from insights.statistics.parts import figure_of, parts_of
from insights.statistics.response import ResponseGap, response_gaps, response_measures
from insights.statistics.waves import WaveChange
from insights.store import Store
from insights.study.choices import one_of
from insights.study.wording import label
from transcribe.dialogue import Language

FEW = "few"
MOST_NAMED = 12
Found = tuple[Sequence[Figure], Sequence[str]]  # figures, and the names of slices left out for too few interviews
COLUMNS = ("metric", "wave", "slice", "mode", "n", "value", "low", "high", "method", FEW)


def dimension(by: str | None) -> str | None:
    """Return a dimension by its name, with ``_`` or ``-``.

    Raises
    ------
    ValueError
        For one that does not exist; the message names those that do.

    Examples
    --------
    >>> dimension("operator_team"), dimension(None)
    ('operator-team', None)
    """
    name = by.replace("_", "-") if isinstance(by, str) else by
    return name if name in DIMENSIONS else one_of("slice", by, DIMENSIONS)


def nps_figures(store: Store, *, waves: Sequence[str] | None, by: str | None) -> Found:
    """Return the NPS of whole waves and of slices, without computing the rest of the metrics."""
    frame = load_frame(store, waves=waves)
    return figures_of(frame, store, list(nps_measures(store, frame))[:1], by=by)


def figures_of(frame: Frame, store: Store, measures: Sequence[Measure], *, by: str | None) -> Found:
    """Return some measures of whole waves and of slices."""
    found: list[Figure] = []
    hidden: list[str] = []
    for part in parts_of(frame):
        found.extend(one[0] for measure in measures if (one := figure_of(frame, measure, part)))
        if by is not None and by != "mode":
            labels = hesitation_labels(store, frame) if by == "hesitation" else frame.labels[by]
            add_slices(frame, measures, part, by, labels, into=(found, hidden))
    return found, hidden


def response_figures(frame: Frame, store: Store, *, by: str | None) -> tuple[Found, Sequence[ResponseGap]]:
    """Return response rates and late against early NPS, and the waves and modes without rates."""
    rates, hidden = figures_of(frame, store, list(response_measures(store, frame)), by=by)
    late, too_few = late_figures(frame, list(nps_measures(store, frame))[:1], parts_of(frame))
    return ([*rates, *late], [*hidden, *too_few]), response_gaps(frame)


def chosen_figures(store: Store, prefix: str, *, waves: Sequence[str] | None, by: str | None) -> Found:
    """Return the figures whose name begins with ``prefix``; ``""`` for all."""
    report = metrics(store, waves=waves, by=() if by is None else (by,))
    chosen = [figure for figure in report.figures if figure.metric.startswith(prefix)]
    return chosen, [name for name in report.hidden if name.startswith(prefix)]


def hidden_note(hidden: Sequence[str], language: Language) -> str:
    """Return what was left out for having too few interviews, ``""`` for nothing.

    >>> hidden_note(["nps 2026Q4 phone segment=small", "csi 2026Q4 phone segment=small"], "en")
    'Left out, fewer than 10 interviews: 2026Q4 phone segment=small.'
    """
    slices = list(dict.fromkeys(name.partition(" ")[2] for name in hidden))
    named = "; ".join(slices[:MOST_NAMED]) + ("; …" if len(slices) > MOST_NAMED else "")
    return label("hidden_slices", language, slices=named) if slices else ""


def figure_rows(figures: Sequence[Figure], *, named: str) -> list[dict[str, Any]]:
    """Return figures as rows; the figure's own column is called ``named``."""
    return [
        {
            "metric": figure.metric,
            "wave": figure.wave,
            "slice": figure.slice,
            "mode": figure.mode,
            "n": figure.n,
            named: round(figure.value, 2),
            "low": round(figure.low, 2),
            "high": round(figure.high, 2),
            "method": figure.method,
            FEW: figure.greyed,
            **({"p_rest": figure.p_rest} if figure.p_rest is not None else {}),
            **figure.extra,
        }
        for figure in figures
    ]


def change_rows(changes: Sequence[WaveChange], sentences: Sequence[str]) -> list[dict[str, Any]]:
    """Return changes between two waves as rows, each with its sentence."""
    return [
        {
            "metric": found.change.metric,
            "mode": found.mode,
            "before": round(found.values[0], 2),
            "after": round(found.values[1], 2),
            "difference": round(found.change.difference, 2),
            "low": round(found.change.low, 2),
            "high": round(found.change.high, 2),
            "n": found.change.n,
            "p_value": round(found.change.p_value, 4),
            "significant": found.change.significant,
            "detectable_difference": round(found.change.detectable_difference, 2),
            "method": found.change.method,
            "sentence": sentence,
        }
        for found, sentence in zip(changes, sentences, strict=True)
    ]
