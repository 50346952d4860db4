"""Read-back: the score as the clerk repeats it ("Почему три?", "Ставлю три."), a second witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.answers.coverage import asking_words
from insights.answers.interrogation import Sentence, sentences_of
from insights.answers.lexicon import lexicon
from insights.answers.mentions import is_alone, mentions
from insights.answers.reading import read_number
from insights.answers.spoken import any_phrase, phrase_before
from transcribe.dialogue import Turn

# Rules that leave a number out because the clerk speaks of what was not given.
MISSED = ("negated", "preposition", "bare_oblique", "denominator")
WHY_DISTANCE = 3


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the clerk's next turn says of the score: the number repeated, and numbers it rules out."""

    value: float | None = None
    not_values: tuple[float, ...] = ()


def read_back(turns: Sequence[Turn], language: str, scale: tuple[int, int]) -> ReadBack:
    """Return what the clerk's turns right after an answer say about the score."""
    value: float | None = None
    missed: list[float] = []
    for turn in turns:
        for sentence in sentences_of(turn, 0, language):
            if sentence.scale is not None:
                continue
            said = repeated_score(sentence, scale)
            value = said if value is None else value
            missed.extend(missed_scores(sentence, scale))
    return ReadBack(value, tuple(number for number in missed if number != value))


def repeated_score(sentence: Sentence, scale: tuple[int, int]) -> float | None:
    """Return the number that a sentence repeats; None where it repeats none."""
    reading = read_number(sentence.text, sentence.language, scale)
    if reading.rule not in ("single", "restated", "tentative"):
        return None
    return reading.value if _is_repeating(sentence) else None


def _is_repeating(sentence: Sentence) -> bool:
    """Return whether a sentence with one number acknowledges it, asks why, or says nothing else."""
    known = lexicon(sentence.language)
    found = mentions(sentence.words, sentence.language)
    if sentence.has(known.cue("ack")) or any(is_alone(sentence.words, one, sentence.language) for one in found):
        return True
    why = known.cue("why")
    near = [sentence.words[max(0, one.at - WHY_DISTANCE) : one.at] for one in found]
    return any(any_phrase(before, why) for before in near)


def missed_scores(sentence: Sentence, scale: tuple[int, int]) -> tuple[float, ...]:
    """Return the numbers that a question after the reason shows were not given ("до пятёрки", "why not ten")."""
    if not sentence.has(asking_words(sentence.language).why):
        return ()
    reading = read_number(sentence.text, sentence.language, scale)
    out = [value for value, rule in reading.excluded if rule in MISSED and scale[0] <= value <= scale[1]]
    wanting = [
        one.value
        for one in mentions(sentence.words, sentence.language)
        if phrase_before(sentence.words, one.at, (("for",), ("missing", "for", "a"), ("for", "a")))
    ]
    return tuple(dict.fromkeys([*out, *wanting]))
