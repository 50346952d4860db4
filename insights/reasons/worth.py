"""Worth: praise and complaint counted from words, with what turns them round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.language.lemma import part_of_speech
from insights.language.tokens import Language
from insights.reasons.cues import cue, cue_keys, worth_patterns
from insights.reasons.patterns import Match
from insights.reasons.reading import Seen

_NEGATION_REACH = {"ru": 3, "en": 4}
_NEAR_WORDS = 4
_FRAME_REACH = 5
_HELPERS = frozenset({"can", "could", "do", "does", "did", "will", "would", "have", "has", "had"})
_SUBJECTS = frozenset({"i", "we", "he", "she", "they"})  # a new subject, a new clause: "never got it they lost it"
_AFTER_REACH = 4
_OF_THINGS = frozenset({"нет", "нету", "без", "ноль", "никаких", "никакой"})  # they deny no verb
_ABSENT = frozenset({"нет", "нету", "никаких", "ноль"})
_WAS_NOT = (["было"], ["бывает"], ["бывало"], ["возникало"], ["возникает"], ["встречал"], ["видел"], ["видела"])
_STEM_NEGATED = 0.7  # a denied verb that no list knows ("не берут"): likely a complaint, less surely so


@dataclass(frozen=True, slots=True)
class Worth:
    """One word or phrase that praises (+) or complains (-).

    Attributes
    ----------
    start, end:
        Word indices, half-open, the negation included.
    value:
        Signed strength, -1.0 to 1.0.
    name:
        The pattern, with "not " before it where it was denied.
    """

    start: int
    end: int
    value: float
    name: str


def worths(seen: Sequence[Seen], language: Language) -> list[Worth]:
    """Return the praising and complaining words in order, negation applied.

    >>> from insights.reasons.reading import read
    >>> [(worth.name, worth.value) for worth in worths(read("совсем не дорого", "ru"), "ru")]
    [('not дорого', 1.0)]
    """
    found = _listed(seen, language)
    found += sized(seen, language, taken=found)
    frames = cue(language, "denying_frame").find(seen)
    denied = [_framed(worth, frames) or _denied(worth, seen, language, found) for worth in found]
    verbs = _denied_verbs(seen, language, taken=[*denied, *(Worth(f.start, f.end, 0.0, f.name) for f in frames)])
    return sorted(denied + verbs, key=lambda worth: worth.start)


def _listed(seen: Sequence[Seen], language: Language) -> list[Worth]:
    signed = [
        Worth(match.start, match.end, value, match.name)
        for value, name in ((0.0, "neutral"), (1.0, "positive"), (-1.0, "negative"))
        for match in worth_patterns(language, name).find(seen)
    ]
    kept: list[Worth] = []
    for worth in sorted(signed, key=lambda worth: (worth.start - worth.end, worth.value)):
        if all(worth.end <= other.start or other.end <= worth.start for other in kept):
            kept.append(worth)
    return sorted((worth for worth in kept if worth.value), key=lambda worth: worth.start)


def sized(seen: Sequence[Seen], language: Language, *, taken: Sequence[Worth] = ()) -> list[Worth]:
    """Return the worth of sizes: a high price complains, a high speed praises."""
    found: list[Worth] = []
    for direction, name in ((1.0, "more"), (-1.0, "less")):
        for match in worth_patterns(language, name).find(seen):
            if any(match.start < worth.end and worth.start < match.end for worth in [*taken, *found]):
                continue
            near = seen[max(0, match.start - _NEAR_WORDS) : match.end + _NEAR_WORDS]
            value = direction * _direction(near, language)
            if value:
                found.append(Worth(match.start, match.end, value, match.name))
    return found


def _direction(near: Sequence[Seen], language: Language) -> float:
    if worth_patterns(language, "better_low").find(near):
        return -1.0
    return 1.0 if worth_patterns(language, "better_high").find(near) else 0.0


def is_negator(word: Seen, language: Language) -> bool:
    """Return whether a word denies what follows."""
    if language == "en" and (word.text.endswith("n't")):
        return True
    return word.text in cue_keys(language, "negators") and word.text not in ("ничего", "nothing", "none")


def _framed(worth: Worth, frames: Sequence[Match]) -> Worth | None:
    """Return the worth turned round where it is what cannot be said ("не могу сказать, что дорого"), else None."""
    reach = (frame for frame in frames if 0 <= worth.start - frame.end <= _FRAME_REACH)
    frame = next(reach, None)
    return None if frame is None else Worth(frame.start, worth.end, -worth.value, f"not {worth.name}")


def _denied(worth: Worth, seen: Sequence[Seen], language: Language, found: list[Worth]) -> Worth:
    """Return the worth turned round where a negator stands shortly before it, or right after a Russian noun."""
    before = [other.end for other in found if other.end <= worth.start]
    others = [index + 1 for index in range(worth.start) if language == "en" and seen[index].text in _SUBJECTS]
    floor = max([*before, *others, worth.start - _NEGATION_REACH[language], 0])
    acts = language == "ru" and part_of_speech(seen[worth.start].text) in ("VERB", "INFN")
    at = next(
        (
            index
            for index in range(worth.start - 1, floor - 1, -1)
            if is_negator(seen[index], language) and not (acts and seen[index].text in _OF_THINGS)
        ),
        None,
    )
    if at is not None:
        return Worth(at, worth.end, -worth.value, f"not {worth.name}")
    after = [word.text for word in seen[worth.end : worth.end + _AFTER_REACH]] if language == "ru" else []
    for place, text in enumerate(after):
        if worth.value < 0 and (text in _ABSENT or (text == "не" and after[place + 1 : place + 2] in _WAS_NOT)):
            return Worth(worth.start, worth.end + place + 1, -worth.value, f"not {worth.name}")
    return worth


def _denied_verbs(seen: Sequence[Seen], language: Language, *, taken: list[Worth]) -> list[Worth]:
    """Return denied verbs that no list knows ("не берут трубку"), verbs of knowing and using left out."""
    found: list[Worth] = []
    for index, word in enumerate(seen[:-1]):
        follower = seen[index + 1]
        if not _denies_verb(seen[index - 1] if index else None, word, follower, language) or follower.keys & cue_keys(
            language, "harmless_verbs"
        ):
            continue
        if any(worth.start <= index + 1 < worth.end or worth.start <= index < worth.end for worth in taken):
            continue
        found.append(Worth(index, index + 2, -_STEM_NEGATED, f"not {follower.text}"))
    return found


def _denies_verb(before: Seen | None, word: Seen, follower: Seen, language: Language) -> bool:
    if language == "ru":
        return word.text == "не" and part_of_speech(follower.text) in ("VERB", "INFN")
    if word.text == "not" and before is not None:
        return before.text in _HELPERS
    return (word.text.endswith("n't") or word.text in cue_keys("en", "verb_negators")) and follower.text not in (
        "a",
        "the",
        "to",
        "so",
        "too",
        "very",
        "that",
        "be",
    )


def total(found: Sequence[Worth]) -> float:
    """Return the summed worth; 0.0 where praise and complaint balance or neither is said."""
    return sum(worth.value for worth in found)
