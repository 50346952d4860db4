"""Reasons: why the customer gave the score, coded and quoted."""

from insights.reasons.coder import ReasonCoder
from insights.reasons.linking import statements_of, statements_of_typed
from insights.reasons.reason import Polarity, Reason
from insights.reasons.statement import Statement

__all__ = ["Polarity", "Reason", "ReasonCoder", "Statement", "statements_of", "statements_of_typed"]
