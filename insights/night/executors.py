"""Where the calls are processed: worker processes here, or Ray actors on many machines.

An executor takes batches of jobs and yields what became of every job, in whatever order they end. A worker that
dies, hangs or asks for too much memory takes its batch with it; each of that batch's calls is then tried once more
alone, so that one call cannot take others with it, and is reported as ``Quarantined`` when it fails again.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import RLock
from typing import Any, Protocol, cast

from insights.night.jobs import Job, Outcome, Quarantined

Process = Callable[[Sequence[Job]], list[Outcome]]
GIGABYTE = 1024**3
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
AGAIN = "it is tried again after `earful night --retry`"
# pebble's and Ray's names for it.
WORKER_LOST = ("ProcessExpired", "ActorDiedError", "NodeDiedError")


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker needs to know to start.

    Attributes
    ----------
    maker:
        ``module:function`` that builds the worker's ``Process`` from ``study_dir``; models load there, once.
    study_dir:
        The study, as text: it travels to other processes and machines.
    seconds_a_call:
        Wall time after which a call is stopped.
    memory_gb:
        Private memory a worker may take.
    """

    maker: str
    study_dir: str
    seconds_a_call: float
    memory_gb: float


class ExecutorUnusableError(RuntimeError):
    """Calls cannot be processed where it was asked for; the message says what to do."""


class Executor(Protocol):
    """Runs batches of jobs somewhere and yields every job's outcome once."""

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        """Yield one outcome for each job of each batch."""
        ...


@lru_cache(maxsize=1)
def worker_process(plan: WorkerPlan) -> Process:
    """Return this worker's chain, its models loaded on the first call and kept while the worker lives."""
    module, _, name = plan.maker.partition(":")
    return cast(Process, getattr(importlib.import_module(module), name)(plan.study_dir))


def start_worker(memory_gb: float) -> None:
    """Give a fresh worker one thread, whatever the shell says, and a limit to its private memory.

    There is a worker for each core: threads of theirs would only wait for each other, at several times the CPU. A
    wish for more memory raises MemoryError instead of swapping the machine.
    """
    os.environ.update(ONE_THREAD)  # before torch and e5 are loaded
    limit = int(memory_gb * GIGABYTE)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


def run_batch(plan: WorkerPlan, batch: Sequence[Job]) -> list[Outcome]:
    """Process one batch inside a worker."""
    return worker_process(plan)(batch)


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """Worker processes on this machine, kept apart by pebble.

    Attributes
    ----------
    workers:
        Number of processes; each uses one thread.
    """

    workers: int

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        """Yield outcomes as batches end; stopping the iteration ends the workers."""
        pool = started_pool(self.workers, plan)
        try:
            yield from drain(pool, batches, plan, at_once=self.workers)
        finally:
            pool.stop()
            pool.join()


class KeptLocks(SpawnContext):
    """Starts processes afresh (torch is not safe to fork) and keeps their locks as long as their pool.

    pebble drops the locks before it ends the workers, and one that is only just starting would look for them in vain
    and end with a traceback.
    """

    def __init__(self) -> None:
        super().__init__()
        self._locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 - the name that multiprocessing gives it
        """Return a lock for several processes."""
        lock = super().RLock()
        self._locks.append(lock)
        return lock


def started_pool(workers: int, plan: WorkerPlan) -> Any:  # noqa: ANN401 - pebble has no types
    """Return a pool whose workers are starting.

    A terminal sends Ctrl-C to every process of a command. Workers inherit that it is none of their business, also
    while they are still starting and could only answer with a traceback: this process ends them.
    """
    from pebble import ProcessPool

    resource_tracker.ensure_running()  # started later, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(
            max_workers=workers,
            context=KeptLocks(),
            initializer=start_worker,
            initargs=[plan.memory_gb],
        )
        if not pool.active:  # looking starts it
            raise ExecutorUnusableError("the worker processes could not be started; run the night again")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def drain(
    pool: Any,  # noqa: ANN401 - pebble has no types
    batches: Iterable[Sequence[Job]],
    plan: WorkerPlan,
    *,
    at_once: int,
) -> Iterator[Outcome]:
    """Keep every worker busy and yield what ends; a batch that fails is retried call by call.

    No batch is taken before a worker is free for it: the deadline holds for the moment a call begins. Workers get
    their next batch before the results of the last are handed on to be stored.
    """
    fresh = iter(batches)
    again: deque[Job] = deque()
    running: dict[Future[list[Outcome]], tuple[tuple[Job, ...], bool]] = {}
    ended: list[Outcome] = []
    while True:
        while len(running) < at_once and (following := next_batch(again, fresh)) is not None:
            seconds = plan.seconds_a_call * len(following[0])
            running[pool.schedule(run_batch, args=[plan, following[0]], timeout=seconds)] = following
        yield from ended
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        ended = []
        for future in done:
            batch, alone = running.pop(future)
            error = future.exception()
            if error is None:
                ended += future.result()
            elif alone:
                ended.append(Quarantined(batch[0], kind=type(error).__name__, message=why_quarantined(error, plan)))
            else:
                again.extend(batch)


def next_batch(again: deque[Job], fresh: Iterator[Sequence[Job]]) -> tuple[tuple[Job, ...], bool] | None:
    """Return what to run next and whether it runs alone for its second try; None when nothing is left."""
    if again:
        return (again.popleft(),), True
    batch = next(fresh, None)
    return None if batch is None else (tuple(batch), False)


def why_quarantined(error: BaseException, plan: WorkerPlan) -> str:
    """Return what happened to the worker and what to do, without any content of the call."""
    name = type(error).__name__
    if name == "TimeoutError":
        what = f"took longer than {plan.seconds_a_call / 60:.1f} minutes twice; raise [night] call_minutes or split it"
    elif name == "MemoryError":
        what = f"needed more than {plan.memory_gb:g} GB twice; raise [night] worker_gb or split it"
    elif name in WORKER_LOST:
        code = f" (exit code {error.exitcode})" if hasattr(error, "exitcode") else ""
        what = f"ended its worker process twice{code}; look at the file itself"
    else:
        what = f"failed twice in a way that was not foreseen ({name}); look at the file itself"
    return f"{what}; {AGAIN}"
