"""Report: the counts as figures with n, for people and for programs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from insights.quality.measures import CallMeasures

NINETIETH = 9


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its name for programs, its words for people, and its value and n from counts.

    ``value`` None where nothing was there to measure.
    """

    metric: str
    label: str
    value: Callable[[CallMeasures], float | None]
    n: Callable[[CallMeasures], int]
    unit: str = "share"


def share(part: int, whole: int) -> float | None:
    """Return part of whole; None of nothing."""
    return part / whole if whole else None


def f1(found: int, missed: int, false: int) -> float | None:
    """Return the harmonic mean of precision and recall; None where nothing was there and nothing was found."""
    total = 2 * found + missed + false
    return 2 * found / total if total else None


def median_abs_ms(errors_s: Sequence[float]) -> float | None:
    """Return the median absolute error in milliseconds."""
    return 1000 * statistics.median(abs(error) for error in errors_s) if errors_s else None


def mean_abs_ms(errors_s: Sequence[float]) -> float | None:
    """Return the mean absolute error in milliseconds."""
    return 1000 * statistics.fmean(abs(error) for error in errors_s) if errors_s else None


def p90_abs_ms(errors_s: Sequence[float]) -> float | None:
    """Return the 90th percentile of the absolute error in milliseconds, interpolated."""
    sizes = sorted(abs(error) for error in errors_s)
    if not sizes:
        return None
    place = (len(sizes) - 1) * NINETIETH / 10
    low = int(place)
    high = min(low + 1, len(sizes) - 1)
    return 1000 * (sizes[low] + (sizes[high] - sizes[low]) * (place - low))


LINES: tuple[Line, ...] = (
    Line("word_error", "word error rate", lambda m: share(m.words.errors, m.words.said), lambda m: m.words.said),
    Line(
        "wrong_party",
        "words with the wrong party",
        lambda m: share(m.words.wrong_party, m.words.aligned),
        lambda m: m.words.aligned,
    ),
    Line(
        "questions_found",
        "questions found",
        lambda m: share(m.questions.found, m.questions.put),
        lambda m: m.questions.put,
    ),
    Line(
        "questions_false",
        "questions found where none was asked",
        lambda m: float(m.questions.false),
        lambda m: m.questions.put,
        "count",
    ),
    Line(
        "scores_exact",
        "spoken scores exact, where not abstained",
        lambda m: share(m.scores.exact, m.scores.exact + m.scores.wrong),
        lambda m: m.scores.exact + m.scores.wrong,
    ),
    Line(
        "scores_abstained",
        "spoken scores abstained",
        lambda m: share(m.scores.abstained, m.scores.said),
        lambda m: m.scores.said,
    ),
    Line("scores_wrong", "spoken scores wrong", lambda m: float(m.scores.wrong), lambda m: m.scores.said, "count"),
    Line(
        "scores_invented",
        "scores where none was said",
        lambda m: float(m.scores.invented),
        lambda m: m.scores.unsaid,
        "count",
    ),
    Line(
        "stances_right",
        "readiness answers right",
        lambda m: share(m.scores.stances_right, m.scores.stances),
        lambda m: m.scores.stances,
    ),
    Line(
        "mismatches_found",
        "mismatches found",
        lambda m: share(m.mismatches.found, m.mismatches.there),
        lambda m: m.mismatches.there,
    ),
    Line(
        "mismatches_false",
        "mismatches falsely found",
        lambda m: float(m.mismatches.false),
        lambda m: m.mismatches.comparable - m.mismatches.there,
        "count",
    ),
    Line(
        "latency_median",
        "latency error, median",
        lambda m: median_abs_ms(m.latency_errors_s),
        lambda m: len(m.latency_errors_s),
        "ms",
    ),
    Line(
        "latency_p90",
        "latency error, 90th percentile",
        lambda m: p90_abs_ms(m.latency_errors_s),
        lambda m: len(m.latency_errors_s),
        "ms",
    ),
    Line(
        "time_to_value_median",
        "time to the number, error, median",
        lambda m: median_abs_ms(m.time_to_value_errors_s),
        lambda m: len(m.time_to_value_errors_s),
        "ms",
    ),
    Line(
        "pause_f1",
        "pauses, F1",
        lambda m: f1(m.pauses.found, m.pauses.missed, m.pauses.false),
        lambda m: m.pauses.found + m.pauses.missed,
    ),
    Line(
        "pause_duration_error",
        "pause duration error, mean",
        lambda m: mean_abs_ms(m.pauses.duration_errors_s),
        lambda m: m.pauses.found,
        "ms",
    ),
    Line(
        "reason_precision",
        "reasons by code, precision",
        lambda m: share(m.reasons.found, m.reasons.found + m.reasons.false),
        lambda m: m.reasons.found + m.reasons.false,
    ),
    Line(
        "reason_recall",
        "reasons by code, recall",
        lambda m: share(m.reasons.found, m.reasons.found + m.reasons.missed),
        lambda m: m.reasons.found + m.reasons.missed,
    ),
    Line(
        "reason_f1",
        "reasons by code, F1",
        lambda m: f1(m.reasons.found, m.reasons.missed, m.reasons.false),
        lambda m: m.reasons.found + m.reasons.missed,
    ),
    Line(
        "polarity",
        "polarity right, of reasons found",
        lambda m: share(m.reasons.polarity_right, m.reasons.found),
        lambda m: m.reasons.found,
    ),
    Line(
        "quote_overlap",
        "quote overlap, of reasons found",
        lambda m: statistics.fmean(m.reasons.quote_overlaps) if m.reasons.quote_overlaps else None,
        lambda m: len(m.reasons.quote_overlaps),
    ),
)


def figures(measures: CallMeasures) -> list[dict[str, object]]:
    """Return every figure with its n, as programs read them; None where nothing was there to measure."""
    return [
        {"metric": line.metric, "value": _rounded(line.value(measures)), "n": line.n(measures), "unit": line.unit}
        for line in LINES
    ]


def _rounded(value: float | None) -> float | None:
    """Return a value without digits that mean nothing."""
    return None if value is None else round(value, 4)


def report_json(calls: Sequence[CallMeasures], totals: Sequence[CallMeasures], about: Mapping[str, object]) -> object:
    """Return the whole report for programs: what was measured, per call and pooled."""
    return {
        **about,
        "calls": [{"call": one.name, "language": one.language, "figures": figures(one)} for one in calls],
        "pooled": [{"over": one.name, "language": one.language, "figures": figures(one)} for one in totals],
    }


def report_table(measures: Sequence[CallMeasures]) -> str:
    """Return the figures as a table, one column a call, "value (n)" in each cell."""
    head = ["", *(one.name for one in measures)]
    rows = [[line.label, *(cell(line, one) for one in measures)] for line in LINES]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if i == 0 else text.rjust(width) for i, (text, width) in enumerate(zip(row, widths))
        )
        for row in [head, *rows]
    )


def cell(line: Line, measures: CallMeasures) -> str:
    """Return one figure as text with its n."""
    value, n = line.value(measures), line.n(measures)
    if value is None:
        return f"- ({n})"
    text = f"{value:.3f}" if line.unit == "share" else f"{value:.0f}"
    return f"{text} ({n})"
