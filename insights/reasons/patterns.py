"""Patterns: short word patterns from word files, found in a text's words quickly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from insights.language.tokens import Language
from insights.reasons.reading import Seen, keys_of

_GAP_WORDS = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a pattern: the keys that fit, and how many words may stand before it."""

    keys: frozenset[str]
    exact: bool
    gap: int

    def fits(self, seen: Seen) -> bool:
        """Return whether the word fits this slot."""
        return seen.text in self.keys if self.exact else bool(self.keys & seen.keys)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: word indices, half-open, and the pattern's own text."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: its text, its slots in order, and whether it only opens a clause."""

    name: str
    slots: tuple[Slot, ...]
    opens: bool = False

    def end_at(self, seen: Sequence[Seen], start: int) -> int | None:
        """Return the index after the last word when the pattern begins at ``start``, else None."""
        if self.opens and start > 0:
            return None
        at = start
        for number, slot in enumerate(self.slots):
            reach = range(at, min(at + (slot.gap if number else 0) + 1, len(seen)))
            found = next((index for index in reach if slot.fits(seen[index])), None)
            if found is None:
                return None
            at = found + 1
        return at


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Patterns indexed by the keys that can begin them."""

    by_first: dict[str, tuple[Pattern, ...]]

    def find(self, seen: Sequence[Seen]) -> list[Match]:
        """Return the longest match at each word, left to right, none overlapping another.

        Longer matches win over shorter ones that begin inside them.
        """
        names: dict[tuple[int, int], Match] = {}
        for match in self.find_all(seen):
            names.setdefault((match.start, match.end), match)
        return list(names.values())

    def find_all(self, seen: Sequence[Seen]) -> list[Match]:
        """Return like ``find``, but every pattern that covers the very same words."""
        found: list[Match] = []
        for start, word in enumerate(seen):
            patterns = {pattern.name: pattern for key in word.keys for pattern in self.by_first.get(key, ())}
            ends = [(end, pattern.name) for pattern in patterns.values() if (end := pattern.end_at(seen, start))]
            if ends:
                longest = max(end for end, _ in ends)
                found += [Match(start, end, name) for end, name in sorted(ends) if end == longest]
        return _apart(found)


def _apart(found: list[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(found, key=lambda match: (match.start - match.end, match.start)):
        same = any((match.start, match.end) == (other.start, other.end) for other in kept)
        if same or all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)


def compile_pattern(text: str, language: Language) -> Pattern:
    """Return the pattern that ``text`` spells.

    "a|b" either, ".." up to three words between, "=a" that form only, "^" only where a clause opens.

    >>> [slot.gap for slot in compile_pattern("найти .. все", "ru").slots]
    [0, 3]
    """
    slots: list[Slot] = []
    gap = 0
    opens = text.startswith("^")
    for part in text.removeprefix("^").lower().replace("ё", "е").split():
        if part == "..":
            gap = _GAP_WORDS
            continue
        exact = part.startswith("=")
        forms = part.removeprefix("=").split("|")
        keys = frozenset(forms) if exact else frozenset(key for form in forms for key in keys_of(form, language))
        slots.append(Slot(keys, exact, gap))
        gap = 0
    return Pattern(text, tuple(slots), opens)


def pattern_set(texts: Iterable[str], language: Language) -> PatternSet:
    """Return the compiled patterns of one list.

    >>> from insights.reasons.reading import read
    >>> pattern_set(["takes .. long"], "en").find(read("it takes far too long", "en"))
    [Match(start=1, end=5, name='takes .. long')]
    """
    by_first: dict[str, list[Pattern]] = {}
    for text in texts:
        pattern = compile_pattern(text, language)
        for key in pattern.slots[0].keys:
            by_first.setdefault(key, []).append(pattern)
    return PatternSet({key: tuple(patterns) for key, patterns in by_first.items()})
