"""Spoken text as tokens: words with their offsets, the gaps between them, and clauses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from insights.language.tokens import plain

Phrase = tuple[str, ...]

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?;…]")
_CLAUSE_END = re.compile(r"[.!?;…,:—–]|\s-\s")
_QUESTION = "?"

# Words that open a new clause even where the recogniser wrote no comma.
CLAUSE_OPENERS_RU = ("а", "но", "теперь", "сейчас", "зато", "потому", "поэтому", "поскольку", "однако", "хотя", "чем")
CLAUSE_OPENERS_EN = (
    "but",
    "now",
    "because",
    "so",
    "since",
    "although",
    "however",
    "than",
    "and",
    "i'd",
    "i'll",
    "i've",
    "i'm",
)
CLAUSE_OPENERS = frozenset((*CLAUSE_OPENERS_RU, *CLAUSE_OPENERS_EN))


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word as said.

    Attributes
    ----------
    text:
        Lower case, ё as е, no punctuation.
    start_char, end_char:
        Half-open offsets in the turn's text.
    gap:
        What stands between the word before and this one: blanks and punctuation; "-" in "seven-eight".
    clause, sentence:
        Running numbers; words of one clause share theirs.
    asked:
        True where the word's sentence ends with a question mark.
    paused:
        True where silence goes before the word.
    """

    text: str
    start_char: int
    end_char: int
    gap: str
    clause: int
    sentence: int
    asked: bool = False
    paused: bool = False


def spoken(text: str, pauses: Collection[int] = ()) -> tuple[Spoken, ...]:
    """Return the words of ``text`` in order.

    Parameters
    ----------
    pauses:
        Offsets of the words that silence goes before.

    >>> [(word.text, word.clause) for word in spoken("Не десять, но девять.")]
    [('не', 0), ('десять', 0), ('но', 1), ('девять', 1)]
    """
    normal = plain(text)
    found = list(_WORD.finditer(normal))
    gaps = [normal[0 if i == 0 else found[i - 1].end() : match.start()] for i, match in enumerate(found)]
    asked = _asked_sentences(gaps, normal[found[-1].end() :] if found else "")
    words: list[Spoken] = []
    clause = sentence = 0
    for i, (match, gap) in enumerate(zip(found, gaps)):
        if i and _SENTENCE_END.search(gap):
            sentence += 1
        if i and (_CLAUSE_END.search(gap) or match[0] in CLAUSE_OPENERS):
            clause += 1
        words.append(
            Spoken(
                match[0], match.start(), match.end(), gap, clause, sentence, sentence in asked, match.start() in pauses
            )
        )
    return tuple(words)


def _asked_sentences(gaps: Sequence[str], ending: str) -> frozenset[int]:
    """Return the numbers of the sentences that end with a question mark."""
    asked, sentence = set(), 0
    for gap in [*gaps[1:], ending]:
        if _QUESTION in gap:
            asked.add(sentence)
        if _SENTENCE_END.search(gap):
            sentence += 1
    return frozenset(asked)


def phrases(texts: Sequence[str]) -> tuple[Phrase, ...]:
    """Return written phrases as tuples of word patterns, longest first."""
    return tuple(sorted((tuple(plain(text).split()) for text in texts), key=len, reverse=True))


def fits(word: str, pattern: str) -> bool:
    """Return whether a word fits a pattern; a trailing * stands for any ending.

    >>> fits("пятерку", "пятерк*"), fits("пять", "пятерк*")
    (True, False)
    """
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def phrase_at(words: Sequence[Spoken], at: int, known: Sequence[Phrase]) -> int:
    """Return how many words the longest phrase that starts at ``at`` covers; 0 where none does."""
    if at < 0:
        return 0
    for phrase in known:
        stretch = words[at : at + len(phrase)]
        if len(stretch) == len(phrase) and all(fits(word.text, part) for word, part in zip(stretch, phrase)):
            return len(phrase)
    return 0


def phrase_before(words: Sequence[Spoken], at: int, known: Sequence[Phrase]) -> int:
    """Return how many words the phrase that ends right before ``at`` covers; 0 where none does."""
    for phrase in known:
        start = at - len(phrase)
        if start >= 0 and phrase_at(words, start, (phrase,)):
            return len(phrase)
    return 0


def any_phrase(words: Sequence[Spoken], known: Sequence[Phrase]) -> bool:
    """Return whether any of the phrases occurs among ``words``."""
    return any(phrase_at(words, at, known) for at in range(len(words)))


def same_clause(words: Sequence[Spoken], at: int) -> tuple[Spoken, ...]:
    """Return the words of the clause in which word ``at`` stands."""
    return tuple(word for word in words if word.clause == words[at].clause)


def between_pauses(words: Sequence[Spoken], at: int) -> tuple[Spoken, ...]:
    """Return the words of the clause around word ``at`` that no silence parts from it."""
    first = last = at
    while first > 0 and words[first - 1].clause == words[at].clause and not words[first].paused:
        first -= 1
    while last + 1 < len(words) and words[last + 1].clause == words[at].clause and not words[last + 1].paused:
        last += 1
    return tuple(words[first : last + 1])
