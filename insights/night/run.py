"""The night run: everything new under calls/ and responses/, resumable at any moment, written by one process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from insights.cases import open_recorded_cases, open_voice_cases
from insights.night.frame import StudyFrame, load_frame
from insights.night.ingestion import ingest_into
from insights.night.keys import study_keys
from insights.night.log import COUNTS, NightLog, night_logged
from insights.night.planning import Plan, plan_night
from insights.night.processing import NightOptions, NightReport, Tally, process, process_typed, save_aliases, save_plan
from insights.night.scan import Entry, entries_under
from insights.store import (
    Match,
    Store,
    StoreError,
    begin_night,
    close_night,
    end_night,
    match_recordings,
    open_store,
    roll_back,
    run_lock,
)
from insights.store.night_queries import drop_night


def run_night(study_dir: Path, options: NightOptions | None = None) -> NightReport:
    """Process everything new in a study and return what was done.

    Raises
    ------
    SettingsError, SurveyError
        Where the study's files cannot be used; see ``earful check``.
    StoreError, StudyLocked
        Where another process holds the study, or the store cannot be written.
    ModelError
        Where a model is missing or altered.
    """
    options = options or NightOptions()
    frame = load_frame(study_dir)
    frame.folder.make()
    began = time.monotonic()
    with run_lock(study_dir, why="the night run"):
        store = open_store(frame.folder.store)
        try:
            report = night_in(store, frame, options)
        finally:
            store.close()
    return replace(report, seconds=time.monotonic() - began)


def night_in(store: Store, frame: StudyFrame, options: NightOptions) -> NightReport:
    """Run a night in an open store whose lock is held."""
    night_id, tally = begin_night(store), Tally()
    with night_logged(frame.folder, night_id, by=options.stop_at) as log:
        try:
            plan, problems = work(store, frame, options, tally=tally, log=log)
        except BaseException as error:
            status = "failed" if isinstance(error, Exception) else "stopped"
            with suppress(StoreError):  # a full disk must not hide what went wrong first
                roll_back(store)
                end_night(store, night_id, status=status, counts=tally.counts)
            raise
        status = close_the_books(store, night_id, tally)
        counts = {name: tally.counts[name] for name in COUNTS}
        log.write("end", night=night_id, status=status, sound_s=round(tally.sound_s, 1), **counts)
    return NightReport(
        **counts, unchanged=plan.unchanged_n, sound_s=tally.sound_s, left_s=tally.left_s, problems=problems
    )


def work(
    store: Store, frame: StudyFrame, options: NightOptions, *, tally: Tally, log: NightLog
) -> tuple[Plan, tuple[str, ...]]:
    """Do everything that is new; return what was planned, and the faults of the responses."""
    ingestion = ingest_into(store, frame)
    keys = study_keys(frame, models=model_hashes(frame))
    entries = entries_under(frame.folder.calls)
    matches = matches_of(store, frame, entries)
    plan = plan_night(store, entries, frame=frame, keys=keys, matches=matches, sleep=time.sleep, retry=options.retry)
    log.write("plan", calls=len(plan.jobs), unchanged=plan.unchanged_n)
    save_plan(store, plan, tally, log)
    process(store, plan.jobs, frame=frame, options=options, tally=tally, log=log)
    save_aliases(store, plan, tally, log)
    tally.counts["typed"] = process_typed(store, frame, keys)
    close_night(store, pattern=frame.name_pattern)
    open_recorded_cases(store, frame.settings.cases)
    open_voice_cases(store, frame.settings.cases)
    return plan, tuple(map(str, ingestion.problems))


def close_the_books(store: Store, night_id: int, tally: Tally) -> str:
    """Keep the night's counts and return how it ended; a night that found nothing to do leaves no trace."""
    if tally.counts.total() == tally.counts["waiting"]:
        drop_night(store, night_id)
        return "nothing new"
    status = "stopped" if tally.counts["left"] else "done"
    end_night(store, night_id, status=status, counts=tally.counts)
    return status


def model_hashes(frame: StudyFrame) -> dict[str, str]:
    """Return name -> hash of every model that results rest on."""
    from transcribe.models import resolve

    names = [frame.settings.recognition.model, "segmentation-3.0", "campplus", "silero-vad", "e5-small"]
    return {name: resolve(name, configured=frame.settings.models).sha256 for name in names}


def matches_of(store: Store, frame: StudyFrame, entries: Sequence[Entry]) -> dict[str, Match]:
    """Return path -> interview for everything under ``calls/``."""
    return match_recordings(store, [entry.path for entry in entries], pattern=frame.name_pattern)
