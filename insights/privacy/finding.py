"""Personal data in a text: every rule in one order, earlier ones winning where two overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from audio.span import Span
from insights.language.tokens import Language, tokens
from insights.privacy.contacts import addresses, postcodes, spoken_emails, written_emails
from insights.privacy.english_persons import english_persons
from insights.privacy.numbers import lettered_documents, numbers_of_people, shaped_documents
from insights.privacy.russian_persons import russian_persons
from insights.privacy.spans import PiiSpan, Reading, reading_of
from insights.privacy.words import table
from insights.store.records import PiiKind
from transcribe.dialogue import Word


def persons(reading: Reading) -> Iterator[PiiSpan]:
    """Yield names of people, companies left out."""
    found = russian_persons(reading) if reading.language == "ru" else english_persons(reading)
    brands = _brand_places(reading)
    return (
        span for span in found if not any(span.start_char < end and start < span.end_char for start, end in brands)
    )


FINDERS: tuple[Callable[[Reading], Iterator[PiiSpan]], ...] = (
    written_emails,
    spoken_emails,
    shaped_documents,
    lettered_documents,
    addresses,
    postcodes,
    numbers_of_people,
    persons,
)


def find_personal(
    text: str,
    language: Language,
    *,
    words: Sequence[Word] | None = None,
    company_names: Sequence[str] = (),
    known: frozenset[str] = frozenset(),
    asked: frozenset[PiiKind] = frozenset(),
    opening: bool = False,
) -> tuple[PiiSpan, ...]:
    """Return where personal data stands in a text, in order and without overlap.

    Parameters
    ----------
    words:
        The recognised words that ``text`` joins with single blanks; given, each span carries its seconds.
    company_names:
        Names of companies and products that are no persons.
    known:
        Lower-case names introduced elsewhere in the call.
    asked:
        Kinds that the other party asked for just before.
    opening:
        Whether a call begins here, where people are introduced and words of no dictionary are likely names.

    Examples
    --------
    >>> [(span.kind, span.rule) for span in find_personal("меня зовут иван петров", "ru")]
    [('person', 'introduction')]
    >>> find_personal("вера в ваш банк", "ru")
    ()
    """
    names = tuple(company_names)
    reading = reading_of(text, language, known=known, asked=asked, company_names=names, opening=opening)
    chosen: list[PiiSpan] = []
    taken = bytearray(len(text))  # a mark for each character, so that long texts cost no more a line than short ones
    for finder in FINDERS:
        for span in finder(reading):
            if not any(taken[span.start_char : span.end_char]):
                chosen.append(span)
                taken[span.start_char : span.end_char] = b"\1" * (span.end_char - span.start_char)
    chosen.sort()
    return tuple(chosen) if words is None else tuple(timed(chosen, words))


def personal_in_text(text: str, language: Language, *, company_names: Sequence[str] = ()) -> tuple[PiiSpan, ...]:
    """Return where personal data stands in a written text (see ``find_personal``)."""
    return find_personal(text, language, company_names=company_names)


def timed(spans: Iterable[PiiSpan], words: Sequence[Word]) -> Iterator[PiiSpan]:
    """Yield the spans with the seconds of the words they touch."""
    for span in spans:
        touched, at = [], 0
        for word in words:
            if at < span.end_char and span.start_char < at + len(word.text):
                touched.append(word)
            at += len(word.text) + 1
        yield replace(span, span=Span(touched[0].span.start_s, max(word.span.end_s for word in touched)))


def _brand_places(reading: Reading) -> list[tuple[int, int]]:
    """Return the offsets of companies' names: the study's own, and those everybody knows."""
    said = [token.text for token in reading.tokens]
    names = list(reading.companies)
    known = [tuple(token.text for token in tokens(name)) for name in table(reading.language, "person", "brands")]
    # A single Russian word is weighed where names are: "лада" may be called Лада.
    names += [name for name in known if reading.language == "en" or len(name) > 1]
    places = []
    for name in names:
        for at in range(len(said) - len(name) + 1):
            if name and all(_same(one, other) for one, other in zip(said[at : at + len(name)], name, strict=True)):
                places.append((reading.tokens[at].start_char, reading.tokens[at + len(name) - 1].end_char))
    return places


def _same(said: str, name: str) -> bool:
    """Return whether a word is a company's name, in any case."""
    return said == name or (len(name) > 4 and said[: len(name) - 1] == name[:-1] and len(said) <= len(name) + 2)  # noqa: PLR2004
