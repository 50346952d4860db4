"""Worker processes that are only just starting when their pool ends."""

from __future__ import annotations

import gc
from _multiprocessing import SemLock

from insights.night.executors import KeptLocks


def still_found(lock_facts: tuple[object, ...]) -> bool:
    """Look for a lock as a starting worker does: by what travels to it, wherever the system keeps its locks."""
    try:
        SemLock._rebuild(*lock_facts)
    except FileNotFoundError:
        return False
    return True


def test_a_lock_outlives_whoever_dropped_it_and_goes_with_its_pool() -> None:
    context = KeptLocks()
    lock = context.RLock()
    inner = lock._semlock
    facts = (inner.handle, inner.kind, inner.maxvalue, inner.name)
    assert still_found(facts)
    del lock, inner
    gc.collect()
    assert still_found(facts)
    del context
    gc.collect()
    assert not still_found(facts)
