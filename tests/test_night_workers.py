"""Worker processes that are only just starting when their pool ends."""

from __future__ import annotations

import gc
from pathlib import Path

from insights.night.executors import KeptLocks


def locks_there() -> set[str]:
    return {path.name for path in Path("/dev/shm").glob("sem.mp-*")}


def test_a_lock_outlives_whoever_dropped_it_and_goes_with_its_pool() -> None:
    context, before = KeptLocks(), locks_there()
    lock = context.RLock()
    (name,) = locks_there() - before
    del lock
    gc.collect()
    assert name in locks_there()
    del context
    gc.collect()
    assert name not in locks_there()
