"""Delivery: how one answer was said. Describes; never names an emotion or a trait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from audio.span import Span

PauseKind = Literal["silent", "filled", "latency"]


@dataclass(frozen=True, slots=True)
class PauseRow:
    """One pause that can be played: silent, filled, or the latency before an answer.

    ``turn_idx`` is the dialogue turn the pause lies in or precedes; ``source`` tells how it was found.
    """

    kind: PauseKind
    span: Span
    turn_idx: int | None
    confidence: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the answer to one question was said; None = not measurable there, never zero.

    Seconds, counts, syllables a second, semitones, decibels, as the names say.
    ``latency_s`` runs from the end of the operator's question to the first sound of the answer, a
    filler included; negative = the answer began before the question ended.
    ``hesitation`` and what belongs to it are filled by the closing stage over the whole store.
    """

    question_id: str
    latency_s: float | None = None
    time_to_value_s: float | None = None
    pause_n: int | None = None
    pause_total_s: float | None = None
    pause_median_s: float | None = None
    pause_max_s: float | None = None
    filler_n: int | None = None
    filler_probable_n: int | None = None
    lengthening_n: int | None = None
    repeat_n: int | None = None
    hedge_n: int | None = None
    repair_n: int | None = None
    speech_rate: float | None = None
    artic_rate: float | None = None
    f0_median_st: float | None = None
    f0_range_st: float | None = None
    f0_final_st: float | None = None
    level_db: float | None = None
    level_range_db: float | None = None
    overlap_s: float | None = None
    word_n: int | None = None
    quality: Mapping[str, float | bool | str] = field(default_factory=dict)
