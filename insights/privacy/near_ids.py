"""Ids near one that nobody has: codes only, so that no name, phone or address is told to who does not know it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from insights.privacy.finding import find_personal

MOST_NEAR = 3
CUTOFF = 0.75  # one sign of four may differ; below that most ids of a study resemble each other
SHORT_LETTERS = 2  # R-101, ru-07: fewer letters than any name has
# Cyrillic letters that look like Latin ones: an id that is typed on the other keyboard.
LOOK_ALIKE = str.maketrans("авсенкмортху", "abcehkmoptxy")


def near_ids(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return ids that ``wanted`` may be a slip of, the nearest first; () where none may be told.

    An id is told where it holds a figure, nothing personal is found in it, and it has no letters but a short sign
    or those of ``wanted``: somebody who types a name wrongly learns nobody's.

    Examples
    --------
    >>> near_ids("r1042", ["R-1042", "R-9", "ivanov-1042"])
    ('R-1042',)
    >>> near_ids("С7", ["C7", "C8"])  # typed with a Cyrillic letter
    ('C7',)
    >>> near_ids("79161234568", ["79161234567"]), near_ids("anna76", ["anna77", "anya76"])
    ((), ('anna77',))
    """
    plain = {as_compared(ident): ident for ident in known}
    close = difflib.get_close_matches(as_compared(wanted), plain, n=MOST_NEAR * 2, cutoff=CUTOFF)
    return tuple(plain[one] for one in close if may_be_told(plain[one], wanted))[:MOST_NEAR]


def as_compared(ident: str) -> str:
    """Return an id in one case and one alphabet."""
    return ident.strip().casefold().translate(LOOK_ALIKE)


def may_be_told(ident: str, wanted: str) -> bool:
    """Return whether an id is a code, and no name, phone, address or number of a document."""
    letters, typed = ([sign for sign in as_compared(one) if sign.isalpha()] for one in (ident, wanted))
    coded = any(sign.isdigit() for sign in ident) and (len(letters) <= SHORT_LETTERS or letters == typed)
    return coded and not find_personal(ident, "ru") and not find_personal(ident, "en")
