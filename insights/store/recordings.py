"""Recordings: the row of a file, whatever became of it, and what has been done to it already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from insights.store.connection import Row, Store, query, transaction
from insights.store.failures import StoreError
from insights.store.linking import move_answers
from insights.store.matching import interview_named
from insights.store.migrations import now
from insights.store.records import Failure, RecordingFacts, RunRecord
from insights.store.row_values import SPOKEN_COLUMNS, insert, insert_one, rounded, to_json, update

KEY_LETTERS = 16  # 64 bits: a key is only compared with the key of the same stage of the same bytes
ID_LETTERS = 12  # 48 bits: two of a million recordings share an id with probability 0.002, and are refused


def recording_id(facts: RecordingFacts) -> str:
    """Return the id of a recording: the head of its hash, or of its path's hash where nothing could be read.

    >>> recording_id(RecordingFacts("calls/a.wav", sha256="0123456789abcdef" * 4))
    '0123456789ab'
    """
    if facts.sha256:
        return facts.sha256[:ID_LETTERS]
    return "path-" + hashlib.sha256(facts.path.encode()).hexdigest()[:ID_LETTERS]


def stage_key(stage: str, *parts: object) -> str:
    """Return the key of a stage's result: equal key, equal result, nothing to do again.

    ``parts`` is all the result depends on: the audio's hash, versions, settings, model hashes, earlier keys.

    >>> stage_key("turns", "abc", {"a": 1, "b": 2}) == stage_key("turns", "abc", {"b": 2, "a": 1})
    True
    """
    text = json.dumps([stage, *parts], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LETTERS]


def already_done(store: Store, sha256: str, key: str) -> bool:
    """Return whether a stage with this key is stored for these bytes."""
    sql = """SELECT 1 FROM run JOIN recording USING(recording_id)
             WHERE recording.sha256 = ? AND recording.status = 'done' AND run.stage_key = ? AND run.status = 'done'"""
    return store.conn.execute(sql, (sha256, key)).fetchone() is not None


def done_stages(store: Store, sha256: str) -> dict[str, str]:
    """Return stage -> key of what is stored for these bytes; {} where there is nothing to build on."""
    sql = """SELECT run.stage, run.stage_key FROM run JOIN recording USING(recording_id)
             WHERE recording.sha256 = ? AND recording.status = 'done' AND run.status = 'done'
               AND run.stage_key IS NOT NULL ORDER BY run.run_id"""
    return dict(store.conn.execute(sql, (sha256,)).fetchall())


def recordings(store: Store, *, status: str | None = None) -> list[Row]:
    """Return the recordings' rows, ordered by path; ``status`` narrows."""
    sql = "SELECT * FROM recording WHERE :status IS NULL OR status = :status ORDER BY path"
    return query(store, sql, {"status": status})


def save_alias(store: Store, path: str, *, sha256: str) -> None:
    """Keep another name of bytes that are stored already."""
    with transaction(store):
        store.conn.execute(
            """INSERT INTO recording_alias(path, recording_id)
               SELECT ?, recording_id FROM recording WHERE sha256 = ? AND path <> ?
               ON CONFLICT(path) DO UPDATE SET recording_id = excluded.recording_id""",
            (path, sha256, path),
        )


def save_failure(store: Store, failure: Failure) -> str:
    """Store a recording that failed, is quarantined or waits; return its id.

    What was derived from the very same bytes on an earlier night stays; only the file's state changes when it
    never was done.
    """
    with transaction(store):
        found = recording_id(failure.facts)
        done = query(store, "SELECT 1 FROM recording WHERE recording_id = ? AND status = 'done'", (found,))
        if done:
            return found
        before = _tries(store, failure.facts)
        values = {
            "status": failure.status,
            "error": failure.error,
            "error_kind": failure.kind,
            "try_n": before + (failure.status != "waiting"),
        }
        put_recording(store, failure.facts, values)
        put_runs(store, failure.runs, recording=found)
    return found


def save_waiting(store: Store, facts: RecordingFacts, *, why: str) -> str:
    """Store a file that is still being written; return its id."""
    return save_failure(store, Failure(facts, "waiting", "still_written", why))


def _tries(store: Store, facts: RecordingFacts) -> int:
    """Return how often this file failed before."""
    sql = "SELECT try_n FROM recording WHERE recording_id = ? OR (path = ? AND sha256 IS ?)"
    row = store.conn.execute(sql, (recording_id(facts), facts.path, facts.sha256)).fetchone()
    return int(row[0]) if row else 0


def put_recording(store: Store, facts: RecordingFacts, values: Mapping[str, object]) -> str | None:
    """Write a recording's row inside the caller's transaction; return the interview it belongs to, or None.

    A row under the same path with other bytes is what the file used to hold: it gives way, its interview stays linked.
    """
    found = recording_id(facts)
    old = query(store, "SELECT * FROM recording WHERE recording_id = ? OR path = ?", (found, facts.path))
    interview_id, matched_by = facts.interview_id, facts.matched_by
    for row in old:
        if row["recording_id"] == found and row["sha256"] and facts.sha256 != row["sha256"]:
            raise StoreError(
                f"{facts.path}: shares its id {found} with {row['path']}; change a byte of it, such as a tag"
            )
        if interview_id is None and row["interview_id"] is not None:
            interview_id, matched_by = row["interview_id"], row["matched_by"]
        if row["recording_id"] != found:
            store.conn.execute("DELETE FROM recording WHERE recording_id = ?", (row["recording_id"],))
    if interview_id is None:
        interview_id = interview_named(store, facts.path)
        matched_by = "name" if interview_id else None
    columns = {
        **_facts_values(facts),
        **values,
        "interview_id": interview_id,
        "matched_by": matched_by,
        "processed_at": now(),
    }
    store.conn.execute("DELETE FROM recording_alias WHERE path = ?", (facts.path,))
    if update(store, "recording", columns, where={"recording_id": found}):
        move_answers(store, found, interview_id)
    else:
        insert_one(store, "recording", {"recording_id": found, **columns})
    return interview_id


def _facts_values(facts: RecordingFacts) -> dict[str, object]:
    """Return the columns that come from the file itself."""
    return {
        "path": facts.path,
        "sha256": facts.sha256,
        "duration_s": None if facts.duration_s is None else round(facts.duration_s, 3),
        "sample_rate": facts.sample_rate,
        "channels": facts.channels,
        "codec": facts.codec,
        "layout": facts.layout,
        "quality_json": to_json(rounded(facts.quality)),
        "size_bytes": facts.size_bytes,
        "modified_ns": facts.modified_ns,
    }


def clear_derived(store: Store, found: str) -> None:
    """Delete a recording's machine-made rows but its turns; people's reasons, numbers and corrections stay.

    The plus keeps SQLite from finding one call's reasons among all that the machine ever coded.
    """
    spoken = ", ".join(f"{name} = NULL" for name in SPOKEN_COLUMNS)
    own = "(SELECT answer_id FROM answer WHERE recording_id = :found)"
    statements = (
        "DELETE FROM pause WHERE recording_id = :found",
        "DELETE FROM asked WHERE recording_id = :found",
        "DELETE FROM pii_span WHERE turn_id IN (SELECT turn_id FROM turn WHERE recording_id = :found)",
        f"DELETE FROM delivery WHERE answer_id IN {own}",  # noqa: S608 - fixed text
        f"""DELETE FROM reason WHERE answer_id IN {own} AND start_s IS NOT NULL
            AND +coder_id IN (SELECT coder_id FROM coder WHERE kind = 'machine')""",  # noqa: S608 - fixed text
        f"UPDATE answer SET {spoken}, run_id = NULL WHERE recording_id = :found",  # noqa: S608 - fixed text
    )
    for sql in statements:
        store.conn.execute(sql, {"found": found})


def put_runs(
    store: Store, runs: tuple[RunRecord, ...], *, recording: str | None = None, interview: str | None = None
) -> dict[str, int]:
    """Replace the runs of a recording (or of a written interview); return stage -> run_id."""
    owner, value = ("recording_id", recording) if recording else ("interview_id", interview)
    if value is None:
        raise StoreError("runs of nothing: name the recording or the interview")
    sql = f"DELETE FROM run WHERE {owner} = ?"  # noqa: S608 - one of two names
    store.conn.execute(sql, (value,))
    first = int(store.conn.execute("SELECT coalesce(max(run_id), 0) + 1 FROM run").fetchone()[0])
    rows = [
        {
            "run_id": first + i,
            owner: value,
            "stage": run.stage,
            "stage_key": run.stage_key,
            "tool": run.tool,
            "version": run.version,
            "model_sha256": run.model_sha256,
            "parameters_json": to_json(dict(run.parameters)),
            "seconds": None if run.seconds is None else round(run.seconds, 3),
            "status": run.status,
            "error": run.error,
        }
        for i, run in enumerate(runs)
    ]
    insert(store, "run", rows)
    return {run.stage: first + i for i, run in enumerate(runs)}
