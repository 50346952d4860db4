"""The closing stage of a night: what needs the whole store, and the write-ahead log put away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from insights.delivery.delivery import Delivery
from insights.delivery.hesitation import Hesitation, SpokenAnswer, hesitation_of
from insights.store.connection import Row, Store, checkpoint, query, transaction
from insights.store.linking import link_recordings
from insights.store.matching import NamePattern
from insights.store.migrations import now
from insights.store.row_values import MEASURES, rounded, to_json, upsert

DIGITS = 2  # of standard deviations
SCORED_TOGETHER = "hesitation_scored_together"


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
    """Fill hesitation, its parts and its baseline for every delivery; return how many rows changed.

    Nothing is computed where every delivery was scored together with as many others as there are now.
    """
    counted = store.conn.execute("SELECT count(*), count(baseline_n) FROM delivery").fetchone()
    if counted == (_scored_together(store), counted[0]):
        return 0
    answer_ids: list[int] = []
    found = hesitation_of(_spoken_answers(store, into=answer_ids))
    values = (
        {"score": _score(item), "parts": hesitation_json(item), "n": item.baseline_n, "answer_id": answer_id}
        for answer_id, item in zip(answer_ids, found, strict=True)
    )
    sql = """UPDATE delivery SET hesitation = :score, hesitation_parts_json = :parts, baseline_n = :n
             WHERE answer_id = :answer_id
             AND (hesitation IS NOT :score OR hesitation_parts_json IS NOT :parts OR baseline_n IS NOT :n)"""
    with transaction(store):
        changed = store.conn.executemany(sql, values).rowcount
        row = {"key": SCORED_TOGETHER, "value": str(counted[0])}
        upsert(store, "setting", "key", [row])
    return changed


def _scored_together(store: Store) -> int | None:
    """Return how many deliveries there were when all were scored last."""
    row = store.conn.execute("SELECT value FROM setting WHERE key = ?", (SCORED_TOGETHER,)).fetchone()
    return None if row is None else int(row[0])


def _spoken_answers(store: Store, *, into: list[int]) -> Iterator[SpokenAnswer]:
    """Yield every delivery in the order of ``hesitation_of``; their answer_ids go ``into`` a list."""
    measures = ", ".join(f"delivery.{name}" for name in MEASURES)
    sql = f"""SELECT answer_id, recording_id, interview_id, question_id, {measures}
              FROM delivery JOIN answer USING(answer_id) WHERE recording_id IS NOT NULL
              ORDER BY recording_id, question_id"""  # noqa: S608 - names are ours
    for answer_id, recording_id, interview_id, question_id, *values in store.conn.execute(sql):
        into.append(answer_id)
        delivery = Delivery(question_id, **dict(zip(MEASURES, values, strict=True)))
        yield SpokenAnswer(recording_id, interview_id, question_id, delivery)


def _score(item: Hesitation) -> float | None:
    """Return a hesitation score as the store keeps it."""
    return None if item.score is None else round(float(item.score), DIGITS)


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
