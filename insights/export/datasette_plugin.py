"""A Datasette plugin: ``spoken('ждали')`` turns words into a full-text expression that finds all their forms."""

from __future__ import annotations

from typing import Any

from datasette import hookimpl

from insights.store.search import match_expression


@hookimpl  # type: ignore[untyped-decorator]  # datasette has no types
def prepare_connection(conn: Any) -> None:  # noqa: ANN401 - a connection of sqlite3
    """Add the SQL function ``spoken(words)``."""
    conn.create_function("spoken", 1, lambda words: match_expression(str(words or "")) or '""', deterministic=True)
