"""Thousands of byte strings found in one pass: a piece of each is recognised however it lies across words of memory.

Looking for one after the other reads a store of many gigabytes once for each. Here the bytes are read as 32-bit
words; of every string a piece is kept in each of the four ways it can lie across them, and only where the mixture of
such a piece turns up (Karp and Rabin 1987) is the whole string compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Places: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Eights: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]

WORD_BYTES = 4
# The longest that fits: of a Russian phrase twelve letters across its words, which are rare; four are in many words.
PIECES_BYTES = (24, 8)
# Odd, and far from each other's multiples.
FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xD6E8FEB9)
TABLE_BITS = (20, 27)  # at least, at most: small enough for the processor's cache, and hardly ever set by chance


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one length, ordered by mixture: each one's mixture, the string it is from, and at which byte of it."""

    words: int
    mixtures: Numbers
    strings: Numbers
    offsets: Numbers

    def places(self, numbers: Numbers) -> tuple[Places, Places]:
        """Return where strings may begin, and which, for bytes read as words."""
        if not len(self.mixtures) or len(numbers) < self.words:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        low, high = TABLE_BITS
        shift = np.uint32(32 - min(max(low, len(self.mixtures).bit_length() + 5), high))
        table = np.zeros(2 ** (32 - int(shift)), dtype=bool)
        table[self.mixtures >> shift] = True
        mixtures = mixed(numbers, self.words)
        at = np.flatnonzero(table[mixtures >> shift])
        first = np.searchsorted(self.mixtures, mixtures[at], side="left")
        alike = np.searchsorted(self.mixtures, mixtures[at], side="right") - first
        pieces = np.arange(alike.sum()) + np.repeat(first - (np.cumsum(alike) - alike), alike)
        return np.repeat(at, alike) * WORD_BYTES - self.offsets[pieces], self.strings[pieces].astype(np.int64)


def mixed(numbers: Numbers, words: int) -> Numbers:
    """Return one number for every so many words in a row; it wraps around."""
    count = len(numbers) - words + 1
    found = numbers[:count] * np.uint32(FACTORS[0])
    for i in range(1, words):
        found += numbers[i : i + count] * np.uint32(FACTORS[i])
    return found


def pieces_of(strings: Sequence[bytes], wanted: Sequence[int], size: int) -> Pieces:
    """Return pieces from the middle of some strings, where words meet: beginnings and endings are commonplace."""
    firsts = [(len(strings[number]) - size - WORD_BYTES + 1) // 2 for number in wanted]
    offsets = np.array([first + i for first in firsts for i in range(WORD_BYTES)], dtype=np.uint32)
    owners = np.repeat(np.array(wanted, dtype=np.uint32), WORD_BYTES)
    cut = b"".join(
        strings[number][first + i : first + i + size]
        for number, first in zip(wanted, firsts, strict=True)
        for i in range(WORD_BYTES)
    )
    words = size // WORD_BYTES
    mixtures = mixed(np.frombuffer(cut, dtype="<u4"), words)[::words] if wanted else offsets
    order = np.argsort(mixtures, kind="stable")
    return Pieces(words, mixtures[order], owners[order], offsets[order])


class ByteSearch:
    """Strings to look for, prepared once.

    Examples
    --------
    >>> search = ByteSearch([b"a phrase of several words", b"id-7"])
    >>> sorted(search.places(b"... id-7 said a phrase of several words"))
    [(4, 8, 1), (14, 39, 0)]
    """

    def __init__(self, strings: Sequence[bytes]) -> None:
        self._strings = tuple(strings)
        sizes = [
            next((size for size in PIECES_BYTES if len(string) >= size + WORD_BYTES - 1), 0) for string in strings
        ]
        by_size = {size: [number for number, one in enumerate(sizes) if one == size] for size in (*PIECES_BYTES, 0)}
        self._short = by_size.pop(0)  # few: ids, and single words in an encoding of one byte a letter
        self._pieces = [pieces_of(self._strings, wanted, size) for size, wanted in by_size.items()]
        self._lengths = np.array([len(string) for string in strings], dtype=np.int64)
        self._heads = np.frombuffer(b"".join(string[:8].ljust(8) for string in strings), dtype="<u8")
        self._tails = np.frombuffer(b"".join(string[-8:].rjust(8) for string in strings), dtype="<u8")

    @property
    def longest(self) -> int:
        """Bytes of the longest string."""
        return max(map(len, self._strings), default=0)

    def places(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield (first byte, byte behind the last, number of the string) of everything found, in no order."""
        numbers = np.frombuffer(data, dtype="<u4", count=len(data) // WORD_BYTES)
        for pieces in self._pieces:
            for at, number in zip(*self._likely(data, *pieces.places(numbers)), strict=True):
                if data.startswith(self._strings[number], at):
                    yield at, at + len(self._strings[number]), number
        for number in self._short:
            string = self._strings[number]
            at = data.find(string) if string else -1
            while at >= 0:
                yield at, at + len(string), number
                at = data.find(string, at + 1)

    def _likely(self, data: bytes, at: Places, numbers: Places) -> tuple[list[int], list[int]]:
        """Leave out, many at once, where a string does not begin or end as it should."""
        if not len(at):
            return [], []
        inside = (at >= 0) & (at + self._lengths[numbers] <= len(data))
        at, numbers = at[inside], numbers[inside]
        eights: Eights = np.ndarray(len(data) - 7, dtype="<u8", buffer=data, strides=(1,))  # from every byte on
        begins = eights[at] == self._heads[numbers]
        at, numbers = at[begins], numbers[begins]
        ends = eights[at + self._lengths[numbers] - 8] == self._tails[numbers]
        return at[ends].tolist(), numbers[ends].tolist()
