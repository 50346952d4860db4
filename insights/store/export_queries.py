"""What exports read, and the redacted copy that a snapshot writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from insights.store.connection import Row, Store, open_store, query, transaction

TABLES = {
    "interviews": """SELECT i.interview_id, i.wave_id AS wave, i.mode, i.started_at, i.respondent_id,
        coalesce(i.client_id, r.client_id) AS client_id, coalesce(i.segment, c.segment) AS segment,
        coalesce(i.role, r.role) AS role, i.operator_id, o.team AS operator_team, i.language, i.consent, i.disposition,
        i.requester, i.event_at, i.weight,
        (SELECT rec.path FROM recording rec WHERE rec.interview_id = i.interview_id
        AND rec.status = 'done' LIMIT 1) AS recording
        FROM interview i LEFT JOIN respondent r ON r.respondent_id = i.respondent_id
        LEFT JOIN client c ON c.client_id = coalesce(i.client_id, r.client_id)
        LEFT JOIN operator o ON o.operator_id = i.operator_id ORDER BY i.interview_id""",
    "answers": """SELECT a.answer_id, a.interview_id, a.question_id, q.kind, a.value, a.recorded_value, a.spoken_value,
        a.adjudicated_value, a.agreement, a.confidence, a.start_s, a.end_s, coalesce(a.text,
        a.recorded_text) AS text, d.latency_s,
        d.time_to_value_s, d.pause_n, d.pause_total_s, d.pause_max_s, d.filler_n, d.hedge_n, d.repair_n, d.speech_rate,
        d.artic_rate, d.f0_median_st, d.f0_range_st, d.level_range_db, d.overlap_s, d.hesitation,
        a.recording_id, a.turn_idxs_json
        FROM answer a JOIN question q USING(question_id) LEFT JOIN delivery d USING(answer_id) ORDER BY a.answer_id""",
    "reasons": """SELECT rs.reason_id, a.interview_id, a.question_id, rs.code_id AS code, k.label_ru,
    k.label_en, rs.polarity,
        rs.quote, rs.start_s, rs.end_s, rs.confidence, rs.evidence, rs.coder_id, rs.answer_id, rs.start_char,
        t.idx AS turn_idx,
        a.recording_id FROM reason rs JOIN answer a USING(answer_id) JOIN code k USING(code_id)
        LEFT JOIN turn t ON t.turn_id = rs.turn_id ORDER BY rs.reason_id""",
    "turns": """SELECT rec.interview_id, t.idx, t.party, t.start_s, t.end_s, t.text, t.recording_id
        FROM turn t JOIN recording rec USING(recording_id) ORDER BY rec.path, t.idx""",
    "pauses": """SELECT rec.interview_id, p.kind, p.start_s, p.end_s, p.confidence, p.recording_id
        FROM pause p JOIN recording rec USING(recording_id) ORDER BY rec.path, p.start_s""",
    "figures": """SELECT metric_id, metric, wave, slice, mode, n, value, low, high, method, formula, command,
    computed_at
        FROM metric ORDER BY metric_id""",
}


def table_rows(store: Store, name: str) -> list[Row]:
    """Return the rows of one exported table, unmasked."""
    return query(store, TABLES[name])


def export_calls(store: Store) -> list[Row]:
    """Return the recordings that were understood: ``recording_id, interview_id, path, duration_s, language``."""
    sql = """SELECT recording_id, interview_id, path, duration_s, language FROM recording
             WHERE status = 'done' ORDER BY path"""
    return query(store, sql)


def call_turns(store: Store, recording_id: str) -> list[Row]:
    """Return a call's turns with ``words`` as lists ``[word, start_ms, end_ms, confidence]``."""
    sql = """SELECT turn_id, idx, party, lane, start_s, end_s, text, words_json
             FROM turn WHERE recording_id = ? ORDER BY idx"""
    return [{**row, "words": json.loads(row.pop("words_json"))} for row in query(store, sql, (recording_id,))]


def call_spans(store: Store, recording_id: str) -> dict[str, list[Row]]:
    """Return a call's ``asked``, ``pause`` and ``reason`` rows in order of time."""
    parts = {
        "asked": "SELECT question_id AS name, start_s, end_s FROM asked WHERE recording_id = ? ORDER BY start_s",
        "pause": "SELECT kind AS name, start_s, end_s FROM pause WHERE recording_id = ? ORDER BY start_s",
        "reason": """SELECT r.code_id AS name, r.polarity, r.start_s, r.end_s, r.start_char, r.quote,
        t.idx FROM reason r
                     JOIN answer a USING(answer_id) LEFT JOIN turn t ON t.turn_id = r.turn_id
                     WHERE a.recording_id = ? AND r.start_s IS NOT NULL ORDER BY r.start_s""",
    }
    return {name: query(store, sql, (recording_id,)) for name, sql in parts.items()}


def heard_stretches(store: Store, recording_id: str) -> list[tuple[float, float]]:
    """Return the seconds of a call that answer a question or carry a reason."""
    sql = """SELECT start_s, end_s FROM answer WHERE recording_id = :id AND start_s IS NOT NULL
             UNION ALL SELECT r.start_s, r.end_s FROM reason r JOIN answer a USING(answer_id)
             WHERE a.recording_id = :id AND r.start_s IS NOT NULL ORDER BY 1"""
    return [(row[0], row[1]) for row in store.conn.execute(sql, {"id": recording_id})]


def copy_store(store: Store, target: Path) -> Store:
    """Write a copy of the store without journal files and return it open for writing."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(target)) as empty:
        store.conn.backup(empty)
    return open_store(target)


def replace_texts(
    copy: Store,
    *,
    turns: Iterable[Mapping[str, object]],
    answers: Iterable[Mapping[str, object]],
    reasons: Iterable[Mapping[str, object]],
    paths: Mapping[str, str],
) -> None:
    """Put masked texts in place of all others in a copy, and drop what only the original study needs."""
    with transaction(copy):
        copy.conn.executemany(
            """UPDATE turn SET text = :text, lemmas = :lemmas, words_json = :words_json, heard_json = NULL
               WHERE turn_id = :turn_id""",
            [dict(row) for row in turns],
        )
        copy.conn.executemany(
            "UPDATE answer SET text = :text, recorded_text = iif(recorded_value IS NULL, :typed, recorded_text),"
            " spoken_text = NULL, adjudicated_note = NULL WHERE answer_id = :answer_id",
            [dict(row) for row in answers],
        )
        copy.conn.executemany(
            """UPDATE reason SET quote = :quote, start_char = :start_char, heard_json = NULL
               WHERE reason_id = :reason_id""",
            [dict(row) for row in reasons],
        )
        copy.conn.executemany(
            "UPDATE recording SET path = ?, error = NULL WHERE recording_id = ?",
            [(path, recording_id) for recording_id, path in paths.items()],
        )
        _forget_the_rest(copy)


def _forget_the_rest(copy: Store) -> None:
    """Empty what may hold names outside the masked texts."""
    for statement in (
        "DELETE FROM pii_span",
        "DELETE FROM response_history",
        "DELETE FROM response_problem",
        "DELETE FROM response_file",
        "DELETE FROM recording_alias",
        "DELETE FROM draw_key",
        "DELETE FROM hearing",
        "DELETE FROM correction WHERE kind <> 'hide'",
        "UPDATE correction SET why = ''",
        'UPDATE "case" SET told = NULL, note = NULL, owner = NULL, closed_by = NULL',
        "UPDATE interview SET extra_json = '{}', source_file = NULL, recording_name = NULL",
        "UPDATE metric SET command = ''",
    ):
        copy.conn.execute(statement)


def seal_copy(copy: Store) -> None:
    """Squeeze every replaced text out of a copy and close it as one plain file, without WAL."""
    copy.conn.execute("INSERT INTO turn_fts(turn_fts) VALUES ('optimize')")
    copy.conn.commit()
    copy.conn.execute("VACUUM")
    copy.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    copy.conn.execute("PRAGMA journal_mode = DELETE").fetchall()
    copy.close()
