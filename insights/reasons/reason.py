"""Reason: a code, a polarity and the customer's own words behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audio.span import Span

Polarity = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Reason:
    """One coded reason.

    Attributes
    ----------
    question_id:
        The question whose answer holds it (a probe's answer belongs to the score probed).
    code_id:
        The codebook's own id.
    polarity:
        -1 complaint or wish, 0 neither, 1 praise.
    quote:
        Verbatim substring of the turn's (or typed answer's) text, clause-sized.
    start_char:
        Offset of the quote in that text.
    span:
        From the first word of the quote to its last; None for typed answers.
    turn_idx:
        Index of the turn in the dialogue; None for typed answers.
    confidence:
        In [0, 1], comparable within one coder version only.
    evidence:
        Name of the rule or model that made it, with what it rests on ("keyword:долго+wish").
    flags:
        Named doubts, such as ``sarcasm?``; they never flip the polarity.
    """

    question_id: str
    code_id: str
    polarity: Polarity
    quote: str
    start_char: int
    span: Span | None
    turn_idx: int | None
    confidence: float
    evidence: str
    flags: tuple[str, ...] = ()
