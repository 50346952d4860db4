"""Slips: words a recogniser misheard, matched by sound with the words a study expects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from insights.language.fuzzy import likeness, sounding
from insights.language.lemma import is_russian_word
from insights.language.model_files import model_path
from insights.language.tokens import Language
from insights.language.wordlists import words_of
from insights.reasons.reading import Seen, family_of, keys_of

_MIN_LETTERS = 4
_MIN_JOINED_LETTERS = 7
_MIN_LIKENESS = 0.78
_MIN_LIKENESS_SHORT = 0.82
_MIN_LIKENESS_JOINED = 0.83
_MIN_LIKENESS_KNOWN = 0.93
_LONG_LETTERS = 9
_MIN_LIKENESS_KNOWN_LONG = 0.89
_JOINED_WORDS = (3, 2)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words worth hearing through a slip, by how they begin to sound.

    Attributes
    ----------
    by_start:
        Expected words by the first letter of their sound.
    exact:
        Every key of those words: a word found here is no slip.
    """

    language: Language
    by_start: dict[str, tuple[str, ...]]
    exact: frozenset[str]

    def nearest(self, word: str, *, least: float) -> str | None:
        """Return the expected word that sounds most like ``word``, or None below ``least``."""
        start = _start(word, self.language)
        scored = [(likeness(word, known, self.language), known) for known in self.by_start.get(start, ())]
        best = max(scored, default=(0.0, ""))
        return best[1] if best[0] >= least else None


def vocabulary(words: Iterable[str], language: Language) -> Vocabulary:
    """Return a vocabulary of the single words given; short ones only count as exact.

    >>> vocabulary(["ассортимент"], "ru").nearest("асортимент", least=0.8)
    'ассортимент'
    """
    single = sorted({word for word in words if " " not in word})
    by_start: dict[str, list[str]] = {}
    for word in single:
        if len(word) >= _MIN_LETTERS:
            by_start.setdefault(_start(word, language), []).append(word)
    exact = frozenset(key for word in single for key in keys_of(word, language))
    return Vocabulary(language, {start: tuple(found) for start, found in by_start.items()}, exact)


def heard_through(seen: Sequence[Seen], expected: Vocabulary) -> tuple[Seen, ...]:
    """Return the words with the keys of what they probably stood for added.

    A word the dictionary knows is left alone unless it is all but the same; two or three words
    run together ("мены б жиры") count where none of them means anything expected.
    """
    joined = _joined(list(seen), expected)
    return tuple(_mended(word, expected) for word in joined)


def _joined(seen: list[Seen], expected: Vocabulary) -> list[Seen]:
    for count in _JOINED_WORDS:
        for start in range(len(seen) - count + 1):
            group = seen[start : start + count]
            known = any(word.keys & expected.exact for word in group)
            together = "".join(word.text for word in group)
            if len(together) < _MIN_JOINED_LETTERS:
                continue
            least = _MIN_LIKENESS_KNOWN if known else _MIN_LIKENESS_JOINED
            meant = _nearest_of(keys_of(together, expected.language), expected, least=least)
            if meant is not None and len(meant) >= _MIN_JOINED_LETTERS:
                seen[start] = _with_keys(seen[start], meant, expected.language)
    return seen


def _mended(word: Seen, expected: Vocabulary) -> Seen:
    if len(word.text) < _MIN_LETTERS or word.keys & expected.exact:
        return word
    least = _MIN_LIKENESS if len(word.text) > _MIN_LETTERS else _MIN_LIKENESS_SHORT
    if _is_word(word.text, expected.language):
        least = _MIN_LIKENESS_KNOWN if len(word.text) < _LONG_LETTERS else _MIN_LIKENESS_KNOWN_LONG
    meant = _nearest_of(word.keys if least <= _MIN_LIKENESS_SHORT else {word.text}, expected, least=least)
    return word if meant is None else _with_keys(word, meant, expected.language)


def _nearest_of(forms: Iterable[str], expected: Vocabulary, *, least: float) -> str | None:
    """Return the expected word nearest to a form or to what its lemma would be ("ашибками", "ашибка")."""
    return next((near for form in sorted(forms) if (near := expected.nearest(form, least=least))), None)


def _with_keys(word: Seen, meant: str, language: Language) -> Seen:
    return replace(word, keys=word.keys | keys_of(meant, language), family=family_of(meant, language))


def _start(word: str, language: Language) -> str:
    """Return the class of a word's first sound; the vowels are one class, so that a lost first letter matters less."""
    first = sounding(word, language)[:1]
    return "а" if first in "аоуэеиыяюaeiouy" else first


@cache
def _is_word(word: str, language: Language) -> bool:
    if language == "ru":
        return is_russian_word(word)
    return "'" in word or word in english_words() or word in _contractions()


@cache
def _contractions() -> frozenset[str]:
    """Return "wasnt" and the like: the model parts contractions, so that it has seen none of them whole."""
    words = words_of("insights.language", "function_words.toml", "en", "words")
    return frozenset(word.replace("'", "") for word in words if "'" in word)


@cache
def english_words() -> frozenset[str]:
    """Return the word forms the English model has seen; empty without that model."""
    import json

    from transcribe.models import ModelError

    try:
        path = model_path("en-core-web-sm") / "vocab" / "strings.json"
    except ModelError:
        return frozenset()
    return frozenset(word.lower() for word in json.loads(path.read_text(encoding="utf-8")))
