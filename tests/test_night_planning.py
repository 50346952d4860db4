"""Planning a night over many files: the work grows with the files, not with their square."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.night.frame import load_frame
from insights.night.keys import study_keys
from insights.night.planning import Plan, plan_night
from insights.night.scan import Entry, entries_under
from insights.store import open_store


def planned(study_dir: Path) -> Plan:
    frame = load_frame(study_dir)
    store = open_store(frame.folder.store)
    try:
        keys, entries = study_keys(frame, models={}), entries_under(frame.folder.calls)
        return plan_night(store, entries, frame=frame, keys=keys, matches={}, sleep=lambda _seconds: None)
    finally:
        store.close()


def test_no_new_file_is_compared_with_every_other(study_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (study_dir / "calls" / f"{number:02}.ul").write_bytes(bytes([number]) * 9)

    def compared(_one: Entry, _other: object) -> bool:
        raise AssertionError("two entries were compared")

    monkeypatch.setattr(Entry, "__eq__", compared)
    assert len(planned(study_dir).jobs) == 20


def test_of_equal_bytes_under_many_names_one_is_heard(study_dir: Path) -> None:
    for number in range(5):
        (study_dir / "calls" / f"{number}.ul").write_bytes(b"the same")
    plan = planned(study_dir)
    assert [job.facts.path for job in plan.jobs] == ["calls/0.ul"]
    assert sorted(plan.aliases) == [f"calls/{number}.ul" for number in range(1, 5)]
