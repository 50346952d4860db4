"""Stance: ready, unsure or not ready, from the words of an answer to a yes-or-no question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from insights.answers.lexicon import lexicon
from insights.answers.spoken import Spoken, any_phrase, phrase_at, spoken

Side = Literal["ready", "unsure", "not_ready"]
SIDES: tuple[Side, ...] = ("ready", "unsure", "not_ready")
READINESS: dict[Side, float] = {"ready": 1.0, "unsure": 0.0, "not_ready": -1.0}
YES_OR_NO: dict[Side, float | None] = {"ready": 1.0, "unsure": None, "not_ready": 0.0}


@dataclass(frozen=True, slots=True)
class Saying:
    """A phrase that takes a side; ``at`` and ``length`` in words."""

    side: Side
    at: int
    length: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Stance:
    """The side an answer takes, the rule that decided, and where it was said; ``side`` None without any."""

    side: Side | None
    rule: str
    start_char: int = 0
    end_char: int = 0


def read_stance(text: str, language: str) -> Stance:
    """Return the side that an answer takes.

    >>> read_stance("Ну, смотря какая ошибка. Если серьёзная, то да, скажу.", "ru").side
    'ready'
    >>> read_stance("Probably not, to be honest.", "en").side
    'not_ready'
    """
    words = spoken(text)
    sayings = _sayings(words, language)
    for rule in STANCE_RULES:
        decisive = rule(words, sayings, language)
        if decisive is not None:
            last = words[decisive.at + decisive.length - 1]
            return Stance(decisive.side, rule.__name__, words[decisive.at].start_char, last.end_char)
    return Stance(None, "no_stance")


def _sayings(words: Sequence[Spoken], language: str) -> tuple[Saying, ...]:
    """Return the phrases that take a side, the longest at each place, none overlapping."""
    known = lexicon(language).stance
    found: list[Saying] = []
    at = 0
    while at < len(words):
        lengths = {side: phrase_at(words, at, known[side]) for side in SIDES}
        side = max(SIDES, key=lambda one: lengths[one])
        if lengths[side]:
            found.append(Saying(side, at, lengths[side], words[at].sentence))
        at += max(1, lengths[side])
    return tuple(found)


StanceRule = Callable[[Sequence[Spoken], Sequence[Saying], str], Saying | None]


def turned_round(words: Sequence[Spoken], sayings: Sequence[Saying], language: str) -> Saying | None:
    """Follow a second thought after "но", "хотя", "but": the side said last stands."""
    decisive = [saying for saying in sayings if saying.side != "unsure"]
    for first, second in pairwise(decisive):
        between = words[first.at + first.length : second.at]
        near = second.sentence - first.sentence <= 1
        if first.side != second.side and near and any_phrase(between, lexicon(language).stance["reverse"]):
            return second
    return None


def under_condition(words: Sequence[Spoken], sayings: Sequence[Saying], language: str) -> Saying | None:
    """Follow a condition: "it depends ... if it is serious, then yes" leads to a clear side."""
    if not sayings or sayings[0].side != "unsure":
        return None
    later = [saying for saying in sayings[1:] if _is_sure(words, saying, language)]
    return later[-1] if later and any_phrase(words, lexicon(language).stance["condition"]) else None


def unsure_first(words: Sequence[Spoken], sayings: Sequence[Saying], language: str) -> Saying | None:
    """Keep doubt said first unless something sure follows."""
    if not sayings or sayings[0].side != "unsure":
        return None
    sure = [saying for saying in sayings[1:] if _is_sure(words, saying, language)]
    return sure[0] if sure else sayings[0]


def first_sentence(words: Sequence[Spoken], sayings: Sequence[Saying], language: str) -> Saying | None:
    """Take the first clear side; a promise in the same sentence ("нет, ну что вы, скажу") comes before it."""
    decisive = [saying for saying in sayings if saying.side != "unsure"]
    if not decisive:
        return None
    opening = [saying for saying in decisive if saying.sentence == decisive[0].sentence]
    promises = [saying for saying in opening if saying.side == "ready" and _has(words, saying, "promise", language)]
    return promises[0] if promises else opening[0]


def _is_sure(words: Sequence[Spoken], saying: Saying, language: str) -> bool:
    """Return whether a saying is a clear no, or one of the words of a clear yes."""
    return saying.side == "not_ready" or (saying.side == "ready" and _has(words, saying, "sure", language))


def _has(words: Sequence[Spoken], saying: Saying, cue: str, language: str) -> bool:
    """Return whether a saying holds one of the words of a list."""
    return any_phrase(words[saying.at : saying.at + saying.length], lexicon(language).stance[cue])


STANCE_RULES: tuple[StanceRule, ...] = (turned_round, under_condition, unsure_first, first_sentence)
