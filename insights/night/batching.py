"""Handing calls to workers: large batches while there is much to do, single calls when the night draws to its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from insights.night.jobs import Job


def batches_of(jobs: Sequence[Job], *, size: int, workers: int) -> Iterator[tuple[Job, ...]]:
    """Yield the jobs in batches that shrink towards the end, so that all workers end together.

    Each batch is half of a worker's fair share of the bytes that are left, at least one call and at most ``size``
    (guided self-scheduling: Polychronopoulos and Kuck 1987); one worker takes all batches full. The last calls, too
    few to make anybody wait, go longest first.

    Examples
    --------
    >>> from insights.store import RecordingFacts
    >>> jobs = [Job(RecordingFacts(str(n), size_bytes=9), file="", keys={}, todo=frozenset()) for n in range(16)]
    >>> [len(batch) for batch in batches_of(jobs, size=4, workers=2)]
    [4, 3, 2, 2, 1, 1, 1, 1, 1]
    """
    waiting = deque(in_last_order(jobs, last=2 * workers) if workers > 1 else jobs)
    left = sum(bytes_of(job) for job in waiting)
    while waiting:
        share = left / (2 * workers) if workers > 1 else left
        batch = [waiting.popleft()]
        taken = bytes_of(batch[0])
        while waiting and len(batch) < size and taken + bytes_of(waiting[0]) / 2 <= share:
            batch.append(waiting.popleft())
            taken += bytes_of(batch[-1])
        yield tuple(batch)
        left -= taken


def in_last_order(jobs: Sequence[Job], *, last: int) -> list[Job]:
    """Return the jobs with the ``last`` ones longest first; where there are hardly more, all stay as they are."""
    if len(jobs) < 2 * last:
        return list(jobs)
    return [*jobs[:-last], *sorted(jobs[-last:], key=bytes_of, reverse=True)]


def bytes_of(job: Job) -> int:
    """Return the size of a job's file; 1 where it is not known, so that counting still works."""
    return job.facts.size_bytes or 1


def until(batches: Iterable[Sequence[Job]], stop_at: datetime | None) -> Iterator[Sequence[Job]]:
    """Yield batches while there is time."""
    for batch in batches:
        if stop_at is not None and datetime.now(stop_at.tzinfo) >= stop_at:
            return
        yield batch
