"""What figures are computed from, read in few passes, and the figures kept with how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from insights.store.connection import Row, Store, query, transaction
from insights.store.row_values import insert, to_json

Pairs = list[tuple[str, float]]

# Subqueries instead of joins: they run only where the interview's own column is empty. The start is taken as the
# operator's clock showed it, whatever its zone: a day is a day of the field.
INTERVIEWS = """
SELECT i.interview_id, i.wave_id, i.mode,
       coalesce(i.segment, (SELECT c.segment FROM client c WHERE c.client_id = coalesce(i.client_id,
         (SELECT r.client_id FROM respondent r WHERE r.respondent_id = i.respondent_id)))),
       coalesce(i.role, (SELECT r.role FROM respondent r WHERE r.respondent_id = i.respondent_id)),
       i.operator_id,
       coalesce(i.client_id, (SELECT r.client_id FROM respondent r WHERE r.respondent_id = i.respondent_id),
                'respondent ' || i.respondent_id),
       i.weight, i.requester,
       CASE WHEN i.event_at IS NOT NULL THEN julianday(i.started_at) - julianday(i.event_at) END,
       i.disposition, julianday(substr(i.started_at, 1, 19))
FROM interview i
WHERE :waves IS NULL OR i.wave_id IN (SELECT value FROM json_each(:waves))
ORDER BY i.interview_id
"""
NUMBERS = """
SELECT interview_id{numbers} FROM answer
WHERE interview_id IS NOT NULL AND (:waves IS NULL OR interview_id IN (
  SELECT i.interview_id FROM interview i WHERE i.wave_id IN (SELECT value FROM json_each(:waves))))
GROUP BY interview_id
"""
NUMBER = ", sum({column}) FILTER (WHERE question_id = :question{at})"  # of one: quicker than max
KEPT = {"value": "value", "spoken": "spoken_value", "recorded": "recorded_value"}
COLUMNS = (
    "interview_id",
    "wave",
    "mode",
    "segment",
    "role",
    "operator",
    "client",
    "weight",
    "requester",
    "event_days",
    "disposition",
    "started_days",
)
# What makes two figures the same one: everything but the command that asked for it and the moment.
OWN_COLUMNS = (
    "metric",
    "wave",
    "slice",
    "mode",
    "n",
    "n_eff",
    "value",
    "low",
    "high",
    "method",
    "formula",
    "filter_json",
    "rows_sha256",
    "versions_json",
    "extra_json",
)
ANSWERS = {
    "mismatch": """SELECT interview_id, 1.0 FROM answer INDEXED BY answer_mismatch
                   WHERE question_id = ? AND agreement = 'mismatch' AND adjudicated_value IS NULL""",
    "hesitation": """SELECT a.interview_id, d.hesitation FROM delivery d JOIN answer a ON a.answer_id = d.answer_id
                     WHERE a.question_id = ? AND d.hesitation IS NOT NULL AND a.interview_id IS NOT NULL""",
}


def wave_ids(store: Store) -> list[str]:
    """Return the waves that hold interviews, in the order of their names."""
    sql = "SELECT wave_id FROM wave w WHERE EXISTS (SELECT 1 FROM interview i WHERE i.wave_id = w.wave_id) ORDER BY 1"
    return [row[0] for row in store.conn.execute(sql)]


def active_questions(store: Store) -> list[Row]:
    """Return the questions of the survey now in use, in order: id, kind, scale, follows, attribute, wordings."""
    return query(store, "SELECT * FROM question WHERE active = 1 ORDER BY idx")


def codes(store: Store) -> list[Row]:
    """Return the codes now in use, in order."""
    return query(store, "SELECT * FROM code WHERE active = 1 ORDER BY idx")


def interview_columns(store: Store, *, waves: Sequence[str] | None = None) -> dict[str, list[object]]:
    """Return the interviews column by column, ordered by id; ``waves`` None = all."""
    rows = store.conn.execute(INTERVIEWS, {"waves": _chosen(waves)}).fetchall()
    # Turned as a whole: a list for each column, cell by cell, takes three times as long.
    return {name: list(cells) for name, cells in zip(COLUMNS, zip(*rows) if rows else [()] * len(COLUMNS))}


def operator_teams(store: Store) -> dict[str, str | None]:
    """Return every operator's team, None where it is not known."""
    return dict(store.conn.execute("SELECT operator_id, team FROM operator").fetchall())


def number_columns(
    store: Store, numbers: Sequence[tuple[str, str]], *, waves: Sequence[str] | None = None
) -> tuple[list[str], list[list[float | None]]]:
    """Return interviews with answers, and a column of numbers for each (question, kind), in one pass.

    ``kind``: ``value`` (settled, else recorded, else spoken), ``spoken`` or ``recorded``; None = no number.
    """
    parts = [NUMBER.format(at=at, column=KEPT[kind]) for at, (_, kind) in enumerate(numbers)]
    given: dict[str, object] = {f"question{at}": question for at, (question, _) in enumerate(numbers)}
    rows = store.conn.execute(NUMBERS.format(numbers="".join(parts)), {**given, "waves": _chosen(waves)}).fetchall()
    columns = [list(cells) for cells in zip(*rows)] if rows else [[] for _ in range(len(numbers) + 1)]
    return columns[0], columns[1:]


def _chosen(waves: Sequence[str] | None) -> str | None:
    """Return waves as a JSON list for json_each, None = all."""
    return None if waves is None else json.dumps(list(waves))


def answer_pairs(store: Store, question_id: str, *, which: str) -> Pairs:
    """Return (interview, number) of one question: ``mismatch`` (1 where nobody settled it) or ``hesitation``."""
    pairs: Pairs = store.conn.execute(ANSWERS[which], (question_id,)).fetchall()
    return pairs


def answered_yes(store: Store, question_id: str, *, yes: Sequence[str], no: Sequence[str]) -> Pairs:
    """Return (interview, 1 or 0) of a closed question by its typed or spoken answer; other answers are left out."""
    sql = """SELECT interview_id, said IN (SELECT value FROM json_each(:yes)) FROM (
               SELECT interview_id, lower(trim(coalesce(recorded_text, text))) AS said FROM answer
               WHERE question_id = :question AND interview_id IS NOT NULL)
             WHERE said IN (SELECT value FROM json_each(:yes)) OR said IN (SELECT value FROM json_each(:no))"""
    given = {"question": question_id, "yes": json.dumps(list(yes)), "no": json.dumps(list(no))}
    pairs: Pairs = store.conn.execute(sql, given).fetchall()
    return pairs


def commented(store: Store) -> list[str]:
    """Return the interviews with words in any open answer."""
    sql = """SELECT DISTINCT a.interview_id FROM question q CROSS JOIN answer a ON a.question_id = q.question_id
             WHERE q.kind = 'open' AND a.interview_id IS NOT NULL AND coalesce(a.text, a.recorded_text, '') <> ''"""
    return [row[0] for row in store.conn.execute(sql)]


def heard_interviews(store: Store) -> list[str]:
    """Return the interviews by phone whose recording was understood."""
    sql = "SELECT interview_id FROM recording WHERE status = 'done' AND interview_id IS NOT NULL"
    return [row[0] for row in store.conn.execute(sql)]


def reasons_named(store: Store, *, waves: Sequence[str] | None = None) -> list[tuple[str, str, int, str | None]]:
    """Return (interview, code, polarity, special), each once; a person's codes replace the machine's for an answer."""
    sql = """SELECT DISTINCT a.interview_id, rs.code_id, rs.polarity, k.special
             FROM reason rs JOIN coder m ON m.coder_id = rs.coder_id
             JOIN answer a ON a.answer_id = rs.answer_id JOIN code k ON k.code_id = rs.code_id
             WHERE a.interview_id IS NOT NULL
               AND (:waves IS NULL OR (SELECT i.wave_id FROM interview i WHERE i.interview_id = a.interview_id)
                    IN (SELECT value FROM json_each(:waves)))
               AND (m.kind = 'human' OR rs.answer_id NOT IN (
                 SELECT h.answer_id FROM coder p CROSS JOIN reason h ON h.coder_id = p.coder_id
                 WHERE p.kind = 'human'))"""
    rows: list[tuple[str, str, int, str | None]] = store.conn.execute(sql, {"waves": _chosen(waves)}).fetchall()
    return rows


def complained(store: Store) -> Pairs:
    """Return (interview, 1 or 0) of those who named a reason: whether one of theirs is a complaint or a wish.

    Mistaken companies and answers without a reason do not count; a person's codes replace the machine's.
    """
    sql = """SELECT a.interview_id, max(told.complaint)
             FROM (SELECT answer_id, max(polarity < 0) AS complaint FROM reason
                   WHERE code_id NOT IN (SELECT code_id FROM code WHERE special IS NOT NULL)
                     AND (coder_id IN (SELECT coder_id FROM coder WHERE kind = 'human') OR answer_id NOT IN (
                       SELECT h.answer_id FROM coder p CROSS JOIN reason h ON h.coder_id = p.coder_id
                       WHERE p.kind = 'human'))
                   GROUP BY answer_id) AS told
             CROSS JOIN answer a ON a.answer_id = told.answer_id
             WHERE a.interview_id IS NOT NULL GROUP BY a.interview_id"""
    pairs: Pairs = store.conn.execute(sql).fetchall()
    return pairs


def mistaken_interviews(store: Store) -> list[str]:
    """Return the interviews whose customer mistook the company: coded so, or a case closed so."""
    sql = """SELECT a.interview_id FROM code k CROSS JOIN reason rs ON rs.code_id = k.code_id
             JOIN answer a ON a.answer_id = rs.answer_id WHERE k.special = 'validity' AND a.interview_id IS NOT NULL
             UNION SELECT interview_id FROM "case" WHERE outcome = 'mistaken_identity'"""
    return [row[0] for row in store.conn.execute(sql)]


def populations(store: Store) -> dict[str, dict[str, float]]:
    """Return the clients there are, by wave and segment."""
    found: dict[str, dict[str, float]] = {}
    for wave, segment, clients in store.conn.execute("SELECT wave_id, segment, clients FROM population"):
        found.setdefault(wave, {})[segment] = float(clients)
    return found


def outcome_rows(store: Store) -> list[tuple[str, str, float | None, float | None, float | None]]:
    """Return (client, period, revenue, orders, churned), ordered by client and period."""
    sql = "SELECT client_id, period, revenue, orders, churned FROM business_outcome ORDER BY client_id, period"
    rows: list[tuple[str, str, float | None, float | None, float | None]] = store.conn.execute(sql).fetchall()
    return rows


def erased_by_wave(store: Store, *, waves: Sequence[str] | None = None) -> list[tuple[str, int]]:
    """Return (wave, interviews erased) in the order of waves: what figures no longer rest on."""
    sql = """SELECT coalesce(wave_id, 'no wave'), count(*) FROM tombstone
             WHERE :waves IS NULL OR wave_id IN (SELECT value FROM json_each(:waves)) GROUP BY 1 ORDER BY 1"""
    rows: list[tuple[str, int]] = store.conn.execute(sql, {"waves": _chosen(waves)}).fetchall()
    return rows


def survey_versions(store: Store) -> dict[str, str]:
    """Return the survey and codebook in use: kind to "name version"."""
    sql = """SELECT 'survey', survey || ' ' || survey_version FROM question WHERE active = 1
             UNION SELECT 'codebook', codebook || ' ' || codebook_version FROM code WHERE active = 1"""
    return dict(store.conn.execute(sql).fetchall())


def keep_metrics(store: Store, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Store figures and return their ids in order; a figure that stands already keeps its id.

    Equal is all that tells how a figure came about (``OWN_COLUMNS``): rows, numbers, formula, versions. The command
    and the moment are those of the first time, since the same figure may be asked for in many ways.
    """
    wanted = [_as_row(row) for row in rows]
    with transaction(store):
        sql = f"""SELECT {", ".join(OWN_COLUMNS)}, metric_id FROM metric
                  WHERE rows_sha256 IN (SELECT value FROM json_each(?)) ORDER BY metric_id DESC"""  # noqa: S608 - names
        kept = store.conn.execute(sql, (json.dumps([row["rows_sha256"] for row in wanted]),))
        known = {tuple(row[:-1]): row[-1] for row in kept}
        last = store.conn.execute("SELECT coalesce(max(metric_id), 0) FROM metric").fetchone()[0]
        fresh: list[dict[str, object]] = []
        ids: list[int] = []
        for row in wanted:
            key = tuple(row[name] for name in OWN_COLUMNS)
            if key not in known:
                known[key] = last + len(fresh) + 1
                fresh.append({"metric_id": known[key], **row})
            ids.append(known[key])
        insert(store, "metric", fresh)
    return ids


def _as_row(row: Mapping[str, object]) -> dict[str, object]:
    """Return a figure with its mappings as JSON."""
    return {name: to_json(value) if isinstance(value, Mapping) else value for name, value in row.items()}


def metric_row(store: Store, metric_id: int) -> Row | None:
    """Return one stored figure, or None."""
    found = query(store, "SELECT * FROM metric WHERE metric_id = ?", (metric_id,))
    return found[0] if found else None
