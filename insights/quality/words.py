"""Words: how many were recognised wrongly, and how many were given to the wrong party."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from insights.language.tokens import plain
from insights.quality.numerals import spelt

_WORD = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*")
_GROUPED = re.compile(r"(?<=\d)[,\s](?=\d{3}\b)")

Labelled = tuple[str, str]


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Counts of one call.

    ``said``: true words; ``errors``: edits to them; ``aligned``: words recognised rightly; ``wrong_party``: of these,
    words given to another party or to none.
    """

    said: int
    errors: int
    aligned: int
    wrong_party: int


def normal_words(text: str, language: str) -> tuple[str, ...]:
    """Return the words of a text as errors are counted: lower case, ё as е, no punctuation, numbers spelt out.

    >>> normal_words("Ещё 8, от 0 до 10!", "ru")
    ('еще', 'восемь', 'от', 'ноль', 'до', 'десять')
    """
    joined = _GROUPED.sub("", plain(text))
    found: list[str] = []
    for word in _WORD.findall(joined):
        found.extend(spelt(int(word), language).split() if word.isdigit() else (word,))
    return tuple(found)


def count_words(said: Sequence[Labelled], heard: Sequence[Labelled]) -> WordCounts:
    """Return the counts for two sequences of (word, party), both in order of time.

    Edits are insertions, deletions and substitutions of the cheapest alignment, parties left aside.

    >>> count_words([("ten", "respondent")], [("ten", "operator")])
    WordCounts(said=1, errors=0, aligned=1, wrong_party=1)
    """
    said_words = [word for word, _ in said]
    heard_words = [word for word, _ in heard]
    aligned = wrong = 0
    for code in Levenshtein.opcodes(said_words, heard_words):
        if code.tag != "equal":
            continue
        pairs = zip(said[code.src_start : code.src_end], heard[code.dest_start : code.dest_end])
        parties = [(true_party, heard_party) for (_, true_party), (_, heard_party) in pairs]
        aligned += len(parties)
        wrong += sum(true_party != heard_party for true_party, heard_party in parties)
    return WordCounts(len(said), Levenshtein.distance(said_words, heard_words), aligned, wrong)
