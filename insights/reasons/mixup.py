"""Mix-ups: where a customer finds out that they were speaking of another company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.language.lemma import is_person_acting
from insights.language.tokens import Language
from insights.reasons.cues import cue
from insights.reasons.patterns import Match
from insights.reasons.reading import Seen

_CONTEXT_WORDS = 3
_STARTLED_REACH = 8


@dataclass(frozen=True, slots=True)
class MixUp:
    """A retraction.

    Attributes
    ----------
    start, end:
        Word indices of the retraction within its statement, half-open.
    whole_call:
        True where the customer took us for somebody else, so that everything said before falls;
        False where only this answer was about another company.
    """

    start: int
    end: int
    whole_call: bool


def mix_up(seen: Sequence[Seen], language: Language) -> MixUp | None:
    """Return the last retraction in a statement, or None.

    >>> from insights.reasons.reading import read
    >>> mix_up(read("ой, это я про другой банк говорил", "ru"), "ru") is not None
    True
    """
    plain = [match for match in cue(language, "mixup").find(seen) if not _somebody_else_did(match, seen, language)]
    startled = _startled(seen, language)
    found = sorted([*plain, *startled], key=lambda match: match.end)
    if not found:
        return None
    last = found[-1]
    around = seen[max(0, last.start - _CONTEXT_WORDS) : last.end + _CONTEXT_WORDS]
    return MixUp(last.start, last.end, bool(cue(language, "mixup_call").find(around)))


def _startled(seen: Sequence[Seen], language: Language) -> list[Match]:
    """Return where a start ("ой, подождите") leads to whom it was really about; either alone says nothing."""
    starts = cue(language, "interjection").find(seen)
    return [
        Match(start.start, about.end, about.name)
        for about in cue(language, "about_others").find(seen)
        for start in starts
        if 0 <= about.start - start.end <= _STARTLED_REACH and start.start > 0
    ]


def _somebody_else_did(match: Match, seen: Sequence[Seen], language: Language) -> bool:
    """Return whether it is not the customer who mixed something up ("ой, курьер перепутал адрес")."""
    if language != "ru":
        return False
    verbs = [index for index in range(match.start, match.end) if seen[index].text.startswith(("перепутал", "спутал"))]
    return any(index > 0 and is_person_acting(seen[index - 1].text) for index in verbs)
