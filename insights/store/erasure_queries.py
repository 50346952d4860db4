"""Whose rows there are, what they say, and how a person is erased from the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from insights.store.connection import Store, query, transaction
from insights.store.failures import StoreError
from insights.store.migrations import now
from insights.store.row_values import insert, to_json

SubjectKind = Literal["respondent", "client", "interview"]

_INTERVIEWS: dict[SubjectKind, str] = {
    "respondent": "SELECT interview_id FROM interview WHERE respondent_id = ? ORDER BY interview_id",
    "client": """SELECT interview_id FROM interview LEFT JOIN respondent USING(respondent_id)
                 WHERE ? IN (interview.client_id, respondent.client_id) ORDER BY interview_id""",
    "interview": "SELECT interview_id FROM interview WHERE interview_id = ?",
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the store holds of a person.

    Attributes
    ----------
    interviews, recordings:
        Their ids.
    paths:
        Every name of the recordings' files, relative to the study.
    respondents, clients:
        Ids that belong to nobody once these interviews are gone.
    """

    interviews: tuple[str, ...]
    recordings: tuple[str, ...]
    paths: tuple[str, ...]
    respondents: tuple[str, ...]
    clients: tuple[str, ...]


def interviews_of(store: Store, kind: SubjectKind, ident: str) -> tuple[str, ...]:
    """Return the interviews of a respondent, a client, or the one interview."""
    return tuple(row["interview_id"] for row in query(store, _INTERVIEWS[kind], (ident,)))


def knows_person(store: Store, kind: SubjectKind, ident: str) -> bool:
    """Return whether the store has a row of this respondent, client or interview."""
    sql = {
        "respondent": "SELECT 1 FROM respondent WHERE respondent_id = ?",
        "client": "SELECT 1 FROM client WHERE client_id = ?",
        "interview": "SELECT 1 FROM interview WHERE interview_id = ?",
    }[kind]
    return store.conn.execute(sql, (ident,)).fetchone() is not None


def older_than(store: Store, moment: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return interviews begun before a moment, and recordings without an interview whose file is older.

    Parameters
    ----------
    moment:
        ISO 8601; days are compared, so that a zone of the row cannot matter by more than a day.
    """
    sql = "SELECT interview_id FROM interview WHERE substr(started_at, 1, 10) < substr(?, 1, 10) ORDER BY interview_id"
    interviews = tuple(row["interview_id"] for row in query(store, sql, (moment,)))
    sql = """SELECT recording_id FROM recording WHERE interview_id IS NULL AND substr(coalesce(
               strftime('%Y-%m-%d', modified_ns / 1000000000, 'unixepoch'), processed_at), 1, 10) < substr(?, 1, 10)
             ORDER BY recording_id"""
    return interviews, tuple(row["recording_id"] for row in query(store, sql, (moment,)))


def holdings(store: Store, interviews: Sequence[str], recordings: Sequence[str] = ()) -> Holdings:
    """Return everything that hangs on these interviews and recordings."""
    names = to_json(list(interviews))
    sql = """SELECT recording_id, path FROM recording WHERE interview_id IN (SELECT value FROM json_each(:interviews))
               OR recording_id IN
                 (SELECT recording_id FROM answer WHERE interview_id IN (SELECT value FROM json_each(:interviews)))
               OR recording_id IN (SELECT value FROM json_each(:recordings)) ORDER BY recording_id"""
    rows = query(store, sql, {"interviews": names, "recordings": to_json(list(recordings))})
    ids = tuple(row["recording_id"] for row in rows)
    aliases = query(
        store,
        "SELECT path FROM recording_alias WHERE recording_id IN (SELECT value FROM json_each(?))",
        (to_json(ids),),
    )
    return Holdings(
        tuple(interviews),
        ids,
        tuple(row["path"] for row in (*rows, *aliases)),
        _left_alone(store, "respondent_id", names),
        _left_alone(store, "client_id", names),
    )


def _left_alone(store: Store, column: Literal["respondent_id", "client_id"], interviews: str) -> tuple[str, ...]:
    """Return respondents or clients whose every interview is among these; a client with outcomes lives on."""
    inside = "interview_id IN (SELECT value FROM json_each(:interviews))"
    sql = f"""SELECT DISTINCT {column} AS id FROM interview WHERE {inside} AND {column} IS NOT NULL
              AND {column} NOT IN (SELECT {column} FROM interview WHERE NOT {inside} AND {column} IS NOT NULL)
              AND (:any OR {column} NOT IN (SELECT client_id FROM business_outcome)) ORDER BY 1"""  # noqa: S608 - one of two column names
    return tuple(row["id"] for row in query(store, sql, {"interviews": interviews, "any": column == "respondent_id"}))


TEXTS = (
    "SELECT text FROM turn WHERE recording_id IN (SELECT value FROM json_each(:recordings))",
    "SELECT heard_json FROM turn WHERE recording_id IN (SELECT value FROM json_each(:recordings))",
    "SELECT text FROM answer WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    "SELECT recorded_text FROM answer WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    "SELECT adjudicated_note FROM answer WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    """SELECT text FROM answer WHERE recording_id IN (SELECT value FROM json_each(:recordings))""",
    """SELECT quote FROM reason JOIN answer USING(answer_id)
       WHERE interview_id IN (SELECT value FROM json_each(:interviews))""",
    """SELECT before || char(10) || after FROM correction
       WHERE recording_id IN (SELECT value FROM json_each(:recordings))
          OR interview_id IN (SELECT value FROM json_each(:interviews))""",
    "SELECT note FROM hearing WHERE recording_id IN (SELECT value FROM json_each(:recordings))",
    """SELECT coalesce(told, '') || char(10) || coalesce(note, '') FROM "case"
       WHERE interview_id IN (SELECT value FROM json_each(:interviews))""",
    "SELECT row_json FROM response_history WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    "SELECT extra_json FROM interview WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
)


def texts_of(store: Store, held: Holdings) -> list[str]:
    """Return every text that the store holds of a person: what was said, typed, quoted and noted."""
    values = {"interviews": to_json(held.interviews), "recordings": to_json(held.recordings)}
    return [free for sql in TEXTS for (text,) in store.conn.execute(sql, values) if text for free in free_texts(text)]


def free_texts(text: str) -> list[str]:
    """Return a plain text as it is, of JSON the strings in it that hold more than a word: no keys, no ids.

    >>> free_texts('{"wave": "w1", "extra": {"note": "call her back"}}')
    ['call her back']
    """
    if text[:1] not in ("{", "["):
        return [text]
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [text]
    if isinstance(value, list):  # words as heard, each with its times
        return [" ".join(str(word[0]) for word in value if isinstance(word, list) and word)]
    return [leaf for leaf in _strings(value) if " " in leaf]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        nested = value[:1] in ("{", "[")
        yield from free_texts(value) if nested else (value,)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)


NAMED = (
    """SELECT substr(turn.text, start_char + 1, end_char - start_char) FROM pii_span JOIN turn USING(turn_id)
       WHERE recording_id IN (SELECT value FROM json_each(:recordings))""",
    """SELECT substr(answer.text, start_char + 1, end_char - start_char) FROM pii_span JOIN answer USING(answer_id)
       WHERE interview_id IN (SELECT value FROM json_each(:interviews))""",
)


def named_in(store: Store, held: Holdings) -> list[str]:
    """Return the names, numbers and addresses that were found in a person's calls and typed answers."""
    values = {"interviews": to_json(held.interviews), "recordings": to_json(held.recordings)}
    return [text for sql in NAMED for (text,) in store.conn.execute(sql, values) if text]


OTHERS = """SELECT text || char(10) || lemmas FROM turn
    WHERE recording_id NOT IN (SELECT value FROM json_each(:recordings))
  UNION ALL
  SELECT coalesce(text, '') || char(10) || coalesce(recorded_text, '') FROM answer
    WHERE coalesce(interview_id, '') NOT IN (SELECT value FROM json_each(:interviews))
      AND coalesce(recording_id, '') NOT IN (SELECT value FROM json_each(:recordings))"""
BLOCK_ROWS = 50_000


def texts_of_others(store: Store, held: Holdings) -> Iterator[str]:
    """Yield what others said and typed, many lines at a time: what stands there too is a commonplace."""
    values = {"interviews": to_json(held.interviews), "recordings": to_json(held.recordings)}
    rows = store.conn.execute(OTHERS, values)
    while block := rows.fetchmany(BLOCK_ROWS):
        yield "\n".join(text for (text,) in block)


def erase_rows(store: Store, held: Holdings, *, why: str, keep_files: bool) -> int:
    """Delete a person's rows in one transaction and leave tombstones; return how many rows went.

    ``keep_files`` leaves a row for each recording that says no more than that its file is not to be heard.
    """
    interviews, recordings = to_json(held.interviews), to_json(held.recordings)
    before = store.conn.total_changes
    with transaction(store):
        _bury(store, interviews, why)
        kept = _stamps(store, recordings) if keep_files else []
        for sql in ERASURES:
            store.conn.execute(sql, {"interviews": interviews, "recordings": recordings})
        _erase_people(store, held)
        insert(store, "recording", kept)
    return int(store.conn.total_changes - before)


ERASURES = (
    """DELETE FROM reason WHERE answer_id IN (SELECT answer_id FROM answer WHERE interview_id IN
         (SELECT value FROM json_each(:interviews)) OR recording_id IN (SELECT value FROM json_each(:recordings)))""",
    """DELETE FROM answer WHERE interview_id IN (SELECT value FROM json_each(:interviews))
         OR recording_id IN (SELECT value FROM json_each(:recordings))""",
    "DELETE FROM recording WHERE recording_id IN (SELECT value FROM json_each(:recordings))",
    "DELETE FROM response_problem WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    "DELETE FROM interview WHERE interview_id IN (SELECT value FROM json_each(:interviews))",
    "UPDATE hearing SET note = '', search = NULL WHERE recording_id IN (SELECT value FROM json_each(:recordings))",
)


def _bury(store: Store, interviews: str, why: str) -> None:
    """Write a tombstone for each interview: its numbers and slices, no words, no ids of people."""
    store.conn.execute(
        """INSERT INTO tombstone
             (erased_at, why, wave_id, mode, segment, role, operator_id, started_on, weight, values_json)
           SELECT :at, :why, wave_id, mode, segment, role, operator_id, substr(started_at, 1, 10), weight,
             coalesce((SELECT json_group_object(question_id, value) FROM answer
                       WHERE answer.interview_id = interview.interview_id AND value IS NOT NULL), '{}')
           FROM interview WHERE interview_id IN (SELECT value FROM json_each(:interviews))""",
        {"interviews": interviews, "at": now(), "why": why},
    )


def _stamps(store: Store, recordings: str) -> list[dict[str, object]]:
    """Return rows that keep the night from hearing the files again."""
    sql = """SELECT recording_id, path, sha256, size_bytes, modified_ns, processed_at FROM recording
             WHERE recording_id IN (SELECT value FROM json_each(?))"""
    note = {
        "status": "failed",
        "error_kind": "erased",
        "error": "its interview was erased on request and the file kept; it is not listened to again. Delete the file",
    }
    return [{**row, **note} for row in query(store, sql, (recordings,))]


def _erase_people(store: Store, held: Holdings) -> None:
    respondents, clients = to_json(held.respondents), to_json(held.clients)
    store.conn.execute(
        "DELETE FROM respondent WHERE respondent_id IN (SELECT value FROM json_each(?))", (respondents,)
    )
    store.conn.execute(
        """DELETE FROM client WHERE client_id IN (SELECT value FROM json_each(?))
           AND client_id NOT IN (SELECT client_id FROM respondent WHERE client_id IS NOT NULL)""",
        (clients,),
    )


def forget_person_rows(store: Store, kind: SubjectKind, ident: str) -> None:
    """Delete the row of a respondent or client that no interview names any more."""
    with transaction(store):
        if kind == "client":
            store.conn.execute(
                """DELETE FROM respondent WHERE client_id = ?
                   AND respondent_id NOT IN (SELECT respondent_id FROM interview WHERE respondent_id IS NOT NULL)""",
                (ident,),
            )
            store.conn.execute("UPDATE respondent SET client_id = NULL WHERE client_id = ?", (ident,))
            store.conn.execute("DELETE FROM client WHERE client_id = ?", (ident,))
        elif kind == "respondent":
            store.conn.execute("DELETE FROM respondent WHERE respondent_id = ?", (ident,))


def scrub(store: Store) -> None:
    """Leave no deleted word in the file: full-text segments merged, pages rewritten, the write-ahead log emptied.

    Raises
    ------
    StoreError
        When a reader (a notebook, a page's server) keeps the log from being emptied.
    """
    with transaction(store):
        store.conn.execute("INSERT INTO turn_fts(turn_fts) VALUES('optimize')")
    store.conn.execute("VACUUM")
    busy = store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StoreError(
            "the write-ahead log still holds erased words because another program reads the store; "
            "close notebooks and `earful serve`, then run the same `earful forget` again"
        )
