"""Capacity: hours, machines, disk and memory for many calls, from figures measured here and stated assumptions."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

# CPU seconds per second of call, one thread: `earful night` on the five example calls, AMX processor. Used only until
# a night has been run here.
SHIPPED_CPU_PER_S = 0.094
# Bytes a call of 500 words in the store, full text included: tests/benchmarks/store.py, 130,000 calls.
STORE_BYTES_A_CALL = 28_000
# Stereo mu-law at 8 kHz, a byte a sample and channel; Opus at 24 kbit/s is a fifth of it.
SOUND_BYTES_A_S = 16_000
# Peak of a worker with every model loaded: tests/benchmarks/recognition.py.
WORKER_GB = 1.8
# Times real time of Whisper large-v3-turbo on one card, as published by its users; nothing here was measured by us.
ASSUMED_GPU_SPEEDS = {"RTX 3090": 11.0, "RTX 5090": 25.0, "H100": 404.0}


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
class Speed:
    """CPU seconds a second of call takes, and where the figure is from."""

    cpu_per_s: float
    source: str
    measured_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the load needs.

    ``hours_here`` on this machine's cores; ``machines`` like this one to be done in a night.
    """

    load: Load
    speed: Speed
    cores: int
    core_hours: float
    hours_here: float
    machines: int
    store_gb: float
    sound_gb: float
    memory_gb: float

    @property
    def gpu_hours(self) -> dict[str, float]:
        """Hours of recognition alone on one card, by published speeds: assumptions, not measurements."""
        return {card: self.load.sound_hours / speed for card, speed in ASSUMED_GPU_SPEEDS.items()}


def capacity_for(load: Load, speed: Speed, *, cores: int | None = None) -> Capacity:
    """Return what ``load`` needs at ``speed``.

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
    >>> round(capacity_for(Load(130_000, 4.0), Speed(0.1, "example"), cores=2).core_hours)
    867
    """
    if load.calls <= 0 or load.minutes <= 0 or load.night_hours <= 0:
        raise ValueError(f"{load.calls} calls of {load.minutes} minutes in {load.night_hours} h: each must be above 0")
    used = cores or len(os.sched_getaffinity(0))
    core_hours = load.sound_hours * speed.cpu_per_s
    hours_here = core_hours / used
    return Capacity(
        load=load,
        speed=speed,
        cores=used,
        core_hours=core_hours,
        hours_here=hours_here,
        machines=max(1, math.ceil(hours_here / load.night_hours)),
        store_gb=load.calls * STORE_BYTES_A_CALL / 1e9,
        sound_gb=load.sound_hours * 3600 * SOUND_BYTES_A_S / 1e9,
        memory_gb=used * WORKER_GB,
    )
