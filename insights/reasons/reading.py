"""Reading: a text's words with every key they can be looked up by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from audio.span import Span
from insights.language.lemma import analyser, lemma
from insights.language.tokens import Language, tokens
from transcribe.dialogue import Word

_MIN_READING = 0.12  # rarer readings of a Russian form mislead more often than they help
_FAMILY_MIN = {"ru": 4, "en": 5}
_FAMILY_ENDINGS = {
    "ru": re.compile(
        r"(?:ировать|ование|ивать|ывать|енный|ность|ание|ение|щик|очка|ость|ный|ять|ать|ить|еть|уть|ика|ка|ый|ий|ой|но|ие|ия|ся|о|а|я|ь|ы|и|е)$"
    ),
    "en": re.compile(r"(?:ations?|ments?|ness|ity|ful|able|ive|ions?|ers?|ors?|ance|ence|ing|al|ly|ed|y|e)$"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One word as the rules see it.

    Attributes
    ----------
    text:
        Lower case, ё as е.
    start_char, end_char:
        Offsets in the statement's text, half-open.
    keys:
        The form, its lemmas, and what a slip of the recogniser probably stood for.
    family:
        Stem shared by words of one root ("достав" for доставка, доставить), or "".
    span:
        Seconds, where the words came from a recording.
    """

    text: str
    start_char: int
    end_char: int
    keys: frozenset[str]
    family: str = ""
    span: Span | None = None


def read(text: str, language: Language, *, words: Sequence[Word] | None = None) -> tuple[Seen, ...]:
    """Return the words of ``text``; with ``words`` (joined by single blanks they are ``text``) also their seconds.

    >>> [seen.text for seen in read("Цены, ну, кусаются", "ru")]
    ['цены', 'ну', 'кусаются']
    """
    spans = _spans(words) if words else ()
    return tuple(
        Seen(
            token.text,
            token.start_char,
            token.end_char,
            keys_of(token.text, language),
            family_of(token.text, language),
            next((span for start, end, span in spans if start < token.end_char and token.start_char < end), None),
        )
        for token in tokens(text)
    )


def _spans(words: Sequence[Word]) -> tuple[tuple[int, int, Span], ...]:
    at = 0
    found: list[tuple[int, int, Span]] = []
    for word in words:
        found.append((at, at + len(word.text), word.span))
        at += len(word.text) + 1
    return tuple(found)


@lru_cache(maxsize=200_000)
def keys_of(word: str, language: Language) -> frozenset[str]:
    """Return every key of one lower-case word: form, lemmas, the adjective behind an adverb.

    >>> sorted(keys_of("быстро", "ru"))
    ['быстро', 'быстрый']
    """
    if language == "en":
        return frozenset({word, word.replace("'", ""), lemma(word, "en")})
    keys = {word}
    for reading in analyser().parse(word):
        if reading.score < _MIN_READING:
            continue
        normal = str(reading.normal_form).replace("ё", "е")
        keys.add(normal)
        if reading.tag.POS == "ADVB" and normal.endswith("о"):
            keys.update(word for word in (normal[:-1] + "ый", normal[:-1] + "ий") if _is_adjective(word))
    return frozenset(keys)


@lru_cache(maxsize=50_000)
def _is_adjective(word: str) -> bool:
    return bool(analyser().word_is_known(word)) and analyser().parse(word)[0].tag.POS == "ADJF"


@lru_cache(maxsize=200_000)
def family_of(word: str, language: Language) -> str:
    """Return the stem a word shares with others of its root, or "" for short words.

    >>> family_of("доставляли", "ru") == family_of("доставка", "ru")
    True
    """
    base = lemma(word, language)
    stem = _FAMILY_ENDINGS[language].sub("", base)
    if language == "ru":
        stem = re.sub(r"(?<=[вмпбф])л$", "", stem)  # доставить, доставлять: the l of the root's other form
    return stem if len(stem) >= _FAMILY_MIN[language] else ""
