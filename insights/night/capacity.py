"""Capacity: hours, machines, disk and memory for many calls, from figures measured here and stated assumptions."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

# CPU seconds a second of call, one thread: `earful night` on the five example calls, AMX processor. Used only until
# something was measured here.
SHIPPED_CPU_PER_S = 0.094
# Bytes in the store for a second of call, full text included: 46.4 kB for 4 minutes in tests/benchmarks/store.py.
SHIPPED_STORE_BYTES_A_S = 193.0
# Peak of a worker with every model loaded: tests/benchmarks/recognition.py.
SHIPPED_WORKER_GB = 1.8
# Stereo mu-law at 8 kHz, a byte a sample and channel; Opus at 24 kbit/s is a fifth of it.
ASSUMED_SOUND_BYTES_A_S = 16_000.0
# Of each core when all are busy: two workers did at least 1.8 times the work of one in tests/benchmarks/night.py.
ASSUMED_SHARE_OF_A_CORE = 0.9
# Times real time of Whisper large-v3-turbo on one card, as published by its users; nothing here was measured by us.
ASSUMED_CARD_SPEEDS = {"RTX 3090": 11.0, "RTX 5090": 25.0, "H100": 404.0}
# A study tells its own speed better than a measurement on two calls, from this many calls on; and its size on the
# disk, from so many that the empty store no longer counts.
TELLING_CALLS = 20
TELLING_STORE_CALLS = 200
ELSEWHERE = "measured on another machine"


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be processed: calls, their length, and the hours a night has."""

    calls: int
    minutes: float
    night_hours: float = 8.0

    @property
    def sound_hours(self) -> float:
        """Hours of sound in all."""
        return self.calls * self.minutes / 60


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to reckon with, and where it is from: measured on ``n`` calls, or assumed (n = 0)."""

    value: float
    source: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures that a plan rests on.

    ``cpu_per_s`` CPU seconds, ``store_bytes_per_s`` and ``sound_bytes_per_s`` bytes for a second of call;
    ``worker_gb`` the peak of one worker.
    """

    cpu_per_s: Figure = Figure(SHIPPED_CPU_PER_S, ELSEWHERE, 5)
    store_bytes_per_s: Figure = Figure(SHIPPED_STORE_BYTES_A_S, "measured on made-up calls of 4 minutes", 1000)
    sound_bytes_per_s: Figure = Figure(ASSUMED_SOUND_BYTES_A_S, "assumed: stereo mu-law at 8 kHz")
    worker_gb: Figure = Figure(SHIPPED_WORKER_GB, ELSEWHERE, 5)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the load needs.

    ``hours_here`` on all cores of one machine; ``machines`` of that kind to be done in a night.
    """

    load: Load
    measured: Measured
    cores: int
    core_hours: float
    hours_here: float
    machines: int
    store_gb: float
    sound_gb: float
    memory_gb: float

    @property
    def card_hours(self) -> dict[str, float]:
        """Hours of recognition alone on one graphics card, by published speeds: assumptions, not measurements."""
        return {card: self.load.sound_hours / speed for card, speed in ASSUMED_CARD_SPEEDS.items()}


def capacity_for(load: Load, measured: Measured, *, cores: int | None = None) -> Capacity:
    """Return what ``load`` needs by the figures ``measured``.

    Parameters
    ----------
    cores:
        Of one machine; None = this one's.

    Raises
    ------
    ValueError
        For a load without calls or minutes.

    Examples
    --------
    >>> figures = Measured(cpu_per_s=Figure(0.1, "example", 1))
    >>> round(capacity_for(Load(130_000, 4.0), figures, cores=2).core_hours)
    867
    """
    if load.calls <= 0 or load.minutes <= 0 or load.night_hours <= 0:
        raise ValueError(f"{load.calls} calls of {load.minutes} minutes in {load.night_hours} h: each must be above 0")
    used = cores or len(os.sched_getaffinity(0))
    core_hours = load.sound_hours * measured.cpu_per_s.value
    hours_here = core_hours / (used * (ASSUMED_SHARE_OF_A_CORE if used > 1 else 1.0))
    sound_s = load.sound_hours * 3600
    return Capacity(
        load=load,
        measured=measured,
        cores=used,
        core_hours=core_hours,
        hours_here=hours_here,
        machines=max(1, math.ceil(hours_here / load.night_hours)),
        store_gb=sound_s * measured.store_bytes_per_s.value / 1e9,
        sound_gb=sound_s * measured.sound_bytes_per_s.value / 1e9,
        memory_gb=used * measured.worker_gb.value,
    )
