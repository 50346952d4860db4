"""Cases of unhappy customers: who needs one, what is known about each, first contact, closing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from insights.store.connection import Row, Store, query, transaction
from insights.store.row_values import insert, update

# NPS decides; a survey without an NPS question is judged by its satisfaction questions, the two lowest marks.
LOW = """
FROM question q CROSS JOIN answer a ON a.question_id = q.question_id
WHERE a.interview_id IS NOT NULL
  AND a.recorded_value <= CASE WHEN q.kind = 'nps' THEN :low_score ELSE q.scale_min + 1 END
  AND (q.kind = 'nps' OR (q.kind = 'csat' AND NOT EXISTS (SELECT 1 FROM question n WHERE n.kind = 'nps')))
"""
VOICE = {
    "hidden_detractor": """
        SELECT DISTINCT n.interview_id FROM question q CROSS JOIN answer n ON n.question_id = q.question_id
        JOIN answer a ON a.interview_id = n.interview_id JOIN reason rs ON rs.answer_id = a.answer_id
        JOIN code k ON k.code_id = rs.code_id
        WHERE q.kind = 'nps' AND n.recorded_value >= 9 AND rs.polarity < 0 AND k.special IS NULL""",
    "mismatch": """
        SELECT DISTINCT a.interview_id FROM answer a INDEXED BY answer_mismatch
        JOIN question q ON q.question_id = a.question_id
        WHERE a.agreement = 'mismatch' AND q.kind = 'nps' AND a.adjudicated_value IS NULL
          AND (a.recorded_value >= 9) + (a.recorded_value > :low_score)
            > (a.spoken_value >= 9) + (a.spoken_value > :low_score)""",
    "mistaken_company": """
        SELECT DISTINCT a.interview_id FROM code k CROSS JOIN reason rs ON rs.code_id = k.code_id
        JOIN answer a ON a.answer_id = rs.answer_id WHERE k.special = 'validity'""",
}
WITHOUT = """
SELECT found.interview_id FROM ({found}) found
WHERE found.interview_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM "case" k WHERE k.interview_id = found.interview_id AND k.trigger = :trigger)
ORDER BY found.interview_id
"""
CASES = """
SELECT k.*, i.wave_id, i.mode, i.started_at, i.operator_id, coalesce(i.client_id, r.client_id) AS client_id,
       i.respondent_id, coalesce(i.segment, c.segment) AS segment,
       (SELECT a.value FROM question q JOIN answer a ON a.question_id = q.question_id
        WHERE q.kind = 'nps' AND a.interview_id = k.interview_id ORDER BY q.active DESC, q.idx LIMIT 1) AS score,
       k.first_contact_at IS NULL AND k.closed_at IS NULL AND julianday(k.due_at) < julianday(:now) AS overdue
FROM "case" k
JOIN interview i ON i.interview_id = k.interview_id
LEFT JOIN respondent r ON r.respondent_id = i.respondent_id
LEFT JOIN client c ON c.client_id = coalesce(i.client_id, r.client_id)
"""


def low_scores(store: Store, *, low_score: int) -> list[Row]:
    """Return interviews with a recorded NPS up to ``low_score`` that have no case for it.

    Where the survey has no NPS question, satisfaction marks of the two lowest boxes count instead.
    """
    sql = f"""SELECT a.interview_id, min(a.recorded_value) AS score {LOW}
              AND NOT EXISTS (SELECT 1 FROM "case" k WHERE k.interview_id = a.interview_id AND k.trigger = 'low_score')
              GROUP BY a.interview_id ORDER BY a.interview_id"""  # noqa: S608 - our own text
    return query(store, sql, {"low_score": low_score})


def voice_finds(store: Store, trigger: str, *, low_score: int) -> list[str]:
    """Return interviews that only the voice shows to need a case and that have none for it yet.

    ``trigger``: ``hidden_detractor``, ``mismatch`` (the spoken score stands in a lower group than the recorded
    one) or ``mistaken_company``.
    """
    sql = WITHOUT.format(found=VOICE[trigger])
    given: dict[str, object] = {"trigger": trigger}
    if ":low_score" in sql:
        given["low_score"] = low_score
    return [row["interview_id"] for row in query(store, sql, given)]


def add_cases(store: Store, rows: Sequence[Mapping[str, object]]) -> None:
    """Store new cases."""
    with transaction(store):
        insert(store, "case", rows)


def unhappy_without_case(store: Store, *, low_score: int) -> int:
    """Return how many recorded low scores have no case at all; 0 proves that every unhappy customer has one."""
    sql = f"""SELECT count(DISTINCT a.interview_id) {LOW}
              AND NOT EXISTS (SELECT 1 FROM "case" k WHERE k.interview_id = a.interview_id)"""  # noqa: S608 - our own
    return int(store.conn.execute(sql, {"low_score": low_score}).fetchone()[0])


def case_rows(store: Store, *, now: str, overdue: bool = False, closed: bool = False) -> list[Row]:
    """Return cases, the earliest due first: open ones, with ``closed`` all, with ``overdue`` only overdue ones."""
    wanted = "WHERE k.closed_at IS NULL" if not closed else ""
    if overdue:
        wanted = "WHERE k.closed_at IS NULL AND k.first_contact_at IS NULL AND julianday(k.due_at) < julianday(:now)"
    return query(store, f"{CASES} {wanted} ORDER BY k.due_at, k.case_id", {"now": now})


def one_case(store: Store, case_id: int, *, now: str) -> Row | None:
    """Return one case, or None."""
    found = query(store, f"{CASES} WHERE k.case_id = :case_id", {"case_id": case_id, "now": now})
    return found[0] if found else None


def case_answers(store: Store, interview_id: str) -> list[Row]:
    """Return an interview's answers in the survey's order: recorded, spoken, settled, words, clip."""
    sql = """SELECT q.question_id, q.kind, a.recorded_value, a.recorded_text, a.spoken_value, a.adjudicated_value,
                    a.value, a.agreement, a.text, d.hesitation,
                    CASE WHEN EXISTS (SELECT 1 FROM hidden_clip h WHERE h.recording_id = a.recording_id
                                      AND h.start_s < a.end_s AND a.start_s < h.end_s) THEN NULL
                         ELSE rec.path || '#t=' || round(a.start_s, 2) || ',' || round(a.end_s, 2) END AS clip
             FROM answer a JOIN question q ON q.question_id = a.question_id
             LEFT JOIN delivery d ON d.answer_id = a.answer_id
             LEFT JOIN recording rec ON rec.recording_id = a.recording_id
             WHERE a.interview_id = ? ORDER BY q.idx"""
    return query(store, sql, (interview_id,))


def case_quotes(store: Store, interview_id: str) -> list[Row]:
    """Return an interview's coded reasons with quote and clip."""
    sql = """SELECT code_id, label_ru, label_en, special, polarity, quote, clip FROM why
             WHERE interview_id = ? ORDER BY polarity, start_s, reason_id"""
    return query(store, sql, (interview_id,))


def client_history(store: Store, interview_id: str) -> list[Row]:
    """Return the same client's other interviews with score, cases and outcomes; the latest first."""
    sql = """SELECT i.interview_id, i.wave_id, i.started_at, i.mode,
                    (SELECT a.value FROM question q JOIN answer a ON a.question_id = q.question_id
                     WHERE q.kind = 'nps' AND a.interview_id = i.interview_id ORDER BY q.idx LIMIT 1) AS score,
                    (SELECT group_concat(k.trigger || ': ' || coalesce(k.outcome, 'open'), '; ') FROM "case" k
                     WHERE k.interview_id = i.interview_id) AS cases
             FROM interview i JOIN interview here ON here.interview_id = :interview_id
             WHERE i.interview_id <> here.interview_id
               AND (i.client_id = here.client_id OR i.respondent_id = here.respondent_id)
             ORDER BY i.started_at DESC, i.interview_id LIMIT 20"""
    return query(store, sql, {"interview_id": interview_id})


def change_case(store: Store, case_id: int, values: Mapping[str, object]) -> int:
    """Set columns of a case; return 1, or 0 where there is no such case."""
    with transaction(store):
        return update(store, "case", values, where={"case_id": case_id})


def is_code(store: Store, code_id: str) -> bool:
    """Tell whether the codebook holds a code."""
    return store.conn.execute("SELECT 1 FROM code WHERE code_id = ?", (code_id,)).fetchone() is not None


def case_times(store: Store, *, waves: Sequence[str] | None = None) -> list[Row]:
    """Return wave, mode, outcome and minutes to first contact of every case that was contacted or closed."""
    sql = """SELECT k.case_id, i.wave_id, i.mode, k.outcome, k.closed_at,
                    (julianday(k.first_contact_at) - julianday(k.opened_at)) * 1440.0 AS minutes
             FROM "case" k JOIN interview i ON i.interview_id = k.interview_id
             WHERE i.wave_id IS NOT NULL AND (k.first_contact_at IS NOT NULL OR k.closed_at IS NOT NULL)
               AND (:waves IS NULL OR i.wave_id IN (SELECT value FROM json_each(:waves)))
             ORDER BY k.case_id"""
    return query(store, sql, {"waves": None if waves is None else json.dumps(list(waves))})
