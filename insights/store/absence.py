"""Import a package without an optional companion that is slow to load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Let ``import name`` fail inside the block as if it were not installed; no change where it is loaded already.

    Examples
    --------
    >>> with absent("a_package"):
    ...     import a_package
    Traceback (most recent call last):
    ModuleNotFoundError: import of a_package halted; None in sys.modules
    """
    if name in sys.modules:
        yield
        return
    blocked: dict[str, object] = {name: None}  # what Python's import reads as "not there"
    sys.modules.update(blocked)  # type: ignore[arg-type]
    try:
        yield
    finally:
        del sys.modules[name]
