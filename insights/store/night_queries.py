"""What the night run asks the store: known files, interviews in hand, what to build on, what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from insights.store.connection import Row, Store, query, transaction
from insights.store.records import RunRecord


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """What an interview's row says that matters before anybody listens.

    ``recorded`` holds the clerk's numbers by question, NULL as None.
    """

    interview_id: str
    mode: str
    started_at: str | None
    language: str | None
    consent: str
    nps: float | None
    recorded: Mapping[str, float | None]


def known_files(store: Store) -> dict[str, Row]:
    """Return path -> row of every recording the store knows, aliases included."""
    sql = """SELECT recording_id, path, sha256, status, error_kind, size_bytes, modified_ns, interview_id
             FROM recording ORDER BY path"""
    known = {row["path"]: row for row in query(store, sql)}
    sql = (
        """SELECT recording_alias.path AS alias, recording.* FROM recording_alias JOIN recording USING(recording_id)"""
    )
    for row in query(store, sql):
        known.setdefault(row["alias"], row)
    return known


def interview_facts(store: Store) -> dict[str, InterviewFacts]:
    """Return interview_id -> facts, with every recorded number."""
    numbers: dict[str, dict[str, float | None]] = {}
    nps: dict[str, float | None] = {}
    sql = """SELECT answer.interview_id, answer.question_id, answer.recorded_value, question.kind
             FROM answer JOIN question USING(question_id) WHERE answer.interview_id IS NOT NULL"""
    for row in query(store, sql):
        numbers.setdefault(row["interview_id"], {})[row["question_id"]] = row["recorded_value"]
        if row["kind"] == "nps":
            nps[row["interview_id"]] = row["recorded_value"]
    sql = "SELECT interview_id, mode, started_at, language, consent FROM interview"
    return {
        row["interview_id"]: InterviewFacts(
            **row, nps=nps.get(row["interview_id"]), recorded=numbers.get(row["interview_id"], {})
        )
        for row in query(store, sql)
    }


def recording_row(store: Store, recording_id: str) -> Row:
    """Return one recording's row as stored."""
    return query(store, "SELECT * FROM recording WHERE recording_id = ?", (recording_id,))[0]


def runs_of_recording(store: Store, recording_id: str) -> tuple[RunRecord, ...]:
    """Return the stored runs of a recording."""
    sql = "SELECT * FROM run WHERE recording_id = ? AND stage_key IS NOT NULL ORDER BY run_id"
    return tuple(
        RunRecord(
            stage=row["stage"],
            stage_key=row["stage_key"],
            tool=row["tool"],
            version=row["version"],
            model_sha256=row["model_sha256"],
            parameters=json.loads(row["parameters_json"]),
            seconds=row["seconds"],
            status=row["status"],
            error=row["error"],
        )
        for row in query(store, sql, (recording_id,))
    )


def typed_texts(store: Store) -> dict[str, list[Row]]:
    """Return interview_id -> the typed answers of written interviews, in the survey's order."""
    sql = """SELECT interview.interview_id, interview.language, answer.question_id,
                    coalesce(answer.text, answer.recorded_text) AS text
             FROM interview JOIN answer USING(interview_id) JOIN question USING(question_id)
             WHERE interview.mode = 'online' AND interview.consent <> 'refused' AND question.kind = 'open'
               AND coalesce(answer.text, answer.recorded_text, '') <> ''
             ORDER BY interview.interview_id, question.idx"""
    found: dict[str, list[Row]] = {}
    for row in query(store, sql):
        found.setdefault(row["interview_id"], []).append(row)
    return found


def drop_night(store: Store, night_id: int) -> None:
    """Forget a night that found nothing to do, so that a run without work changes nothing."""
    with transaction(store):
        store.conn.execute("DELETE FROM night WHERE night_id = ?", (night_id,))


def failure_of(store: Store, sha256: str) -> tuple[str, str] | None:
    """Return kind and message of the failure of these bytes, or None where they are no failure."""
    sql = "SELECT error_kind, error FROM recording WHERE sha256 = ? AND status IN ('failed', 'quarantined')"
    row = store.conn.execute(sql, (sha256,)).fetchone()
    return (row[0], row[1]) if row else None


def drop_failure(store: Store, path: str) -> None:
    """Forget a file that never could be used and has gone; nothing rests on it."""
    with transaction(store):
        store.conn.execute("DELETE FROM recording WHERE path = ? AND status <> 'done'", (path,))


def count_interviews(store: Store) -> int:
    """Return the number of interviews in the store."""
    return int(store.conn.execute("SELECT count(*) FROM interview").fetchone()[0])


def move_recording(store: Store, sha256: str, *, path: str, size_bytes: int | None, modified_ns: int | None) -> None:
    """Write that known bytes lie under another name now, their old name being gone."""
    with transaction(store):
        store.conn.execute("DELETE FROM recording_alias WHERE path = ?", (path,))
        store.conn.execute("DELETE FROM recording WHERE path = ? AND sha256 IS NOT ?", (path, sha256))
        store.conn.execute(
            "UPDATE recording SET path = ?, size_bytes = ?, modified_ns = ? WHERE sha256 = ?",
            (path, size_bytes, modified_ns, sha256),
        )
