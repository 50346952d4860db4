"""Interviews and their recorded numbers: new rows in, changed rows with history, equal rows untouched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from insights.store.connection import Row, Store, query
from insights.store.matching import plain_name
from insights.store.migrations import now
from insights.store.row_values import Values, insert, to_json, upsert
from insights.survey.questionnaire import Survey
from insights.survey.responses import ResponseRow

CHUNK = 500
ROW_KEYS = ("interview_id", "source_file", "source_line", "ingested_at", "row_sha256")


@dataclass(frozen=True, slots=True)
class Ingested:
    """How many interviews of a file were new, changed or as before."""

    new: int
    changed: int
    same: int


def put_interviews(store: Store, rows: Sequence[ResponseRow], *, survey: Survey, source: str) -> Ingested:
    """Store interviews inside the caller's transaction; of rows with one id the last counts."""
    last = {row.interview_id: row for row in rows}
    new = changed = 0
    for chunk in _chunks(list(last.values())):
        before = _stored(store, [row.interview_id for row in chunk])
        marks = {row.interview_id: _mark(row) for row in chunk}
        fresh = [row for row in chunk if before.get(row.interview_id, {}).get("row_sha256") != marks[row.interview_id]]
        replaced = [before[row.interview_id] for row in fresh if row.interview_id in before]
        _keep_history(store, [row["interview_id"] for row in replaced if row["row_sha256"]])
        _put_people(store, fresh)
        upsert(store, "interview", "interview_id", [_interview(row, marks, survey, source) for row in fresh])
        _put_recorded(store, fresh, survey)
        new += len(fresh) - len(replaced)
        changed += len(replaced)
    return Ingested(new, changed, len(last) - new - changed)


def interview_facts(store: Store, interview_id: str) -> Row | None:
    """Return one interview's row with ``client`` and ``segment`` resolved, or None."""
    found = query(store, "SELECT * FROM interview WHERE interview_id = ?", (interview_id,))
    return found[0] if found else None


def _chunks(rows: Sequence[ResponseRow]) -> Iterator[Sequence[ResponseRow]]:
    """Yield rows in pieces small enough for one SELECT."""
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]


def _mark(row: ResponseRow) -> str:
    """Return a hash of what a row says, wherever it stands."""
    said = {name: value for name, value in asdict(row).items() if name != "line"}
    return hashlib.sha256(to_json(said).encode()).hexdigest()[:32]


def _stored(store: Store, ids: Sequence[str]) -> dict[str, Row]:
    """Return id and mark of the interviews that are there already."""
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT interview_id, row_sha256 FROM interview WHERE interview_id IN ({marks})"  # noqa: S608 - only marks
    return {row["interview_id"]: row for row in query(store, sql, list(ids))}


def _keep_history(store: Store, ids: Sequence[str]) -> None:
    """Keep rows that are about to be replaced, their recorded answers with them."""
    moment = now()
    rows = []
    for interview_id in ids:
        row = query(store, "SELECT * FROM interview WHERE interview_id = ?", (interview_id,))[0]
        sql = "SELECT question_id, recorded_text FROM answer WHERE interview_id = ? AND recorded_text IS NOT NULL"
        said = {name: row[name] for name in row if row[name] not in (None, "", "{}") and name not in ROW_KEYS}
        said["answers"] = dict(store.conn.execute(sql, (interview_id,)).fetchall())
        rows.append({name: row[name] for name in ROW_KEYS} | {"replaced_at": moment, "row_json": to_json(said)})
    insert(store, "response_history", [{n: v for n, v in row.items() if n != "row_sha256"} for row in rows])


def _put_people(store: Store, rows: Sequence[ResponseRow]) -> None:
    """Store waves, clients, respondents and operators; what is known is not forgotten by an empty cell."""
    execute = store.conn.executemany
    execute("INSERT OR IGNORE INTO wave(wave_id) VALUES (?)", {(row.wave,) for row in rows if row.wave})
    execute(
        """INSERT INTO client(client_id, segment) VALUES (?, ?)
           ON CONFLICT(client_id) DO UPDATE SET segment = coalesce(excluded.segment, segment)""",
        [(row.client_id, row.segment) for row in rows if row.client_id],
    )
    execute(
        """INSERT INTO respondent(respondent_id, client_id, role) VALUES (?, ?, ?)
           ON CONFLICT(respondent_id) DO UPDATE SET client_id = coalesce(excluded.client_id, client_id),
             role = coalesce(excluded.role, role)""",
        [(row.respondent_id, row.client_id, row.role) for row in rows if row.respondent_id],
    )
    execute(
        """INSERT INTO operator(operator_id, team) VALUES (?, ?)
           ON CONFLICT(operator_id) DO UPDATE SET team = coalesce(excluded.team, team)""",
        [(row.operator_id, row.operator_team) for row in rows if row.operator_id],
    )


def _interview(row: ResponseRow, marks: Mapping[str, str], survey: Survey, source: str) -> Values:
    """Return the columns of one interview."""
    return {
        "interview_id": row.interview_id,
        "wave_id": row.wave,
        "respondent_id": row.respondent_id,
        "client_id": row.client_id,
        "operator_id": row.operator_id,
        "mode": row.mode,
        "started_at": row.started_at,
        "language": row.language,
        "segment": row.segment,
        "role": row.role,
        "consent": row.consent,
        "disposition": row.disposition,
        "requester": row.requester,
        "event_at": row.event_at,
        "weight": row.weight,
        "recording_name": plain_name(row.recording) if row.recording else None,
        "survey": survey.name,
        "survey_version": survey.version,
        "extra_json": to_json(dict(row.extra)),
        "row_sha256": marks[row.interview_id],
        "source_file": source,
        "source_line": row.line,
        "ingested_at": now(),
    }


def _put_recorded(store: Store, rows: Sequence[ResponseRow], survey: Survey) -> None:
    """Store the recorded side of every answer; the spoken and the settled side stay untouched."""
    ids = [(row.interview_id,) for row in rows]
    store.conn.executemany("UPDATE answer SET recorded_value = NULL, recorded_text = NULL WHERE interview_id = ?", ids)
    written = {question.question_id for question in survey.of_kind("open", "closed")}
    values = [
        {
            "interview_id": row.interview_id,
            "question_id": question_id,
            "recorded_value": cell.value,
            "recorded_text": cell.text or None,
            "typed": cell.text if row.mode == "online" and question_id in written else None,
        }
        for row in rows
        for question_id, cell in row.answers.items()
    ]
    store.conn.executemany(
        """INSERT INTO answer(interview_id, question_id, recorded_value, recorded_text, text)
           VALUES (:interview_id, :question_id, :recorded_value, :recorded_text, :typed)
           ON CONFLICT(interview_id, question_id) DO UPDATE SET recorded_value = excluded.recorded_value,
             recorded_text = excluded.recorded_text, text = coalesce(excluded.text, text)""",
        values,
    )
