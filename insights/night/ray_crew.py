"""The workers of a run on a Ray cluster: hired, given calls, watched by the clock, replaced when they are lost."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audio.failures import AudioError
from insights.night.executors import AGAIN, ExecutorUnusableError, WorkerPlan, why_quarantined
from insights.night.jobs import Job, Outcome, Quarantined, failed
from insights.night.ray_worker import Worker, release_here, with_sound

# Weights are checked and a cluster may have to grow first; with no worker after this long there will be none.
START_S = 600.0
# How often is looked whether the machines at work are still there: not every loss is told to those who wait for it.
LOOK_S = 30.0
# A result lies here when it is collected; it may be lost on the way, and nobody waits for it longer than that.
COLLECT_S = 60.0
# Losing one machine is nobody's fault, and two with the same calls aboard may be; then each is tried apart.
MACHINES_LOST = 2
LOST = "was aboard {n} machines that were lost, the last time with no other call there; look at the file itself"
NO_WORKER = "no machine of the cluster could start a worker: {why}; what is stored stays, run the night again"
NO_ROOM = "none was ready in {minutes:.0f} minutes, see `ray status` for what holds the cluster's CPUs"

_log = logging.getLogger("earful.night")


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """A worker of the crew: what it asked of the cluster, and once it has started the machine it sits on."""

    actor: Any
    share: Mapping[str, float]
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """A batch to run: whether for its second try, and how many machines were lost with its calls aboard."""

    batch: tuple[Job, ...]
    alone: bool = False
    losses: int = 0

    @property
    def suspected(self) -> bool:
        """Whether the next lost machine would be its call's doing."""
        return self.losses >= MACHINES_LOST

    def each(self) -> Iterator[Try]:
        """Yield a try for each call."""
        return (replace(self, batch=(job,)) for job in self.batch)


@dataclass(frozen=True, slots=True)
class Task:
    """A try under way: with whom, and until when."""

    hand: Hand
    of: Try
    due: float


@dataclass(slots=True)
class Waiting:
    """What waits for a worker: batches nobody has tried, those to be tried again, and calls to be tried apart."""

    fresh: Iterator[Sequence[Job]]
    again: deque[Try] = field(default_factory=deque)
    suspected: deque[Try] = field(default_factory=deque)

    def pop(self) -> Try | None:
        """Return what to try next beside other calls, or None."""
        if self.again:
            return self.again.popleft()
        batch = next(self.fresh, None)
        return None if batch is None else Try(tuple(batch))


@dataclass(slots=True)
class Crew:
    """The workers of a run: starting, idle, or at work.

    A worker gets calls only once it has started: one that waits for room in the cluster holds up nothing. ``home`` is
    the machine of this very process, the last on which a suspected call is tried.
    """

    ray: Any
    plan: WorkerPlan
    study: Mapping[str, bytes]
    calls_at: str
    most_faults: int
    home: str = ""
    starting: dict[Any, Hand] = field(default_factory=dict)
    idle: list[Hand] = field(default_factory=list)
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

    def leave(self, machine: str) -> None:
        """Replace those who sat idle on a machine that was lost."""
        for hand in [hand for hand in self.idle if hand.machine == machine]:
            self.idle.remove(hand)
            self.dismiss(hand)
            self.hire(hand.share)

    def give(self, hand: Hand, trial: Try) -> None:
        """Give an idle worker something to do."""
        self.idle.remove(hand)
        due = time.monotonic() + self.plan.seconds_a_call * len(trial.batch)
        self.running[hand.actor.run.remote(trial.batch)] = Task(hand, trial, due)

    def kept_apart(self, waiting: Waiting) -> str:
        """Return the machine on which nothing else is begun for the sake of a suspected call, or an empty name."""
        for task in self.running.values():
            if task.of.suspected:
                return task.hand.machine
        machines = {hand.machine for hand in (*self.idle, *(task.hand for task in self.running.values()))}
        return min(machines, key=lambda name: (name == self.home, name), default="") if waiting.suspected else ""

    def following(self, waiting: Waiting) -> tuple[Hand, Try] | None:
        """Return who can do what next, or None; a suspected call waits until its machine has come to rest."""
        apart = self.kept_apart(waiting)
        resting = all(task.hand.machine != apart for task in self.running.values())
        for hand in self.idle:
            if hand.machine != apart:
                trial = waiting.pop()
            else:
                trial = waiting.suspected.popleft() if waiting.suspected and resting else None
            if trial is not None:
                return hand, trial
        return None

    def settled(self) -> list[tuple[Any, bool]]:
        """Wait until a worker has started, or a batch has ended, is overdue or without its machine.

        Returns which, and whether it was given up without an answer; nothing where all is well and still going on.

        Raises
        ------
        ExecutorUnusableError
            Where nobody works and nobody becomes ready.
        """
        wait_s = min((min(task.due - time.monotonic(), LOOK_S) for task in self.running.values()), default=START_S)
        known = [*self.running, *self.starting]
        done, _ = self.ray.wait(known, num_returns=1, timeout=max(0.0, wait_s))
        if not done and not self.running:
            raise ExecutorUnusableError(NO_WORKER.format(why=NO_ROOM.format(minutes=START_S / 60)))
        now, gone = time.monotonic(), set() if done else lost_machines(self.ray)
        given_up = [one for one, task in self.running.items() if task.due <= now or task.hand.machine in gone]
        return [*((one, False) for one in done), *((one, True) for one in given_up if one not in done)]

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
    waiting = Waiting(iter(batches))
    while True:
        while (following := crew.following(waiting)) is not None:
            yield from hand_out(crew, *following)
        if crew.idle and not crew.running:
            return
        if not crew.running and not crew.starting:
            raise ExecutorUnusableError(NO_WORKER.format(why=crew.faults[-1]))
        for reference, late in crew.settled():
            if reference in crew.starting:
                crew.welcome(reference)
            else:
                yield from ended(crew, reference, waiting, late=late)


def hand_out(crew: Crew, hand: Hand, trial: Try) -> Iterator[Outcome]:
    """Give a batch to a worker, its sound with it where it cannot be read there; yield the files that have gone.

    The second try never depends on what a machine can read: its sound is always sent.
    """
    if crew.calls_at and not trial.alone:
        crew.give(hand, trial)
        return
    sent = []
    for job in trial.batch:
        try:
            sent.append(with_sound(job))
        except AudioError as error:
            yield failed(job, error)
    if sent:
        crew.give(hand, replace(trial, batch=tuple(sent)))


def ended(
    crew: Crew,
    reference: Any,  # noqa: ANN401
    waiting: Waiting,
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
    elif task.hand.machine in lost_machines(crew.ray):
        crew.leave(task.hand.machine)
        yield from after_loss(task.of, waiting)
    elif task.of.alone:
        cause = cause_of(error)
        yield Quarantined(task.of.batch[0], kind=type(cause).__name__, message=why_quarantined(cause, crew.plan))
    else:
        second = [replace(one, alone=True) for one in task.of.each()]
        (waiting.suspected if task.of.suspected else waiting.again).extend(second)


def after_loss(trial: Try, waiting: Waiting) -> Iterator[Outcome]:
    """Put calls up again whose machine was lost: it counts as no try, until it has happened too often to be chance.

    What else was aboard is cleared by being tried apart; only a call that loses a machine there is quarantined.
    """
    if trial.suspected:
        message = f"{LOST.format(n=trial.losses + 1)}; {AGAIN}"
        yield Quarantined(trial.batch[0], kind="MachineLost", message=message)
        return
    once_more = replace(trial, losses=trial.losses + 1)
    if once_more.suspected:
        waiting.suspected.extend(once_more.each())
    else:
        waiting.again.append(once_more)


def collected(ray: Any, reference: Any) -> tuple[Any, Exception | None]:  # noqa: ANN401
    """Return what a worker answered, or what took the answer away."""
    try:
        return ray.get(reference, timeout=COLLECT_S), None
    except ray.exceptions.RayError as error:
        return None, error


def faulty_call(ray: Any, error: Exception) -> bool:  # noqa: ANN401
    """Return whether the work failed and its worker lives on."""
    return isinstance(error, ray.exceptions.RayTaskError)


def lost_machines(ray: Any) -> set[str]:  # noqa: ANN401
    """Return the ids of the machines that have gone from the cluster."""
    return {str(node["NodeID"]) for node in ray.nodes() if not node["Alive"]}


def cause_of(error: Exception) -> Exception:
    """Return what failed inside a worker, or what became of the worker itself."""
    return getattr(error, "cause", None) or error
