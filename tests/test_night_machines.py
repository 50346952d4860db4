"""Machines that go down with the calls aboard, by the doing of one: it is stopped, and no other is blamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_night
import pytest

from insights.night.executors import ExecutorUnusableError, WorkerPlan
from insights.night.jobs import Job, Outcome, Quarantined
from insights.night.ray_crew import Crew, drain
from insights.store import RecordingFacts

WORKERS_A_MACHINE = 2


class ActorDiedError(Exception):
    """What Ray raises for a worker that went with its machine."""


class RayTaskError(ActorDiedError):
    """What Ray raises for work that failed in a worker that lives on; never here."""


@dataclass(eq=False)
class Answer:
    """A reference: of which worker, and to which calls, or None of its start."""

    machine: str
    batch: Sequence[Job] | None


@dataclass
class Machines:
    """A cluster of machines with room for two workers each, on which some calls take the machine down.

    What is poisonous always ends first: whoever sits on the same machine is lost with it.
    """

    names: list[str]
    poison: frozenset[str] = frozenset()
    lost: list[str] = field(default_factory=list)
    seats: list[str] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)

    exceptions = SimpleNamespace(RayError=ActorDiedError, RayTaskError=RayTaskError)

    def remote(self, **_share: object) -> Any:
        return lambda _worker: SimpleNamespace(remote=self.actor)

    def actor(self) -> Any:
        room = [name for name in self.names if name not in self.lost and self.seats.count(name) < WORKERS_A_MACHINE]
        machine = room[0] if room else ""  # without room it never starts
        self.seats.append(machine)
        start = SimpleNamespace(remote=lambda *_plan, **_how: Answer(machine, None))
        run = SimpleNamespace(remote=lambda batch: Answer(machine, batch))
        return SimpleNamespace(start=start, run=run, machine=machine)

    def deadly(self, answer: Answer) -> bool:
        names = {Path(job.file).stem for job in answer.batch or ()}
        return bool(names & self.poison)

    def wait(self, answers: Sequence[Answer], *, num_returns: int, timeout: float) -> tuple[list[Answer], None]:
        ready = [answer for answer in answers if answer.machine]
        ready.sort(key=lambda answer: (answer.batch is not None, not self.deadly(answer)))
        for answer in ready[:num_returns]:
            if answer.batch and self.deadly(answer) and answer.machine not in self.lost:
                self.lost.append(answer.machine)
                others = [one for one in ready if one.machine == answer.machine and one is not answer and one.batch]
                self.beside.update({Path(job.file).stem: len(others) for job in answer.batch})
        return ready[:num_returns], None

    def get(self, answer: Answer, *, timeout: float) -> Any:
        if answer.machine in self.lost:
            raise ActorDiedError("the machine has gone")
        return answer.machine if answer.batch is None else fake_night.make_quick("")(answer.batch)

    def kill(self, actor: Any) -> None:
        self.seats.remove(actor.machine)

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": name, "Alive": name not in self.lost} for name in self.names]


def outcomes_of(machines: Machines, folder: Path, *, calls: int, size: int, home: str = "") -> list[Outcome]:
    """Run so many calls in batches; file ``3.wav`` is the call named 3."""
    jobs = []
    for number in range(calls):
        file = folder / f"{number}.wav"
        file.write_bytes(b"sound")
        jobs.append(Job(RecordingFacts(path=f"calls/{number}.wav"), file=str(file), keys={}, todo=frozenset()))
    batches = [tuple(jobs[at : at + size]) for at in range(0, calls, size)]
    crew = Crew(machines, WorkerPlan("x:y", "", 60.0, 4.0), {}, "", most_faults=99, home=home)
    for _ in range(WORKERS_A_MACHINE * len(machines.names)):
        crew.hire({"num_cpus": 0.5})
    return list(drain(crew, batches))


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("poison", [{"0"}, {"5"}, {"4", "5"}, {"1", "11"}])
def test_a_call_that_takes_machines_down_is_stopped_and_no_other_blamed(
    tmp_path: Path, poison: set[str], size: int
) -> None:
    machines = Machines([f"m{number}" for number in range(9)], frozenset(poison))
    outcomes = outcomes_of(machines, tmp_path, calls=24, size=size)
    assert Counter(outcome.job.facts.path for outcome in outcomes) == {f"calls/{n}.wav": 1 for n in range(24)}
    stopped = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
    assert {Path(outcome.job.file).stem for outcome in stopped} == poison
    assert {outcome.kind for outcome in stopped} == {"MachineLost"}
    assert all("3 machines" in outcome.message and "--retry" in outcome.message for outcome in stopped)
    assert len(machines.lost) <= 3 * len(poison)
    assert all(machines.beside[name] == 0 for name in poison)  # the last time: nobody else was there


def test_a_suspected_call_is_tried_on_the_drivers_own_machine_last(tmp_path: Path) -> None:
    machines = Machines(["m0", "m1", "a, the driver's", "z"], frozenset({"0"}))
    outcomes = outcomes_of(machines, tmp_path, calls=6, size=1, home="a, the driver's")
    assert sorted(machines.lost) == ["m0", "m1", "z"]
    assert len(outcomes) == 6


def test_the_last_machine_is_not_asked_for_ever(tmp_path: Path) -> None:
    machines = Machines(["m0", "m1"], frozenset({"0"}))
    with pytest.raises(ExecutorUnusableError, match="ray status"):
        outcomes_of(machines, tmp_path, calls=4, size=1)
    assert machines.lost == ["m0", "m1"]
