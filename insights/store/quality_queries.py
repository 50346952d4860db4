"""What the quality harness reads besides the calls themselves."""

from __future__ import annotations

from insights.store.connection import Store, query


def recorded_numbers(store: Store, recording_id: str) -> dict[str, tuple[float | None, str]]:
    """Return question_id -> (recorded number or None, agreement) of a recording's answers."""
    sql = """SELECT question_id, recorded_value, agreement FROM answer
             JOIN recording USING(interview_id) WHERE recording.recording_id = ?"""
    return {
        row["question_id"]: (row["recorded_value"], row["agreement"]) for row in query(store, sql, (recording_id,))
    }


def done_recordings(store: Store) -> dict[str, str]:
    """Return path -> recording_id of every recording that was processed."""
    sql = "SELECT path, recording_id FROM recording WHERE status = 'done'"
    return {row["path"]: row["recording_id"] for row in query(store, sql)}


def unprocessed(store: Store) -> dict[str, str]:
    """Return path -> what went wrong of every recording that was not processed."""
    sql = "SELECT path, status, error FROM recording WHERE status <> 'done'"
    return {row["path"]: f"{row['status']}: {row['error'] or ''}" for row in query(store, sql)}
