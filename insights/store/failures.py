"""What can go wrong with the store.

StoreError              the store cannot be used, or a row does not fit; the message says what to do
└── StudyLockedError    another process works on the study
"""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used as asked; the message says what, which value, what to do."""


class StudyLockedError(StoreError):
    """Another process works on the study; the message names it and since when."""
