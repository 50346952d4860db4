"""The workers of a run on a Ray cluster: hired, given calls, watched by the clock, replaced when they are lost."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audio.failures import AudioError
from insights.night.executors import ExecutorUnusableError, WorkerPlan, why_quarantined
from insights.night.jobs import Job, Outcome, Quarantined, failed
from insights.night.ray_worker import Worker, release_here, with_sound

# Weights are checked and a cluster may have to grow first; with no worker after this long there will be none.
START_S = 600.0
NO_WORKER = "no machine of the cluster could start a worker: {why}; what is stored stays, run the night again"
NO_ROOM = "none was ready in {minutes:.0f} minutes, see `ray status` for what holds the cluster's CPUs"

_log = logging.getLogger("earful.night")


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker of the crew: what it asked of the cluster, and once it has started the machine it sits on."""

    actor: Any
    share: Mapping[str, float]
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A batch under way: with whom, whether for its second try, and until when."""

    hand: Hand
    batch: tuple[Job, ...]
    alone: bool
    due: float


@dataclass(slots=True)
class Crew:
    """The workers of a run: starting, idle, or at work.

    A worker gets calls only once it has started: one that waits for room in the cluster holds up nothing.
    """

    ray: Any
    plan: WorkerPlan
    study: Mapping[str, bytes]
    calls_at: str
    most_faults: int
    starting: dict[Any, Hand] = field(default_factory=dict)
    idle: deque[Hand] = field(default_factory=deque)
    running: dict[Any, Task] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def hire(self, share: Mapping[str, float]) -> None:
        """Ask the cluster for one more worker."""
        make = self.ray.remote(scheduling_strategy="SPREAD", **share)(Worker)
        hand = Hand(make.remote(), share)
        started = hand.actor.start.remote(self.plan, self.study, release=release_here(), calls_at=self.calls_at)
        self.starting[started] = hand

    def dismiss(self, hand: Hand) -> None:
        """End a worker, whatever it is doing."""
        self.ray.kill(hand.actor)

    def dismiss_all(self) -> None:
        """End every worker."""
        for hand in (*self.starting.values(), *self.idle, *(task.hand for task in self.running.values())):
            self.dismiss(hand)

    def give(self, batch: tuple[Job, ...], *, alone: bool) -> None:
        """Give a batch to an idle worker."""
        hand = self.idle.popleft()
        due = time.monotonic() + self.plan.seconds_a_call * len(batch)
        self.running[hand.actor.run.remote(batch)] = Task(hand, batch, alone, due)

    def settled(self) -> list[tuple[Any, bool]]:
        """Wait until a worker has started, or a batch has ended or is overdue; return which, and whether overdue.

        Raises
        ------
        ExecutorUnusableError
            Where nobody works and nobody becomes ready.
        """
        wait_s = min((task.due for task in self.running.values()), default=time.monotonic() + START_S)
        wait_s -= time.monotonic()
        known = [*self.running, *self.starting]
        done, _ = self.ray.wait(known, num_returns=1, timeout=max(0.0, wait_s))
        if not done and not self.running:
            raise ExecutorUnusableError(NO_WORKER.format(why=NO_ROOM.format(minutes=START_S / 60)))
        now = time.monotonic()
        late = [reference for reference, task in self.running.items() if task.due <= now]
        return [(reference, False) for reference in done] or [(reference, True) for reference in late]

    def welcome(self, reference: Any) -> None:  # noqa: ANN401
        """Take in a worker that has started; one that could not is named, and replaced only where its machine died."""
        hand = self.starting.pop(reference)
        machine, error = collected(self.ray, reference)
        if error is None:
            self.idle.append(replace(hand, machine=machine))
            return
        self.dismiss(hand)
        why = str(cause_of(error))
        if why not in self.faults:
            _log.warning("a worker did not start: %s", why)
        self.faults.append(why)
        if not faulty_call(self.ray, error) and len(self.faults) <= self.most_faults:
            self.hire(hand.share)


def drain(crew: Crew, batches: Iterable[Sequence[Job]]) -> Iterator[Outcome]:
    """Give every idle worker a batch and yield what comes back; each result is durable before the next is asked.

    A worker that was lost, with its machine or by its call, is never asked again: another is hired.
    """
    fresh, again = ((tuple(batch), False) for batch in batches), deque[tuple[tuple[Job, ...], bool]]()
    while True:
        while crew.idle and (following := again.popleft() if again else next(fresh, None)) is not None:
            yield from hand_out(crew, *following)
        if crew.idle and not crew.running:
            return
        if not crew.running and not crew.starting:
            raise ExecutorUnusableError(NO_WORKER.format(why=crew.faults[-1]))
        for reference, late in crew.settled():
            if reference in crew.starting:
                crew.welcome(reference)
            else:
                yield from ended(crew, reference, again, late=late)


def hand_out(crew: Crew, batch: tuple[Job, ...], alone: bool) -> Iterator[Outcome]:  # noqa: FBT001 - unpacked from the queue
    """Give a batch to a worker, its sound with it where it cannot be read there; yield the files that have gone.

    The second try never depends on what a machine can read: its sound is always sent.
    """
    if crew.calls_at and not alone:
        crew.give(batch, alone=alone)
        return
    sent = []
    for job in batch:
        try:
            sent.append(with_sound(job))
        except AudioError as error:
            yield failed(job, error)
    if sent:
        crew.give(tuple(sent), alone=alone)


def ended(
    crew: Crew,
    reference: Any,  # noqa: ANN401
    again: deque[tuple[tuple[Job, ...], bool]],
    *,
    late: bool,
) -> Iterator[Outcome]:
    """Yield the outcomes of a batch; where it failed, put its calls up for their second try, each alone."""
    task = crew.running.pop(reference)
    outcomes, error = ([], TimeoutError()) if late else collected(crew.ray, reference)
    if error is None or faulty_call(crew.ray, error):
        crew.idle.append(task.hand)
    else:
        crew.dismiss(task.hand)
        crew.hire(task.hand.share)
    if error is None:
        yield from outcomes
    elif machine_lost(crew.ray, task.hand):
        again.append((task.batch, task.alone))  # not the calls' doing: it counts as no try
    elif task.alone:
        cause = cause_of(error)
        yield Quarantined(task.batch[0], kind=type(cause).__name__, message=why_quarantined(cause, crew.plan))
    else:
        again.extend(((job,), True) for job in task.batch)


def collected(ray: Any, reference: Any) -> tuple[Any, Exception | None]:  # noqa: ANN401
    """Return what a worker answered, or what took the answer away."""
    try:
        return ray.get(reference), None
    except ray.exceptions.RayError as error:
        return None, error


def faulty_call(ray: Any, error: Exception) -> bool:  # noqa: ANN401
    """Return whether the work failed and its worker lives on."""
    return isinstance(error, ray.exceptions.RayTaskError)


def machine_lost(ray: Any, hand: Hand) -> bool:  # noqa: ANN401
    """Return whether the machine has gone on which a worker sat."""
    return any(node["NodeID"] == hand.machine and not node["Alive"] for node in ray.nodes())


def cause_of(error: Exception) -> Exception:
    """Return what failed inside a worker, or what became of the worker itself."""
    return getattr(error, "cause", None) or error
