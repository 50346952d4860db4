"""Keys that no survey and no codebook has: a slip of the pen is refused, what is somebody's own is only told."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Table = Mapping[str, Any]  # Any: TOML values of unknown type are what these checks are for

KEYS: Mapping[str, tuple[str, ...]] = {
    "survey": ("name", "version", "languages", "codebook", "question"),
    "question": ("id", "kind", "scale", "follows", "attribute", "ask", "aliases"),
    "codebook": ("name", "version", "code"),
    "code": ("id", "label", "definition", "include", "exclude", "examples", "special"),
}
ENTRIES = {"survey": "question", "codebook": "code"}
CUTOFF = 0.75  # "folows" and "inculde" are above it, "note" and "required" far below


def misspelt_keys(file: Table, kind: str) -> Iterator[str]:
    """Yield a fault for each key that is a slip: nearly one of ours, which is then missing or stands there in part.

    Parameters
    ----------
    kind:
        ``survey`` or ``codebook``.
    """
    for place, table, known in places_of(file, kind):
        for key, value in table.items():
            meant = meant_by(key, known)
            if meant and (meant not in table or is_array(value)):
                yield f"{place}unknown key {key!r}; write {meant!r}"


def unknown_keys(file: Table, kind: str) -> Iterator[str]:
    """Yield a line for each key that means nothing to us and is no slip: nobody reads it."""
    for place, table, known in places_of(file, kind):
        for key in table:
            if key not in known:
                yield f"{place}key {key!r} is none of ours and not read; there is {', '.join(known)}"


def places_of(file: Table, kind: str) -> Iterator[tuple[str, Table, Sequence[str]]]:
    """Yield the file itself and each of its entries: how it is called, the table, the keys it may have."""
    yield "", file, KEYS[kind]
    entry = ENTRIES[kind]
    rows = file.get(entry)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping):
            yield f"{entry} {row.get('id')!r}: ", row, KEYS[entry]


def meant_by(key: str, known: Sequence[str]) -> str | None:
    """Return the key that is nearly written so; None for one of ours, or where none is near.

    >>> meant_by("folows", KEYS["question"]), meant_by("ask", KEYS["question"]), meant_by("note", KEYS["question"])
    ('follows', None, None)
    """
    return None if key in known else next(iter(difflib.get_close_matches(key, known, n=1, cutoff=CUTOFF)), None)


def is_array(value: object) -> bool:
    """Return whether a value is what [[...]] makes: entries that would be lost."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)
