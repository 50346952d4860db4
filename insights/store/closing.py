"""The closing stage of a night: what needs the whole store, and the write-ahead log put away."""

from __future__ import annotations

import json
from collections.abc import Mapping

from insights.delivery.delivery import Delivery
from insights.delivery.hesitation import Hesitation, SpokenAnswer, hesitation_of
from insights.store.connection import Row, Store, checkpoint, query, transaction
from insights.store.linking import link_recordings
from insights.store.matching import NamePattern
from insights.store.migrations import now
from insights.store.row_values import MEASURES, rounded, to_json

DIGITS = 2  # of standard deviations


def begin_night(store: Store) -> int:
    """Store that a night began and return its id; one that never ended counts as failed."""
    with transaction(store):
        store.conn.execute("UPDATE night SET status = 'failed', ended_at = ? WHERE status = 'running'", (now(),))
        cursor = store.conn.execute("INSERT INTO night(started_at, status) VALUES (?, 'running')", (now(),))
    return int(cursor.lastrowid or 0)


def end_night(store: Store, night_id: int, *, status: str, counts: Mapping[str, object]) -> None:
    """Store how a night ended: ``done``, ``stopped`` (at its deadline) or ``failed``, with its counts."""
    with transaction(store):
        store.conn.execute(
            "UPDATE night SET status = ?, ended_at = ?, counts_json = ? WHERE night_id = ?",
            (status, now(), to_json(dict(counts)), night_id),
        )


def last_night(store: Store) -> Row | None:
    """Return the latest night with its counts as ``counts``, or None before the first."""
    rows = query(store, "SELECT * FROM night ORDER BY night_id DESC LIMIT 1")
    return {**rows[0], "counts": json.loads(rows[0]["counts_json"])} if rows else None


def close_night(store: Store, *, pattern: NamePattern | None = None) -> None:
    """Do what needs the whole store, in a fixed order, and cut the write-ahead log to nothing.

    Links recordings to interviews once more, scores hesitation over every answer (a pure function of what is
    stored, whatever the order of the night) and writes only what changed.
    """
    link_recordings(store, pattern=pattern)
    score_hesitation(store)
    store.conn.execute("PRAGMA optimize")
    checkpoint(store)


def score_hesitation(store: Store) -> int:
    """Fill hesitation, its parts and its baseline for every delivery; return how many rows changed."""
    rows = query(
        store,
        """SELECT delivery.*, answer.question_id, answer.interview_id, answer.recording_id
           FROM delivery JOIN answer USING(answer_id) WHERE answer.recording_id IS NOT NULL
           ORDER BY answer.recording_id, answer.question_id""",
    )
    found = {(item.recording_id, item.question_id): item for item in hesitation_of(map(spoken_answer, rows))}
    changes = []
    for row in rows:
        item = found.get((row["recording_id"], row["question_id"]))
        score, parts = (None, None) if item is None else (_score(item), hesitation_json(item))
        baseline_n = None if item is None else item.baseline_n
        if (score, parts, baseline_n) != (row["hesitation"], row["hesitation_parts_json"], row["baseline_n"]):
            changes.append((score, parts, baseline_n, row["answer_id"]))
    with transaction(store):
        sql = "UPDATE delivery SET hesitation = ?, hesitation_parts_json = ?, baseline_n = ? WHERE answer_id = ?"
        store.conn.executemany(sql, changes)
    return len(changes)


def _score(item: Hesitation) -> float | None:
    """Return a hesitation score as the store keeps it."""
    return None if item.score is None else round(float(item.score), DIGITS)


def spoken_answer(row: Row) -> SpokenAnswer:
    """Return one row of ``delivery`` joined with its answer."""
    delivery = Delivery(
        row["question_id"], **{name: row[name] for name in MEASURES}, quality=json.loads(row["quality_json"])
    )
    return SpokenAnswer(row["recording_id"], row["interview_id"], row["question_id"], delivery)


def hesitation_json(item: Hesitation) -> str:
    """Return what a score rests on: ``parts``, ``restraint``, ``percentile``; ``fast`` where true.

    While the question has too few answers for a baseline also ``provisional`` and ``question_n``, their number.
    To two decimals: one call more must not write the rows of every other call anew.
    """
    found: dict[str, object] = {
        "parts": dict(sorted(item.parts.items())),
        "restraint": item.restraint,
        "restraint_parts": dict(sorted(item.restraint_parts.items())),
        "percentile": None if item.percentile is None else round(item.percentile),
    }
    if item.provisional:
        found |= {"provisional": True, "question_n": item.question_n}
    if item.fast:
        found["fast"] = True
    return to_json(rounded(found, digits=DIGITS))
