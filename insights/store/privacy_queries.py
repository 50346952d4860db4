"""Queries of the privacy room: where personal data stands in calls and typed answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from insights.store.connection import Row, Store, query, transaction
from insights.store.records import PiiRow
from insights.store.row_values import edges, insert


def personal_rows_of(store: Store, recording_id: str) -> list[Row]:
    """Return ``idx, kind, start_char, end_char, start_s, end_s`` of a call's personal data."""
    sql = """SELECT turn.idx, kind, start_char, end_char, pii_span.start_s, pii_span.end_s
             FROM pii_span JOIN turn USING(turn_id) WHERE recording_id = ? ORDER BY turn.idx, start_char"""
    return query(store, sql, (recording_id,))


def personal_rows_typed(store: Store, interview_id: str) -> list[Row]:
    """Return ``question_id, kind, start_char, end_char`` of an interview's typed answers."""
    sql = """SELECT question_id, kind, start_char, end_char FROM pii_span JOIN answer USING(answer_id)
             WHERE interview_id = ? ORDER BY question_id, start_char"""
    return query(store, sql, (interview_id,))


def person_ids(store: Store) -> dict[str, list[str]]:
    """Return the ids of respondents, clients and interviews that the store knows."""
    return {
        kind: [row[0] for row in store.conn.execute(f"SELECT {kind}_id FROM {kind} ORDER BY 1")]  # noqa: S608 - names
        for kind in ("respondent", "client", "interview")
    }


def typed_answers(store: Store) -> list[Row]:
    """Return ``answer_id, interview_id, question_id, language, text`` of everything typed."""
    sql = """SELECT answer_id, interview_id, question_id, interview.language, text FROM answer JOIN interview
             USING(interview_id) WHERE mode = 'online' AND text IS NOT NULL ORDER BY answer_id"""
    return query(store, sql)


def replace_personal(store: Store, recording_id: str, rows: Iterable[PiiRow]) -> None:
    """Put a call's personal spans in place of those stored."""
    with transaction(store):
        turns = dict(store.conn.execute("SELECT idx, turn_id FROM turn WHERE recording_id = ?", (recording_id,)))
        store.conn.execute(
            "DELETE FROM pii_span WHERE turn_id IN (SELECT turn_id FROM turn WHERE recording_id = ?)", (recording_id,)
        )
        insert(store, "pii_span", [{"turn_id": turns[row.turn_idx], **_place(row)} for row in rows])


def replace_personal_typed(store: Store, found: Mapping[int, Sequence[PiiRow]]) -> None:
    """Put the personal spans of typed answers (by ``answer_id``) in place of those stored."""
    with transaction(store):
        store.conn.executemany("DELETE FROM pii_span WHERE answer_id = ?", [(answer_id,) for answer_id in found])
        rows = [{"answer_id": answer_id, **_place(row)} for answer_id, spans in found.items() for row in spans]
        insert(store, "pii_span", rows)


def _place(row: PiiRow) -> dict[str, object]:
    start_s, end_s = edges(row.span)
    return {
        "kind": row.kind,
        "start_char": row.start_char,
        "end_char": row.end_char,
        "start_s": start_s,
        "end_s": end_s,
    }


def tombstones(store: Store) -> list[Row]:
    """Return what was erased, without content."""
    return query(store, "SELECT * FROM tombstone ORDER BY tombstone_id")
