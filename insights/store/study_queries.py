"""What a researcher's study asks the store: selections that can be read, shown and run again elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from insights.store.connection import Row, Store, query

GROUPS = {"detractor": -1, "passive": 0, "promoter": 1}
POLARITIES = {"complaint": -1, "neither": 0, "praise": 1}
SCORE_KINDS = "('nps', 'csat', 'attribute', 'importance')"


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT and its values.

    Examples
    --------
    >>> Selection("SELECT :a AS a", {"a": "it's"}).text
    "SELECT 'it''s' AS a"
    """

    sql: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The statement with its values written in, to paste into Datasette or the sqlite3 shell."""
        return re.sub(r":(\w+)", lambda found: _literal(self.values[found[1]]), self.sql)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def read(store: Store, selection: Selection) -> list[Row]:
    """Return the rows of a selection."""
    return query(store, selection.sql, dict(selection.values))


def _where(conditions: Mapping[str, tuple[str, object]]) -> tuple[str, dict[str, object]]:
    """Return a WHERE of the conditions whose value is not None, and their values."""
    chosen = {name: pair for name, pair in conditions.items() if pair[1] is not None}
    text = " AND ".join(f"{column} = :{name}" for name, (column, _) in chosen.items())
    return (f" WHERE {text}" if text else ""), {name: value for name, (_, value) in chosen.items()}


def figures_selection(metric: str, *, wave: str | None) -> Selection:
    """Return the answers that a figure counts, interview by interview."""
    if metric == "nps":
        where, values = _where({"wave": ("wave_id", wave)})
        return Selection(f"SELECT * FROM nps_answer{where} ORDER BY interview_id", values)  # noqa: S608 - fixed parts
    where, values = _where({"wave": ("i.wave_id", wave)})
    sql = f"""SELECT i.interview_id, i.wave_id, i.mode, q.question_id, q.kind, a.value, a.recorded_value,
    a.spoken_value
FROM answer a JOIN interview i USING(interview_id) JOIN question q USING(question_id){where}
ORDER BY i.interview_id, q.idx"""  # noqa: S608 - fixed parts
    return Selection(sql, values)


def outcomes_selection(*, wave: str | None) -> Selection:
    """Return what became of each interview that was tried, as delivered."""
    where, values = _where({"wave": ("wave_id", wave)})
    sql = f"""SELECT interview_id, wave_id, mode, disposition, started_at FROM interview{where}
ORDER BY interview_id"""  # noqa: S608 - fixed parts
    return Selection(sql, values)


def reasons_selection(
    *, code: str | None, group: int | None, polarity: int | None, wave: str | None, question: str | None
) -> Selection:
    """Return coded quotes with their scores; None = any."""
    where, values = _where(
        {
            "code": ("code", code),
            "group": ("nps_class", group),
            "polarity": ("polarity", polarity),
            "wave": ("wave_id", wave),
            "question": ("score_question_id", question),
        }
    )
    sql = f"""SELECT score, code, polarity, quote, hesitation, clip, interview_id, wave_id, mode, segment,
    role, nps_class,
       score_question_id, question_id, start_s, end_s, confidence, evidence, coder_id, reason_id, answer_id, turn_id,
       recording_id
FROM why{where} ORDER BY confidence DESC, reason_id"""  # noqa: S608 - fixed parts
    return Selection(sql, values)


def hesitant_selection(*, question: str | None, wave: str | None) -> Selection:
    """Return scores that were said with marked hesitation, the most hesitant first."""
    where, values = _where({"question": ("question_id", question), "wave": ("wave_id", wave)})
    sql = f"""SELECT question_id, value, spoken_value, first_spoken_value, hesitation, latency_s,
    time_to_value_s, pause_total_s,
       filler_n, hedge_n, repair_n, baseline_n, hesitation_parts_json, clip, interview_id, wave_id, answer_id,
       recording_id,
       (SELECT start_s FROM answer WHERE answer.answer_id = hesitant_score.answer_id) AS start_s,
       (SELECT end_s FROM answer WHERE answer.answer_id = hesitant_score.answer_id) AS end_s
FROM hesitant_score{where} ORDER BY hesitation DESC, answer_id"""  # noqa: S608 - fixed parts
    return Selection(sql, values)


def mismatch_selection(*, question: str | None, wave: str | None) -> Selection:
    """Return scores recorded otherwise than spoken; those that move an NPS group first."""
    where, values = _where({"question": ("question_id", question), "wave": ("wave_id", wave)})
    sql = f"""SELECT question_id, recorded_value, spoken_value, spoken_text, confidence, moves_group,
    adjudicated_value,
       adjudicated_by, clip, interview_id, wave_id, answer_id, recording_id, start_s, end_s
FROM score_mismatch{where}
ORDER BY moves_group DESC, abs(recorded_value - spoken_value) DESC, answer_id"""  # noqa: S608 - fixed parts
    return Selection(sql, values)


def answers_selection(*, kinds: str = SCORE_KINDS, wave: str | None = None) -> Selection:
    """Return every answer that was heard, with how it was said; ``kinds`` is a list in SQL."""
    sql = f"""SELECT a.interview_id, a.question_id, q.kind, a.value, a.recorded_value, a.spoken_value, a.agreement,
       d.latency_s, d.time_to_value_s, d.pause_n, d.pause_total_s, d.pause_max_s, d.filler_n, d.filler_probable_n,
       d.hedge_n, d.repair_n, d.speech_rate, d.artic_rate, d.f0_median_st, d.f0_range_st, d.level_range_db,
       d.overlap_s,
       d.hesitation, d.baseline_n, i.wave_id, a.answer_id, a.recording_id, a.start_s, a.end_s
FROM delivery d JOIN answer a USING(answer_id) JOIN question q USING(question_id)
LEFT JOIN interview i ON i.interview_id = a.interview_id
WHERE q.kind IN {kinds} AND (:wave IS NULL OR i.wave_id = :wave) ORDER BY a.interview_id,
       q.idx"""  # noqa: S608 - fixed parts
    return Selection(sql, {"wave": wave})


def found_selection(turn_ids: list[int]) -> Selection:
    """Return turns by their ids, in the order given."""
    sql = """SELECT turn.text, turn.party, recording.interview_id, turn.start_s, turn.end_s, turn.turn_id,
    turn.idx AS turn_idx,
       turn.recording_id
FROM json_each(:turns) wanted JOIN turn ON turn.turn_id = wanted.value
JOIN recording ON recording.recording_id = turn.recording_id ORDER BY wanted.key"""
    return Selection(sql, {"turns": json.dumps(turn_ids)})


def calls_selection() -> Selection:
    """Return the recordings with their interviews' scores."""
    return Selection("""SELECT rec.recording_id, rec.interview_id, rec.path, rec.status, rec.language,
    rec.duration_s, rec.layout,
       i.wave_id, i.operator_id, coalesce(i.segment, c.segment) AS segment,
       (SELECT value FROM nps_answer n WHERE n.interview_id = rec.interview_id LIMIT 1) AS nps, rec.error
FROM recording rec LEFT JOIN interview i ON i.interview_id = rec.interview_id
LEFT JOIN respondent r ON r.respondent_id = i.respondent_id
LEFT JOIN client c ON c.client_id = coalesce(i.client_id, r.client_id)
ORDER BY coalesce(rec.interview_id, rec.path)""")


def questions_selection() -> Selection:
    """Return the survey in use."""
    return Selection(
        "SELECT question_id, kind, scale_min, scale_max, follows, attribute, ask_ru, ask_en"
        " FROM question WHERE active = 1 ORDER BY idx"
    )


def codes_selection() -> Selection:
    """Return the codebook in use, with how often the machine and people named each code."""
    return Selection("""SELECT k.code_id AS code, k.label_ru, k.label_en, k.definition_ru, k.definition_en, k.special,
       (SELECT count(*) FROM reason r JOIN coder c USING(coder_id) WHERE r.code_id = k.code_id
       AND c.kind = 'machine') AS machine,
       (SELECT count(*) FROM reason r JOIN coder c USING(coder_id) WHERE r.code_id = k.code_id
       AND c.kind = 'human') AS people
FROM code k WHERE k.active = 1 ORDER BY k.idx""")


def explained_selection(metric_id: int) -> Selection:
    """Return how one stored figure came about."""
    return Selection("SELECT * FROM metric WHERE metric_id = :metric_id", {"metric_id": metric_id})


def reason_counts_selection(*, wave: str | None) -> Selection:
    """Return how many interviews named each code, by polarity and NPS group; people's codes replace the machine's."""
    sql = """SELECT w.code, w.label_ru, w.label_en, w.polarity, w.nps_class, count(DISTINCT w.interview_id) AS n
FROM why w JOIN coder m ON m.coder_id = w.coder_id
WHERE w.special IS NULL AND w.nps_class IS NOT NULL AND (:wave IS NULL OR w.wave_id = :wave)
  AND (m.kind = 'human' OR NOT EXISTS (SELECT 1 FROM reason h JOIN coder p ON p.coder_id = h.coder_id
  AND p.kind = 'human'
                                       WHERE h.answer_id = w.answer_id))
GROUP BY w.code, w.polarity, w.nps_class ORDER BY w.code, w.polarity, w.nps_class"""
    return Selection(sql, {"wave": wave})


def spoke_counts(store: Store, *, wave: str | None) -> dict[int, int]:
    """Return how many interviews with words in an open answer there are in each NPS group."""
    sql = """SELECT nps_class, count(DISTINCT interview_id) FROM nps_answer WHERE (:wave IS NULL OR wave_id = :wave)
             AND interview_id IN (SELECT a.interview_id FROM answer a JOIN question q USING(question_id)
               WHERE q.kind = 'open' AND coalesce(a.text, a.recorded_text, '') <> '')
             GROUP BY nps_class"""
    return dict(store.conn.execute(sql, {"wave": wave}).fetchall())


def recordings_named(store: Store, name: str) -> list[str]:
    """Return the ids of recordings known by a name: id, interview, path, file name, or file name without ending."""
    sql = r"""SELECT recording_id FROM recording
             WHERE :name IN (recording_id, interview_id, path) OR path LIKE '%/' || :like ESCAPE '\'
             OR path LIKE '%/' || :like || '.%' ESCAPE '\'
             ORDER BY path"""
    like = re.sub(r"([%_\\])", r"\\\1", name)  # LIKE would take the _ of call_1 for any sign
    return [row[0] for row in store.conn.execute(sql, {"name": name, "like": like})]


def turns_between(store: Store, recording_id: str, start_s: float, end_s: float) -> list[Row]:
    """Return a call's turns that touch a stretch; ``words`` as lists ``[word, start_ms, end_ms, confidence]``."""
    sql = """SELECT turn_id, idx, party, start_s, end_s, text, words_json FROM turn
             WHERE recording_id = ? AND start_s < ? AND end_s > ? ORDER BY start_s, idx"""
    rows = query(store, sql, (recording_id, end_s, start_s))
    return [{**row, "words": json.loads(row.pop("words_json"))} for row in rows]


def reason_places(store: Store, reason_ids: list[int]) -> dict[int, Row]:
    """Return where quotes stand: ``start_char``, the turn's ``idx`` or None, the question, the language."""
    sql = """SELECT r.reason_id, r.start_char, t.idx, coalesce(t.text, a.text, a.recorded_text, '') AS text,
    a.question_id,
                    a.interview_id, a.recording_id, coalesce(rec.language, i.language) AS language
             FROM json_each(?) wanted JOIN reason r ON r.reason_id = wanted.value JOIN answer a USING(answer_id)
             LEFT JOIN turn t ON t.turn_id = r.turn_id LEFT JOIN recording rec ON rec.recording_id = a.recording_id
             LEFT JOIN interview i ON i.interview_id = a.interview_id"""
    return {row["reason_id"]: row for row in query(store, sql, (json.dumps(reason_ids),))}


def call_marks(store: Store, recording_id: str) -> dict[str, list[Row]]:
    """Return what a timeline shows beside the turns: ``asked``, ``pause``, ``answer``, ``reason`` rows."""
    parts = {
        "asked": """SELECT question_id, start_s, end_s FROM asked
                    WHERE recording_id = ? AND repeated = 0 ORDER BY start_s""",
        "pause": "SELECT kind, start_s, end_s FROM pause WHERE recording_id = ? ORDER BY start_s",
        "answer": """SELECT a.question_id, q.kind, a.value_start_s, a.value_end_s, a.recorded_value,
        a.spoken_value, d.latency_s,
                            d.hesitation, a.start_s, a.end_s
                     FROM answer a JOIN question q USING(question_id) LEFT JOIN delivery d USING(answer_id)
                     WHERE a.recording_id = ? ORDER BY a.start_s""",
        "reason": """SELECT r.code_id, r.polarity, r.start_s, r.end_s FROM reason r JOIN answer a USING(answer_id)
                     WHERE a.recording_id = ? AND r.start_s IS NOT NULL ORDER BY r.start_s""",
    }
    return {name: query(store, sql, (recording_id,)) for name, sql in parts.items()}


def recording_facts(store: Store, recording_id: str) -> Row | None:
    """Return a recording's ``path, language, duration_s, interview_id``; None where there is no such recording."""
    sql = "SELECT path, language, duration_s, interview_id FROM recording WHERE recording_id = ?"
    rows = query(store, sql, (recording_id,))
    return rows[0] if rows else None


def columns_of(store: Store, selection: Selection) -> list[str]:
    """Return the names of a selection's columns, rows or not."""
    cursor = store.conn.execute(f"SELECT * FROM ({selection.sql}) LIMIT 0", dict(selection.values))  # noqa: S608 - our own text
    return [column[0] for column in cursor.description]
