from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.store import CallRecord, Store, open_store, save_call

FEW, MANY = 20, 200
STEP = 20
DAY = "2026-11-20T10:00:00+03:00"
REASONS_N = 10


def steps_of(store: Store, work: Callable[[], object]) -> int:
    """Return how many steps of twenty instructions SQLite's machine takes for some work."""
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    store.conn.set_progress_handler(tick, STEP)
    try:
        work()
    finally:
        store.conn.set_progress_handler(None, STEP)
    return ticks


def steps_to_save(folder: Path, calls: int) -> list[int]:
    """Return the steps of saving one more call, and one call again, in a store of some calls."""
    store = made.framed(
        open_store(folder / f"{calls}.db"), *(made.row(n, started_at=DAY) for n in range(1, calls + 1))
    )
    for number in range(1, calls):
        save_call(store, with_reasons(number))
    return [steps_of(store, partial(save_call, store, with_reasons(number))) for number in (calls, 2)]


def with_reasons(number: int) -> CallRecord:
    """Return a call with as many reasons as a talkative customer gives."""
    record = made.call(number)
    return replace(record, reasons=record.reasons * REASONS_N)


def test_saving_a_call_is_as_quick_in_a_store_of_many(tmp_path: Path) -> None:
    few, many = steps_to_save(tmp_path, FEW), steps_to_save(tmp_path, MANY)
    assert many[0] < 1.1 * few[0]
    assert many[1] < 1.1 * few[1]
