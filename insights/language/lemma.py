"""Lemmas: dictionary forms of single words, quickly and without a parse of the sentence."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any
from unicodedata import name

from insights.language.english_lemma import english_lemma
from insights.language.tokens import Language, tokens

_MIN_NOUN_SCORE = 0.15
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def lemmas(text: str, language: Language) -> list[str]:
    """Return the lemma of every word of ``text``, lower case, ё as е.

    Needs no weights and no parse; a Russian word out of the dictionary gets the analyser's guess.

    Examples
    --------
    >>> lemmas("Долго ждали ответа", "ru")
    ['долго', 'ждать', 'ответ']
    >>> lemmas("The prices were fair", "en")
    ['the', 'price', 'be', 'fair']
    """
    return [lemma(token.text, language) for token in tokens(text)]


@lru_cache(maxsize=200_000)
def lemma(word: str, language: Language) -> str:
    """Return the lemma of one lower-case word (see ``lemmas``)."""
    if language == "en":
        return english_lemma(word)
    return str(analyser().parse(word)[0].normal_form).replace("ё", "е")


@lru_cache(maxsize=200_000)
def part_of_speech(word: str) -> str:
    """Return pymorphy's tag of the likeliest reading of a Russian word: NOUN, ADJF, ADVB, VERB ... or "".

    >>> part_of_speech("долго")
    'ADVB'
    """
    return str(analyser().parse(word)[0].tag.POS or "")


@lru_cache(maxsize=200_000)
def is_noun(word: str) -> bool:
    """Return whether a Russian form can be read as a noun at all ("накладная" is an adjective first).

    >>> is_noun("накладная"), is_noun("быстро")
    (True, False)
    """
    return any(reading.tag.POS == "NOUN" and reading.score > _MIN_NOUN_SCORE for reading in analyser().parse(word))


@lru_cache(maxsize=50_000)
def is_person_acting(word: str) -> bool:
    """Return whether a Russian form is likeliest somebody doing something: a living noun in the nominative.

    >>> is_person_acting("курьер"), is_person_acting("компанией")
    (True, False)
    """
    best = analyser().parse(word)[0].tag
    return bool(best.POS == "NOUN" and best.case == "nomn" and best.animacy == "anim")


@lru_cache(maxsize=200_000)
def is_russian_word(word: str) -> bool:
    """Return whether the Russian dictionary holds this form.

    >>> is_russian_word("менеджер"), is_russian_word("вежлевый")
    (True, False)
    """
    return analyser().word_is_known(word)


class Analyser:
    """The Russian morphological analyser, made to answer for any word that a recogniser or a form can hold."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - pymorphy3 ships no types
        self._inner = inner

    def parse(self, word: str) -> list[Any]:
        """Return the readings of a word, likeliest first; an unreadable one gets a single unknown reading.

        pymorphy asks Unicode for the name of every letter, and thousands of ideographs have none.
        """
        if all(letter.isascii() or name(letter, "") for letter in word):
            return list(self._inner.parse(word))
        unknown = self._inner.parse(_UNKNOWN)[0]
        return [unknown._replace(word=word, normal_form=word)]

    def word_is_known(self, word: str) -> bool:
        """Return whether the dictionary holds this form."""
        return bool(self._inner.word_is_known(word))


@cache
def analyser() -> Analyser:
    """Return the Russian morphological analyser, built once a process (about 0.1 s).

    >>> [reading.normal_form for reading in analyser().parse("\U00017000")]
    ['\U00017000']
    """
    import pymorphy3

    return Analyser(pymorphy3.MorphAnalyzer())
