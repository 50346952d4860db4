"""Outcomes: what became of each interview that was tried, in AAPOR's classes, from the words a call centre writes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from insights.statistics.estimate import Flags, Ints
from insights.statistics.frame import Frame

Outcome = Literal["complete", "partial", "refusal", "not_reached", "other", "unknown", "not_eligible"]
OUTCOMES: tuple[Outcome, ...] = ("complete", "partial", "refusal", "not_reached", "other", "unknown", "not_eligible")
ANSWERED: tuple[Outcome, ...] = ("complete", "partial")
NOT_ANSWERED: tuple[Outcome, ...] = ("refusal", "not_reached", "other", "unknown")
AAPOR_CODES: tuple[tuple[str, Outcome], ...] = (
    ("1.2", "partial"),
    ("1", "complete"),
    ("2.1", "refusal"),
    ("2.2", "not_reached"),
    ("2", "other"),
    ("3", "unknown"),
    ("4", "not_eligible"),
)
"""Beginnings of AAPOR's numeric codes, the first that fits counts."""


@cache
def _words() -> dict[str, Outcome]:
    text = files("insights.statistics").joinpath("dispositions.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    return {_plain(word): outcome for outcome in OUTCOMES for word in lists[outcome]}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold().replace("ё", "е")).split())


def outcome_of(disposition: str) -> Outcome | None:
    """Return the class of a disposition in Russian or English, or of AAPOR's own code; None for an unknown word.

    A wrong number is ``unknown``, not ineligible: nobody found out whether the client would have answered.

    References
    ----------
    The American Association for Public Opinion Research (2023). Standard Definitions, 10th edition.

    Examples
    --------
    >>> outcome_of("Break-off"), outcome_of("Недозвон"), outcome_of("1.2"), outcome_of("2.12"), outcome_of("VIP")
    ('refusal', 'not_reached', 'partial', 'refusal', None)
    """
    code = disposition.strip().replace(",", ".")
    if re.fullmatch(r"[1-4](\.\d+)?", code):
        return next(outcome for start, outcome in AAPOR_CODES if code.startswith(start))
    return _words().get(_plain(disposition))


def outcome_codes(frame: Frame) -> Ints:
    """Return every interview's place in ``OUTCOMES``, shape (n,), as the first of ``RULES`` that decides has it."""
    codes = np.full(len(frame.ids), -1, dtype=np.int64)
    for rule in RULES:
        codes = np.where(codes < 0, rule(frame), codes)
    return codes


def stated(frame: Frame) -> Ints:
    """Take the disposition at its word; -1 where it is empty or no word of ours."""
    labels = frame.labels["disposition"]
    found = [outcome_of(name) for name in labels.names]
    places = np.array([-1 if one is None else OUTCOMES.index(one) for one in found] + [-1], dtype=np.int64)
    return places[labels.codes]  # the last place answers code -1


def unread(frame: Frame) -> int:
    """Return how many interviews have a disposition that is no word of ours; the other rules decide on them."""
    return int(np.count_nonzero((frame.labels["disposition"].codes >= 0) & (stated(frame) < 0)))


def holds_scores(frame: Frame) -> Ints:
    """Take an interview that holds a score for complete, whatever its disposition."""
    answered = np.zeros(len(frame.ids), dtype=bool)
    for column in frame.values.values():
        answered |= np.isfinite(column)
    return np.where(answered, OUTCOMES.index("complete"), -1)


def left_open(frame: Frame) -> Ints:
    """Take an interview without disposition and without scores for unknown: nobody says what became of it."""
    return np.full(len(frame.ids), OUTCOMES.index("unknown"), dtype=np.int64)


RULES: tuple[Callable[[Frame], Ints], ...] = (stated, holds_scores, left_open)


def is_one_of(codes: Ints, outcomes: tuple[Outcome, ...]) -> Flags:
    """Return where a code of ``outcome_codes`` or ``stated`` is one of these classes, same shape.

    Examples
    --------
    >>> is_one_of(np.array([0, 2, -1]), ("refusal",)).tolist()
    [False, True, False]
    """
    return np.isin(codes, [OUTCOMES.index(one) for one in outcomes])
