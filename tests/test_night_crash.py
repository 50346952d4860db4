"""Killed at any moment: what was stored is whole, what was not is done next time."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import killed_nights as killed
import pytest

from insights.store import StoreError, open_store, transaction

CALLS, KILLS = 16, 5


@pytest.mark.slow
def test_a_night_killed_again_and_again_ends_like_an_undisturbed_one(study_dir: Path, tmp_path: Path) -> None:
    killed.write_calls(study_dir, CALLS, seed=5)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(study_dir, undisturbed)
    began = time.monotonic()
    assert killed.finished_night(undisturbed) == (0, f"{CALLS} 0")
    longest_s = time.monotonic() - began
    hits = 0
    for after_s in killed.moments(KILLS, longest_s=longest_s, seed=7):
        hits += killed.killed_night(study_dir, after_s=after_s)
        assert killed.is_whole(study_dir)
    assert hits > 0
    assert killed.finished_night(study_dir)[0] == 0
    assert killed.content(study_dir) == killed.content(undisturbed)
    assert killed.finished_night(study_dir) == (0, f"0 {CALLS}")


@pytest.mark.slow
def test_a_full_disk_is_named_and_nothing_stored_is_lost(study_dir: Path) -> None:
    killed.write_calls(study_dir, 6, seed=5)
    code, said = killed.full_disk_night(study_dir, largest_file=600_000)
    assert code == 4, said
    assert "free some disk space" in said or "disk" in said
    assert killed.is_whole(study_dir)
    assert killed.finished_night(study_dir)[0] == 0


def test_a_store_held_by_another_process_is_named(study_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(study_dir / "study.db")
    other = open_store(study_dir / "study.db")
    monkeypatch.setattr("insights.store.connection.BUSY_S", 0.1)
    other.conn.execute("PRAGMA busy_timeout = 100")
    store.conn.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="another process is writing"), transaction(other):
            pass
    finally:
        store.conn.rollback()
        store.close()
        other.close()
