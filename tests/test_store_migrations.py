from __future__ import annotations

from pathlib import Path

import pytest

from audio.span import Span
from insights.store import Store, load_speech, open_store, query
from insights.store.migrations import migrations

OLD_SPEECH = """{"detector":"silero","lanes":[
    {"key":"channel0","channel":0,"speech":[[880,2740],[2930,8115]]},
    {"key":"channel1","channel":1,"speech":[]},
    {"key":"channel2","channel":null,"speech":[[0,100],[90,200]]}]}"""


def first_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store of the first schema with two recordings, one without a map of its speech."""
    known = migrations()
    with monkeypatch.context() as patch:
        patch.setattr("insights.store.migrations.migrations", lambda: known[:1])
        store = open_store(path)
    for name, speech in (("a", OLD_SPEECH), ("b", None)):
        store.execute(
            """INSERT INTO recording(recording_id, path, sha256, duration_s, status, processed_at, speech_json)
               VALUES (?, ?, ?, 9.0, 'done', '2026-11-20T08:00:00Z', ?)""",
            (name, f"calls/{name}.wav", name, speech),
        )
    for stage, key in (("turns", "0123456789abcdef" * 2), ("decode", None)):
        store.execute(
            """INSERT INTO run(recording_id, stage, stage_key, tool, version, status)
               VALUES ('a', ?, ?, 't', '1', 'done')""",
            (stage, key),
        )
    return store


def test_the_first_schema_becomes_the_lean_one_with_the_same_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.db"
    first_store(path, monkeypatch).close()
    store = open_store(path)
    speech = load_speech(store, "a")
    assert speech is not None
    assert speech.detector == "silero"
    assert [(lane.key, lane.channel, lane.speech) for lane in speech.lanes] == [
        ("channel0", 0, (Span(0.88, 2.74), Span(2.93, 8.115))),
        ("channel1", 1, ()),
        ("channel2", None, (Span(0.0, 0.1), Span(0.09, 0.2))),
    ]
    assert load_speech(store, "b") is None
    keys = {row["stage"]: row["stage_key"] for row in query(store, "SELECT stage, stage_key FROM run")}
    assert keys == {"turns": "0123456789abcdef", "decode": None}
    assert (tmp_path / "study.db.before-2").is_file()


def test_a_store_of_the_first_schema_ends_with_the_schema_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_store(tmp_path / "old.db", monkeypatch).close()
    old, new = open_store(tmp_path / "old.db"), open_store(tmp_path / "new.db")
    sql = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    assert query(old, sql) == query(new, sql)
