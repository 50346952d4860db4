"""What a Russian word can be in a person's name, by the dictionary and by its sound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from insights.language.fuzzy import likeness
from insights.language.lemma import analyser, is_russian_word
from insights.privacy.words import exact_words, listed, table

_RUSSIAN = re.compile(r"[а-я]+")
_MIN_SURE = 0.3
_MIN_LISTED = 0.2  # костей is Костя's instrumental too
_MIN_SURNAME_SURE = 0.6
_MIN_LIKENESS = 0.8
_MIN_FUZZY_LETTERS = 4
_MIN_PATRONYMIC_LETTERS = 7


@dataclass(frozen=True, slots=True)
class NameForm:
    """What a word can be.

    Attributes
    ----------
    name, surname, patronymic:
        Whether it can be one at all.
    sure:
        Whether it hardly is anything else.
    lemma:
        Dictionary form of the name; the word itself where the dictionary has none.
    cases:
        Cases in which it can stand as a name.
    """

    name: bool
    surname: bool
    patronymic: bool
    sure: bool
    lemma: str
    cases: frozenset[str]

    @property
    def any(self) -> bool:
        """Whether it can be part of a name."""
        return self.name or self.surname or self.patronymic


@lru_cache(maxsize=100_000)
def name_form(word: str) -> NameForm:
    """Return what a lower-case word can be in a name.

    >>> name_form("марина").sure, name_form("вера").sure, name_form("ивановна").patronymic
    (True, False, True)
    """
    if not _RUSSIAN.fullmatch(word):  # the analyser fails on digits such as "²"
        return NameForm(name=False, surname=False, patronymic=False, sure=False, lemma=word, cases=frozenset())
    readings = analyser().parse(word)
    known = is_russian_word(word)
    named = [one for one in readings if {"Name", "Surn", "Patr"} & set(one.tag.grammemes)]
    name = [one for one in named if "Name" in one.tag]
    surname = [one for one in named if "Surn" in one.tag]
    patronymic = (known and any("Patr" in one.tag for one in named)) or _sounds_patronymic(word)
    listed_form = _listed_form(word)
    lemma = str(named[0].normal_form).replace("ё", "е") if named else listed_form or word
    can_name = (known and bool(name)) or listed_form is not None
    can_surname = bool(surname) and (known or word.endswith(_endings("surname_endings")))
    cases = frozenset(str(one.tag.case) for one in named) or _guessed_cases(word, lemma)
    sure = patronymic or _sure_name(word, name, can_name=can_name) or (known and _sure_surname(word, surname))
    return NameForm(can_name, can_surname, patronymic, sure, lemma, cases)


@lru_cache(maxsize=100_000)
def _listed_form(word: str) -> str | None:
    """Return the listed name that a word is a form of: костика is костик, which no dictionary holds."""
    names = exact_words("ru", "person", "sure_names")
    if word in names or is_russian_word(word):
        return word if word in names else None
    return next((lemma for lemma, _ in _guesses(word) if lemma in names), None)


def _guesses(word: str) -> tuple[tuple[str, str], ...]:
    """Return what an unknown word may be a form of, with the case."""
    readings = analyser().parse(word)
    return tuple((str(one.normal_form).replace("ё", "е"), str(one.tag.case)) for one in readings)


def _guessed_cases(word: str, lemma: str) -> frozenset[str]:
    guessed = {case for form, case in _guesses(word) if form == lemma and case != "None"}
    return frozenset(guessed - {"accs"} if word == lemma else guessed) or frozenset({"nomn"})


@cache
def _endings(key: str) -> tuple[str, ...]:
    return tuple(table("ru", "person", key))


def _sounds_patronymic(word: str) -> bool:
    if listed(word, "ru", "person", "colloquial_patronymics"):
        return True
    long = len(word) >= _MIN_PATRONYMIC_LETTERS
    return long and word.endswith(_endings("patronymic_endings")) and not is_russian_word(word)


def _sure_name(word: str, readings: list[object], *, can_name: bool) -> bool:
    lemmas = {str(one.normal_form).replace("ё", "е") for one in readings} | {_listed_form(word) or word}  # type: ignore[attr-defined] # pymorphy3 has no types
    if lemmas & exact_words("ru", "person", "sure_names"):
        listed_word = word in _sure() or not is_russian_word(word) or sum(one.score for one in readings) >= _MIN_LISTED  # type: ignore[attr-defined]
        return can_name and listed_word and word not in exact_words("ru", "person", "also_words") - _sure()
    if lemmas & exact_words("ru", "person", "also_words"):
        return False
    return can_name and sum(one.score for one in readings) >= _MIN_SURE  # type: ignore[attr-defined]


def _sure() -> frozenset[str]:
    return exact_words("ru", "person", "sure_names") - exact_words("ru", "person", "rather_words")


def _sure_surname(word: str, readings: list[object]) -> bool:
    if word in exact_words("ru", "person", "also_words"):
        return False
    typical = word.endswith(_endings("sure_surname_endings"))
    return typical and sum(one.score for one in readings) >= _MIN_SURNAME_SURE  # type: ignore[attr-defined]


def is_unheard_of(word: str) -> bool:
    """Return whether no dictionary holds a Russian word: a foreign name, a company, or a slip of the recogniser.

    >>> is_unheard_of("джамшут"), is_unheard_of("доставка")
    (True, False)
    """
    return len(word) >= _MIN_FUZZY_LETTERS and bool(_RUSSIAN.fullmatch(word)) and not is_russian_word(word)


@lru_cache(maxsize=50_000)
def sounds_like_a_name(word: str, *, least: float = _MIN_LIKENESS) -> bool:
    """Return whether a word that no dictionary holds sounds like a given name.

    >>> sounds_like_a_name("дмитрей"), sounds_like_a_name("доставка")
    (True, False)
    """
    if not is_unheard_of(word):
        return False
    return any(likeness(word, name, "ru") >= least for name in exact_words("ru", "person", "sure_names"))
