"""Settle a score by a person: the word that stands above the recorded and the spoken number."""

from __future__ import annotations

from insights.store.connection import Row, Store, query, transaction
from insights.store.failures import StoreError
from insights.store.migrations import now

UNCLEAR = "unclear"


def scores_to_settle(store: Store) -> list[Row]:
    """Return the mismatches that nobody has settled; those that move a respondent between NPS groups first."""
    sql = """SELECT m.*, q.ask_ru, q.ask_en, q.scale_min, q.scale_max, rec.path, rec.language,
                    a.value_start_s, a.value_end_s
             FROM score_mismatch m JOIN question q USING(question_id) JOIN answer a USING(answer_id)
             LEFT JOIN recording rec ON rec.recording_id = m.recording_id
             WHERE m.adjudicated_at IS NULL
             ORDER BY m.moves_group DESC, abs(m.recorded_value - m.spoken_value) DESC, m.interview_id, m.question_id"""
    return query(store, sql)


def settle(store: Store, answer_id: int, value: float | None, *, by: str, note: str = "") -> None:
    """Store what a person heard; ``value`` None = listened, still unclear: the recorded number stays.

    Raises
    ------
    StoreError
        When there is no such answer, its question has no scale, or the value is not on it.
    """
    asked = _question_of(store, answer_id)
    low, high = (-1, 1) if asked["kind"] == "ncs" else (asked["scale_min"], asked["scale_max"])
    if value is not None and low is None:
        raise StoreError(f"answer {answer_id} is to {asked['question_id']}, which has no scale; nothing was changed")
    if value is not None and not (low <= value <= high and value == int(value)):
        raise StoreError(f"{value:g} is no whole number on the scale from {low} to {high}; nothing was changed")
    with transaction(store):
        store.conn.execute(
            """UPDATE answer SET adjudicated_value = ?, adjudicated_by = ?, adjudicated_at = ?, adjudicated_note = ?
               WHERE answer_id = ?""",
            (value, by, now(), note or (UNCLEAR if value is None else None), answer_id),
        )


def unsettle(store: Store, answer_id: int) -> None:
    """Take a person's word back: the recorded number counts again and the mismatch is open.

    Raises
    ------
    StoreError
        When there is no such answer.
    """
    _question_of(store, answer_id)
    with transaction(store):
        store.conn.execute(
            """UPDATE answer SET adjudicated_value = NULL, adjudicated_by = NULL, adjudicated_at = NULL,
               adjudicated_note = NULL WHERE answer_id = ?""",
            (answer_id,),
        )


def _question_of(store: Store, answer_id: int) -> Row:
    """Return the question that an answer is to."""
    sql = """SELECT q.question_id, q.kind, q.scale_min, q.scale_max FROM answer JOIN question q USING(question_id)
             WHERE answer_id = ?"""
    rows = query(store, sql, (answer_id,))
    if not rows:
        raise StoreError(f"there is no answer {answer_id}; `earful settle --yes` lists those to settle")
    return rows[0]
