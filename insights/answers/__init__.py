"""Which question was asked where, and which number was spoken in reply.

The data's way: ``questions`` (where each one was put) -> ``linking`` (which turns reply) -> ``reading`` (the number
the words give, by ``mentions`` and ``exclusions``) -> ``read_back`` and ``witness`` (what the clerk and the sound add)
-> ``finding`` (the answers).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from insights.answers.answer import Answer, Asked

if TYPE_CHECKING:
    from insights.answers.finding import find_answers
    from insights.answers.questions import find_questions
    from insights.answers.reading import Reading, read_number
    from insights.answers.witness import Witness, WitnessRequest

__all__ = ["Answer", "Asked", "Reading", "Witness", "WitnessRequest", "find_answers", "find_questions", "read_number"]

# Loaded when asked for: the store needs the two dataclasses alone, and every command opens the store.
_HOMES = {
    "Reading": "reading",
    "Witness": "witness",
    "WitnessRequest": "witness",
    "find_answers": "finding",
    "find_questions": "questions",
    "read_number": "reading",
}


def __getattr__(name: str) -> object:
    """Import what lies deeper in the room on first use."""
    if name not in _HOMES:
        raise AttributeError(f"insights.answers has no {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"insights.answers.{_HOMES[name]}"), name)
