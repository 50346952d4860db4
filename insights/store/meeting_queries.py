"""What the morning page asks the store and keeps in it: frame, draws, one call's rows, hearings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from insights.store.attempts import TOOK_PLACE
from insights.store.connection import Row, Store, query, transaction
from insights.store.row_values import insert

CALLS_OF = """
SELECT rec.recording_id, rec.path, rec.status, rec.error, rec.duration_s, rec.language, i.interview_id, i.wave_id,
       i.started_at, i.operator_id, i.consent, coalesce(i.segment, c.segment) AS segment,
       (SELECT a.recorded_value FROM question q JOIN answer a ON a.question_id = q.question_id
        WHERE q.kind = 'nps' AND a.interview_id = i.interview_id ORDER BY q.active DESC, q.idx LIMIT 1) AS score,
       EXISTS (SELECT 1 FROM draw_item d JOIN draw ON draw.draw_id = d.draw_id
               WHERE d.recording_id = rec.recording_id AND d.status = 'drawn' AND draw.meeting_on < :last) AS played
FROM interview i
JOIN recording rec ON rec.interview_id = i.interview_id
LEFT JOIN respondent r ON r.respondent_id = i.respondent_id
LEFT JOIN client c ON c.client_id = coalesce(i.client_id, r.client_id)
WHERE i.started_at >= :first AND i.started_at < :last
ORDER BY rec.recording_id
"""


def calls_between(store: Store, first: str, last: str) -> list[Row]:
    """Return the recordings of interviews that began from day ``first`` to before day ``last``."""
    return query(store, CALLS_OF, {"first": first, "last": last})


def interviews_between(store: Store, first: str, last: str) -> Row:
    """Return how many interviews took place on those days: ``phone``, ``online``, and ``unheard`` by phone."""
    sql = f"""SELECT coalesce(sum(mode = 'phone'), 0) AS phone, coalesce(sum(mode = 'online'), 0) AS online,
                    coalesce(sum(mode = 'phone' AND NOT EXISTS (
                      SELECT 1 FROM recording rec WHERE rec.interview_id = interview.interview_id
                      AND rec.status = 'done')), 0) AS unheard
             FROM interview WHERE started_at >= ? AND started_at < ? AND {TOOK_PLACE}"""  # noqa: S608
    return query(store, sql, (first, last))[0]


def latest_day(store: Store) -> str | None:
    """Return the last day on which an interview by phone began, or None."""
    row = store.conn.execute("SELECT max(substr(started_at, 1, 10)) FROM interview WHERE mode = 'phone'").fetchone()
    return row[0] if row else None


def wave_before(store: Store, last: str) -> str | None:
    """Return the wave of the latest interview that began before a day, else any wave, else None."""
    sql = """SELECT wave_id FROM interview WHERE wave_id IS NOT NULL
             ORDER BY coalesce(started_at < ?, 0) DESC, started_at DESC LIMIT 1"""
    row = store.conn.execute(sql, (last,)).fetchone()
    return row[0] if row else None


def all_waves(store: Store) -> list[str]:
    """Return every wave id."""
    return [row["wave_id"] for row in query(store, "SELECT wave_id FROM wave ORDER BY wave_id")]


def draw_key(store: Store, wave_id: str) -> Row | None:
    """Return a wave's key and its published hash, or None before one was committed."""
    rows = query(store, "SELECT * FROM draw_key WHERE wave_id = ?", (wave_id,))
    return rows[0] if rows else None


def key_by_hash(store: Store, key_sha256: str) -> Row | None:
    """Return the key with a published hash, or None."""
    rows = query(store, "SELECT * FROM draw_key WHERE key_sha256 = ?", (key_sha256,))
    return rows[0] if rows else None


def add_draw_key(store: Store, row: Mapping[str, object]) -> None:
    """Keep a wave's key; one that was committed before stays."""
    with transaction(store):
        sql = """INSERT INTO draw_key(wave_id, key_hex, key_sha256, committed_at)
                 VALUES (:wave_id, :key_hex, :key_sha256, :committed_at) ON CONFLICT(wave_id) DO NOTHING"""
        store.conn.execute(sql, dict(row))


def save_draw(store: Store, draw: Mapping[str, object], items: Sequence[Mapping[str, object]]) -> None:
    """Keep a draw; made again from the same frame on the same day it takes the place of the first."""
    with transaction(store):
        store.conn.execute("DELETE FROM draw WHERE draw_id = ?", (draw["draw_id"],))
        insert(store, "draw", [draw])
        insert(store, "draw_item", items)


def draws_on(store: Store, meeting_on: str) -> list[Row]:
    """Return a day's draws, the latest last."""
    return query(store, "SELECT * FROM draw WHERE meeting_on = ? ORDER BY made_at, rowid", (meeting_on,))


def draw_items(store: Store, draw_id: str) -> list[Row]:
    """Return a draw's calls in the order of their rank."""
    return query(store, "SELECT * FROM draw_item WHERE draw_id = ? ORDER BY position", (draw_id,))


def call_turns(store: Store, recording_id: str) -> list[Row]:
    """Return a call's turns with words as lists ``[word, start_ms, end_ms, confidence]``."""
    sql = "SELECT turn_id, idx, party, start_s, end_s, text, words_json FROM turn WHERE recording_id = ? ORDER BY idx"
    return [{**row, "words": json.loads(row.pop("words_json"))} for row in query(store, sql, (recording_id,))]


def call_pii(store: Store, recording_id: str) -> list[Row]:
    """Return where personal data stands in a call's turns."""
    sql = """SELECT p.turn_id, p.kind, p.start_char, p.end_char, p.start_s, p.end_s
             FROM pii_span p JOIN turn t ON t.turn_id = p.turn_id WHERE t.recording_id = ? ORDER BY p.start_char"""
    return query(store, sql, (recording_id,))


def call_questions(store: Store, recording_id: str) -> list[Row]:
    """Return where questions were asked in a call."""
    sql = """SELECT a.question_id, a.start_s, a.end_s, q.kind, q.ask_ru, q.ask_en FROM asked a
             JOIN question q ON q.question_id = a.question_id
             WHERE a.recording_id = ? AND a.repeated = 0 ORDER BY a.start_s"""
    return query(store, sql, (recording_id,))


def call_pauses(store: Store, recording_id: str, *, least_s: float) -> list[Row]:
    """Return pauses and waits of at least ``least_s`` seconds."""
    sql = """SELECT kind, start_s, end_s FROM pause WHERE recording_id = ? AND kind <> 'filled'
             AND end_s - start_s >= ? ORDER BY start_s"""
    return query(store, sql, (recording_id, least_s))


def call_reasons(store: Store, recording_id: str) -> list[Row]:
    """Return a call's reasons with labels, quote and seconds."""
    sql = """SELECT rs.turn_id, rs.start_char, rs.code_id, k.label_ru, k.label_en, rs.polarity, rs.quote, rs.start_s,
                    rs.end_s
             FROM reason rs JOIN answer a ON a.answer_id = rs.answer_id JOIN code k ON k.code_id = rs.code_id
             WHERE a.recording_id = ? ORDER BY rs.start_s, rs.reason_id"""
    return query(store, sql, (recording_id,))


def call_scores(store: Store, recording_id: str) -> list[Row]:
    """Return a call's scores in the survey's order: recorded, spoken, settled, how they were said."""
    sql = """SELECT q.question_id, q.kind, q.ask_ru, q.ask_en, q.scale_max, a.recorded_value, a.spoken_value,
                    a.spoken_text, a.value_start_s, a.value_end_s, a.adjudicated_value, a.agreement, d.latency_s,
                    d.time_to_value_s, d.pause_n, d.filler_n, d.hedge_n, d.repair_n, d.speech_rate, d.hesitation
             FROM answer a JOIN question q ON q.question_id = a.question_id
             LEFT JOIN delivery d ON d.answer_id = a.answer_id
             WHERE a.recording_id = ? AND q.kind <> 'open' ORDER BY q.idx"""
    return query(store, sql, (recording_id,))


def code_labels(store: Store, language: str) -> dict[str, str]:
    """Return code id -> label in ``ru`` or ``en``, where it has one."""
    rows = query(store, "SELECT code_id, label_ru, label_en FROM code")
    return {row["code_id"]: row[f"label_{language}"] for row in rows if row[f"label_{language}"]}


def recording_row(store: Store, recording_id: str) -> Row | None:
    """Return one recording's path, duration and language, or None."""
    sql = "SELECT recording_id, path, duration_s, language, interview_id FROM recording WHERE recording_id = ?"
    rows = query(store, sql, (recording_id,))
    return rows[0] if rows else None


def files_that_failed(store: Store, *, limit: int) -> tuple[list[Row], int]:
    """Return recordings that failed, are quarantined or wait, the latest first, and how many there are in all."""
    sql = """SELECT path, error_kind, error, count(*) OVER () AS n FROM recording WHERE status <> 'done'
             ORDER BY processed_at DESC, path LIMIT ?"""
    rows = query(store, sql, (limit,))
    return rows, rows[0]["n"] if rows else 0


def add_hearings(store: Store, rows: Sequence[Mapping[str, object]]) -> int:
    """Keep notes; those that were kept before stay as they are. Return how many are new."""
    sql = """INSERT INTO hearing(draw_id, recording_id, heard_by, heard_at, at_s, note, search, source, note_key)
             VALUES (:draw_id, :recording_id, :heard_by, :heard_at, :at_s, :note, :search, :source, :note_key)
             ON CONFLICT(note_key) DO NOTHING"""
    with transaction(store):
        return sum(store.conn.execute(sql, dict(row)).rowcount for row in rows)


def saved_searches(store: Store, *, limit: int = 20) -> list[Row]:
    """Return the searches that notes asked for, the latest first, each once."""
    sql = """SELECT search, max(heard_at) AS heard_at, max(note) AS note FROM hearing
             WHERE search IS NOT NULL AND search <> '' GROUP BY search ORDER BY heard_at DESC LIMIT ?"""
    return query(store, sql, (limit,))
