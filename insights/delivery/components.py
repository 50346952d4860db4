"""Components: what hesitation and restraint are made of, each one number an answer, higher = more of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from insights.delivery.delivery import Delivery

Measure = Callable[[Delivery], float | None]

# An answer of one word with one "um" is not a hundred fillers in a hundred words.
_PRIOR_WORDS = 5


@dataclass(frozen=True, slots=True)
class Component:
    """One measurable part of a score.

    Attributes
    ----------
    name:
        Key under which it is stored.
    measure:
        Its value for one answer on a scale where differences are comparable; None = not measurable there.
    usual_spread:
        Spread within one speaker that is assumed until the store knows better; the floor that keeps a person
        who never pauses from a division by nothing. From the benchmark's choosing voices.
    """

    name: str
    measure: Measure
    usual_spread: float


def _latency(delivery: Delivery) -> float | None:
    return None if delivery.latency_s is None else math.log(max(delivery.latency_s, 0.0) + 0.2)


def _value_lag(delivery: Delivery) -> float | None:
    if delivery.time_to_value_s is None or delivery.latency_s is None:
        return None
    return math.log(max(delivery.time_to_value_s - max(delivery.latency_s, 0.0), 0.0) + 0.3)


def _pause_max(delivery: Delivery) -> float | None:
    # Half a second is added: no pause at all and one of 0.3 s are nearly the same thing, 0.3 s and 1 s are not.
    return None if delivery.pause_max_s is None else math.log(delivery.pause_max_s + 0.5)


def _fillers(delivery: Delivery) -> float | None:
    if delivery.filler_n is None and delivery.filler_probable_n is None:
        return None
    # A probable filler is right two times in three.
    count = (delivery.filler_n or 0) + 0.67 * (delivery.filler_probable_n or 0)
    return _per_hundred(count, delivery.word_n)


def _stumbles(delivery: Delivery) -> float | None:
    if delivery.repeat_n is None or delivery.repair_n is None:
        return None
    return _per_hundred(delivery.repeat_n + delivery.repair_n, delivery.word_n)


def _hedges(delivery: Delivery) -> float | None:
    return None if delivery.hedge_n is None else _per_hundred(delivery.hedge_n, delivery.word_n)


def _per_hundred(count: float, word_n: int | None) -> float | None:
    """Return the square root of a count in a hundred words; None where no words are known."""
    return math.sqrt(100.0 * count / (word_n + _PRIOR_WORDS)) if word_n else None


def _shortness(delivery: Delivery) -> float | None:
    return -math.log(delivery.word_n + 1) if delivery.word_n else None


def _narrow_pitch(delivery: Delivery) -> float | None:
    return None if delivery.f0_range_st is None else -math.log(max(delivery.f0_range_st, 0.0) + 1.0)


def _narrow_level(delivery: Delivery) -> float | None:
    return None if delivery.level_range_db is None else -delivery.level_range_db


def _slowness(delivery: Delivery) -> float | None:
    return None if delivery.artic_rate is None else -math.log(max(delivery.artic_rate, 0.1))


# The share of pauses in an answer is left out: beside the longest pause it lets silence vote twice, and it falls
# when fillers are added.
HESITATION: tuple[Component, ...] = (
    Component("latency", _latency, 0.5),
    Component("value_lag", _value_lag, 0.6),
    Component("pause_max", _pause_max, 0.4),
    Component("fillers", _fillers, 1.5),
    Component("stumbles", _stumbles, 1.5),
    Component("hedges", _hedges, 1.8),
)
RESTRAINT: tuple[Component, ...] = (
    Component("short", _shortness, 0.7),
    Component("narrow_pitch", _narrow_pitch, 0.35),
    Component("narrow_level", _narrow_level, 3.0),
    Component("slow", _slowness, 0.25),
)


def measured(delivery: Delivery, components: tuple[Component, ...]) -> Mapping[str, float]:
    """Return the components that could be measured for one answer.

    >>> dict(measured(Delivery("nps", latency_s=0.8, pause_max_s=0.5), HESITATION))
    {'latency': 0.0, 'pause_max': 0.0}
    """
    values = {component.name: component.measure(delivery) for component in components}
    return MappingProxyType({name: value for name, value in values.items() if value is not None})
