"""Link recordings to interviews after the fact: a row that comes later, a file that turns out to be ambiguous."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from insights.store.connection import Store, query, transaction
from insights.store.matching import Match, NamePattern, match_recordings
from insights.store.row_values import SPOKEN_COLUMNS, insert_one, update


def link_recordings(
    store: Store, *, pattern: NamePattern | None = None, more_paths: Iterable[str] = ()
) -> dict[str, Match]:
    """Match every stored recording anew and move what was said to where it belongs; return path -> match.

    ``more_paths`` are files not stored yet: they count when it is judged whether a name is ambiguous.
    """
    rows = query(store, "SELECT recording_id, path, interview_id, matched_by FROM recording ORDER BY path")
    paths = [row["path"] for row in rows]
    matches = match_recordings(store, [*paths, *more_paths], pattern=pattern)
    with transaction(store):
        store.conn.execute("DELETE FROM recording_candidate")
        for row in rows:
            match = matches[row["path"]]
            if match.interview_id != row["interview_id"]:
                link(store, row["recording_id"], match)
            elif match.by != row["matched_by"]:
                update(store, "recording", {"matched_by": match.by}, where={"recording_id": row["recording_id"]})
            for interview_id in match.candidates:
                why = "named by more than one row or file" if match.by is None else match.by
                candidate = {"recording_id": row["recording_id"], "interview_id": interview_id, "why": why}
                insert_one(store, "recording_candidate", candidate)
    return matches


def link(store: Store, recording_id: str, match: Match) -> None:
    """Hang a recording, and what was said in it, on an interview (or on none), inside a transaction."""
    values = {"interview_id": match.interview_id, "matched_by": match.by}
    update(store, "recording", values, where={"recording_id": recording_id})
    move_answers(store, recording_id, match.interview_id)


def move_answers(store: Store, recording_id: str, interview_id: str | None) -> None:
    """Move the spoken side of a recording's answers, with delivery, reasons and personal spans, to an interview."""
    spoken = query(store, "SELECT * FROM answer WHERE recording_id = ?", (recording_id,))
    for row in spoken:
        if row["interview_id"] == interview_id:
            continue
        target = _target(store, interview_id, recording_id, row)
        if target != row["answer_id"]:
            _move(store, row["answer_id"], target)
            _leave(store, row)


def _target(store: Store, interview_id: str | None, recording_id: str, row: Mapping[str, object]) -> int:
    """Return the answer that takes the spoken side: made where there is none, the row itself where it may move."""
    said = {name: row[name] for name in (*SPOKEN_COLUMNS, "run_id")} | {"recording_id": recording_id}
    if interview_id is None:
        return insert_one(store, "answer", {**said, "question_id": row["question_id"]})
    place = {"interview_id": interview_id, "question_id": row["question_id"]}
    sql = "SELECT answer_id FROM answer WHERE interview_id = :interview_id AND question_id = :question_id"
    known = store.conn.execute(sql, place).fetchone()
    if known is None:
        if row["interview_id"] is None:
            update(store, "answer", {"interview_id": interview_id}, where={"answer_id": row["answer_id"]})
            return int(str(row["answer_id"]))
        return insert_one(store, "answer", {**said, **place})
    settled = {
        name: row[name]
        for name in ("adjudicated_value", "adjudicated_by", "adjudicated_at", "adjudicated_note")
        if row["interview_id"] is None and row["adjudicated_at"] is not None
    }
    update(store, "answer", {**said, **settled}, where={"answer_id": known[0]})
    return int(known[0])


def _move(store: Store, source: object, target: int) -> None:
    """Hang what belongs to one answer's voice on another answer."""
    store.conn.execute("DELETE FROM delivery WHERE answer_id = ?", (target,))
    for sql in (
        "UPDATE delivery SET answer_id = ? WHERE answer_id = ?",
        "UPDATE reason SET answer_id = ? WHERE answer_id = ? AND start_s IS NOT NULL",
        "UPDATE pii_span SET answer_id = ? WHERE answer_id = ? AND start_s IS NOT NULL",
    ):
        store.conn.execute(sql, (target, source))


def _leave(store: Store, row: Mapping[str, object]) -> None:
    """Take the spoken side off the answer it left; a row that holds nothing else goes."""
    if row["interview_id"] is None or (row["recorded_text"] is None and row["adjudicated_at"] is None):
        store.conn.execute("DELETE FROM answer WHERE answer_id = ?", (row["answer_id"],))
        return
    nothing = dict.fromkeys((*SPOKEN_COLUMNS, "run_id", "recording_id"))
    update(store, "answer", nothing, where={"answer_id": row["answer_id"]})
