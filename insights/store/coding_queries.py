"""What human coding and its agreement with the machine read and write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from insights.store.connection import Row, Store, query, transaction
from insights.store.failures import StoreError
from insights.store.placing import put_coder
from insights.store.records import MACHINE_CODER

_SCORE = """(SELECT s.value FROM answer s WHERE s.interview_id = a.interview_id AND s.question_id =
  CASE WHEN q.follows IS NOT NULL THEN q.follows WHEN q.kind <> 'open' THEN q.question_id
       ELSE (SELECT n.question_id FROM question n WHERE n.kind = 'nps' ORDER BY n.active DESC, n.idx LIMIT 1) END)"""
ANSWERS = f"""
SELECT a.answer_id, a.question_id, a.interview_id, a.recording_id, q.kind, {_SCORE} AS score,
       coalesce(nullif(a.text, ''), a.recorded_text, '') AS text, a.start_s, a.end_s, i.mode, i.language, rec.path
FROM answer a JOIN question q ON q.question_id = a.question_id
LEFT JOIN interview i ON i.interview_id = a.interview_id
LEFT JOIN recording rec ON rec.recording_id = a.recording_id
WHERE coalesce(nullif(a.text, ''), a.recorded_text, '') <> '' AND (q.kind = 'open' OR EXISTS (
  SELECT 1 FROM reason rs WHERE rs.answer_id = a.answer_id))
  AND (a.start_s IS NOT NULL OR i.mode = 'online')
ORDER BY a.answer_id
"""  # noqa: S608 - two fixed texts joined


def codable_answers(store: Store) -> list[Row]:
    """Return the answers with words that can hold reasons: open ones, and others where reasons were found.

    What a clerk only wrote down of a call that was not heard is left out: a reason given by phone must play.

    Columns: ``answer_id, question_id, interview_id, recording_id, kind, score, text, start_s, end_s,
    mode, language, path``.
    """
    return query(store, ANSWERS)


def code_sets(store: Store) -> dict[str, dict[int, frozenset[str]]]:
    """Return coder -> answer -> its codes; codes with ``special = residual`` count as "no reason".

    The machine is there as "machine" for every answer that anybody coded, with an empty set where it found nothing.
    """
    rows = query(
        store,
        """SELECT rs.coder_id, c.kind, rs.answer_id, rs.code_id, k.special FROM reason rs
           JOIN coder c ON c.coder_id = rs.coder_id JOIN code k ON k.code_id = rs.code_id""",
    )
    found: dict[str, dict[int, set[str]]] = {}
    machine: dict[int, set[str]] = {}
    for row in rows:
        own = machine if row["kind"] == "machine" else found.setdefault(row["coder_id"], {})
        codes = own.setdefault(row["answer_id"], set())
        if row["special"] != "residual":
            codes.add(row["code_id"])
    coded = {answer for by_answer in found.values() for answer in by_answer}
    sets = {coder: {a: frozenset(codes) for a, codes in by_answer.items()} for coder, by_answer in found.items()}
    sets["machine"] = {answer: frozenset(machine.get(answer, ())) for answer in sorted(coded)}
    return sets


def human_reasons(store: Store) -> list[Row]:
    """Return every code people gave: ``answer_id, code_id, polarity, coder_id, special``."""
    return query(
        store,
        """SELECT rs.answer_id, rs.code_id, rs.polarity, rs.coder_id, k.special FROM reason rs
           JOIN coder c ON c.coder_id = rs.coder_id AND c.kind = 'human' JOIN code k ON k.code_id = rs.code_id
           ORDER BY rs.answer_id, rs.coder_id, rs.code_id""",
    )


def save_human_codes(store: Store, coder: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Store a person's codes beside the machine's; what that person gave the same answers before is replaced.

    Each row: ``answer_id, code_id, polarity, quote, start_char, start_s, end_s, turn_id``; values are
    text, numbers or None. Returns the number of rows stored.

    Raises
    ------
    StoreError
        Where the machine codes under that name: its codes would be lost.
    """
    rows = list(rows)
    with transaction(store):
        if coder == MACHINE_CODER or query(
            store, "SELECT 1 FROM coder WHERE coder_id = ? AND kind = 'machine'", (coder,)
        ):
            raise StoreError(f"{coder!r} is what the machine codes under; store people's codes under another name")
        put_coder(store, coder, "by hand", kind="human")
        for answer_id in sorted({row["answer_id"] for row in rows}):
            store.conn.execute("DELETE FROM reason WHERE answer_id = ? AND coder_id = ?", (answer_id, coder))
        store.conn.executemany(
            """INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote, start_char, start_s, end_s, turn_id,
                                  evidence)
               VALUES (:answer_id, :code_id, :coder_id, :polarity, :quote, :start_char, :start_s, :end_s, :turn_id,
                       'by hand')""",
            [{**row, "coder_id": coder} for row in rows],
        )
    return len(rows)


def answer_turns(store: Store, answer_ids: Sequence[int]) -> dict[int, list[Row]]:
    """Return answer -> its turns in order (``turn_id, idx, start_s, end_s, text, words_json``)."""
    found: dict[int, list[Row]] = {}
    for answer_id in answer_ids:
        found[answer_id] = query(
            store,
            """SELECT t.turn_id, t.idx, t.start_s, t.end_s, t.text, t.words_json FROM answer a
               JOIN json_each(coalesce(a.turn_idxs_json, '[]')) j JOIN turn t
                 ON t.recording_id = a.recording_id AND t.idx = j.value
               WHERE a.answer_id = ? ORDER BY t.idx""",
            (answer_id,),
        )
    return found
