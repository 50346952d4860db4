"""English lemmas by spelling: a table of irregular forms, then rules for endings."""

from __future__ import annotations

import re
from functools import cache

from insights.language.wordlists import word_file

_PACKAGE = "insights.language"
_VOWEL = "[aeiouy]"
_SHORT_WITH_E = re.compile(rf"^[^aeiou]*{_VOWEL}[^aeiouwxy]$")
_E_ENDINGS = re.compile(r"(?:[^aeiou]at|bl|iz|[aeiou]s|v|c|u|[^n]g|[aeirl]ng|[aeiou]rg|dg)$")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


def english_lemma(word: str) -> str:
    """Return the dictionary form of one lower-case English word, or a stem all its forms share.

    Needs no dictionary, so a rare word may get a stem that no dictionary holds ("signe"); what
    counts for search and matching is that its forms agree.

    Examples
    --------
    >>> [english_lemma(word) for word in ("prices", "waiting", "arrived", "broke", "quickly", "cheaper")]
    ['price', 'wait', 'arrive', 'break', 'quick', 'cheap']
    """
    base = word.removesuffix("'s").removesuffix("'")
    irregular = _irregular().get(base)
    if irregular is not None:
        return irregular
    if base in _kept() or len(base) <= 3 or "'" in base:  # noqa: PLR2004 - three letters hold no ending
        return base
    return _without_ending(base)


def _without_ending(base: str) -> str:
    for ending, rule in (
        ("ies", _plural_ies),
        ("es", _plural_es),
        ("s", _plural_s),
        ("ing", _participle),
        ("ed", _participle),
        ("ily", _adverb_ily),
        ("ly", _adverb_ly),
        ("iest", _degree_i),
        ("ier", _degree_i),
        ("est", _degree),
        ("er", _degree),
    ):
        if base.endswith(ending):
            return rule(base, base[: -len(ending)])
    return base


def _plural_ies(base: str, stem: str) -> str:
    return stem + "y" if len(stem) > 1 else base[:-1]


def _plural_es(base: str, stem: str) -> str:
    return stem if re.search(r"(?:ss|x|zz|[^h]ch|sh|[^h]o)$", stem) else stem + "e"


def _plural_s(base: str, stem: str) -> str:
    return base if stem.endswith(("s", "u", "i")) else stem


def _participle(base: str, stem: str) -> str:
    if not re.search(_VOWEL, stem):
        return base
    if _DOUBLED.search(stem):
        return stem[:-1]
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if stem.endswith("gn"):
        return stem
    return stem + "e" if _SHORT_WITH_E.match(stem) or _E_ENDINGS.search(stem) else stem


def _adverb_ily(base: str, stem: str) -> str:
    return stem + "y"


def _adverb_ly(base: str, stem: str) -> str:
    if stem.endswith("b"):
        return stem + "le"
    return stem if len(stem) > 2 else base  # noqa: PLR2004 - "fly", "July" and their like are no adverbs


def _degree_i(base: str, stem: str) -> str:
    return stem + "y" if len(stem) > 2 else base  # noqa: PLR2004 - as above


def _degree(base: str, stem: str) -> str:
    """Undo -er and -est on the short adjectives that customers compare with; other nouns in -er stay."""
    for adjective in (stem, stem + "e", stem[:-1]):
        if adjective in _compared():
            return adjective
    return base


@cache
def _irregular() -> dict[str, str]:
    forms = word_file(_PACKAGE, "english_forms.toml")["forms"]
    return {form: lemma for lemma, several in forms.items() for form in several}


@cache
def _kept() -> frozenset[str]:
    return frozenset(word_file(_PACKAGE, "english_forms.toml")["kept"]["words"])


@cache
def _compared() -> frozenset[str]:
    return frozenset(word_file(_PACKAGE, "english_forms.toml")["compared"]["words"])
