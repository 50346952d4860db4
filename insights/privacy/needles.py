"""Needles: what to search every byte of a study for once a person was erased."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from insights.language import language_of
from insights.language.lemma import is_russian_word
from insights.privacy.searching import ByteSearch

WINDOW_WORDS = 4
MIN_PHRASE_LETTERS = 12
MIN_RARE_LETTERS = 5
MIN_LATIN_LETTERS = 9
MIN_ID_LETTERS = 4
MIN_ID_DIGITS = 7
CHUNK_BYTES = 8 * 1024 * 1024
_ENCODINGS = ("utf-8", "cp1251", "utf-16-le")
_ZIPPED = (".zip", ".xlsx", ".npz")


@dataclass(frozen=True, slots=True)
class Needle:
    """One phrase or id and the bytes it can appear as.

    ``is_id`` tells ids, which count only where no letter or digit touches them.
    """

    text: str
    forms: tuple[bytes, ...]
    is_id: bool = False


class Needles:
    """Everything to look for, made ready for one pass over each file."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._needles = tuple(needles)
        forms = [(form, number) for number, needle in enumerate(self._needles) for form in needle.forms]
        self._owners = tuple(number for _, number in forms)
        self._search = ByteSearch([form for form, _ in forms])

    def __len__(self) -> int:
        """Return how many phrases and ids there are."""
        return len(self._needles)

    @property
    def longest(self) -> int:
        """Bytes of the longest form."""
        return self._search.longest

    def places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield (byte, number of the needle) of everything found, in no order."""
        for start, end, form in self._search.places(data):
            number = self._owners[form]
            if not self._needles[number].is_id or _stands_alone(data, start, end):
                yield start, number


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a needle was found; never the words themselves."""

    path: str
    offset: int
    needle: int


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    touching = data[start - 1 : start] + data[end : end + 1]
    return not re.search(rb"[0-9A-Za-z_]", touching)


def phrases_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the phrases to search for: every text, and every four words in a row of it.

    >>> phrases_in(["Привезли не то, что я заказывал"])[1:]
    ('Привезли не то, что', 'не то, что я', 'то, что я заказывал')
    """
    found: dict[str, None] = {}
    for text in texts:
        for line in text.splitlines():
            words = line.split()
            windows = [" ".join(words[at : at + WINDOW_WORDS]) for at in range(max(1, len(words) - WINDOW_WORDS + 1))]
            found.update(dict.fromkeys((line.strip(), *windows)))
    return tuple(phrase for phrase in found if len(phrase) >= MIN_PHRASE_LETTERS and " " in phrase)


def rare_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return single words that are no everyday ones: surnames, makes, slips of the recogniser.

    >>> rare_words(["Спросите Прохвостенкова про доставку"])
    ('Прохвостенкова',)
    """
    words = dict.fromkeys(word for text in texts for word in re.findall(r"[^\W\d_]+", text))
    return tuple(word for word in words if _is_rare(word))


def _is_rare(word: str) -> bool:
    if language_of(word) == "en":
        return len(word) >= MIN_LATIN_LETTERS and not word.islower()  # small letters: the store's own words too
    return len(word) >= MIN_RARE_LETTERS and not is_russian_word(word.lower())


def needles_of(phrases: Iterable[str], ids: Iterable[str]) -> Needles:
    """Return needles for phrases and ids; ids too short to be told from any other number are left out."""
    texts = [Needle(phrase, _forms(phrase)) for phrase in phrases]
    return Needles((*texts, *(Needle(name, _forms(name), is_id=True) for name in ids if is_searchable(name))))


def is_searchable(ident: str) -> bool:
    """Return whether an id can be searched for: four characters, or seven where all are digits.

    >>> is_searchable("R-17"), is_searchable("1702")
    (True, False)
    """
    return len(ident) >= (MIN_ID_DIGITS if ident.isdecimal() else MIN_ID_LETTERS)


def _forms(text: str) -> tuple[bytes, ...]:
    """Return the bytes a text is written as: three encodings, JSON's and HTML's escapes."""
    variants = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], html.escape(text)}
    forms: set[bytes] = set()
    for variant in variants:
        for encoding in _ENCODINGS:
            try:
                forms.add(variant.encode(encoding))
            except UnicodeEncodeError:
                continue
    return tuple(sorted(forms))


def scan_file(path: Path, needles: Needles) -> list[tuple[int, int]]:
    """Return (offset, number of the needle) of everything found in a file, members of a zip archive included."""
    found = list(_scan_bytes(path, needles))
    if path.suffix.lower() in _ZIPPED and zipfile.is_zipfile(path):
        found += _scan_members(path, needles)
    return found


def _scan_bytes(path: Path, needles: Needles) -> Iterator[tuple[int, int]]:
    with path.open("rb") as file:
        tail, at = b"", 0
        while chunk := file.read(CHUNK_BYTES):
            data = tail + chunk
            yield from ((at - len(tail) + place, number) for place, number in needles.places(data))
            at += len(chunk)
            tail = data[-max(1, needles.longest) :]


def _scan_members(path: Path, needles: Needles) -> Iterator[tuple[int, int]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            yield from needles.places(archive.read(member))


def scan(root: Path, needles: Needles) -> list[Hit]:
    """Return every place under a folder where a needle stands, one per file and needle."""
    hits: dict[tuple[str, int], Hit] = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(root).as_posix()
        for offset, number in scan_file(path, needles):
            hits.setdefault((name, number), Hit(name, offset, number))
        for _, number in needles.places(name.encode()):
            hits.setdefault((name, number), Hit(name, -1, number))
    return list(hits.values())
