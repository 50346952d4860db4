"""Reasons: why the customer gave the score, coded and quoted."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from insights.reasons.reason import Polarity, Reason

if TYPE_CHECKING:
    from insights.reasons.coder import ReasonCoder
    from insights.reasons.linking import statements_of, statements_of_typed
    from insights.reasons.statement import Statement

__all__ = ["Polarity", "Reason", "ReasonCoder", "Statement", "statements_of", "statements_of_typed"]

# Loaded when asked for: the store needs the dataclass alone, and every command opens the store.
_HOMES = {
    "ReasonCoder": "coder",
    "Statement": "statement",
    "statements_of": "linking",
    "statements_of_typed": "linking",
}


def __getattr__(name: str) -> object:
    """Import what lies deeper in the room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"insights.reasons has no {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"insights.reasons.{_HOMES[name]}"), name)
