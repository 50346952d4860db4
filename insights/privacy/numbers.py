"""Phones, cards and documents: whose number a run of digits is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from insights.language.tokens import Language
from insights.privacy.digits import DigitRun, digit_runs
from insights.privacy.spans import PiiSpan, Reading
from insights.privacy.words import exact_words, listed
from insights.store.records import PiiKind

CUE_WORDS_BEFORE = 8
CUE_WORDS_AFTER = 3
_CUES = ("document", "card", "other", "phone", "number")
_SHAPES: tuple[tuple[str, PiiKind, re.Pattern[str]], ...] = (
    ("snils_shape", "document", re.compile(r"\b\d{3}-\d{3}-\d{3}[ -]\d{2}\b")),
    ("ssn_shape", "document", re.compile(r"\b\d{3}-\d{2}-\d{4}\b")),
    ("insurance_shape", "document", re.compile(r"\b[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]\b")),
)
_SERIES = re.compile(r"[A-ZА-ЯЁ]{1,3}\d{0,6}")
# Single letters that are words: "в 45 08" and "I 12345" begin no series.
_LONE_WORDS = frozenset("аиовксуяiao")
_LETTERED = re.compile(r"(?=.*[^\W\d_])(?=(?:\D*\d){4}).{6,}")
# An amount with its unit has fewer groups than a number that is dictated.
DICTATED_GROUPS = 4
EXTENSION_DIGITS = range(2, 6)
CARD_DIGITS = range(13, 20)
PHONE_DIGITS = {"ru": range(10, 12), "en": range(10, 14)}


def luhn_holds(digits: str) -> bool:
    """Return whether the last digit is the checksum that payment cards carry.

    >>> luhn_holds("4111111111111111"), luhn_holds("4111111111111112")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the algorithm's own nine
    return total % 10 == 0


def shaped_documents(reading: Reading) -> Iterator[PiiSpan]:
    """Numbers whose very shape tells the document."""
    for rule, kind, shape in _SHAPES:
        for found in shape.finditer(reading.text):
            yield PiiSpan(found.start(), found.end(), kind, rule)


def lettered_documents(reading: Reading) -> Iterator[PiiSpan]:
    """Yield numbers with letters in them soon after a document's name: licence D1234567."""
    for at, token in enumerate(reading.tokens):
        if not _LETTERED.fullmatch(token.text):
            continue
        before = reading.tokens[max(0, at - CUE_WORDS_BEFORE) : at]
        if any(cue_word(word.text, reading.language) == "document" for word in before):
            yield reading.found(at, at, "document", "document_cue")


def numbers_of_people(reading: Reading) -> Iterator[PiiSpan]:
    """Yield cards, documents and phones among the runs of digits."""
    for run in digit_runs(reading.tokens, reading.language):
        if run.unit and len(run.groups) < DICTATED_GROUPS:
            continue
        found = _extension(reading, run) or judged(run, cue_of(reading, run), reading.language)
        if found:
            kind, rule = found
            first = _with_series(reading, run.first) if kind == "document" else _with_spoken_sign(reading, run.first)
            span = reading.found(first, run.last, kind, rule)
            yield replace(span, start_char=_with_sign(reading.text, span.start_char))


def _extension(reading: Reading, run: DigitRun) -> tuple[PiiKind, str] | None:
    """Return kind and rule of a short number said right after the word for an extension."""
    before = reading.tokens[run.first - 1].text if run.first else ""
    said = len(run.digits) in EXTENSION_DIGITS and listed(before, reading.language, "cues", "extension")
    return ("phone", "extension") if said else None


def _with_series(reading: Reading, first: int) -> int:
    """Return the first token grown over a document's series: АВ 4478123, D400 7836 0001, p l seven seven."""
    while first:
        before = reading.tokens[first - 1]
        spelled = len(before.text) == 1 and before.text.isalpha() and before.text not in _LONE_WORDS
        if not (spelled or _SERIES.fullmatch(reading.text[before.start_char : before.end_char])):
            break
        first -= 1
    return first


def _with_spoken_sign(reading: Reading, first: int) -> int:
    """Return the first token grown over a "plus" that is said before a phone."""
    said = first and reading.tokens[first - 1].text in exact_words(reading.language, "numbers", "signs")
    return first - 1 if said else first


def _with_sign(text: str, start: int) -> int:
    """Return the start grown over "+" and "(" written before a phone."""
    while start and text[start - 1] in "+(":
        start -= 1
    return start


def cue_of(reading: Reading, run: DigitRun) -> str | None:
    """Return what the words nearby say the number is: before it the nearest word decides, else after it."""
    tokens, number = reading.tokens, None
    for token in reversed(tokens[max(0, run.first - CUE_WORDS_BEFORE) : run.first]):
        cue = cue_word(token.text, reading.language)
        if cue and cue != "number":
            return cue
        number = number or cue
    for token in tokens[run.last + 1 : run.last + 1 + CUE_WORDS_AFTER]:
        cue = cue_word(token.text, reading.language)
        if cue in ("phone", "document") and not number:
            return cue
    asked = next((kind for kind in ("phone", "card", "document") if kind in reading.asked), None)
    return asked or number


def cue_word(word: str, language: Language) -> str | None:
    """Return the kind of number a word announces, or None."""
    return next((cue for cue in _CUES if listed(word, language, "cues", cue)), None)


def judged(run: DigitRun, cue: str | None, language: Language) -> tuple[PiiKind, str] | None:
    """Return a run's kind and the rule's name; None for numbers that are nobody's."""
    digits = run.digits
    if len(digits) in CARD_DIGITS and luhn_holds(digits) and (cue != "other" or len(run.groups) > 1):
        return "card", "card_checksum"
    if cue == "document":
        return ("document", "document_cue") if is_document(digits) else None
    if cue == "card":
        return _card(digits)
    if cue == "other":
        return None
    return _phone(run, cue, language) or (("card", "card_length") if is_card_shaped(run) else None)


def is_document(digits: str) -> bool:
    """Return whether digits near a document's name are its number: four or more that are no year."""
    return len(digits) > 4 or (len(digits) == 4 and digits[:2] not in ("19", "20"))  # noqa: PLR2004 - digits of a year


def _card(digits: str) -> tuple[PiiKind, str] | None:
    if len(digits) >= 12:  # noqa: PLR2004 - one group misheard of sixteen
        return "card", "card_cue"
    return ("phone", "phone_length") if len(digits) in (10, 11) else None


def is_card_shaped(run: DigitRun) -> bool:
    """Return whether a run has a card's sixteen digits, a misheard one among them."""
    return len(run.digits) == 16 and len(run.groups) > 1  # noqa: PLR2004


def _phone(run: DigitRun, cue: str | None, language: Language) -> tuple[PiiKind, str] | None:
    digits, least = run.digits, {"phone": 5, "number": 6}.get(cue or "", 99)
    if is_counting(run):
        return None
    if least <= len(digits) <= 13:  # noqa: PLR2004 - the longest phone there is
        return "phone", "phone_cue"
    if len(digits) in PHONE_DIGITS[language] and has_phone_start(digits, language):
        return "phone", "phone_length"
    if len(digits) == 7 and len(run.groups) > 1 and not set(digits) <= set("12345"):  # noqa: PLR2004 - a city phone
        return "phone", "phone_grouped"
    return None


def has_phone_start(digits: str, language: Language) -> bool:
    """Return whether digits begin as the country's phones do."""
    if language == "en":
        return True
    return digits[0] in "78" if len(digits) == 11 else digits[0] in "3489"  # noqa: PLR2004


def is_counting(run: DigitRun) -> bool:
    """Return whether somebody counts: one two three four."""
    values = [int(group) for group in run.groups]
    return len(values) > 2 and all(later - earlier == 1 for earlier, later in pairwise(values))  # noqa: PLR2004
