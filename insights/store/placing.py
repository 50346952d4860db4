"""Where the rows of one call hang, and the rows that both spoken and typed answers have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from insights.reasons.reason import Reason
from insights.store.connection import Store
from insights.store.failures import StoreError
from insights.store.records import STAGE_OF, STAGES, PiiRow
from insights.store.row_values import edges, insert, plain, to_json

LEAST_REASON_S = 0.001


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the rows of one call hang: ids that later rows point at.

    ``turns`` maps a turn's idx, ``runs`` a table, ``answers`` a question to the id to use.
    """

    recording_id: str | None
    interview_id: str | None
    turns: Mapping[int, int]
    runs: Mapping[str, int | None]
    answers: Mapping[str, int]


def runs_by_table(by_stage: Mapping[str, int]) -> dict[str, int | None]:
    """Return table -> run_id: the table's own stage, else the last one before it that ran.

    >>> runs_by_table({"recognition": 7})["turn"]
    7
    """
    found: dict[str, int | None] = {}
    for table, stage in STAGE_OF.items():
        earlier = STAGES[: STAGES.index(stage) + 1]
        found[table] = next((by_stage[name] for name in reversed(earlier) if name in by_stage), None)
    return found


def turn_at(placed: Placed, idx: int) -> int:
    """Return the turn_id of a turn's index; StoreError names the range there is."""
    if idx not in placed.turns:
        raise StoreError(f"turn {idx} of {len(placed.turns)}: a row points at a turn that the dialogue does not have")
    return placed.turns[idx]


def put_coder(store: Store, coder: str, version: str, *, kind: str = "machine") -> None:
    """Make sure that a coder's row is there, its version the latest."""
    store.conn.execute(
        """INSERT INTO coder(coder_id, kind, version) VALUES (?, ?, ?)
           ON CONFLICT(coder_id) DO UPDATE SET version = excluded.version""",
        (coder, kind, version),
    )


def put_reasons(store: Store, reasons: Iterable[Reason], placed: Placed, *, coder: str) -> None:
    """Insert reasons of one coder inside the caller's transaction."""
    rows = []
    for reason in reasons:
        start_s, end_s = edges(reason.span, least_s=LEAST_REASON_S)
        rows.append(
            {
                "answer_id": placed.answers[reason.question_id],
                "code_id": reason.code_id,
                "coder_id": coder,
                "run_id": placed.runs["reason"],
                "turn_id": None if reason.turn_idx is None else turn_at(placed, reason.turn_idx),
                "polarity": reason.polarity,
                "quote": reason.quote,
                "start_char": reason.start_char,
                "start_s": start_s,
                "end_s": end_s,
                "confidence": plain(reason.confidence),
                "evidence": reason.evidence,
                "flags_json": to_json(list(reason.flags)),
            }
        )
    insert(store, "reason", rows)


def put_pii(store: Store, rows: Sequence[PiiRow], placed: Placed) -> None:
    """Insert where personal data stands."""
    values = []
    for row in rows:
        start_s, end_s = edges(row.span)
        by_turn = row.turn_idx is not None
        values.append(
            {
                "turn_id": turn_at(placed, row.turn_idx) if row.turn_idx is not None else None,
                "answer_id": None if by_turn else placed.answers.get(row.question_id or ""),
                "run_id": placed.runs["pii_span"],
                "kind": row.kind,
                "start_char": row.start_char,
                "end_char": row.end_char,
                "start_s": start_s,
                "end_s": end_s,
            }
        )
    insert(store, "pii_span", values)
