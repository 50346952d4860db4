"""Numerals: digits spelt out in words, so that "10" and "десять" are the same word when errors are counted."""

from __future__ import annotations

from insights.language.wordlists import word_file

TEEN_LIMIT, HUNDRED, THOUSAND = 20, 100, 1000
LARGEST = 999_999


def spelt(number: int, language: str) -> str:
    """Return a whole number in words; digits are kept above 999,999.

    >>> spelt(25, "ru"), spelt(110, "en")
    ('двадцать пять', 'one hundred ten')
    """
    if not 0 <= number <= LARGEST:
        return str(number)
    words = word_file("insights.quality", "numerals.toml")[language]
    if number < TEEN_LIMIT:
        return str(words["units"][number])
    if number < HUNDRED:
        tens, rest = divmod(number, 10)
        return _with_rest(words["tens"][tens], rest, language)
    if number < THOUSAND:
        hundreds, rest = divmod(number, HUNDRED)
        return _with_rest(words["hundreds"][hundreds], rest, language)
    thousands, rest = divmod(number, THOUSAND)
    return _with_rest(_thousands(thousands, language), rest, language)


def _with_rest(head: str, rest: int, language: str) -> str:
    """Return the head with what is left, if anything is."""
    return f"{head} {spelt(rest, language)}" if rest else head


def _thousands(number: int, language: str) -> str:
    """Return thousands in words; Russian ones agree with their number."""
    if language == "en":
        return f"{spelt(number, 'en')} thousand"
    teen = number % HUNDRED in range(11, 15)
    last = 0 if teen else number % 10
    form = {1: "тысяча", 2: "тысячи", 3: "тысячи", 4: "тысячи"}.get(last, "тысяч")
    words = spelt(number, "ru").split()
    words[-1] = {"один": "одна", "два": "две"}.get(words[-1], words[-1])
    return f"{' '.join(words)} {form}"
