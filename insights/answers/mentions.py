"""Mentions: every place in an answer where a number of the scale may have been said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from insights.answers.lexicon import Form, Lexicon, lexicon
from insights.answers.spoken import Spoken, between_pauses, fits, phrase_at, phrase_before, same_clause
from insights.language.lemma import is_russian_word

# A garbled word is taken for the nearest number word only from this likeness (0-100) on, and only
# where no other number comes within the lead; measured on the recogniser's own mistakes.
GARBLED_LIKENESS = 74.0
GARBLED_LEAD = 10.0
GARBLED_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """One word that may be a number of the scale.

    ``at`` is the word's index; ``value`` may lie outside the scale or between two numbers ("7.5").
    """

    at: int
    value: float
    form: Form


def mentions(words: Sequence[Spoken], language: str) -> tuple[Mention, ...]:
    """Return the numbers said, in order, nothing excluded yet.

    >>> from insights.answers.spoken import spoken
    >>> [(found.value, found.form) for found in mentions(spoken("восьмёрка из десяти"), "ru")]
    [(8.0, 'familiar'), (10.0, 'oblique')]
    """
    known = lexicon(language)
    found = [_mention(words, at, known) for at in range(len(words))]
    return tuple(mention for mention in found if mention is not None)


def _mention(words: Sequence[Spoken], at: int, known: Lexicon) -> Mention | None:
    """Return the number that word ``at`` says, the surest form first."""
    text = words[at].text
    if text[0].isdigit():
        return Mention(at, float(text.replace(",", ".")), "digit")
    written = written_number(text, known.language)
    if written is not None and (written[1] not in ("misheard", "homophone") or _alone(words, at, known)):
        return Mention(at, float(written[0]), written[1])
    if written is None and _alone(words, at, known):
        value = garbled_number(text, known.language)
        return None if value is None else Mention(at, float(value), "garbled")
    return None


@lru_cache(maxsize=20_000)
def written_number(word: str, language: str) -> tuple[int, Form] | None:
    """Return value and form of a number word; None for any other word."""
    for form, values in lexicon(language).numbers.items():
        for value, patterns in values.items():
            if any(fits(word, pattern) for pattern in patterns):
                return value, form
    return None


@lru_cache(maxsize=20_000)
def garbled_number(word: str, language: str) -> int | None:
    """Return the number that an unknown word resembles alone; None for real words and doubtful ones.

    >>> garbled_number("дисять", "ru"), garbled_number("доставка", "ru")
    (10, None)
    """
    if len(word) < GARBLED_LETTERS or (language == "ru" and is_russian_word(word)):
        return None
    likeness: dict[int, float] = {}
    for form in ("exact", "familiar"):
        for value, patterns in lexicon(language).numbers[form].items():
            best = max(fuzz.ratio(word, pattern.rstrip("*")) for pattern in patterns)
            likeness[value] = max(best, likeness.get(value, 0.0))
    ranked = sorted(likeness, key=lambda value: likeness[value], reverse=True)
    lead = likeness[ranked[0]] - likeness[ranked[1]]
    return ranked[0] if likeness[ranked[0]] >= GARBLED_LIKENESS and lead >= GARBLED_LEAD else None


def _alone(words: Sequence[Spoken], at: int, known: Lexicon) -> bool:
    """Return whether the word's clause holds nothing else but hedges ("ну, где-то ... наверное")."""
    hedges = known.cue("hedge")
    clause = between_pauses(words, at)
    return all(word is words[at] or phrase_at((word,), 0, hedges) > 0 for word in clause)


def is_alone(words: Sequence[Spoken], mention: Mention, language: str) -> bool:
    """Return whether a mention's clause says nothing but the number, its unit and hedges."""
    known = lexicon(language)
    clause = same_clause(words, mention.at)
    allowed = (*known.cue("hedge"), *known.cue("unit"), *known.cue("give"))
    return all(word is words[mention.at] or phrase_at((word,), 0, allowed) > 0 for word in clause)


def is_big(words: Sequence[Spoken], at: int, language: str) -> bool:
    """Return whether word ``at`` is a number word above ten ("сорок", "twenty")."""
    return 0 <= at < len(words) and phrase_at(words, at, lexicon(language).cue("big")) > 0


def after_cue(words: Sequence[Spoken], at: int, language: str, cue: str) -> bool:
    """Return whether a phrase of ``cue`` ends right before word ``at``, in the same clause."""
    length = phrase_before(words, at, lexicon(language).cue(cue))
    return length > 0 and words[at - 1].clause == words[at].clause
