"""Mix-ups: where a customer finds out that they were speaking of another company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.language.tokens import Language
from insights.reasons.cues import cue
from insights.reasons.reading import Seen

_CONTEXT_WORDS = 3


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
    found = cue(language, "mixup").find(seen)
    if not found:
        return None
    last = found[-1]
    around = seen[max(0, last.start - _CONTEXT_WORDS) : last.end + _CONTEXT_WORDS]
    return MixUp(last.start, last.end, bool(cue(language, "mixup_call").find(around)))
