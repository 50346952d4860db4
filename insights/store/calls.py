"""Save a call: one transaction that replaces what the machine said before and keeps what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audio.span import Span
from insights.answers.answer import Asked
from insights.delivery.delivery import PauseRow
from insights.store.connection import Row, Store, query, transaction
from insights.store.correcting import reapply_corrections
from insights.store.failures import StoreError
from insights.store.placing import Placed, put_coder, put_pii, put_reasons, runs_by_table, turn_at
from insights.store.recordings import clear_derived, put_recording, put_runs, recording_id
from insights.store.records import CallRecord, TypedRecord
from insights.store.row_values import (
    Values,
    asked_values,
    delivery_values,
    edges,
    insert,
    insert_one,
    plain,
    speech_json,
    spoken_values,
    turn_values,
    update,
)
from insights.store.search import other_lemmas


def save_call(store: Store, record: CallRecord) -> str:
    """Store a processed recording whole and return its id.

    Replaces everything a machine derived from the same bytes before. Recorded numbers, settled numbers, reasons
    coded by people, and corrections stay; corrections are applied again to the new rows.

    Raises
    ------
    StoreError
        When a question or code is not in the store (ingest the survey first) or a row points at no turn.
    """
    if record.facts.sha256 is None or record.facts.duration_s is None:
        raise StoreError(
            f"{record.facts.path}: a call needs its hash and duration; use save_failure where it has none"
        )
    found = recording_id(record.facts)
    with transaction(store):
        store.conn.execute("PRAGMA defer_foreign_keys = ON")
        refuse_unknown(store, record)
        people = _reasons_by_people(store, found)
        values = {
            "status": "done",
            "error": None,
            "error_kind": None,
            "language": record.dialogue.language,
            "speech_json": speech_json(record.speech),
        }
        interview = put_recording(store, record.facts, values)
        clear_derived(store, found)
        store.conn.execute("DELETE FROM turn WHERE recording_id = ?", (found,))
        runs = runs_by_table(put_runs(store, record.runs, recording=found))
        turns = _put_turns(store, record, found, runs["turn"])
        answers = _put_answers(store, record, found, interview, runs["answer"])
        placed = Placed(found, interview, turns, runs, answers)
        _put_derived(store, record, placed)
        _point_at_turns(store, people, found)
        _drop_empty_answers(store, found, answers)
        reapply_corrections(store, found)
    return found


def save_online_answers(store: Store, record: TypedRecord) -> None:
    """Store the coded reasons of a written interview, replacing the machine's earlier ones.

    Raises
    ------
    StoreError
        When the interview or a code is not in the store.
    """
    with transaction(store):
        if not query(store, "SELECT 1 FROM interview WHERE interview_id = ?", (record.interview_id,)):
            raise StoreError(f"interview {record.interview_id!r} is not in the store; run `earful ingest` first")
        own = "(SELECT answer_id FROM answer WHERE interview_id = ?)"
        machine = "(SELECT coder_id FROM coder WHERE kind = 'machine')"  # plus: see clear_derived
        store.conn.execute(
            f"DELETE FROM reason WHERE answer_id IN {own} AND start_s IS NULL AND +coder_id IN {machine}",  # noqa: S608
            (record.interview_id,),
        )
        store.conn.execute(f"DELETE FROM pii_span WHERE answer_id IN {own}", (record.interview_id,))  # noqa: S608
        runs = runs_by_table(put_runs(store, record.runs, interview=record.interview_id))
        answers = _answer_ids(store, "interview_id", record.interview_id)
        wanted = {reason.question_id for reason in record.reasons}
        for question_id in sorted(wanted - answers.keys()):
            row = {"interview_id": record.interview_id, "question_id": question_id}
            answers[question_id] = insert_one(store, "answer", row)
        placed = Placed(None, record.interview_id, {}, runs, answers)
        put_coder(store, record.coder, record.coder_version)
        put_reasons(store, record.reasons, placed, coder=record.coder)
        put_pii(store, record.pii, placed)
        reapply_corrections(store, None, interview_id=record.interview_id)


def typed_stage_keys(store: Store, interview_id: str) -> dict[str, str]:
    """Return stage -> key of what is stored for a written interview."""
    sql = "SELECT stage, stage_key FROM run WHERE interview_id = ? AND status = 'done' AND stage_key IS NOT NULL"
    return dict(store.conn.execute(sql, (interview_id,)).fetchall())


def refuse_unknown(store: Store, record: CallRecord) -> None:
    """Raise StoreError when the call names questions or codes that the store does not know."""
    questions = {row[0] for row in store.conn.execute("SELECT question_id FROM question")}
    named = {asked.question_id for asked in record.asked if not asked.probe}
    named |= set(_answered(record))
    codes = {row[0] for row in store.conn.execute("SELECT code_id FROM code")}
    coded = {reason.code_id for reason in record.reasons}
    for what, unknown, file in (
        ("question", named - questions, "survey.toml"),
        ("code", coded - codes, "codebook.toml"),
    ):
        if unknown:
            names = ", ".join(sorted(unknown))
            raise StoreError(f"{record.facts.path}: {what} {names} is not in the store; ingest {file} first")


def _answered(record: CallRecord) -> list[str]:
    """Return the questions that need an answer's row: answered, measured or given a reason."""
    return [
        *(answer.question_id for answer in record.answers),
        *(delivery.question_id for delivery in record.deliveries),
        *(reason.question_id for reason in record.reasons),
    ]


def _put_turns(store: Store, record: CallRecord, found: str, run_id: int | None) -> dict[int, int]:
    """Insert the turns; return idx -> turn_id."""
    first = int(store.conn.execute("SELECT coalesce(max(turn_id), 0) + 1 FROM turn").fetchone()[0])
    lemmas = record.lemmas or ("",) * len(record.dialogue.turns)
    if len(lemmas) != len(record.dialogue.turns):
        raise StoreError(
            f"{record.facts.path}: {len(lemmas)} lemma strings for {len(record.dialogue.turns)} turns; give one each"
        )
    rows = [
        {
            "turn_id": first + i,
            "recording_id": found,
            "run_id": run_id,
            **turn_values(turn, i, other_lemmas(turn.text, lemmas[i])),
        }
        for i, turn in enumerate(record.dialogue.turns)
    ]
    insert(store, "turn", rows)
    return {i: first + i for i in range(len(rows))}


def _put_answers(
    store: Store, record: CallRecord, found: str, interview: str | None, run_id: int | None
) -> dict[str, int]:
    """Fill the spoken side of every answer, recorded sides untouched; return question -> answer_id."""
    owner, value = ("interview_id", interview) if interview else ("recording_id", found)
    known = _answer_ids(store, owner, value)
    spoken = {answer.question_id: spoken_values(answer) for answer in record.answers}
    for question_id in _answered(record):
        spoken.setdefault(question_id, {})
    for question_id, values in spoken.items():
        columns = {**values, "recording_id": found, "run_id": run_id}
        if question_id in known:
            update(store, "answer", columns, where={"answer_id": known[question_id]})
        else:
            owned = {"interview_id": interview, "question_id": question_id}
            known[question_id] = insert_one(store, "answer", {**owned, **columns})
    return {question_id: known[question_id] for question_id in spoken}


def _answer_ids(store: Store, owner: str, value: str) -> dict[str, int]:
    """Return question -> answer_id of an interview, or of a recording without one."""
    only = "" if owner == "interview_id" else " AND interview_id IS NULL"
    sql = f"SELECT question_id, answer_id FROM answer WHERE {owner} = ?{only}"  # noqa: S608 - one of two names
    return dict(store.conn.execute(sql, (value,)).fetchall())


def _put_derived(store: Store, record: CallRecord, placed: Placed) -> None:
    """Insert pauses, questions put, deliveries, reasons and personal spans."""
    insert(store, "pause", [_pause_row(pause, i, placed) for i, pause in enumerate(record.pauses)])
    put = [asked for asked in record.asked if not asked.probe]
    insert(store, "asked", [_asked_row(asked, i, placed) for i, asked in enumerate(put)])
    deliveries = [
        {"answer_id": placed.answers[item.question_id], "run_id": placed.runs["delivery"], **delivery_values(item)}
        for item in record.deliveries
    ]
    insert(store, "delivery", deliveries)
    put_coder(store, record.coder, record.coder_version)
    put_reasons(store, record.reasons, placed, coder=record.coder)
    put_pii(store, record.pii, placed)


def _pause_row(pause: PauseRow, idx: int, placed: Placed) -> Values:
    """Return the columns of one pause."""
    start_s, end_s = edges(pause.span)
    return {
        "recording_id": placed.recording_id,
        "idx": idx,
        "turn_id": None if pause.turn_idx is None else turn_at(placed, pause.turn_idx),
        "run_id": placed.runs["pause"],
        "kind": pause.kind,
        "start_s": start_s,
        "end_s": end_s,
        "confidence": plain(pause.confidence),
        "source": pause.source,
    }


def _asked_row(asked: Asked, idx: int, placed: Placed) -> Values:
    """Return the columns of one question put."""
    return {
        "recording_id": placed.recording_id,
        "idx": idx,
        "turn_id": turn_at(placed, asked.turn_idx),
        "run_id": placed.runs["asked"],
        **asked_values(asked),
    }


def _reasons_by_people(store: Store, found: str) -> list[Row]:
    """Return the reasons that people coded on this recording, with their seconds."""
    sql = """SELECT reason_id, reason.start_s, reason.end_s
             FROM reason JOIN turn USING(turn_id) JOIN coder USING(coder_id)
             WHERE turn.recording_id = ? AND coder.kind = 'human'"""
    return query(store, sql, (found,))


def _point_at_turns(store: Store, reasons: Sequence[Row], found: str) -> None:
    """Hang people's reasons on the new turns: the one that shares most time, else the nearest."""
    turns = query(store, "SELECT turn_id, party, start_s, end_s FROM turn WHERE recording_id = ?", (found,))
    for reason in reasons:
        span = Span(reason["start_s"], reason["end_s"])

        def nearness(turn: Row, span: Span = span) -> tuple[float, float, bool]:
            other = Span(turn["start_s"], turn["end_s"])
            return span.overlap_s(other), -span.gap_s(other), turn["party"] == "respondent"

        if turns:
            turn_id = max(turns, key=nearness)["turn_id"]
            update(store, "reason", {"turn_id": turn_id}, where={"reason_id": reason["reason_id"]})
        else:
            store.conn.execute("DELETE FROM reason WHERE reason_id = ?", (reason["reason_id"],))


def _drop_empty_answers(store: Store, found: str, kept: Mapping[str, int]) -> None:
    """Delete answers that only an earlier run of this recording had heard."""
    marks = ", ".join("?" * len(kept))
    store.conn.execute(
        f"""DELETE FROM answer WHERE recording_id = ? AND answer_id NOT IN ({marks})
            AND recorded_value IS NULL AND recorded_text IS NULL AND adjudicated_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM reason WHERE reason.answer_id = answer.answer_id)""",  # noqa: S608
        (found, *kept.values()),
    )
