"""Two waves of a study side by side: every figure's change, phone and online apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from insights.statistics.change import ALPHA, Change, compare
from insights.statistics.clusters import cluster_totals
from insights.statistics.estimate import Estimate, Floats, Ints
from insights.statistics.families import benjamini_hochberg
from insights.statistics.figure import BOTH_MODES, WHOLE
from insights.statistics.frame import Frame, load_frame
from insights.statistics.measure import Measure
from insights.statistics.measures import measures_of
from insights.statistics.parts import Part, answered_of, figure_of, rows_hash
from insights.store import Store

DECLARED = ("nps",)
PROMOTERS, DETRACTORS = 1.0, -1.0


@dataclass(frozen=True, slots=True)
class WaveChange:
    """A figure's change between two waves in one mode.

    ``estimates`` are the two waves' figures themselves, ``values`` their plain values; ``family`` names what the
    correction for many comparisons ran over; ``promoters`` and ``detractors`` are the changes of their shares (None
    but for net scores): they say where a change came from and are no tests of their own.
    """

    change: Change
    waves: tuple[str, str]
    mode: str
    family: str
    formula: str
    values: tuple[float, float]
    estimates: tuple[Estimate, Estimate]
    rows_sha256: str
    promoters: Change | None = None
    detractors: Change | None = None


def wave_changes(store: Store, first: str, second: str) -> tuple[WaveChange, ...]:
    """Return how every figure changed from ``first`` to ``second``, NPS first.

    NPS is declared beforehand and stands for itself; the other figures of a mode are one family under
    Benjamini-Hochberg. Clients who answered in both waves sharpen the comparison. Where a wave has phone and
    online, each is compared with its like before the two together.
    """
    frame = load_frame(store, waves=(first, second))
    measures = measures_of(store, frame)
    labels = frame.labels["wave"]
    rows = (labels.rows(first), labels.rows(second))
    modes = [mode for mode in frame.labels["mode"].names if all(mode in frame.modes(part) for part in rows)]
    every = {mode for part in rows for mode in frame.modes(part)}
    found: list[WaveChange] = []
    for mode in (*modes, *((BOTH_MODES,) if len(every) > 1 else ())):
        parts = tuple(
            Part(wave, WHOLE, mode, part if mode == BOTH_MODES else in_mode(frame, part, mode))
            for wave, part in zip((first, second), rows)
        )
        changes = [one for measure in measures if (one := change_of(frame, measure, (parts[0], parts[1])))]
        found.extend(corrected(changes))
    return tuple(found)


def in_mode(frame: Frame, rows: Ints, mode: str) -> Ints:
    """Return those of ``rows`` that were asked by ``mode``."""
    labels = frame.labels["mode"]
    chosen: Ints = rows[labels.codes[rows] == labels.names.index(mode)]
    return chosen


def change_of(frame: Frame, measure: Measure, parts: tuple[Part, Part]) -> WaveChange | None:
    """Return one figure's change; None where a wave has no answer."""
    found = [figure_of(frame, measure, part) for part in parts]
    if found[0] is None or found[1] is None:
        return None
    (_, before), (_, after) = found[0], found[1]
    span = 200.0 if measure.reduction == "net" else 100.0
    change = compare(measure.metric, before, after, covariance=common_covariance(frame, measure, parts), span=span)
    return WaveChange(
        change=change,
        waves=(parts[0].wave, parts[1].wave),
        mode=parts[0].mode,
        family="declared" if measure.metric in DECLARED else f"other figures, {parts[0].mode}",
        formula=measure.formula,
        values=(before.value, after.value),
        estimates=(before, after),
        rows_sha256=rows_hash(
            frame, measure, np.concatenate([answered_of(frame, measure, part).rows for part in parts])
        ),
        promoters=class_change(frame, measure, parts, PROMOTERS),
        detractors=class_change(frame, measure, parts, DETRACTORS),
    )


def common_covariance(frame: Frame, measure: Measure, parts: tuple[Part, Part]) -> float:
    """Return the covariance of the two waves' figures through clients in both, in squared points; 0.0 without any."""
    if measure.reduction == "csi":
        return 0.0
    totals = [client_influence(frame, measure, part) for part in parts]
    return float(np.sum(totals[0] * totals[1]))


def client_influence(frame: Frame, measure: Measure, part: Part) -> Floats:
    """Return every client's influence on a mean in points; shape (clients of the frame,)."""
    used = answered_of(frame, measure, part)
    column = measure.columns[used.rows, 0]
    influence = 100.0 * used.weights * (column - np.average(column, weights=used.weights)) / used.weights.sum()
    totals = np.zeros(int(frame.clients.max()) + 1)
    found = cluster_totals(influence, frame.clients[used.rows])
    totals[: len(found)] = found
    return totals


def class_change(frame: Frame, measure: Measure, parts: tuple[Part, Part], kind: float) -> Change | None:
    """Return the change of the share of 1 (promoters) or of -1 (detractors); None but for net scores."""
    if measure.reduction != "net":
        return None
    marks = measure.columns[:, 0]
    hits = np.where(np.isfinite(marks), (marks == kind).astype(float), np.nan)
    share = Measure(measure.metric, "", "share", hits[:, None])
    before, after = (figure_of(frame, share, part) for part in parts)
    if before is None or after is None:
        return None
    covariance = common_covariance(frame, share, parts)
    return compare(share.metric, before[1], after[1], covariance=covariance, span=100.0)


def corrected(changes: list[WaveChange]) -> list[WaveChange]:
    """Return one mode's changes with significance after Benjamini-Hochberg; declared figures stand for themselves."""
    others = [one for one in changes if one.family != "declared"]
    adjusted = iter(benjamini_hochberg([one.change.p_value for one in others]))
    result = []
    for one in changes:
        significant = one.change.significant if one.family == "declared" else bool(next(adjusted) < ALPHA)
        result.append(replace(one, change=replace(one.change, significant=significant)))
    return result


def change_json(found: WaveChange) -> dict[str, object]:
    """Return a change as programs read it."""
    change = found.change
    return {
        "metric": change.metric,
        "waves": list(found.waves),
        "mode": found.mode,
        "p_value": round(change.p_value, 6),
        "significant": change.significant,
        "difference": round(change.difference, 4),
        "low": round(change.low, 4),
        "high": round(change.high, 4),
        "detectable_difference": round(change.detectable_difference, 4),
        "n": list(change.n),
        "method": change.method,
        "family": found.family,
        "values": [round(value, 4) for value in found.values],
        **class_json("promoters", found.promoters),
        **class_json("detractors", found.detractors),
    }


def class_json(name: str, change: Change | None) -> dict[str, float | None]:
    """Return the change of one class's share with its interval; None where the figure has no classes.

    Examples
    --------
    >>> class_json("promoters", None)
    {'promoters': None, 'promoters_low': None, 'promoters_high': None}
    """
    names = (name, f"{name}_low", f"{name}_high")
    if change is None:
        return dict.fromkeys(names)
    return {key: round(value, 4) for key, value in zip(names, (change.difference, change.low, change.high))}
