"""Word lists: TOML files beside a room, loaded once, so that words stay data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_file(package: str, name: str) -> dict[str, Any]:
    """Return a room's TOML file as a dict; treat it as read-only.

    ``Any`` because the tables of word lists differ in shape.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its word lists.

    >>> "не" in word_file("insights.language", "function_words.toml")["ru"]["words"]
    True
    """
    return tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))


@cache
def words_of(package: str, name: str, language: str, key: str) -> tuple[str, ...]:
    """Return one list of one language from a room's word file; ``()`` where the language has none.

    >>> words_of("insights.language", "function_words.toml", "xx", "words")
    ()
    """
    return tuple(word_file(package, name).get(language, {}).get(key, ()))
