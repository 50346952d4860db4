"""The frame: questionnaire, codebook, waves, clients, interviews and their recorded numbers, later files first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from insights.store.connection import Row, Store, query, transaction
from insights.store.interview_rows import Ingested, put_interviews
from insights.store.linking import link_recordings
from insights.store.matching import NamePattern
from insights.store.migrations import now
from insights.store.row_values import insert, to_json, upsert
from insights.survey.codebook import Codebook
from insights.survey.delimited import Problem
from insights.survey.frame_files import Outcome, Population, paths_beside, read_outcomes, read_population
from insights.survey.questionnaire import Survey
from insights.survey.responses import ResponseFile, ResponseRow, read_responses, response_paths, unread

REWRITTEN = "rewritten "  # before the hash of a file whose rows were all read before some were taken out


def store_survey(store: Store, survey: Survey) -> None:
    """Store the questions; those of earlier versions stay for their answers, marked inactive."""
    content = to_json(asdict(survey))
    with transaction(store):
        _put_version(store, "survey", survey.name, survey.version, content)
        store.conn.execute("UPDATE question SET active = 0")
        rows = [
            {
                "question_id": question.question_id,
                "survey": survey.name,
                "survey_version": survey.version,
                "idx": idx,
                "kind": question.kind,
                "scale_min": question.scale[0] if question.scale else None,
                "scale_max": question.scale[1] if question.scale else None,
                "follows": question.follows,
                "attribute": question.attribute,
                "ask_ru": question.ask.get("ru"),
                "ask_en": question.ask.get("en"),
                "aliases_json": to_json(dict(question.aliases)),
                "active": 1,
            }
            for idx, question in enumerate(survey.questions)
        ]
        upsert(store, "question", "question_id", rows)


def store_codebook(store: Store, codebook: Codebook) -> None:
    """Store the codes; those of earlier versions stay for their reasons, marked inactive."""
    content = to_json(asdict(codebook))
    with transaction(store):
        _put_version(store, "codebook", codebook.name, codebook.version, content)
        store.conn.execute("UPDATE code SET active = 0")
        rows = [
            {
                "code_id": code.code_id,
                "codebook": codebook.name,
                "codebook_version": codebook.version,
                "idx": idx,
                "label_ru": code.label.get("ru"),
                "label_en": code.label.get("en"),
                "definition_ru": code.definition.get("ru"),
                "definition_en": code.definition.get("en"),
                "special": code.special,
                "active": 1,
            }
            for idx, code in enumerate(codebook.codes)
        ]
        upsert(store, "code", "code_id", rows)


def ingest_frame(
    store: Store,
    *,
    survey: Survey,
    codebook: Codebook | None = None,
    responses: Sequence[ResponseRow] = (),
    source: str = "",
    population: Sequence[Population] = (),
    outcomes: Sequence[Outcome] = (),
) -> Ingested:
    """Store a survey and interviews delivered in one file, whole or not at all.

    A row that says the same as before changes nothing; one that says something else replaces it, and the old row
    goes into ``response_history``. What was spoken, settled or coded stays.
    """
    with transaction(store):
        store_survey(store, survey)
        if codebook is not None:
            store_codebook(store, codebook)
        done = put_interviews(store, responses, survey=survey, source=source)
        _put_population(store, population)
        _put_outcomes(store, outcomes)
    return done


def ingest_folder(
    store: Store,
    folder: Path,
    *,
    survey: Survey,
    codebook: Codebook | None = None,
    columns: Mapping[str, str] | None = None,
    pattern: NamePattern | None = None,
) -> list[ResponseFile]:
    """Store every file of responses/ that is new or changed since it was stored; return those that were read.

    Files that come together are read in the order of their names; a file that comes or changes later wins. Faults
    replace those of the same file and can be read by ``response_problems``; those of a file that has gone go, its
    interviews stay. Of a file that earful itself rewrote only the faults are read. Recordings stored already are
    linked to rows that came now (``pattern``: see ``match_recordings``).
    """
    ingest_frame(store, survey=survey, codebook=codebook)
    known = dict(store.conn.execute("SELECT path, sha256 FROM response_file").fetchall())
    read: list[ResponseFile] = []
    changed = 0
    question_ids = [question.question_id for question in survey.questions]
    for path in response_paths(folder):
        mark = response_mark(path.read_bytes(), question_ids, columns or {})
        if known.get(path.name) == mark:
            continue
        file, rewritten = (
            read_responses(path, survey=survey, columns=columns),
            known.get(path.name) == REWRITTEN + mark,
        )
        with transaction(store):
            if not rewritten:
                changed += put_interviews(store, file.rows, survey=survey, source=file.name).changed
            put_problems(store, file.name, file.problems)
            _put_file(store, file.name, mark, len(file.rows))
        if not rewritten:
            read.append(file)
    _ingest_beside(store, folder)
    beside = _put_unread(store, folder)
    _forget_gone(store, [*beside, *(path.name for path in (*response_paths(folder), *paths_beside(folder)))])
    if changed or (read and _some_unlinked(store)):
        link_recordings(store, pattern=pattern)
    return read


def response_mark(content: bytes, question_ids: Sequence[str], columns: Mapping[str, str]) -> str:
    """Return a hash of a file of responses and of what its columns mean."""
    meaning = to_json(list(question_ids)) + to_json(dict(columns))
    return hashlib.sha256(content + meaning.encode()).hexdigest()


def keep_rewritten(store: Store, name: str, *, before: bytes, after: bytes, columns: Mapping[str, str]) -> None:
    """Note that earful took rows out of a file, so that the next ``ingest`` takes none of the others for newer ones.

    A file that had not been read as it was before is forgotten: it is new to the next ``ingest``.
    """
    ids = [row[0] for row in store.conn.execute("SELECT question_id FROM question WHERE active = 1 ORDER BY idx")]
    with transaction(store):
        store.conn.execute(
            "DELETE FROM response_file WHERE path = :path AND sha256 NOT IN (:mark, :rewritten || :mark)",
            {"path": name, "mark": response_mark(before, ids, columns), "rewritten": REWRITTEN},
        )
        values = (REWRITTEN + response_mark(after, ids, columns), name)
        store.conn.execute("UPDATE response_file SET sha256 = ? WHERE path = ?", values)


def _some_unlinked(store: Store) -> bool:
    """Return whether a recording waits for its row; where none does, new rows cannot change a link."""
    return store.conn.execute("SELECT 1 FROM recording WHERE interview_id IS NULL LIMIT 1").fetchone() is not None


def response_problems(store: Store) -> list[Row]:
    """Return the faults of all files as last read, ordered by file and line."""
    return query(store, "SELECT * FROM response_problem ORDER BY path, line, response_problem_id")


def put_problems(store: Store, name: str, problems: Iterable[Problem]) -> None:
    """Replace a file's faults inside the caller's transaction."""
    store.conn.execute("DELETE FROM response_problem WHERE path = ?", (name,))
    rows = [
        {
            "path": name,
            "line": item.line,
            "interview_id": item.interview_id,
            "problem": item.problem,
            "cure": item.cure,
        }
        for item in problems
    ]
    insert(store, "response_problem", rows)


def _put_file(store: Store, name: str, mark: str, row_n: int) -> None:
    """Remember that a file was stored as it is now."""
    upsert(store, "response_file", "path", [{"path": name, "sha256": mark, "row_n": row_n, "ingested_at": now()}])


def _empty_for(store: Store, table: str, rows: Sequence[object]) -> None:
    """Empty a table for what a file says now: a row taken out of the file counts no more; one unreadable keeps all."""
    if rows:
        store.conn.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two names


def _put_unread(store: Store, folder: Path) -> list[str]:
    """Store what lies in responses/ and is not read; return its names."""
    problems = list(unread(folder))
    with transaction(store):
        for problem in problems:
            put_problems(store, problem.file, [problem])
    return [problem.file for problem in problems]


def _forget_gone(store: Store, there: Sequence[str]) -> None:
    """Forget the faults of files that are no longer there, and that they were read: one that comes back is new."""
    with transaction(store):
        for table in ("response_problem", "response_file"):
            sql = f"DELETE FROM {table} WHERE path NOT IN (SELECT value FROM json_each(?))"  # noqa: S608 - of two names
            store.conn.execute(sql, (to_json(there),))


def _put_version(store: Store, kind: str, name: str, version: int, content: str) -> None:
    """Keep every version of questionnaire and codebook that was ever used."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    store.conn.execute(
        """INSERT OR IGNORE INTO survey_version(kind, name, version, sha256, content_json, stored_at)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (kind, name, version, digest, content, now()),
    )


def _put_population(store: Store, rows: Iterable[Population]) -> None:
    """Store how many clients each wave's segments have."""
    for row in rows:
        store.conn.execute("INSERT OR IGNORE INTO wave(wave_id) VALUES (?)", (row.wave,))
        store.conn.execute(
            "INSERT OR REPLACE INTO population(wave_id, segment, clients) VALUES (?, ?, ?)",
            (row.wave, row.segment, row.clients),
        )


def _put_outcomes(store: Store, rows: Iterable[Outcome]) -> None:
    """Store what clients brought."""
    for row in rows:
        store.conn.execute("INSERT OR IGNORE INTO client(client_id) VALUES (?)", (row.client_id,))
        churned = None if row.churned is None else int(row.churned)
        store.conn.execute(
            """INSERT OR REPLACE INTO business_outcome(client_id, period, revenue, orders, churned, extra_json)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (row.client_id, row.period, row.revenue, row.orders, churned, to_json(dict(row.extra))),
        )


def _ingest_beside(store: Store, folder: Path) -> None:
    """Store population.csv and outcomes.csv where they are, in responses/ or in the study's folder."""
    for path in paths_beside(folder):
        with transaction(store):
            if path.name == "population.csv":
                population, problems = read_population(path)
                _empty_for(store, "population", population)
                _put_population(store, population)
            else:
                outcomes, problems = read_outcomes(path)
                _empty_for(store, "business_outcome", outcomes)
                _put_outcomes(store, outcomes)
            put_problems(store, path.name, problems)
