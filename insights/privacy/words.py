"""The room's word lists: tables of one language, phrases and words with a free ending."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from insights.language.tokens import Language, Token
from insights.language.wordlists import word_file


@cache
def table(language: Language, section: str, key: str) -> Any:  # noqa: ANN401 - lists and mappings, by table
    """Return one table of a language's word file; an empty tuple where the language has none.

    >>> table("ru", "numbers", "tens")["сорок"]
    40
    """
    return word_file("insights.privacy", f"lexicon/{language}.toml").get(section, {}).get(key, ())


@cache
def exact_words(language: Language, section: str, key: str) -> frozenset[str]:
    """Return the words of a list as a set."""
    return frozenset(table(language, section, key))


@cache
def _stems(language: Language, section: str, key: str) -> tuple[frozenset[str], tuple[str, ...]]:
    words = table(language, section, key)
    whole = frozenset(word for word in words if not word.endswith("*"))
    return whole, tuple(word[:-1] for word in words if word.endswith("*"))


def listed(word: str, language: Language, section: str, key: str) -> bool:
    """Return whether a word is in a list; a list's ``word*`` stands for any ending.

    >>> listed("телефончик", "ru", "cues", "phone"), listed("заказ", "ru", "cues", "phone")
    (True, False)
    """
    whole, stems = _stems(language, section, key)
    return word in whole or (bool(stems) and word.startswith(stems))


@cache
def _phrases(language: Language, section: str, key: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in table(language, section, key)), key=len, reverse=True))


def phrase_ends_at(tokens: Sequence[Token], at: int, language: Language, section: str, key: str) -> int:
    """Return how many tokens just before ``at`` form a phrase of the list; 0 where none does."""
    for phrase in _phrases(language, section, key):
        start = at - len(phrase)
        if start >= 0 and tuple(token.text for token in tokens[start:at]) == phrase:
            return len(phrase)
    return 0


def phrase_starts_at(tokens: Sequence[Token], at: int, language: Language, section: str, key: str) -> int:
    """Return how many tokens from ``at`` on form a phrase of the list; 0 where none does."""
    for phrase in _phrases(language, section, key):
        if tuple(token.text for token in tokens[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def phrase_within(tokens: Sequence[Token], language: Language, section: str, key: str) -> bool:
    """Return whether any phrase of the list is said in these tokens."""
    return any(phrase_ends_at(tokens, at, language, section, key) for at in range(1, len(tokens) + 1))
