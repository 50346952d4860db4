"""Wording: syllables, hedges, repetitions and repairs counted in the recognised words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from insights.language.tokens import tokens
from insights.language.wordlists import word_file, words_of

_PACKAGE, _FILE = "insights.delivery", "lexicon.toml"
_RU_VOWEL = re.compile(r"[аеёиоуыэюя]")
_EN_VOWELS = re.compile(r"[aeiouy]+")
_LONGEST_REPEAT = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """Counts over the words of one answer, fillers left out.

    Attributes
    ----------
    word_n, syllable_n:
        Words and syllables spoken.
    hedge_n, repair_n, repeat_n:
        Phrases that leave the statement open, take something back, or say the same one to three words again.
    """

    word_n: int
    syllable_n: int
    hedge_n: int
    repair_n: int
    repeat_n: int


def wording_of(text: str, *, language: str) -> Wording:
    """Count the wording of one answer.

    >>> wording_of("Ну, надо подумать. Наверное, девять.", language="ru")
    Wording(word_n=5, syllable_n=12, hedge_n=3, repair_n=0, repeat_n=0)
    """
    written = [word for word in text.split() if not is_filler(word, language=language)]
    spoken = [token.text for word in written for token in tokens(word)]
    return Wording(
        word_n=len(spoken),
        syllable_n=sum(syllables(word, language=language) for word in spoken),
        hedge_n=_phrases(spoken, language=language, key="hedges"),
        repair_n=_phrases(spoken, language=language, key="repairs"),
        repeat_n=_repeats(spoken, language=language),
    )


def is_filler(word: str, *, language: str) -> bool:
    """Tell whether a recognised word is the spelling of a filled pause.

    >>> is_filler("Э-эм...", language="ru"), is_filler("это", language="ru")
    (True, False)
    """
    said = "".join(token.text for token in tokens(word))
    return bool(said) and _filler_pattern(language).fullmatch(said) is not None


@cache
def _filler_pattern(language: str) -> re.Pattern[str]:
    spellings = words_of(_PACKAGE, _FILE, language, "fillers")
    return re.compile("|".join(spellings) or r"(?!)")


def syllables(word: str, *, language: str) -> int:
    """Return the syllables of one word; numbers written as digits are counted as they are spoken.

    Russian: one for each vowel letter. English: vowel groups without the silent endings (1.3 % off against a
    pronouncing dictionary on 555 syllables).

    >>> syllables("девять", language="ru"), syllables("rated", language="en"), syllables("10", language="en")
    (2, 2, 1)
    """
    if word.isdecimal():
        return _spoken_number(word, language=language)
    if language == "ru":
        return len(_RU_VOWEL.findall(word.lower()))
    lowered = word.lower()
    count = len(_EN_VOWELS.findall(lowered))
    if lowered.endswith("e") and not lowered.endswith("le") and count > 1:
        count -= 1
    if lowered.endswith("ed") and not lowered.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(1, count)


def _spoken_number(digits: str, *, language: str) -> int:
    """Return the syllables of a number; one without an entry is taken digit by digit."""
    table = word_file(_PACKAGE, _FILE).get(language, {}).get("numerals", {})
    if digits in table:
        return int(table[digits])
    return sum(int(table.get(digit, 1)) for digit in digits)


@cache
def _by_length(language: str, key: str) -> tuple[tuple[str, ...], ...]:
    """Return a list's phrases as word tuples, the longest first."""
    phrases = {tuple(phrase.split()) for phrase in words_of(_PACKAGE, _FILE, language, key)}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


def _phrases(words: Sequence[str], *, language: str, key: str) -> int:
    """Return how many phrases of a list the words hold; no word is counted twice."""
    found, at = 0, 0
    while at < len(words):
        fitting = next((p for p in _by_length(language, key) if tuple(words[at : at + len(p)]) == p), None)
        found += fitting is not None
        at += len(fitting) if fitting else 1
    return found


def _repeats(words: Sequence[str], *, language: str) -> int:
    """Return how often one to three words are said again at once; emphatic words don't count."""
    emphatic = words_of(_PACKAGE, _FILE, language, "emphatic")
    found, at = 0, 0
    while at < len(words):
        for length in range(_LONGEST_REPEAT, 0, -1):
            first, again = words[at : at + length], words[at + length : at + 2 * length]
            if first == again and len(again) == length and not set(first) <= set(emphatic):
                found += 1
                at += length
                break
        else:
            at += 1
    return found
