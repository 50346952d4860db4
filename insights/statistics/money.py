"""Scores and money: how what clients bring goes with what they scored, by segment; association only."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from insights.statistics.change import compare
from insights.statistics.estimate import Z_95, Floats, Ints
from insights.statistics.figure import BOTH_MODES, GREYED_UNDER, HIDDEN_UNDER, Figure
from insights.statistics.frame import Frame, load_frame
from insights.statistics.measure import Measure
from insights.statistics.nps import DETRACTOR_TO
from insights.statistics.parts import rows_hash
from insights.statistics.shares import share
from insights.store import Store
from insights.store.metric_queries import outcome_rows

Outcome = Literal["revenue", "orders", "churned"]
OUTCOMES: tuple[Outcome, ...] = ("revenue", "orders", "churned")
FIELDS: dict[Outcome, int] = {"revenue": 2, "orders": 3, "churned": 4}
RANK_FORMULA = (
    "Spearman's rank correlation x 100 of a client's mean score with {what} in {period}; association, not cause"
)
CHURN_FORMULA = "share of clients lost in {period}: detractors minus the rest; association, not cause"


@dataclass(frozen=True, slots=True)
class Money:
    """An outcome of one period by client, and the wave it is held against."""

    outcome: Outcome
    wave: str
    period: str
    amounts: Mapping[str, float]


def money_links(store: Store, outcome: Outcome, *, waves: Sequence[str] | None = None) -> tuple[Figure, ...]:
    """Return how an outcome goes with the NPS score, for each wave and segment; never pooled over segments.

    The outcome is taken from the first period after the wave where there is one, else from the wave's own period
    (periods and waves compare as text, such as 2026Q3 < 2026Q4). Segments under 10 clients are left out.
    """
    frame = load_frame(store, waves=waves)
    nps = frame.of_kind("nps")
    if not nps:
        return ()
    by_period: dict[str, dict[str, float]] = {}
    for row in outcome_rows(store):
        amount = row[FIELDS[outcome]]
        if amount is not None:
            by_period.setdefault(row[1], {})[row[0]] = float(amount)
    figures: list[Figure] = []
    scores = frame.values[nps[0].question_id]
    for wave in frame.labels["wave"].names:
        period = next((one for one in sorted(by_period) if one > wave), wave)
        money = Money(outcome, wave, period, by_period.get(period, {}))
        rows = frame.labels["wave"].rows(wave)
        for segment in (*frame.labels["segment"].names, None):
            found = segment_link(frame, scores, rows, segment, money)
            figures.extend([found] if found else [])
    return tuple(figures)


def segment_link(
    frame: Frame,
    scores: Floats,
    rows: Ints,
    segment: str | None,
    money: Money,
) -> Figure | None:
    """Return one segment's link; None under 10 clients with a score and an outcome."""
    labels = frame.labels["segment"]
    code = -1 if segment is None else labels.names.index(segment)
    chosen = rows[(labels.codes[rows] == code) & np.isfinite(scores[rows])]
    chosen = chosen[[frame.client_ids[row] in money.amounts for row in chosen]]
    clients, position = np.unique(frame.clients[chosen], return_inverse=True)
    n = len(clients)
    if n < HIDDEN_UNDER:
        return None
    mean_score = np.bincount(position, weights=scores[chosen]) / np.bincount(position)
    amount = np.zeros(n)
    amount[position] = [money.amounts[str(frame.client_ids[row])] for row in chosen]
    link = churn_link if money.outcome == "churned" else rank_link
    value, low, high, method = link(mean_score, amount)
    formula = CHURN_FORMULA if money.outcome == "churned" else RANK_FORMULA
    return Figure(
        metric=f"{money.outcome}_by_score",
        wave=money.wave,
        slice=f"segment={segment if segment is not None else 'unknown'}",
        mode="+".join(frame.modes(chosen)) or BOTH_MODES,
        n=n,
        value=value,
        low=low,
        high=high,
        method=method,
        n_eff=float(n),
        greyed=n < GREYED_UNDER,
        formula=formula.format(what=money.outcome, period=money.period),
        rows_sha256=rows_hash(frame, Measure(money.outcome, "", "net", scores[:, None]), chosen),
        extra={"period": money.period},
    )


def rank_link(scores: Floats, amounts: Floats) -> tuple[float, float, float, str]:
    """Return Spearman's correlation times 100 with Fisher's interval.

    References
    ----------
    Bonett, D. G., Wright, T. A. (2000). Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> value, low, high, _ = rank_link(np.arange(20.0), np.arange(20.0) ** 2)
    >>> round(value), low < value
    (100, True)
    """
    n = len(scores)
    ranks = [average_ranks(column) for column in (scores, amounts)]
    method = "Spearman, Fisher interval (Bonett-Wright), clients"
    if any(column.std() == 0 for column in ranks):
        return 0.0, -100.0, 100.0, f"{method}; no spread"
    r = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    bounded = max(-0.999999, min(0.999999, r))
    half = Z_95 * math.sqrt((1 + bounded**2 / 2) / (n - 3))
    low, high = (math.tanh(math.atanh(bounded) + sign * half) for sign in (-1, 1))
    return 100 * r, 100 * min(low, r), 100 * max(high, r), method


def average_ranks(column: Floats) -> Floats:
    """Return ranks, ties at their mean.

    Examples
    --------
    >>> average_ranks(np.array([5.0, 7.0, 5.0])).tolist()
    [0.5, 2.0, 0.5]
    """
    _, position, counts = np.unique(column, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Floats = ((ends - counts) + (ends - 1)) / 2.0
    return ranks[position]


def churn_link(scores: Floats, churned: Floats) -> tuple[float, float, float, str]:
    """Return the share of clients lost among detractors minus among the rest, in points."""
    unhappy = scores <= DETRACTOR_TO
    method = "difference of shares, Agresti-Caffo, clients"
    if unhappy.all() or not unhappy.any():
        return 0.0, -100.0, 100.0, f"{method}; one group is empty"
    parts = [
        share(churned[who] > 0, weights=np.ones(int(who.sum())), clusters=np.arange(int(who.sum())))
        for who in (~unhappy, unhappy)
    ]
    change = compare("churn", parts[0], parts[1], span=100.0)
    return change.difference, change.low, change.high, method
