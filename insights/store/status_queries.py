"""What `earful status` and `earful gaps` ask the store."""

from __future__ import annotations

import json

from insights.store.attempts import TOOK_PLACE
from insights.store.connection import Row, Store, query


def recording_states(store: Store) -> list[Row]:
    """Return every recording that is not plainly done: path, status, kind and error, ordered by status and path."""
    sql = "SELECT path, status, error_kind, error, try_n FROM recording WHERE status <> 'done' ORDER BY status, path"
    return query(store, sql)


def recording_counts(store: Store) -> dict[str, int]:
    """Return status -> number of recordings."""
    sql = "SELECT status, count(*) AS n FROM recording GROUP BY status"
    counts = {row["status"]: int(row["n"]) for row in query(store, sql)}
    return {status: counts.get(status, 0) for status in ("done", "failed", "quarantined", "waiting")}


def unmatched_recordings(store: Store) -> list[Row]:
    """Return recordings that no interview owns, with the interviews they might belong to."""
    sql = """SELECT recording.path, group_concat(recording_candidate.interview_id, ', ') AS candidates
             FROM recording LEFT JOIN recording_candidate USING(recording_id)
             WHERE recording.interview_id IS NULL AND recording.status = 'done'
             GROUP BY recording.recording_id ORDER BY recording.path"""
    return query(store, sql)


def interviews_without_recording(store: Store) -> list[Row]:
    """Return phone interviews that took place and whose recording is not there: the name their row gives, or None."""
    sql = f"""SELECT interview_id, recording_name, consent FROM interview
             WHERE mode = 'phone' AND {TOOK_PLACE}
               AND NOT EXISTS (SELECT 1 FROM recording WHERE recording.interview_id = interview.interview_id)
             ORDER BY interview_id"""  # noqa: S608
    return query(store, sql)


def doubtful_recordings(store: Store) -> list[Row]:
    """Return done recordings with named doubts: path, layout, flags."""
    sql = """SELECT path, layout, json_extract(quality_json, '$.file') AS of_file,
                    json_extract(quality_json, '$.flags') AS of_sound
             FROM recording WHERE status = 'done' AND (json_array_length(quality_json, '$.file') > 0
               OR json_array_length(quality_json, '$.flags') > 0) ORDER BY path"""
    return [
        {
            "path": row["path"],
            "layout": row["layout"],
            "flags": [flag for name in ("of_file", "of_sound") for flag in json.loads(row[name] or "[]")],
        }
        for row in query(store, sql)
    ]


def layout_rows(store: Store, *, evidence: bool) -> list[Row]:
    """Return path, layout, channels, language and the margin of the roles of every done recording.

    With ``evidence`` also the measures behind the layout: in a large study they take longer than all the rest.
    """
    column = ", json_extract(quality_json, '$.layout') AS evidence" if evidence else ""
    sql = f"""SELECT path, layout, channels, language,
                     json_extract(quality_json, '$.roles.margin') AS role_margin{column}
              FROM recording WHERE status = 'done' ORDER BY path"""  # noqa: S608 - one of two texts of ours
    rows = query(store, sql)
    return [{**row, "evidence": json.loads(row["evidence"] or "{}")} for row in rows] if evidence else rows


def done_paths(store: Store) -> list[str]:
    """Return the names of the recordings that were heard, in order."""
    return [path for (path,) in store.conn.execute("SELECT path FROM recording WHERE status = 'done' ORDER BY path")]


def without_consent_phrase(store: Store) -> list[str]:
    """Return the recordings in which nobody says that the call is recorded, and no row says that consent was given."""
    sql = """SELECT recording.path FROM recording LEFT JOIN interview USING(interview_id)
             WHERE recording.status = 'done' AND coalesce(interview.consent, 'unknown') <> 'given'
               AND json_type(recording.quality_json, '$.consent_phrase') = 'null'
             ORDER BY recording.path"""
    return [row["path"] for row in query(store, sql)]


def unknown_parties(store: Store) -> list[str]:
    """Return the recordings in which nobody could tell who is the operator."""
    # Not a join: the turns would be read call by call in the order of the names, four times slower than in their own.
    sql = """SELECT path FROM recording WHERE recording_id IN (SELECT recording_id FROM turn WHERE party = 'unknown')
             ORDER BY path"""
    return [row["path"] for row in query(store, sql)]


def missed_questions(store: Store) -> list[Row]:
    """Return scores that were recorded for a done recording but whose question was not found in it."""
    sql = """SELECT recording.path, answer.question_id FROM answer JOIN interview USING(interview_id)
             JOIN recording ON recording.interview_id = interview.interview_id
             WHERE answer.recorded_value IS NOT NULL AND recording.status = 'done'
               AND NOT EXISTS (SELECT 1 FROM asked WHERE asked.recording_id = recording.recording_id
                               AND asked.question_id = answer.question_id)
             ORDER BY recording.path, answer.question_id"""
    return query(store, sql)


def study_totals(store: Store) -> Row:
    """Return counts of the whole store: interviews by mode, minutes heard, reasons, mismatches."""
    sql = """SELECT (SELECT count(*) FROM interview WHERE mode = 'phone') AS phone_interviews,
                    (SELECT count(*) FROM interview WHERE mode = 'online') AS online_interviews,
                    (SELECT coalesce(sum(duration_s), 0) / 60 FROM recording WHERE status = 'done') AS minutes,
                    (SELECT count(*) FROM reason) AS reasons,
                    (SELECT count(*) FROM answer WHERE agreement = 'mismatch') AS mismatches"""
    return query(store, sql)[0]


def nps_counts(store: Store, *, mode: str, value: str) -> tuple[int, int, int]:
    """Return promoters, passives, detractors of one mode by recorded or by spoken scores.

    Raises
    ------
    ValueError
        For a ``value`` other than ``recorded`` or ``spoken``.
    """
    if value not in ("recorded", "spoken"):
        raise ValueError(f"value = {value!r}; choose recorded or spoken")
    column = f"answer.{value}_value"
    sql = f"""SELECT sum({column} >= 9), sum({column} BETWEEN 7 AND 8), sum({column} <= 6)
              FROM answer JOIN question USING(question_id) JOIN interview USING(interview_id)
              WHERE question.kind = 'nps' AND interview.mode = ? AND {column} IS NOT NULL"""  # noqa: S608 - two names
    promoters, passives, detractors = store.conn.execute(sql, (mode,)).fetchone()
    return (promoters or 0, passives or 0, detractors or 0)


def mismatches(store: Store) -> list[Row]:
    """Return spoken scores that differ from the recorded ones, those that move a respondent's group first."""
    return query(store, "SELECT * FROM score_mismatch ORDER BY moves_group DESC, interview_id, question_id")


def sample_reasons(store: Store, *, n: int) -> list[Row]:
    """Return some reasons with quotes that play: the surest of each call, one code at most once."""
    sql = """SELECT interview_id, score, code, polarity, quote, start_s, end_s FROM (
               SELECT *, row_number() OVER (PARTITION BY code ORDER BY confidence DESC, reason_id) AS in_code,
                      row_number() OVER (PARTITION BY interview_id ORDER BY confidence DESC, reason_id) AS in_call
               FROM why WHERE special IS NULL AND start_s IS NOT NULL)
             WHERE in_code = 1 AND in_call <= 2 ORDER BY in_call, polarity, interview_id LIMIT ?"""
    return query(store, sql, (n,))
