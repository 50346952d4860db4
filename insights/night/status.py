"""Status and gaps of a study: what is done, waiting, failed, unmatched, and the cure for each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insights.settings import StudyFolder
from insights.store import Store, last_night, lock_holder, open_store, response_problems
from insights.store.status_queries import (
    done_paths,
    doubtful_recordings,
    interviews_without_recording,
    layout_rows,
    missed_questions,
    recording_counts,
    recording_states,
    study_totals,
    unknown_parties,
    unmatched_recordings,
    without_consent_phrase,
)
from insights.survey.delimited import Problem

# What a flag means and what to do about it, in one line.
FLAG_CURES = {
    "one_voice": "only one voice was heard (an announcement, a monologue?); listen, then exclude or keep it",
    "voicemail": "an answering machine was heard; close its interview as no contact",
    "third_voice": "a third voice was heard (a transfer, a colleague?); its words count for nobody",
    "background_voices": "others talk in the room behind a party; left out where they are further off, else waits and "
    "pauses stay empty; move or shield the telephone",
    "nobody": "nobody speaks; see whether the exchange recorded this call at all",
    "channels_swapped": "operator and respondent sat on each other's channel; corrected here, tell the exchange",
    "roles_unknown": "nobody could be told to be the operator; `earful correct` swaps the parties after listening",
}
FILE_GONE = "what was heard is stored, but nothing of it can be played; put the file back, or leave it so"
FLAG_HINT = "see `earful status --json` for the evidence"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing or doubtful: ``kind`` for programs, where it is, and what to do."""

    kind: str
    where: str
    cure: str


def status_of(study_dir: Path, *, evidence: bool = True) -> dict[str, Any]:  # Any: JSON for programs
    """Return the state of a study as JSON can hold it; ``evidence`` = with the measures behind each layout.

    Raises
    ------
    StoreError
        Where there is no store yet.
    """
    store = open_store(StudyFolder(study_dir).store, readonly=True)
    try:
        return {
            "recordings": recording_counts(store),
            "not_done": recording_states(store),
            "layouts": layout_rows(store, evidence=evidence),
            "doubtful": doubtful_recordings(store),
            "unmatched_recordings": unmatched_recordings(store),
            "interviews_without_recording": [row["interview_id"] for row in interviews_without_recording(store)],
            "totals": study_totals(store),
            "last_night": last_night(store),
            "running": lock_holder(study_dir),
            "response_problems": len(response_problems(store)),
        }
    finally:
        store.close()


def gaps_of(study_dir: Path) -> list[Gap]:
    """Return everything that is missing or doubtful in a study, each with its cure."""
    store = open_store(StudyFolder(study_dir).store, readonly=True)
    try:
        return [*gaps_in(store), *without_file(store, study_dir)]
    finally:
        store.close()


def gaps_in(store: Store) -> Iterator[Gap]:
    """Yield the gaps of an open store, the gravest first."""
    for found in (unusable, unmatched, without_recording, unreadable_rows, doubts, unannounced, questions_missed):
        yield from found(store)


def unusable(store: Store) -> Iterator[Gap]:
    """Yield recordings that failed, are quarantined or wait."""
    for row in recording_states(store):
        yield Gap(row["status"], row["path"], row["error"])


def without_file(store: Store, study_dir: Path) -> Iterator[Gap]:
    """Yield recordings that were heard and whose file has gone since."""
    root = str(study_dir)
    for path in done_paths(store):
        if not os.path.exists(os.path.join(root, path)):  # noqa: PTH110, PTH118 - a Path for each call takes longer
            yield Gap("file_gone", path, FILE_GONE)


def unmatched(store: Store) -> Iterator[Gap]:
    """Yield recordings that no interview owns."""
    for row in unmatched_recordings(store):
        if row["candidates"]:
            cure = f"could belong to {row['candidates']}; name the file in one of these rows"
        else:
            cure = "no row in responses/ names it; add one with this file name in its recording column"
        yield Gap("unmatched_recording", row["path"], cure)


def without_recording(store: Store) -> Iterator[Gap]:
    """Yield phone interviews without a recording."""
    for row in interviews_without_recording(store):
        yield Gap("no_recording", row["interview_id"], recording_cure(row))


def unreadable_rows(store: Store) -> Iterator[Gap]:
    """Yield rows of ``responses/`` that could not be used."""
    for row in response_problems(store):
        problem = Problem(row["path"], row["line"], row["problem"], row["cure"])
        yield Gap("response", f"responses/{problem.place}", f"{problem.problem}; {problem.cure}")


def doubts(store: Store) -> Iterator[Gap]:
    """Yield recordings with named doubts, and those whose parties nobody could tell."""
    for path in unknown_parties(store):
        yield Gap("roles_unknown", path, FLAG_CURES["roles_unknown"])
    for row in doubtful_recordings(store):
        for flag in row["flags"]:
            cure = FLAG_CURES.get(flag, FLAG_HINT)
            yield Gap("doubt", row["path"], f"{flag}: {cure}")


def unannounced(store: Store) -> Iterator[Gap]:
    """Yield calls in which nobody says that they are recorded."""
    for path in without_consent_phrase(store):
        cure = "nobody was heard to say that the call is recorded; listen, or note consent = given in its row"
        yield Gap("consent_phrase_absent", path, cure)


def questions_missed(store: Store) -> Iterator[Gap]:
    """Yield scores whose question was not found in the sound."""
    for row in missed_questions(store):
        cure = "a number was recorded but its question was not found; listen, or add an alias to survey.toml"
        yield Gap("question_not_found", f"{row['path']} {row['question_id']}", cure)


def recording_cure(row: Mapping[str, Any]) -> str:
    """Return what to do about an interview without a recording."""
    if row["consent"] == "refused":
        return "consent refused: its numbers count, nothing is listened to"
    if row["recording_name"]:
        return f"put {row['recording_name']} into calls/"
    return "its row names no recording; name one, or set [recordings] pattern in earful.toml"
