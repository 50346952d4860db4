"""Witness: what the sound and the clerk say about a score, and how the witnesses are weighed together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audio.span import Span
from insights.answers.reading import Reading
from transcribe.dialogue import Language
from transcribe.recognition.protocol import NumberPosterior

# Below this mass the cut doesn't open with a number at all; the sound is trusted in full from the second figure on.
MASS_GATE, FULL_MASS = 0.03, 0.1
# Alone, without any number in the words, the sound must be this sure.
ALONE_MASS, ALONE_PROBABILITY = 0.5, 0.9
SHORT_ANSWER = 4
# No witness is ever believed more than this; what is left is shared by the other numbers.
ACOUSTIC_TRUST = 0.97
READ_BACK_TRUST = 0.95
HINT_TRUST = 0.8
RULED_OUT = 0.05
# The score stands from this probability on; below, the machine abstains.
MARGIN = 0.7


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """Ask the listener which number of ``phrases`` the sound of ``span`` opens with.

    ``lane``: the voice's key in the call's SpeechMap.
    """

    span: Span
    lane: str
    language: Language
    phrases: Mapping[str, float]


# One posterior for each request, in order; None where the sound could not be heard.
Witness = Callable[[Sequence[WitnessRequest]], Sequence[NumberPosterior | None]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything heard about one score.

    Attributes
    ----------
    reading:
        What the words give.
    sound:
        What the sound of the number that stands (or the answer's opening) says; None unheard.
    read_back:
        The number the clerk read back, else None.
    not_values:
        Numbers the clerk's next question rules out ("What was missing for five?").
    """

    reading: Reading
    sound: NumberPosterior | None = None
    read_back: float | None = None
    not_values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The number that stands, or None where the witnesses leave doubt; ``rule`` names who decided."""

    value: float | None
    confidence: float
    rule: str


def posterior(evidence: Evidence, scale: tuple[int, int]) -> dict[float, float]:
    """Return the probability of each number of the scale.

    >>> found = posterior(Evidence(Reading(8.0, "single", 0.97)), (0, 10))
    >>> round(found[8.0], 2), round(sum(found.values()), 6)
    (0.97, 1.0)
    """
    values = [float(value) for value in range(scale[0], scale[1] + 1)]
    witnesses = [_words(evidence.reading, values)]
    if evidence.sound is not None and evidence.sound.mass >= MASS_GATE:
        trust = ACOUSTIC_TRUST * min(1.0, evidence.sound.mass / FULL_MASS)
        witnesses.append({v: _spread(evidence.sound.values.get(v, 0.0), trust, values) for v in values})
    if evidence.read_back is not None:
        witnesses.append(_pointed((evidence.read_back,), READ_BACK_TRUST, values))
    witnesses.extend({v: RULED_OUT if v >= ruled else 1.0 for v in values} for ruled in evidence.not_values)
    weights = {v: math.prod(witness[v] for witness in witnesses) for v in values}
    total = sum(weights.values())
    return {v: weight / total for v, weight in weights.items()}


def _spread(probability: float, trust: float, values: Sequence[float]) -> float:
    """Return a probability with the untrusted rest shared by all numbers."""
    return trust * probability + (1 - trust) / len(values)


def _pointed(named: Sequence[float], trust: float, values: Sequence[float]) -> dict[float, float]:
    """Return a distribution with ``trust`` on the named numbers and the rest on the others."""
    others = len(values) - len(named)
    rest = (1 - trust) / others if others else 0.0
    return {v: trust / len(named) if v in named else rest for v in values}


def _words(reading: Reading, values: Sequence[float]) -> dict[float, float]:
    """Return what the words say: the number that stands, the numbers in doubt, or nothing."""
    if reading.value is not None and reading.value in values:
        return _pointed((reading.value,), reading.reliability, values)
    doubtful = tuple(dict.fromkeys(value for value in reading.candidates if value in values))
    return _pointed(doubtful, HINT_TRUST, values) if doubtful else dict.fromkeys(values, 1 / len(values))


def settle(evidence: Evidence, scale: tuple[int, int]) -> Verdict:
    """Return the number that stands: words first, other witnesses for and against, abstaining in doubt."""
    reading = evidence.reading
    if reading.rule in ("range", "half", "refusal"):
        return Verdict(None, 0.0, reading.rule)
    found = posterior(evidence, scale)
    best = max(found, key=lambda value: found[value])
    if found[best] < MARGIN:
        return Verdict(None, 0.0, "abstained" if reading.candidates or evidence.sound else reading.rule)
    if reading.value is None and not _enough_without_words(evidence, best):
        return Verdict(None, 0.0, reading.rule)
    return Verdict(best, round(found[best], 4), _decider(evidence, best))


def _enough_without_words(evidence: Evidence, best: float) -> bool:
    """Return whether sound and clerk carry a score that the words don't give.

    A range taken back in words that were not understood needs the clerk. A word that only sounds like the number
    ("for") needs the sound or the clerk. No word at all needs both, or a sound beyond doubt in a short answer: in a
    long one the sound may hold the "two" of "two weeks", and a number left out by the words stays out.
    """
    sound, reading = evidence.sound, evidence.reading
    if best in {value for value, _ in reading.excluded}:
        return False
    probable = sound is not None and sound.values.get(best, 0.0) >= ALONE_PROBABILITY
    heard = sound is not None and probable and sound.mass >= MASS_GATE
    beyond_doubt = sound is not None and probable and sound.mass >= ALONE_MASS and reading.word_n <= SHORT_ANSWER
    hinted = best in reading.candidates
    backed = evidence.read_back == best
    if reading.rule == "range_reopened":
        return backed and hinted
    return beyond_doubt or (heard and hinted) or (backed and (heard or hinted))


def _decider(evidence: Evidence, best: float) -> str:
    """Return the name stored with the row: the words' rule where they stand, else who overruled them."""
    if evidence.reading.value == best:
        return evidence.reading.rule
    return "read_back" if evidence.read_back == best else "witness"
