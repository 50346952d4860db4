"""Full names that a recogniser tore into other words: "и рейна по-главне" for Ирина Павловна."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from insights.language.fuzzy import likeness
from insights.language.lemma import analyser, is_russian_word
from insights.language.tokens import Token, tokens
from insights.privacy.finding import timed
from insights.privacy.spans import PiiSpan
from transcribe.dialogue import Dialogue

MAX_WORDS = 4
MAX_LONGER = 3
MIN_LETTERS = 9
MIN_LIKENESS = 0.74
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_FULL_NAME = frozenset({"patronymic", "name_and_surname", "introduction"})


def with_misheard(dialogue: Dialogue, spans: Sequence[tuple[PiiSpan, ...]]) -> list[tuple[PiiSpan, ...]]:
    """Return the spans of each turn, places that sound like a full name said elsewhere in the call added."""
    names = {form for name in _full_names(dialogue, spans) for form in in_all_cases(name)}
    if not names:
        return list(spans)
    added = []
    for turn, found in zip(dialogue.turns, spans, strict=True):
        more = tuple(timed(_misheard(turn.text, names), turn.words))
        kept = [span for span in found if not any(_overlap(span, other) for other in more)]
        added.append(tuple(sorted((*kept, *more))))
    return added


def _full_names(dialogue: Dialogue, spans: Sequence[tuple[PiiSpan, ...]]) -> set[tuple[str, ...]]:
    """Return names of two words or more as they were said."""
    said = {
        tuple(token.text for token in tokens(turn.text[span.start_char : span.end_char]))
        for turn, found in zip(dialogue.turns, spans, strict=True)
        for span in found
        if span.kind == "person" and span.rule in _FULL_NAME
    }
    return {name for name in said if len(name) > 1 and all(is_russian_word(word) for word in name)}


@lru_cache(maxsize=1000)
def in_all_cases(name: tuple[str, ...]) -> frozenset[str]:
    """Return a name in every case, its words written together.

    >>> "иринойпавловной" in in_all_cases(("ирина", "павловна"))
    True
    """
    return frozenset("".join(_inflected(word, case) for word in name) for case in CASES)


def _inflected(word: str, case: str) -> str:
    names = [one for one in analyser().parse(word) if {"Name", "Patr", "Surn"} & set(one.tag.grammemes)]
    form = names[0].inflect({case, "sing"}) if names else None
    return str(form.word).replace("ё", "е") if form else word


def _overlap(one: PiiSpan, other: PiiSpan) -> bool:
    return one.start_char < other.end_char and other.start_char < one.end_char


def _misheard(text: str, names: set[str]) -> Iterator[PiiSpan]:
    """Yield the likest windows of a turn, each holding a word of no dictionary."""
    said = tokens(text)
    strange = [not is_russian_word(token.text) for token in said]
    taken: list[tuple[int, int]] = []
    candidates = sorted(_candidates(said, strange, names), reverse=True)
    for _, first, last in candidates:
        start, end = said[first].start_char, said[last].end_char
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            taken.append((start, end))
            yield PiiSpan(start, end, "person", "misheard_name")


def _candidates(said: Sequence[Token], strange: Sequence[bool], names: set[str]) -> Iterator[tuple[float, int, int]]:
    for first in range(len(said)):
        for last in range(first, min(first + MAX_WORDS, len(said))):
            if not any(strange[first : last + 1]):
                continue
            joined = "".join(token.text for token in said[first : last + 1])
            close = [name for name in names if abs(len(name) - len(joined)) <= MAX_LONGER]
            if len(joined) >= MIN_LETTERS and close:
                best = max(likeness(joined, name, "ru") for name in close)
                if best >= MIN_LIKENESS:
                    yield best, first, last
