"""Read a call back as the dataclasses it was saved from, so that single stages can be done again without audio."""

from __future__ import annotations

import json
from typing import cast

from audio.activity import Lane, SpeechMap
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.store.connection import Row, Store, query
from insights.store.failures import StoreError
from insights.store.row_values import MEASURES, spans_of, words_from
from transcribe.dialogue import Dialogue, Party, Turn


def load_dialogue(store: Store, recording_id: str, *, as_heard: bool = False) -> Dialogue:
    """Return a stored call's dialogue, people's corrections in it.

    Parameters
    ----------
    as_heard:
        True for the machine's own, which is what ``save_call`` takes.

    Raises
    ------
    StoreError
        When there is no such recording, or it was never processed.
    """
    found = query(store, "SELECT language, status FROM recording WHERE recording_id = ?", (recording_id,))
    if not found or found[0]["status"] != "done":
        raise StoreError(f"recording {recording_id!r} is not processed; run `earful night` first")
    rows = query(store, "SELECT * FROM turn WHERE recording_id = ? ORDER BY idx", (recording_id,))
    return Dialogue(recording_id, found[0]["language"], tuple(turn_from(row, as_heard=as_heard) for row in rows))


def turn_from(row: Row, *, as_heard: bool = False) -> Turn:
    """Return one row of ``turn`` as a turn."""
    heard = json.loads(row["heard_json"]) if as_heard and row["heard_json"] else row
    party = (row["heard_party"] if as_heard else None) or row["party"]
    return Turn(
        party=cast("Party", party),
        span=Span(row["start_s"], row["end_s"]),
        words=words_from(heard["words_json"], heard["overlapped_json"]),
        lane=row["lane"],
        party_confidence=row["party_confidence"] or 0.0,
    )


def load_lemmas(store: Store, recording_id: str) -> tuple[str, ...]:
    """Return the lemmas of each turn, in order, as heard."""
    sql = "SELECT lemmas, heard_json FROM turn WHERE recording_id = ? ORDER BY idx"
    rows = query(store, sql, (recording_id,))
    return tuple(json.loads(row["heard_json"])["lemmas"] if row["heard_json"] else row["lemmas"] for row in rows)


def load_speech(store: Store, recording_id: str) -> SpeechMap | None:
    """Return who could be speaking when, or None where it was not kept."""
    row = store.conn.execute("SELECT speech_json FROM recording WHERE recording_id = ?", (recording_id,)).fetchone()
    if row is None or row[0] is None:
        return None
    stored = json.loads(row[0])
    lanes = tuple(Lane(lane["key"], lane["channel"], spans_of(lane["speech"])) for lane in stored["lanes"])
    return SpeechMap(recording_id, lanes, stored["detector"])


def load_asked(store: Store, recording_id: str) -> tuple[Asked, ...]:
    """Return where questions were put, in order of time; probes are not stored."""
    sql = """SELECT asked.*, turn.idx AS turn_idx FROM asked LEFT JOIN turn USING(turn_id)
             WHERE asked.recording_id = ? ORDER BY asked.idx"""
    return tuple(
        Asked(
            row["question_id"],
            Span(row["start_s"], row["end_s"]),
            row["turn_idx"],
            row["similarity"],
            repeated=bool(row["repeated"]),
        )
        for row in query(store, sql, (recording_id,))
    )


def load_answers(store: Store, recording_id: str) -> tuple[Answer, ...]:
    """Return the spoken side of a recording's answers."""
    sql = "SELECT * FROM answer WHERE recording_id = ? AND turn_idxs_json IS NOT NULL ORDER BY answer_id"
    return tuple(answer_from(row) for row in query(store, sql, (recording_id,)))


def answer_from(row: Row) -> Answer:
    """Return the spoken side of one row of ``answer``."""
    said = row["spoken_text"] or ""
    return Answer(
        question_id=row["question_id"],
        turn_idxs=tuple(json.loads(row["turn_idxs_json"])),
        text=row["text"] or "",
        span=None if row["start_s"] is None else Span(row["start_s"], row["end_s"]),
        value=row["spoken_value"],
        value_span=None if row["value_start_s"] is None else Span(row["value_start_s"], row["value_end_s"]),
        value_text=said if row["spoken_value"] is not None else "",
        first_value=row["first_spoken_value"],
        confidence=row["confidence"] or 0.0,
        rule=row["rule"] or "",
        low=row["spoken_low"],
        high=row["spoken_high"],
    )


def load_deliveries(store: Store, recording_id: str) -> tuple[Delivery, ...]:
    """Return how each answer of a recording was said."""
    sql = """SELECT delivery.*, answer.question_id FROM delivery JOIN answer USING(answer_id)
             WHERE answer.recording_id = ? ORDER BY answer_id"""
    return tuple(
        Delivery(row["question_id"], **{name: row[name] for name in MEASURES}, quality=json.loads(row["quality_json"]))
        for row in query(store, sql, (recording_id,))
    )


def load_pauses(store: Store, recording_id: str) -> tuple[PauseRow, ...]:
    """Return a recording's pauses in the order they were saved."""
    sql = """SELECT pause.*, turn.idx AS turn_idx FROM pause LEFT JOIN turn USING(turn_id)
             WHERE pause.recording_id = ? ORDER BY pause.idx"""
    return tuple(
        PauseRow(
            kind=row["kind"],
            span=Span(row["start_s"], row["end_s"]),
            turn_idx=row["turn_idx"],
            confidence=row["confidence"] or 0.0,
            source=row["source"],
        )
        for row in query(store, sql, (recording_id,))
    )


def load_reasons(store: Store, recording_id: str) -> tuple[Reason, ...]:
    """Return the machine's reasons of a recording, as coded."""
    sql = """SELECT reason.*, turn.idx, answer.question_id FROM reason JOIN answer USING(answer_id)
             JOIN coder USING(coder_id) LEFT JOIN turn USING(turn_id)
             WHERE answer.recording_id = ? AND coder.kind = 'machine' AND reason.start_s IS NOT NULL
             ORDER BY reason_id"""
    return tuple(reason_from(row) for row in query(store, sql, (recording_id,)))


def reason_from(row: Row) -> Reason:
    """Return one row of ``reason``, joined with ``idx`` and ``question_id``, as the coder wrote it."""
    heard = json.loads(row["heard_json"]) if row["heard_json"] else row
    return Reason(
        question_id=row["question_id"],
        code_id=row["code_id"],
        polarity=row["polarity"],
        quote=heard["quote"],
        start_char=heard["start_char"] or 0,
        span=None if heard["start_s"] is None else Span(heard["start_s"], heard["end_s"]),
        turn_idx=row["idx"],
        confidence=row["confidence"] or 0.0,
        evidence=row["evidence"],
        flags=tuple(json.loads(row["flags_json"])),
    )
