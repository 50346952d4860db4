"""Meaning: survey, answers, delivery, reasons, statistics, the store and everything people open.

Examples
--------
>>> from insights import Study
>>> Study.__name__
'Study'
"""

from __future__ import annotations

from importlib import import_module

__all__ = ["Study"]


def __getattr__(name: str) -> object:
    """Import ``Study`` when it is asked for: pandas would make every command slow to start."""
    if name == "Study":
        return import_module("insights.study").Study
    raise AttributeError(f"module 'insights' has no attribute {name!r}; it offers: {', '.join(__all__)}")
