"""Scale phrases: the closed set of ways to say each number of a scale, for the acoustic witness."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from insights.answers.lexicon import lexicon
from insights.language.wordlists import word_file


@cache
def scale_phrases(language: str, scale: tuple[int, int]) -> Mapping[str, float]:
    """Return every phrase of the closed set with its number, numbers of the scale only.

    >>> scale_phrases("en", (1, 5))["A four"]
    4.0
    """
    templates = word_file("insights.answers", "lexicon/phrases.toml")[language]
    exact = lexicon(language).numbers["exact"]
    found: dict[str, float] = {}
    for value in range(scale[0], scale[1] + 1):
        words = [*exact.get(value, ())[:1], *templates["familiar"].get(str(value), ())]
        says = [template.format(word) for template in templates["around"] for word in words]
        for phrase in (*says, str(value)):
            found[phrase[:1].upper() + phrase[1:]] = float(value)
    return found
