"""Schema changes as numbered SQL files, each applied once, whole, with a backup before it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from insights.store.failures import StoreError
from insights.store.lock import run_lock

Migration = tuple[int, str, str]
"""Number, file name and SQL."""

NEWER = (
    "{path}: written by a newer earful (schema {found}, this one knows up to {known}); "
    "install that version, or restore a backup made before the update"
)


def migrations() -> list[Migration]:
    """Return the migrations in order; numbers run from 1 without a gap."""
    found = [
        (int(match[1]), entry.name, entry.read_text(encoding="utf-8"))
        for entry in files(__name__).iterdir()
        if (match := re.fullmatch(r"(\d{3})_\w+\.sql", entry.name))
    ]
    return sorted(found)


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing, each migration in one transaction.

    A store that already holds something is migrated under the run lock, so that a night of the older version
    never works on a changed schema, and after a backup beside it (``study.db.before-2``).

    Raises
    ------
    StoreError
        When the store is newer than this earful, or the file holds other tables.
    StudyLockedError
        When a night is running on a store that needs migrating.
    """
    known = migrations()
    check_not_newer(connection, path)
    pending = [migration for migration in known if migration[0] > schema_version(connection)]
    if not pending:
        return
    if schema_version(connection) == 0:
        refuse_foreign(connection, path)
        apply(connection, pending)
        return
    with run_lock(path.parent, why="bringing the store up to date"):
        back_up(connection, path.with_name(f"{path.name}.before-{pending[0][0]}"))
        apply(connection, pending)


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the number of the last migration applied; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_not_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when the store's schema is newer than the newest migration here."""
    known = migrations()[-1][0]
    found = schema_version(connection)
    if found > known:
        raise StoreError(NEWER.format(path=path, found=found, known=known))


def check_readable(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when a reader, who may not migrate, meets another schema than its own."""
    check_not_newer(connection, path)
    found = schema_version(connection)
    if found < migrations()[-1][0]:
        raise StoreError(f"{path}: schema {found} is older than this earful; run `earful ingest` once to update it")


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when the file holds tables although no migration was applied."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if tables and schema_version(connection) == 0:
        names = ", ".join(sorted(tables)[:3])
        raise StoreError(f"{path}: holds tables that are not earful's ({names}); choose another file or folder")


def apply(connection: sqlite3.Connection, pending: list[Migration]) -> None:
    """Apply migrations one by one; views are made anew after each."""
    for number, _, sql in pending:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if schema_version(connection) < number:  # another process may have been quicker
                for statement in (*statements(sql), *fresh_views(connection)):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise


def fresh_views(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what drops every view and makes those of ``views.sql``."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        yield f'DROP VIEW "{name}"'
    yield from statements((files(__name__) / "views.sql").read_text(encoding="utf-8"))


def statements(sql: str) -> Iterator[str]:
    """Yield the single statements of a script; triggers hold semicolons of their own.

    >>> [statement.strip() for statement in statements("SELECT 1; SELECT 2;")]
    ['SELECT 1;', 'SELECT 2;']
    """
    statement = ""
    for part in re.split(r"(?<=;)", sql):
        statement += part
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n;"):
                yield statement
            statement = ""


def back_up(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the whole store to ``target``, readable by its owner only."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
    part.replace(target)


def now() -> str:
    """Return this moment in UTC as the store writes it, such as ``2026-11-20T08:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
