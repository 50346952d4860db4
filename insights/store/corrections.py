"""Corrections by people: stored beside what the machine heard, undoable, applied again after every night."""

from __future__ import annotations

from audio.span import Span
from insights.store.connection import Row, Store, query, transaction
from insights.store.correcting import show_corrected
from insights.store.failures import StoreError
from insights.store.migrations import now
from insights.store.records import AFTER_CORRECTION
from insights.store.row_values import Values, edges, insert_one, update


def swap_parties(store: Store, recording_id: str, *, by: str, why: str = "") -> int:
    """Store that operator and respondent of a call are the wrong way round; return the correction's id."""
    with transaction(store):
        found = _add(store, {"recording_id": recording_id, "kind": "swap", "why": why, "made_by": by})
        _redo_later(store, recording_id)
        show_corrected(store, recording_id)
    return found


def mend_turn(store: Store, recording_id: str, turn_idx: int, text: str, *, by: str, why: str = "") -> int:
    """Store what was really said in a turn; return the correction's id.

    Raises
    ------
    StoreError
        When the call has no such turn.
    """
    with transaction(store):
        turn = _turn(store, recording_id, turn_idx)
        values = {
            "recording_id": recording_id,
            "kind": "turn",
            "turn_idx": turn_idx,
            "start_s": turn["start_s"],
            "end_s": turn["end_s"],
            "before": turn["text"],
            "after": " ".join(text.split()),
        }
        found = _add(store, {**values, "why": why, "made_by": by})
        _redo_later(store, recording_id)
        show_corrected(store, recording_id)
    return found


def mend_quote(store: Store, reason_id: int, quote: str, *, by: str, why: str = "") -> int:
    """Store another quote for a reason; it must stand in the turn's (or the typed answer's) text.

    Raises
    ------
    StoreError
        When there is no such reason, or its text does not hold the quote.
    """
    with transaction(store):
        reason = _reason(store, reason_id)
        text = reason["turn_text"] if reason["turn_id"] is not None else reason["answer_text"]
        if not quote.strip() or quote not in (text or ""):
            raise StoreError(f"reason {reason_id}: the quote does not stand in the text; mend the turn first")
        owner = (
            {"recording_id": reason["recording_id"]} if reason["turn_id"] else {"interview_id": reason["interview_id"]}
        )
        values = {
            **owner,
            "kind": "quote",
            "question_id": reason["question_id"],
            "code_id": reason["code_id"],
            "turn_idx": reason["idx"],
            "start_s": reason["start_s"],
            "end_s": reason["end_s"],
            "before": reason["quote"],
            "after": quote,
        }
        found = _add(store, {**values, "why": why, "made_by": by})
        show_corrected(
            store, reason["recording_id"] if reason["turn_id"] else None, interview_id=reason["interview_id"]
        )
    return found


def hide_clip(store: Store, recording_id: str, span: Span, *, by: str, why: str = "") -> int:
    """Store that a stretch of a call is not to be played; return the correction's id.

    Raises
    ------
    StoreError
        When the call ends before the stretch begins.
    """
    sql = "SELECT path, duration_s FROM recording WHERE recording_id = ?"
    path, duration_s = store.conn.execute(sql, (recording_id,)).fetchone()
    if duration_s is not None and span.start_s >= duration_s:
        raise StoreError(f"{path} ends at {duration_s:.1f} s, before {span.start_s:g} s; give seconds of the call")
    with transaction(store):
        start_s, end_s = edges(span, least_s=0.001)
        values = {"recording_id": recording_id, "kind": "hide", "start_s": start_s, "end_s": end_s}
        return _add(store, {**values, "why": why, "made_by": by})


def undo(store: Store, correction_id: int, *, by: str) -> None:
    """Take a correction back; what the machine heard, and the other corrections, show again.

    Raises
    ------
    StoreError
        When there is no such correction, or it was undone before.
    """
    with transaction(store):
        sql = "SELECT * FROM correction WHERE correction_id = ? AND undone_at IS NULL"
        rows = query(store, sql, (correction_id,))
        if not rows:
            raise StoreError(f"correction {correction_id} is not there or was undone; see `earful correct`")
        update(store, "correction", {"undone_by": by, "undone_at": now()}, where={"correction_id": correction_id})
        if rows[0]["kind"] in ("swap", "turn"):
            _redo_later(store, rows[0]["recording_id"])
        show_corrected(store, rows[0]["recording_id"], interview_id=rows[0]["interview_id"])


def corrections(store: Store, *, recording_id: str | None = None, undone: bool = False) -> list[Row]:
    """Return corrections in the order they were made; ``undone`` adds those taken back."""
    sql = """SELECT correction.*, recording.path FROM correction LEFT JOIN recording USING(recording_id)
             WHERE (:recording IS NULL OR recording_id = :recording) AND (:undone OR undone_at IS NULL)
             ORDER BY correction_id"""
    return query(store, sql, {"recording": recording_id, "undone": int(undone)})


def _add(store: Store, values: Values) -> int:
    """Insert a correction; StoreError where the recording is not processed."""
    recording_id = values.get("recording_id")
    sql = "SELECT 1 FROM recording WHERE recording_id = ? AND status = 'done'"
    if recording_id and not store.conn.execute(sql, (recording_id,)).fetchone():
        raise StoreError(f"recording {recording_id!r} is not processed; `earful status` lists those that are")
    return insert_one(store, "correction", {**values, "made_at": now()})


def _redo_later(store: Store, recording_id: str) -> None:
    """Let the next night find questions, answers and reasons anew on the corrected dialogue."""
    marks = ", ".join("?" * len(AFTER_CORRECTION))
    sql = f"UPDATE run SET stage_key = NULL WHERE recording_id = ? AND stage IN ({marks})"  # noqa: S608 - only marks
    store.conn.execute(sql, (recording_id, *AFTER_CORRECTION))


def _turn(store: Store, recording_id: str, turn_idx: int) -> Row:
    """Return one turn's row; StoreError names how many there are."""
    rows = query(store, "SELECT * FROM turn WHERE recording_id = ? AND idx = ?", (recording_id, turn_idx))
    if not rows:
        count = store.conn.execute("SELECT count(*) FROM turn WHERE recording_id = ?", (recording_id,)).fetchone()[0]
        raise StoreError(f"recording {recording_id!r} has no turn {turn_idx}; it has {count}, counted from 0")
    return rows[0]


def _reason(store: Store, reason_id: int) -> Row:
    """Return one reason with its texts; StoreError where there is none."""
    sql = """SELECT reason.*, turn.text AS turn_text, turn.idx, answer.text AS answer_text, answer.question_id,
                    answer.recording_id, answer.interview_id
             FROM reason JOIN answer USING(answer_id) LEFT JOIN turn USING(turn_id) WHERE reason_id = ?"""
    rows = query(store, sql, (reason_id,))
    if not rows:
        raise StoreError(f"there is no reason {reason_id}; their numbers are reason_id in the view why")
    return rows[0]
