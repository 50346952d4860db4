from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from insights.store import (
    Store,
    StoreError,
    StudyLockedError,
    checkpoint,
    lock_holder,
    open_store,
    query,
    run_lock,
    transaction,
)
from insights.store.connection import cure_of
from insights.store.migrations import bring_up_to_date, migrations, statements

CONTRACT_TABLES = {
    "wave", "client", "respondent", "operator", "question", "code", "interview", "recording", "run", "turn", "pause",
    "asked", "answer", "delivery", "reason", "case", "pii_span", "coder", "draw", "draw_item", "hearing", "metric",
    "business_outcome", "turn_fts",
}  # fmt: skip
CONTRACT_VIEWS = {"nps_answer", "nps_by_wave", "why", "score_mismatch", "hesitant_score", "case_overdue"}
# A question is put out of use, never deleted; the index would take 200 bytes a call.
PARENT_NEVER_DELETED = {("asked", "question_id")}
ROOT = Path(__file__).parents[1]


def test_a_new_store_has_every_table_and_view_of_the_contract(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    assert set(store.table_names()) >= CONTRACT_TABLES
    assert set(store.view_names()) >= CONTRACT_VIEWS
    for view in store.view_names():
        assert query(store, f'SELECT * FROM "{view}"') == []  # noqa: S608


def test_every_table_is_strict_and_every_foreign_key_has_an_index(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    loose, bare = [], []
    for row in query(store, "PRAGMA table_list"):
        name = row["name"]
        if row["schema"] != "main" or row["type"] != "table" or name.startswith("sqlite_"):
            continue
        if not row["strict"]:
            loose.append(name)
        firsts = {
            info["name"]
            for index in query(store, f'PRAGMA index_list("{name}")')
            for info in query(store, f'PRAGMA index_info("{index["name"]}")')
            if info["seqno"] == 0
        }
        firsts |= {info["name"] for info in query(store, f'PRAGMA table_info("{name}")') if info["pk"] == 1}
        bare += [
            (name, key["from"])
            for key in query(store, f'PRAGMA foreign_key_list("{name}")')
            if key["from"] not in firsts and (name, key["from"]) not in PARENT_NEVER_DELETED
        ]
    assert loose == []
    assert bare == []


def test_the_store_is_private_and_safe_by_default(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = open_store(path)
    assert path.stat().st_mode & 0o077 == 0
    settings = {name: store.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("foreign_keys", "journal_mode")}
    assert settings == {"foreign_keys": 1, "journal_mode": "wal"}


def test_a_reader_cannot_write_and_needs_a_store(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with pytest.raises(StoreError, match="earful ingest"):
        open_store(path, readonly=True)
    open_store(path).close()
    reader = open_store(path, readonly=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.conn.execute("INSERT INTO wave(wave_id) VALUES ('x')")


def test_a_reader_sees_no_half_transaction(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    reader = open_store(tmp_path / "study.db", readonly=True)
    with transaction(store):
        store.conn.execute("INSERT INTO wave(wave_id) VALUES ('x')")
        assert query(reader, "SELECT * FROM wave") == []
    assert len(query(reader, "SELECT * FROM wave")) == 1


def write_and_fail(store: Store, wave: str) -> None:
    with transaction(store):
        store.conn.execute("INSERT INTO wave(wave_id) VALUES (?)", (wave,))
        raise ZeroDivisionError


def test_an_error_inside_a_transaction_undoes_all_of_it(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store, "x")
    assert query(store, "SELECT * FROM wave") == []


def test_an_inner_transaction_fails_alone_when_it_is_caught(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    with transaction(store):
        store.conn.execute("INSERT INTO wave(wave_id) VALUES ('kept')")
        with pytest.raises(ZeroDivisionError):
            write_and_fail(store, "lost")
    assert query(store, "SELECT wave_id FROM wave") == [{"wave_id": "kept"}]


def test_a_store_that_another_process_holds_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insights.store.connection.BUSY_S", 0.05)
    store, other = open_store(tmp_path / "study.db"), open_store(tmp_path / "study.db")
    with transaction(store), pytest.raises(StoreError, match="another process is writing"), transaction(other):
        pass


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (sqlite3.OperationalError("database or disk is full"), "free some disk space"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "writable"),
        (sqlite3.DatabaseError("database disk image is malformed"), "backup"),
        (PermissionError(13, "Permission denied"), "writable"),
        (sqlite3.OperationalError("something new"), "run again"),
    ],
)
def test_every_fault_has_a_cure(error: Exception, cure: str) -> None:
    assert cure in cure_of(error)


@pytest.mark.parametrize(
    "content", [b"this is no store at all, whatever its name says" * 20, b"SQLite format 3\0" + b"x" * 4000]
)
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="move it away"):
        open_store(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE invoices(id)")
    other.close()
    with pytest.raises(StoreError, match="invoices"):
        open_store(path)


def test_a_newer_store_is_refused_by_writers_and_readers(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = open_store(path)
    store.execute("PRAGMA user_version = 999")
    store.close()
    for readonly in (False, True):
        with pytest.raises(StoreError, match="newer earful"):
            open_store(path, readonly=readonly)


LATER = (99, "099_later.sql", "ALTER TABLE wave ADD COLUMN colour TEXT; UPDATE wave SET colour = 'blue';")


def test_a_migration_keeps_rows_and_leaves_a_private_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.db"
    store = open_store(path)
    store.execute("INSERT INTO wave(wave_id) VALUES ('2026Q4')")
    known = migrations()
    monkeypatch.setattr("insights.store.migrations.migrations", lambda: [*known, LATER])
    with pytest.raises(StoreError, match="older than this earful"):
        open_store(path, readonly=True)
    assert query(open_store(path), "SELECT wave_id, colour FROM wave") == [{"wave_id": "2026Q4", "colour": "blue"}]
    backup = tmp_path / "study.db.before-99"
    assert backup.stat().st_mode & 0o077 == 0
    old = sqlite3.connect(backup)
    assert old.execute("SELECT * FROM wave").fetchall() == [("2026Q4", None, None)]
    old.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.db"
    open_store(path).close()
    broken = (99, "099_broken.sql", "ALTER TABLE wave ADD COLUMN colour TEXT; UPDATE nowhere SET x = 1;")
    known = migrations()
    with monkeypatch.context() as patch:
        patch.setattr("insights.store.migrations.migrations", lambda: [*known, broken])
        with pytest.raises(StoreError, match="nowhere"):
            open_store(path)
    store = open_store(path)
    assert "colour" not in {column.name for column in store.table("wave").columns}


def test_a_migration_waits_for_nobody_who_holds_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.db"
    open_store(path).close()
    known = migrations()
    monkeypatch.setattr("insights.store.migrations.migrations", lambda: [*known, LATER])
    holder = held(tmp_path)
    try:
        with pytest.raises(StudyLockedError, match=str(holder.pid)):
            open_store(path)
    finally:
        holder.kill()
        holder.wait()
    with run_lock(tmp_path):  # the holder itself may migrate
        assert open_store(path).table("wave").columns_dict["colour"] is str


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [number for number, _, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_applying_what_is_applied_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = open_store(path)
    changes = store.conn.total_changes
    bring_up_to_date(store.conn, path)
    assert store.conn.total_changes == changes


def test_statements_keep_triggers_whole() -> None:
    script = "CREATE TABLE a(x); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; SELECT 1; END; SELECT 2;"
    assert [statement.split()[1] for statement in statements(script)] == ["TABLE", "TRIGGER", "2;"]


def held(folder: Path) -> subprocess.Popen[bytes]:
    """Start a process that holds the study until it is killed."""
    code = (
        "import sys, time; from pathlib import Path; from insights.store.lock import run_lock\n"
        "with run_lock(Path(sys.argv[1]), why='a night'):\n    print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if process.stdout:
        process.stdout.readline()
        process.stdout.close()
    return process


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    holder = held(tmp_path)
    try:
        with pytest.raises(StudyLockedError, match=f"process {holder.pid} .a night. since 20"), run_lock(tmp_path):
            pass
        assert (lock_holder(tmp_path) or {})["pid"] == holder.pid
    finally:
        holder.kill()
        holder.wait()
    with run_lock(tmp_path, why="mine") as path:
        assert json.loads(path.read_text())["why"] == "mine"
        with run_lock(tmp_path):
            assert json.loads(path.read_text())["why"] == "mine"
    assert lock_holder(tmp_path) is None


def test_the_log_is_cut_to_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    store.execute("INSERT INTO wave(wave_id) VALUES ('x')")
    checkpoint(store)
    assert (tmp_path / "study.db-wal").stat().st_size == 0
