"""Coding: the machine's reasons against the coded truth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz import fuzz

from insights.quality.observed import Observed
from insights.quality.truth import TrueReason, Truth
from insights.quality.words import normal_words
from insights.reasons.reason import Reason

# Two words are one from this likeness (0-100) on: quotes are verbatim of what was heard, not of what was said.
SAME_WORD = 60.0


@dataclass(frozen=True, slots=True)
class ReasonCounts:
    """Reasons by code: found, missed, false; of those found, right polarities and each quote's overlap in [0, 1]."""

    found: int
    missed: int
    false: int
    polarity_right: int
    quote_overlaps: tuple[float, ...]


def count_reasons(truth: Truth, observed: Observed, leave_out: Collection[str] = ()) -> ReasonCounts:
    """Return how the reasons agree: one is found where the same code was given in the same turn of the customer.

    Parameters
    ----------
    leave_out:
        Codes that name no reason ("no reason given", "other"); not counted on either side.
    """
    left = [(_true_turn(reason, truth), reason) for reason in observed.reasons if reason.code_id not in leave_out]
    true = [reason for reason in truth.reasons if reason.code_id not in leave_out]
    found = polarity_right = 0
    overlaps: list[float] = []
    for reason in true:
        rivals = [item for item in left if item[0] == reason.turn_idx and item[1].code_id == reason.code_id]
        if not rivals:
            continue
        best = max(rivals, key=lambda item: _fitness(reason, item[1], truth.language))
        left.remove(best)
        found += 1
        polarity_right += best[1].polarity == reason.polarity
        overlaps.append(quote_overlap(reason.quote, best[1].quote, truth.language))
    return ReasonCounts(found, len(true) - found, len(left), polarity_right, tuple(overlaps))


def _fitness(true: TrueReason, coded: Reason, language: str) -> tuple[float, bool]:
    """Return how well a coded reason fits a true one of the same turn and code."""
    return quote_overlap(true.quote, coded.quote, language), coded.polarity == true.polarity


def _true_turn(reason: Reason, truth: Truth) -> int | None:
    """Return the truth's turn of the customer in which a quote lies; None where it lies in none."""
    if reason.span is None:
        return None
    overlaps = {
        i: turn.span.overlap_s(reason.span) for i, turn in enumerate(truth.turns) if turn.party == "respondent"
    }
    best = max(overlaps, key=lambda i: overlaps[i], default=None)
    return best if best is not None and overlaps[best] > 0 else None


def quote_overlap(true: str, coded: str, language: str) -> float:
    """Return the F1 of two quotes' words, in [0, 1]; a garbled word counts as the word it resembles.

    >>> quote_overlap("the orders arrive on time", "orders arrive on time", "en") > 0.8
    True
    """
    left, right = normal_words(true, language), list(normal_words(coded, language))
    total, both = len(left) + len(right), 0
    for word in left:
        twin = max(right, key=lambda other: fuzz.ratio(word, other), default=None)
        if twin is not None and fuzz.ratio(word, twin) >= SAME_WORD:
            right.remove(twin)
            both += 1
    return 2 * both / total if both else 0.0
