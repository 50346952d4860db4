"""E-mails and postal addresses, written or dictated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from insights.language.tokens import Language
from insights.privacy.digits import DigitRun, digit_runs, number_word
from insights.privacy.russian_names import name_form
from insights.privacy.spans import PiiSpan, Reading
from insights.privacy.words import exact_words

_WRITTEN_EMAIL = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)
_STREET_ENDINGS = ("ская", "ской", "скую")
_CAPITAL_ENDINGS = ("ная", "ной", "ную", "вая", "вой", "вую")
_LATIN = re.compile(r"[a-z][a-z0-9']*")
_HOUSE_WITH_LETTER = re.compile(r"\d{1,4}[a-h]")
MAX_LOCAL_WORDS = 8
MAX_HOST_WORDS = 4
MAX_HOUSE_DIGITS = 6
POSTCODE_DIGITS = (5, 6, 9)
POSTCODE_CUE_WORDS = 3


def written_emails(reading: Reading) -> Iterator[PiiSpan]:
    """Yield addresses with the sign itself."""
    for found in _WRITTEN_EMAIL.finditer(reading.text):
        yield PiiSpan(found.start(), found.end(), "email", "email_written")


def spoken_emails(reading: Reading) -> Iterator[PiiSpan]:
    """Yield "иванов собака яндекс точка ру" and "john dot smith at gmail dot com"."""
    signs = exact_words(reading.language, "email", "at")
    for at, token in enumerate(reading.tokens):
        if token.text in signs and (last := _host_end(reading, at + 1)) is not None:
            first = _local_start(reading, at)
            if first < at:
                yield reading.found(first, last, "email", "email_spoken")


def _host_end(reading: Reading, at: int) -> int | None:
    """Return the last token of a spoken host ("яндекс точка ру"), or None where there is none."""
    language, tokens = reading.language, reading.tokens
    dots, ends = exact_words(language, "email", "dot"), exact_words(language, "email", "ends")
    hosts, last = exact_words(language, "email", "hosts"), None
    for place in range(at, min(at + MAX_HOST_WORDS + 2, len(tokens))):
        before = tokens[place - 1].text
        if tokens[place].text in ends and place > at and (before in dots or before in hosts or last == place - 1):
            last = place
        elif last is not None and tokens[place].text not in dots:
            break
    if last is None and at < len(tokens) and tokens[at].text in hosts:
        return at
    return last


def _local_start(reading: Reading, sign: int) -> int:
    """Return the first token of what is dictated before the sign."""
    language, tokens = reading.language, reading.tokens
    joiners, stop = exact_words(language, "email", "joiners"), exact_words(language, "email", "stop")
    first = sign
    while first > max(0, sign - MAX_LOCAL_WORDS):
        word, following = tokens[first - 1].text, tokens[first].text
        if word in stop or (reading.parted(first - 1) and first < sign):
            break
        joined = first > 1 and tokens[first - 2].text in joiners
        dictated = word in joiners or joined or following in joiners or word.isdecimal() or len(word) == 1
        foreign = language == "ru" and bool(_LATIN.fullmatch(word))
        numbered = first < sign and _is_number(following, language)  # nobody's address is digits alone
        named = language == "ru" and name_form(word).any
        if not (first == sign or dictated or foreign or named or number_word(word, language) or numbered):
            break
        first -= 1
    return first


def _is_number(word: str, language: Language) -> bool:
    return word.isdecimal() or number_word(word, language) is not None


def postcodes(reading: Reading) -> Iterator[PiiSpan]:
    """Yield British postcodes by their shape, others by the word said before them."""
    if reading.language == "en":
        for found in _UK_POSTCODE.finditer(reading.text):
            yield PiiSpan(found.start(), found.end(), "address", "postcode_shape")
    cues = exact_words(reading.language, "address", "postcode")
    cued = any(token.text in cues for token in reading.tokens)
    for run in digit_runs(reading.tokens, reading.language) if cued else ():
        before = reading.tokens[max(0, run.first - POSTCODE_CUE_WORDS) : run.first]
        if len(run.digits) in POSTCODE_DIGITS and any(token.text in cues for token in before):
            yield reading.found(run.first, run.last, "address", "postcode_cue")


def addresses(reading: Reading) -> Iterator[PiiSpan]:
    """Yield streets with their houses, by the language's order of words."""
    runs = digit_runs(reading.tokens, reading.language)
    yield from _russian(reading, runs) if reading.language == "ru" else _english(reading, runs)


def _russian(reading: Reading, runs: list[DigitRun]) -> Iterator[PiiSpan]:
    """улица Ленина дом 5 · Ленинский проспект 15 · дом 5 квартира 12."""
    streets = exact_words("ru", "address", "before")
    parts_of_house = exact_words("ru", "address", "house") | exact_words("ru", "address", "parts")
    starts = {run.first: run for run in runs}
    for at, token in enumerate(reading.tokens):
        if token.text in streets:
            first, last = _street(reading, at, starts)
            if last > at or (first < at and _lives(reading, at)):
                yield reading.found(_with_town(reading, first), last, "address", "street")
        elif token.text in parts_of_house and (end := _house_end(reading, at, starts, two=True)) is not None:
            yield reading.found(at, end, "address", "house")
        elif at + 1 in starts and (end := _bare_street_end(reading, at, starts)) is not None:
            yield reading.found(_with_town(reading, at), end, "address", "bare_street")


def _bare_street_end(reading: Reading, at: int, starts: dict[int, DigitRun]) -> int | None:
    """Return the last token of "на Гагарина сорок пять квартира двенадцать", where nobody says street; else None."""
    if not _names_street(reading, at) or len(starts[at + 1].digits) > MAX_HOUSE_DIGITS:
        return None
    before = reading.tokens[at - 1].text if at else ""
    end = _house_end(reading, at + 1, starts, two=False)
    counted = end is not None and end + 1 < len(reading.tokens) and reading.tokens[end + 1].text == "из"
    if end is None or counted or before in exact_words("ru", "address", "of_people"):
        return None
    onto = before in exact_words("ru", "address", "onto")
    placed = onto and (reading.capital(at) or end + 1 >= len(reading.tokens))
    return end if end > starts[at + 1].last or placed or _lives(reading, at) else None


def _names_street(reading: Reading, at: int) -> bool:
    """Return whether a word is a surname in the genitive or such an adjective as streets are called by."""
    word = reading.tokens[at].text
    form = name_form(word)
    of_somebody = form.surname and "gent" in form.cases and word.endswith(("а", "ого", "ой"))
    return of_somebody or word.endswith(_STREET_ENDINGS) or (reading.capital(at) and word.endswith(_CAPITAL_ENDINGS))


def _street(reading: Reading, at: int, starts: dict[int, DigitRun]) -> tuple[int, int]:
    """Return the first and the last token of a street; the last is ``at`` where nothing makes it an address."""
    first = at - 1 if at and reading.tokens[at - 1].text.endswith(("ский", "ском", "ского", "ая", "ой")) else at
    name_after = range(at + 1, min(at + 4, len(reading.tokens)))
    for place in name_after if first == at else range(at + 1, min(at + 2, len(reading.tokens))):
        end = _house_end(reading, place, starts, two=False)
        if end is not None:
            return first, end
    if first == at and _lives(reading, at) and at + 1 < len(reading.tokens) and not reading.parted(at):
        return first, at + 1
    return first, at


def _house_end(reading: Reading, at: int, starts: dict[int, DigitRun], *, two: bool) -> int | None:
    """Return the last token of "дом 15 корпус 2 квартира 7" that begins at ``at``; None where no number stands."""
    houses, parts = exact_words("ru", "address", "house"), exact_words("ru", "address", "parts")
    last, place, n = None, at, 0
    while place < len(reading.tokens):
        word = reading.tokens[place].text
        if word in houses or word in parts:
            place += 1
        elif place in starts and not starts[place].unit and len(starts[place].digits) <= MAX_HOUSE_DIGITS:
            last, n = starts[place].last, n + 1
            place = last + 1
            if (
                place < len(reading.tokens)
                and len(reading.tokens[place].text) == 1
                and reading.tokens[place].text in "абвгд"
            ):
                last, place = place, place + 1
        else:
            break
    return last if last is not None and n >= (2 if two else 1) else None


def _with_town(reading: Reading, first: int) -> int:
    """Return the start grown over the town and the index dictated before a street."""
    from insights.language.lemma import analyser

    while first:
        word = reading.tokens[first - 1].text
        is_place = word.isalpha() and any("Geox" in one.tag for one in analyser().parse(word))
        known = word in exact_words("ru", "address", "town") or word in exact_words("ru", "address", "postcode")
        if not (is_place or known or word.isdecimal() or number_word(word, "ru")):
            break
        first -= 1
    return first


def _lives(reading: Reading, at: int) -> bool:
    live = exact_words(reading.language, "address", "live")
    return any(token.text in live for token in reading.tokens[max(0, at - 6) : at]) or "address" in reading.asked


def _english(reading: Reading, runs: list[DigitRun]) -> Iterator[PiiSpan]:
    """42 Baker Street, one hundred twenty main street apartment five."""
    ways, stop = exact_words("en", "address", "after"), exact_words("en", "address", "stop")
    parts = exact_words("en", "address", "parts")
    starts = {run.first: run for run in runs}
    lettered = [
        DigitRun((token.text,), at, at, unit=False)
        for at, token in enumerate(reading.tokens)
        if _HOUSE_WITH_LETTER.fullmatch(token.text)
    ]
    for run in (*runs, *lettered):
        for place in range(run.last + 2, min(run.last + 5, len(reading.tokens))):
            between = {token.text for token in reading.tokens[run.last + 1 : place]}
            if between & stop or run.unit:
                break
            if reading.tokens[place].text in ways:
                last = place
                while last + 2 < len(reading.tokens) and reading.tokens[last + 1].text in parts and last + 2 in starts:
                    last = starts[last + 2].last
                yield reading.found(_with_parts(reading, run.first, runs), last, "address", "street")
                break


def _with_parts(reading: Reading, first: int, runs: list[DigitRun]) -> int:
    """Return the start grown over what goes before a house: flat 3, 19 Mill Lane."""
    parts = exact_words("en", "address", "parts")
    before = next((run.first for run in runs if run.last == first - 1), first)
    return before - 1 if before and reading.tokens[before - 1].text in parts else first
