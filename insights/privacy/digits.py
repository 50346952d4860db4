"""Runs of digits, written or spoken: "8 916 ...", "восемь девятьсот шестнадцать", "double five"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from insights.language.fuzzy import likeness
from insights.language.lemma import is_russian_word
from insights.language.tokens import Language, Token
from insights.privacy.words import exact_words, listed, table

MAX_JOINERS = 2
_MIN_LIKENESS = 0.86
_MIN_FUZZY_LETTERS = 5

Size = Literal["ones", "teens", "tens", "hundreds"]
_SIZES: tuple[Size, ...] = ("hundreds", "teens", "tens", "ones")


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits that follow one another.

    Attributes
    ----------
    groups:
        The digits of each number as said: ("8", "916", "123").
    first, last:
        Tokens, both included.
    unit:
        True where a unit follows ("рублей", "minutes"): a quantity, nobody's number.
    """

    groups: tuple[str, ...]
    first: int
    last: int
    unit: bool

    @property
    def digits(self) -> str:
        """All digits in a row."""
        return "".join(self.groups)


def digit_runs(tokens: Sequence[Token], language: Language) -> list[DigitRun]:
    """Return every run of numbers, with at most two fillers between one and the next.

    >>> from insights.language import tokens
    >>> digit_runs(tokens("восемь девятьсот шестнадцать сто двадцать три"), "ru")[0].groups
    ('8', '916', '123')
    """
    runs: list[DigitRun] = []
    at = 0
    while at < len(tokens):
        groups: list[str] = []
        first, last = at, at - 1
        while (found := _group_after(tokens, at, language, begun=bool(groups))) is not None:
            group, at = found
            groups.append(group)
            last = at - 1
        if groups:
            runs.append(DigitRun(tuple(groups), first, last, _unit_at(tokens, at, language)))
        else:
            at += 1
    return runs


def _unit_at(tokens: Sequence[Token], at: int, language: Language) -> bool:
    return at < len(tokens) and listed(tokens[at].text, language, "numbers", "units")


def _group_after(tokens: Sequence[Token], at: int, language: Language, *, begun: bool) -> tuple[str, int] | None:
    """Return the next group and the token after it, over joiners where a run has begun."""
    joiners = exact_words(language, "numbers", "joiners")
    for skipped in range(MAX_JOINERS + 1 if begun else 1):
        place = at + skipped
        if place >= len(tokens):
            return None
        found = _group(tokens, place, language)
        if found is not None:
            return found
        if tokens[place].text not in joiners:
            return None
    return None


def _group(tokens: Sequence[Token], at: int, language: Language) -> tuple[str, int] | None:
    word = tokens[at].text
    if word.isdecimal():
        return word, at + 1
    repeated = _repeated(tokens, at, language)
    if repeated is not None:
        return repeated
    single = table(language, "numbers", "single")
    if word in single:
        return str(single[word]), at + 1
    return _spoken(tokens, at, language)


def _repeated(tokens: Sequence[Token], at: int, language: Language) -> tuple[str, int] | None:
    """Return "double five" or "два нуля" as its digits."""
    repeats, repeated = table(language, "numbers", "repeats"), table(language, "numbers", "repeated")
    word = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if word in repeats and following in repeated:
        return str(repeated[following]) * repeats[word], at + 2
    if word in repeats and following.isdecimal() and len(following) == 1 and number_word(word, language) is None:
        return following * repeats[word], at + 2
    return None


def _spoken(tokens: Sequence[Token], at: int, language: Language) -> tuple[str, int] | None:
    """Return a number said in words below a million as digits."""
    below = _below_thousand(tokens, at, language)
    thousands = table(language, "numbers", "thousand")
    if below is None:
        return None
    value, after = below
    if after >= len(tokens) or tokens[after].text not in thousands or value == 0:
        return str(value), after
    rest = _below_thousand(tokens, after + 1, language)
    if rest is None or rest[0] == 0 or _is_thousand(tokens, rest[1], thousands):
        return str(value * 1000), after + 1
    return str(value * 1000 + rest[0]), rest[1]


def _is_thousand(tokens: Sequence[Token], at: int, thousands: Sequence[str]) -> bool:
    return at < len(tokens) and tokens[at].text in thousands


def _below_thousand(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, int] | None:
    """Return the value of "сто двадцать три" or "one hundred twenty three" and the token after it."""
    value, sizes = 0, list(_SIZES)
    start, thousands = at, table(language, "numbers", "thousand")
    while at < len(tokens):
        step = _number_word(tokens, at, language)
        if step is None or step[1] not in sizes:
            break
        amount, size, after = step
        if at > start and _is_thousand(tokens, after, thousands) and size != "hundreds" and value >= 100:  # noqa: PLR2004
            break  # "двести семь тысяч" in a dictated number is two hundred, then seven thousand
        if size == "ones" and amount == 0 and at > start:
            break
        value, at = value + amount, after
        sizes = _smaller(size) if amount else []
    return (value, at) if at > start else None


def _smaller(size: Size) -> list[Size]:
    """Return the sizes that may follow inside one number."""
    return {"hundreds": ["teens", "tens", "ones"], "tens": ["ones"], "teens": [], "ones": []}[size]  # type: ignore[return-value] # literals


def _number_word(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, Size, int] | None:
    """Return a number word's amount, its size and the token after it; "three hundred" is one such word."""
    found = number_word(tokens[at].text, language)
    if found is None:
        return None
    amount, size = found
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if size == "ones" and amount and following in table(language, "numbers", "hundred"):
        skip = 2 if at + 2 < len(tokens) and tokens[at + 2].text != "and" else 3
        return amount * 100, "hundreds", min(at + skip, len(tokens))
    return amount, size, at + 1


@lru_cache(maxsize=50_000)
def number_word(word: str, language: Language) -> tuple[int, Size] | None:
    """Return a number word's amount and size, misheard ones too; None for any other word.

    >>> number_word("девяносто", "ru"), number_word("восемдесят", "ru"), number_word("доставка", "ru")
    ((90, 'tens'), (80, 'tens'), None)
    """
    for size in _SIZES:
        words = table(language, "numbers", size)
        if word in words:
            return words[word], size
    if language != "ru" or len(word) < _MIN_FUZZY_LETTERS or is_russian_word(word):
        return None
    candidates = [
        (likeness(word, known, language), amount, size)
        for size in _SIZES
        for known, amount in table(language, "numbers", size).items()
    ]
    best = max(candidates)
    return (best[1], best[2]) if best[0] >= _MIN_LIKENESS else None
