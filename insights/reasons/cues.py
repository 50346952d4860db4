"""Cues: the compiled word lists of one language."""

from __future__ import annotations

from functools import cache

from insights.language.tokens import Language
from insights.language.wordlists import word_file, words_of
from insights.reasons.patterns import PatternSet, pattern_set
from insights.reasons.reading import keys_of

PACKAGE = "insights.reasons"


@cache
def cue(language: Language, name: str) -> PatternSet:
    """Return the patterns of one cue ("wish", "competitor", ...); KeyError for an unknown name.

    >>> from insights.reasons.reading import read
    >>> [match.name for match in cue("ru", "no_complaint").find(read("Придраться не к чему", "ru"))]
    ['придраться не к чему']
    """
    return pattern_set(word_file(PACKAGE, "cues.toml")[language][name], language)


@cache
def cue_keys(language: Language, name: str) -> frozenset[str]:
    """Return every key of a cue's single words."""
    texts = word_file(PACKAGE, "cues.toml")[language][name]
    return frozenset(key for text in texts for key in keys_of(text.replace("ё", "е"), language))


@cache
def cue_forms(language: Language, name: str) -> frozenset[str]:
    """Return a cue's words as they are written, for words whose other forms mean something else."""
    return frozenset(text.replace("ё", "е") for text in word_file(PACKAGE, "cues.toml")[language][name])


@cache
def worth_patterns(language: Language, name: str) -> PatternSet:
    """Return the patterns of one list of polarity.toml ("positive", "negative", "more", ...)."""
    return pattern_set(words_of(PACKAGE, "polarity.toml", language, name), language)


@cache
def expected_words(language: Language) -> tuple[str, ...]:
    """Return the single words of the worth lists, which are worth hearing through a slip."""
    lists = word_file(PACKAGE, "polarity.toml")[language]
    return tuple(word.replace("ё", "е") for name in ("positive", "negative") for word in lists[name] if word.isalpha())
