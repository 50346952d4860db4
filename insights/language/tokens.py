"""Tokens: the words of a text with their character offsets, punctuation told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Language = Literal["ru", "en"]

WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text.

    Attributes
    ----------
    text:
        Lower case, ё written as е, curly apostrophes straightened.
    start_char, end_char:
        Half-open offsets in the original text.
    """

    text: str
    start_char: int
    end_char: int


def plain(text: str) -> str:
    """Return ``text`` in lower case with ё as е and straight apostrophes; its length is kept.

    >>> plain("Ещё")
    'еще'
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals grow when lowered; offsets must not
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.replace("ё", "е").replace("’", "'").replace("`", "'")


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of ``text`` in order; hyphens part words, apostrophes don't.

    >>> [token.text for token in tokens("Ну, где-то восемь. Don't!")]
    ['ну', 'где', 'то', 'восемь', "don't"]
    """
    normal = plain(text)
    return tuple(Token(found[0], found.start(), found.end()) for found in WORD.finditer(normal))


def language_of(text: str, *, default: Language = "ru") -> Language:
    """Return ``ru`` where Cyrillic letters outnumber Latin ones, ``en`` the other way round.

    Parameters
    ----------
    default:
        Returned where neither script prevails (digits, an empty cell).

    >>> language_of("всё ok, спасибо")
    'ru'
    """
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic == latin:
        return default
    return "ru" if cyrillic > latin else "en"
