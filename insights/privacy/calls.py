"""Personal data in a call: names are carried from turn to turn, and questions announce what follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from insights.language.tokens import Language, tokens
from insights.privacy.finding import find_personal
from insights.privacy.misheard import with_misheard
from insights.privacy.russian_names import name_form
from insights.privacy.spans import PiiSpan
from insights.privacy.words import exact_words, listed, phrase_within
from insights.store.records import PiiKind, PiiRow
from transcribe.dialogue import Dialogue, Turn

_TELLING = frozenset({"introduction", "patronymic", "name_and_surname", "sure_name", "title", "after_role", "capital"})
_MIN_NAME_LETTERS = 3
MAX_BACKCHANNEL_WORDS = 3
OPENING_TURNS = 2


def personal_in_dialogue(dialogue: Dialogue, *, company_names: Sequence[str] = ()) -> tuple[PiiRow, ...]:
    """Return where personal data stands in a call, as rows for its ``CallRecord``.

    Every turn is read twice: names introduced in one turn are found in the others, lower case and misheard.
    """
    first = spans_by_turn(dialogue, company_names=company_names)
    known = known_names(dialogue, first)
    spans = spans_by_turn(dialogue, company_names=company_names, known=known) if known else first
    if dialogue.language == "ru":
        spans = with_misheard(dialogue, spans)
    return tuple(
        PiiRow(span.kind, span.start_char, span.end_char, turn_idx=idx, span=span.span)
        for idx, found in enumerate(spans)
        for span in found
    )


def spans_by_turn(
    dialogue: Dialogue, *, company_names: Sequence[str] = (), known: frozenset[str] = frozenset()
) -> list[tuple[PiiSpan, ...]]:
    """Return the spans of each turn."""
    return [
        find_personal(
            turn.text,
            dialogue.language,
            words=turn.words,
            company_names=company_names,
            known=known,
            asked=asked_before(dialogue.turns, idx, dialogue.language),
            opening=idx < OPENING_TURNS and turn.party != "respondent",
        )
        for idx, turn in enumerate(dialogue.turns)
    ]


def known_names(dialogue: Dialogue, spans: Iterable[Sequence[PiiSpan]]) -> frozenset[str]:
    """Return the words of names found by a telling rule, dictionary forms beside them."""
    names: set[str] = set()
    for turn, found in zip(dialogue.turns, spans, strict=True):
        for span in found:
            if span.kind == "person" and span.rule in _TELLING:
                said = [token.text for token in tokens(turn.text[span.start_char : span.end_char])]
                names |= {word for word in said if not _is_title(word, dialogue.language)}
    if dialogue.language == "ru":
        names |= {name_form(word).lemma for word in names}
    return frozenset(name for name in names if len(name) >= _MIN_NAME_LETTERS)


def _is_title(word: str, language: Language) -> bool:
    return listed(word, language, "person", "titles")


def asked_before(turns: Sequence[Turn], idx: int, language: Language) -> frozenset[PiiKind]:
    """Return the kinds that another party asked for just before a turn.

    A turn that goes on after a short "да" of the other side is still an answer to the question before.
    """
    for earlier in reversed(turns[max(0, idx - 3) : idx]):
        if earlier.lane == turns[idx].lane and earlier.party == turns[idx].party:
            continue
        kinds = asked_kinds(earlier.text, language)
        if kinds or len(earlier.words) > MAX_BACKCHANNEL_WORDS:
            return kinds
    return frozenset()


def asked_kinds(text: str, language: Language) -> frozenset[PiiKind]:
    """Return the kinds of personal data that a question asks for.

    >>> sorted(asked_kinds("Как вас зовут и какой у вас номер телефона?", "ru"))
    ['person', 'phone']
    """
    said = tokens(text)
    words = {token.text for token in said}
    kinds: set[PiiKind] = set()
    if phrase_within(said, language, "person", "questions"):
        kinds.add("person")
    cues: tuple[PiiKind, ...] = ("phone", "card", "document")
    asks = "?" in text or phrase_within(said, language, "cues", "requests")
    kinds |= {kind for kind in cues if asks and any(listed(word, language, "cues", kind) for word in words)}
    if asks and words & exact_words(language, "cues", "address_questions"):
        kinds.add("address")
    return frozenset(kinds)
