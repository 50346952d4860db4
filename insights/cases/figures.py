"""Figures of the cases: minutes to first contact and the share recovered, by wave and mode."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import numpy as np

from insights.statistics.figure import BOTH_MODES, GREYED_UNDER, WHOLE, Figure
from insights.statistics.shares import share
from insights.store import Row, Store
from insights.store.case_queries import case_times

LEVEL = 0.95
LEAST_FOR_INTERVAL = 6


def case_figures(store: Store, *, waves: Sequence[str] | None = None) -> tuple[Figure, ...]:
    """Return time to first contact and recovery for every wave and mode with cases."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in case_times(store, waves=waves):
        groups.setdefault((row["wave_id"], row["mode"]), []).append(row)
    for wave in sorted({wave for wave, _ in groups}):
        both = [row for (of, _), rows in groups.items() if of == wave for row in rows]
        if sum(of == wave for of, _ in groups) > 1:
            groups[(wave, BOTH_MODES)] = both
    order = sorted(groups, key=lambda key: (key[0], key[1] == BOTH_MODES, key[1]))
    return tuple(figure for wave, mode in order for figure in _figures(wave, mode, groups[(wave, mode)]))


def _figures(wave: str, mode: str, rows: Sequence[Row]) -> Iterator[Figure]:
    """Yield the two figures of one group of cases, where there is something to count."""
    minutes = sorted(row["minutes"] for row in rows if row["minutes"] is not None)
    if minutes:
        low, high = median_interval(minutes)
        yield Figure(
            metric="case_minutes_to_contact",
            wave=wave,
            slice=WHOLE,
            mode=mode,
            n=len(minutes),
            value=float(median(minutes)),
            low=low,
            high=high,
            method="median, order statistics"
            if len(minutes) >= LEAST_FOR_INTERVAL
            else "median, range (under 6 cases)",
            n_eff=float(len(minutes)),
            greyed=len(minutes) < GREYED_UNDER,
            formula="median minutes from opening to first contact, over cases with a contact",
            rows_sha256=_hash(rows),
        )
    closed = [row for row in rows if row["closed_at"] is not None and row["outcome"] != "mistaken_identity"]
    if closed:
        hits = np.array([row["outcome"] == "recovered" for row in closed])
        found = share(hits, weights=np.ones(len(closed)), clusters=np.arange(len(closed)))
        yield Figure(
            metric="case_recovery",
            wave=wave,
            slice=WHOLE,
            mode=mode,
            n=found.n,
            value=found.value,
            low=found.low,
            high=found.high,
            method=found.method,
            n_eff=found.n_eff,
            greyed=found.n < GREYED_UNDER,
            formula="share recovered among closed cases; mistaken identities aside",
            rows_sha256=_hash(closed),
        )


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return a 95 % interval of the median from order statistics; the whole range under six values.

    Parameters
    ----------
    values:
        Sorted.

    References
    ----------
    Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd ed., section 3.2.

    Examples
    --------
    >>> median_interval([float(value) for value in range(1, 11)])
    (2.0, 9.0)
    """
    from scipy.special import bdtr

    n = len(values)
    below = max((k for k in range(n // 2) if bdtr(k, n, 0.5) <= (1 - LEVEL) / 2), default=0)
    return values[below], values[n - 1 - below]


def _hash(rows: Sequence[Mapping[str, object]]) -> str:
    """Return a hash of the cases used."""
    return hashlib.sha256(json.dumps([list(row.values()) for row in rows], default=str).encode()).hexdigest()
