"""Fuzzy words: how alike two words sound, so that a recogniser's slips still match."""

from __future__ import annotations

import re
from functools import lru_cache

from insights.language.tokens import Language

# Letters that the ear, and so the recogniser, mixes up; a swap inside a group costs half an edit.
_GROUPS: dict[str, tuple[str, ...]] = {
    "ru": ("аоуэеиыяюй", "бпв", "вф", "гкх", "дт", "зсц", "жшщч", "мн", "рл"),
    "en": ("aeiouy", "bpv", "vf", "gkcq", "dt", "szcx", "mn", "rl", "wu"),
}
_SPELLING: dict[str, tuple[tuple[str, str], ...]] = {
    "ru": (("ть?ся", "ца"), ("тсь", "ц"), ("[ьъ]", ""), (r"(.)\1", r"\1"), ("стн", "сн"), ("здн", "зн")),
    "en": (("ph", "f"), ("ck", "k"), ("gh", ""), (r"(.)\1", r"\1"), ("e$", "")),
}
_SWAP_COST = 0.5
_VOWEL_SWAP_COST = 0.35


@lru_cache(maxsize=200_000)
def sounding(word: str, language: Language) -> str:
    """Return the word spelt closer to its sound: double letters single, silent ones dropped.

    >>> sounding("ассортимент", "ru")
    'асортимент'
    """
    for pattern, instead in _SPELLING[language]:
        word = re.sub(pattern, instead, word)
    return word


@lru_cache(maxsize=500_000)
def likeness(first: str, second: str, language: Language) -> float:
    """Return how alike two words sound, 0.0 to 1.0: one minus the weighted edits per letter of the longer.

    Vowels among each other cost 0.35, consonants of one place 0.5, all else 1.

    >>> likeness("мениджер", "менеджер", "ru") > 0.9, likeness("сортимент", "ассортимент", "ru") > 0.8
    (True, True)
    """
    one, two = sounding(first, language), sounding(second, language)
    longest = max(len(one), len(two))
    if not longest or abs(len(one) - len(two)) > longest / 2:
        return 0.0
    return max(0.0, 1.0 - _distance(one, two, language) / longest)


def _distance(one: str, two: str, language: Language) -> float:
    before = [float(at) for at in range(len(two) + 1)]
    for row, left in enumerate(one, start=1):
        now = [float(row)]
        for column, right in enumerate(two, start=1):
            swapped = before[column - 1] + _swap_cost(left, right, language)
            now.append(min(before[column] + 1.0, now[-1] + 1.0, swapped))
        before = now
    return before[-1]


@lru_cache(maxsize=5_000)
def _swap_cost(left: str, right: str, language: Language) -> float:
    if left == right:
        return 0.0
    for group in _GROUPS[language]:
        if left in group and right in group:
            return _VOWEL_SWAP_COST if group is _GROUPS[language][0] else _SWAP_COST
    return 1.0
