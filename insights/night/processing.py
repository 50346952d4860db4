"""Processing a night's jobs: hand out, store each outcome as it comes, stop in time, code what was typed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from insights.night.batching import batches_of, until
from insights.night.executors import Executor, LocalExecutor, WorkerPlan
from insights.night.frame import StudyFrame
from insights.night.jobs import Done, Failed, Job, Outcome
from insights.night.keys import StudyKeys
from insights.night.log import NightLog
from insights.night.pace import SoundLeft
from insights.night.planning import Plan, with_stored
from insights.store import Failure, Store, save_alias, save_call, save_failure
from insights.store.night_queries import drop_failure, failure_of, interview_facts, move_recording
from insights.store.records import FailureStatus

REAL_MODELS = "insights.night.worker:real_process"


class Progress(Protocol):
    """Shows how far a night has come; counts only, never words."""

    def begin(self, *, calls: int) -> None:
        """Say how many calls there are to do."""
        ...

    def advance(self, *, done_s: float, left_s: float, status: str) -> None:
        """Say that a call has ended, and how; with the seconds of sound done so far and those left."""
        ...


@dataclass(frozen=True, slots=True)
class NightOptions:
    """What a single run may be told.

    Attributes
    ----------
    executor:
        Where calls are processed; None = worker processes here, as the settings say.
    maker:
        ``module:function`` that builds a worker's chain.
    stop_at:
        After this moment no further call is begun; what is under way ends, the rest is left for the next run.
    retry:
        Try failed and quarantined files again.
    progress:
        Is told how far the run has come; None = silent.
    """

    executor: Executor | None = None
    maker: str = REAL_MODELS
    stop_at: datetime | None = None
    retry: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a night did.

    ``done, failed, quarantined, waiting`` count recordings of this run; ``unchanged`` needed nothing;
    ``typed`` written interviews were coded; ``left`` calls were not begun before the deadline, about ``left_s``
    seconds of sound.
    """

    done: int = 0
    failed: int = 0
    quarantined: int = 0
    waiting: int = 0
    unchanged: int = 0
    typed: int = 0
    left: int = 0
    seconds: float = 0.0
    sound_s: float = 0.0
    left_s: float = 0.0
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 = everything new is done or there was nothing new; 3 = a recording failed in this run."""
        return 3 if self.failed or self.quarantined else 0


@dataclass(slots=True)
class Tally:
    """Counts of a run while it goes on."""

    counts: Counter[str] = field(default_factory=Counter)
    sound_s: float = 0.0
    left_s: float = 0.0


def save_plan(store: Store, plan: Plan, tally: Tally, log: NightLog) -> None:
    """Store what needs no worker: files that cannot be used, files that wait, further names of known bytes."""
    for failure in plan.failures:
        save_failure(store, failure)
        tally.counts[failure.status] += 1
        log.write("file", recording=failure.facts.path, status=failure.status, kind=failure.kind)
    for path in plan.gone:
        drop_failure(store, path)
        log.write("file", recording=path, status="gone")
    for sha256, facts in plan.moved.items():
        move_recording(store, sha256, path=facts.path, size_bytes=facts.size_bytes, modified_ns=facts.modified_ns)


def save_aliases(store: Store, plan: Plan, tally: Tally, log: NightLog) -> None:
    """Store further names of bytes that were heard under another; a name of bytes that failed failed as well."""
    for path, facts in plan.aliases.items():
        failure = failure_of(store, facts.sha256 or "")
        if failure is None:
            save_alias(store, path, sha256=facts.sha256 or "")
            continue
        kind, error = failure
        save_failure(store, Failure(replace(facts, sha256=None), "failed", kind, error))
        tally.counts["failed"] += 1
        log.write("file", recording=path, status="failed", kind=kind)


def process(
    store: Store,
    jobs: Sequence[Job],
    *,
    frame: StudyFrame,
    options: NightOptions,
    tally: Tally,
    log: NightLog,
) -> None:
    """Process the jobs and store each outcome as it comes."""
    if not jobs:
        return
    settings = frame.settings.night
    executor = options.executor or LocalExecutor(worker_count(settings.workers, len(jobs)))
    plan = WorkerPlan(options.maker, str(frame.folder.root), settings.call_minutes * 60, settings.worker_gb)
    batches = batches_of(jobs, size=settings.batch_calls, workers=getattr(executor, "workers", 1))
    if options.progress:
        options.progress.begin(calls=len(jobs))
    sound, left = SoundLeft(jobs), {job.facts.path for job in jobs}
    ready = (tuple(with_stored(store, job) for job in batch) for batch in until(batches, options.stop_at))
    outcomes = executor.run(ready, plan)
    try:
        for outcome in outcomes:
            facts = outcome.job.facts
            left.discard(facts.path)
            save_outcome(store, outcome, tally, log)
            sound.end(facts.path, size_bytes=facts.size_bytes, duration_s=duration_of(outcome))
            if options.progress:
                status = type(outcome).__name__.lower()
                options.progress.advance(done_s=sound.done_s, left_s=sound.left_s, status=status)
    finally:
        if isinstance(outcomes, Generator):
            outcomes.close()  # ends the workers now, whatever went wrong here, not when memory is tidied up
    tally.counts["left"], tally.left_s = len(left), sound.left_s


def duration_of(outcome: Outcome) -> float | None:
    """Return the seconds of sound in a recording; None where it could not be used."""
    return outcome.record.facts.duration_s if isinstance(outcome, Done) else None


def worker_count(wished: int, jobs: int) -> int:
    """Return how many worker processes to start: never more than there are jobs.

    Examples
    --------
    >>> worker_count(4, 2)
    2
    """
    return max(1, min(wished or len(os.sched_getaffinity(0)), jobs))


def save_outcome(store: Store, outcome: Outcome, tally: Tally, log: NightLog) -> None:
    """Store what became of one recording, in one transaction."""
    path = outcome.job.facts.path
    if isinstance(outcome, Done):
        save_call(store, outcome.record)
        tally.counts["done"] += 1
        tally.sound_s += outcome.record.facts.duration_s or 0.0
        log.write("call", recording=path, status="done", **spent(outcome))
        return
    status: FailureStatus = "failed" if isinstance(outcome, Failed) else "quarantined"
    save_failure(store, Failure(outcome.job.facts, status, outcome.kind, outcome.message))
    tally.counts[status] += 1
    log.write("call", recording=path, status=status, kind=outcome.kind)


def spent(outcome: Done) -> dict[str, float | dict[str, float]]:
    """Return the CPU seconds of the stages that were done just now, with their sum and the sound's length."""
    todo = outcome.job.todo
    stages = {run.stage: round(run.seconds, 2) for run in outcome.record.runs if run.stage in todo and run.seconds}
    sound_s = outcome.record.facts.duration_s or 0.0
    return {"sound_s": round(sound_s, 1), "seconds": round(sum(stages.values()), 2), "stages": stages}


def process_typed(store: Store, frame: StudyFrame, keys: StudyKeys) -> int:
    """Code written interviews that are new or touched by a change; return how many."""
    from insights.night.models import load_coder
    from insights.night.typed import code_typed, typed_to_do

    todo = typed_to_do(store, keys)
    if not todo:
        return 0
    return code_typed(store, todo, frame=frame, keys=keys, coder=load_coder(frame), interviews=interview_facts(store))
