"""Open the store: one SQLite file in WAL, foreign keys on, brought up to date, refused when newer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from insights.store.absence import absent
from insights.store.failures import StoreError
from insights.store.migrations import bring_up_to_date, check_readable

with absent("pandas"):  # sqlite-utils would take it along for the name of one type: 0.3 s of every command
    from sqlite_utils import Database

Store: TypeAlias = Database
"""An open store. Rooms above take it as their first argument and hand it to functions of ``insights.store``."""

Row = dict[str, Any]  # Any: a column is text, a number or NULL

BUSY_S = 30.0  # measured: a second writer waited 1.1 s at most; the rest is margin for slow disks
PAGE_BYTES = 8192
JOURNAL_BYTES = 64 * 1024 * 1024
NO_STORE = (
    "{path}: no store here yet; run `earful ingest` or `earful night` in the study's folder, or name it by --study"
)


def open_store(path: Path, *, readonly: bool = False) -> Store:
    """Open the store at ``path``, made on first use and migrated where it is older.

    Parameters
    ----------
    path:
        ``study.db`` of a study folder.
    readonly:
        Never write: for notebooks and pages. Works beside a running night and on a read-only folder.

    Raises
    ------
    StoreError
        When the file is missing (readonly), newer than this earful, no store, or not usable.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = open_store(Path(folder) / "study.db")
    ...     store.table("answer").count
    0
    """
    if readonly and not path.is_file():
        raise StoreError(NO_STORE.format(path=path))
    try:
        connection = _connect_to_read(path) if readonly else _connect_to_write(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: cannot be opened ({error}); {cure_of(error)}") from error
    return Database(connection)


def _connect_to_write(path: Path) -> sqlite3.Connection:
    """Return a writing connection with everything set that SQLite keeps per connection."""
    if not path.exists():
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=BUSY_S)
    try:
        _set_up(connection)
        bring_up_to_date(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    """Switch on what SQLite leaves off by default."""
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; ignored later
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # customers' words stay inside the study folder
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write; where the folder forbids WAL's side files, the file alone is read."""
    address = path.resolve().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        connection = sqlite3.connect(address + "&immutable=1", uri=True, timeout=BUSY_S)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    try:
        check_readable(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(store: Store) -> Iterator[Store]:
    """Write everything inside the block or nothing.

    The outermost block takes the write lock at once (``BEGIN IMMEDIATE``): two writers that first read and then
    write would otherwise fail each other without waiting. Blocks inside are savepoints.

    Raises
    ------
    StoreError
        When another process holds the store for more than 30 s, or the disk is full or read-only.
    """
    if store.conn.in_transaction:
        with store.atomic():
            yield store
        return
    try:  # a signal may come right behind BEGIN: that too is undone here
        begin(store)
        yield store
        store.conn.execute("COMMIT")
    except sqlite3.OperationalError as error:
        store.conn.rollback()
        raise StoreError(f"the store could not be written ({error}), nothing was changed; {cure_of(error)}") from error
    except BaseException:
        store.conn.rollback()
        raise


def begin(store: Store) -> None:
    """Take the write lock at once, or say why it cannot be had."""
    try:
        store.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise StoreError(f"the store cannot be written ({error}); {cure_of(error)}") from error


def roll_back(store: Store) -> None:
    """Undo what is not committed.

    A signal that comes while a block of ``transaction`` is being entered leaves it open, and what is written after
    that would be lost with it.
    """
    try:
        store.conn.rollback()
    except sqlite3.OperationalError as error:
        raise StoreError(f"the store cannot be written ({error}); {cure_of(error)}") from error


def query(store: Store, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
    """Return the rows of a SELECT as dicts, column name to value.

    >>> query(Database(memory=True), "SELECT 1 AS n")
    [{'n': 1}]
    """
    cursor = store.conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def checkpoint(store: Store) -> None:
    """Move everything from the write-ahead log into the store and cut the log to nothing."""
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


CURES = {
    "locked": "another process is writing; wait for it, or see `earful status` for who holds the study",
    "full": "free some disk space and run again: what was stored is whole",
    "readonly": "make the study's folder writable for this user",
    "unable to open": "see that the folder exists and that this user may write there",
    "permission": "make the study's folder writable for this user",
    "not a database": "the file is no store; move it away, or restore a backup",
    "malformed": "the file is damaged; restore a backup (study.db.before-*), or move it away and run the night again",
    "disk i/o": "see that the disk is healthy, local and not full",
}


def cure_of(error: Exception) -> str:
    """Return what to do about a database error.

    >>> cure_of(sqlite3.OperationalError("database or disk is full"))
    'free some disk space and run again: what was stored is whole'
    """
    text = str(error).lower()
    return next((cure for words, cure in CURES.items() if words in text), "see that the disk is healthy and run again")
