"""Reading survey, codebook and responses into the store: no audio is touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from insights.meeting import commit_keys
from insights.night.frame import StudyFrame, load_frame
from insights.store import Store, ingest_folder, open_store, response_problems, run_lock
from insights.store.night_queries import count_interviews
from insights.survey.delimited import Problem
from insights.survey.responses import ResponseFile


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What was read: files new or changed, interviews in the store, faults with file, line and cure."""

    files: int
    interviews: int
    problems: tuple[Problem, ...]


def ingest_study(study_dir: Path) -> Ingestion:
    """Bring the store up to date with ``responses/``, the survey and the codebook.

    Raises
    ------
    SettingsError, SurveyError, StoreError
        Where the study cannot be used; see ``earful check``.
    """
    frame = load_frame(study_dir)
    with run_lock(study_dir, why="reading responses"):
        store = open_store(frame.folder.store)
        try:
            return ingest_into(store, frame)
        finally:
            store.close()


def new_responses(store: Store, frame: StudyFrame) -> list[ResponseFile]:
    """Put what is new in responses/ into an open store; return the files that were read."""
    return ingest_folder(
        store,
        frame.folder.responses,
        survey=frame.survey,
        codebook=frame.codebook,
        columns=frame.settings.columns,
        pattern=frame.name_pattern,
    )


def ingest_into(store: Store, frame: StudyFrame) -> Ingestion:
    """Read everything new into an open store whose lock is held."""
    files = new_responses(store, frame)
    commit_keys(store)
    problems = tuple(
        Problem(row["path"], row["line"], row["problem"], row["cure"], row["interview_id"])
        for row in response_problems(store)
    )
    return Ingestion(len(files), count_interviews(store), problems)
