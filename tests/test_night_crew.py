"""The workers of a cluster, played by hand: who gets calls, who is replaced, and what counts as a call's own fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_night
import pytest

from insights.night import ray_crew
from insights.night.executors import ExecutorUnusableError, WorkerPlan
from insights.night.jobs import Done, Job, Outcome
from insights.night.ray_crew import Crew, drain
from insights.store import RecordingFacts


class RayError(Exception):
    """What Ray raises for a worker that has gone."""


class RayTaskError(RayError):
    """What Ray raises for work that failed in a worker that lives on."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class ActorDiedError(RayError):
    """A worker's process ended."""


@dataclass(eq=False)
class Answer:
    """A reference: what comes of it, or None for nothing ever."""

    of: Any


@dataclass
class PlayedRay:
    """Hires one actor after the other; each plays its script: what comes of its start, then of each batch.

    An entry is ``"ok"``, ``"never"``, ``"machine"`` (lost with its machine), ``"silent"`` (the same, and nobody is
    told) or an exception.
    """

    scripts: list[list[Any]]
    killed: list[str] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)

    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)

    def remote(self, **_share: object) -> Any:
        return lambda _worker: SimpleNamespace(remote=self.actor)

    def actor(self) -> Any:
        script = self.scripts.pop(0) if self.scripts else ["never"]
        machine = f"machine {len(self.scripts)}"
        process = fake_night.make_quick("")

        def answer(result: Any) -> Answer:
            entry = script.pop(0) if script else "ok"
            if entry == "machine":
                self.dead.add(machine)
                return Answer(ActorDiedError("the machine has gone"))
            if entry == "silent":
                self.dead.add(machine)
            return Answer(result if entry == "ok" else None if entry in ("never", "silent") else entry)

        start = SimpleNamespace(remote=lambda *_plan, **_how: answer(machine))
        run = SimpleNamespace(remote=lambda batch: answer(process(batch)))
        return SimpleNamespace(start=start, run=run, machine=machine)

    def wait(self, answers: Sequence[Answer], *, num_returns: int, timeout: float) -> tuple[list[Answer], None]:
        return [answer for answer in answers if answer.of is not None][:num_returns], None

    def get(self, answer: Answer, *, timeout: float) -> Any:
        if isinstance(answer.of, Exception):
            raise answer.of
        return answer.of

    def kill(self, actor: Any) -> None:
        self.killed.append(actor.machine)

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": name, "Alive": False} for name in self.dead]


def jobs(folder: Path, count: int) -> list[tuple[Job, ...]]:
    made = []
    for number in range(count):
        file = folder / f"{number}.wav"
        file.write_bytes(b"sound")
        made.append((Job(RecordingFacts(path=f"calls/{number}.wav"), file=str(file), keys={}, todo=frozenset()),))
    return made


def played(scripts: list[list[Any]], batches: list[tuple[Job, ...]], *, seconds: float = 60.0) -> list[Outcome]:
    ray, workers = PlayedRay(scripts), len(scripts)
    crew = Crew(ray, WorkerPlan("x:y", "", seconds, 4.0), {}, "", most_faults=2)
    for _ in range(min(workers, 2)):
        crew.hire({"num_cpus": 0.5})
    return list(drain(crew, batches))


def test_a_worker_that_waits_for_room_holds_up_no_call(tmp_path: Path) -> None:
    outcomes = played([["never"], ["ok"]], jobs(tmp_path, 5))
    assert [type(outcome) for outcome in outcomes] == [Done] * 5


def test_a_call_whose_machine_was_lost_twice_by_chance_is_not_blamed(tmp_path: Path) -> None:
    outcomes = played([["ok", "machine"], ["ok", "machine"], ["ok"], ["ok"]], jobs(tmp_path, 2))
    assert sorted(outcome.job.facts.path for outcome in outcomes) == ["calls/0.wav", "calls/1.wav"]
    assert {type(outcome) for outcome in outcomes} == {Done}


def test_a_lost_machine_of_which_nobody_tells_is_seen_long_before_the_clock(tmp_path: Path) -> None:
    outcomes = played([["ok", "silent"], ["never"], ["ok"]], jobs(tmp_path, 2), seconds=3600.0)
    assert [type(outcome) for outcome in outcomes] == [Done, Done]


def test_a_call_that_ends_two_workers_is_quarantined_and_the_rest_done(tmp_path: Path) -> None:
    died = ActorDiedError("exit")
    outcomes = played([["ok", died], ["never"], ["ok", died], ["ok"]], jobs(tmp_path, 2))
    assert [getattr(outcome, "kind", "done") for outcome in outcomes] == ["ActorDiedError", "done"]


def test_a_call_that_never_ends_is_stopped_by_the_clock_twice(tmp_path: Path) -> None:
    outcomes = played([["ok", "never"], ["never"], ["ok", "never"], ["ok"]], jobs(tmp_path, 1), seconds=0.01)
    assert [getattr(outcome, "kind", "done") for outcome in outcomes] == ["TimeoutError"]
    assert "raise [night] call_minutes" in getattr(outcomes[0], "message", "")


def test_a_call_that_never_ends_is_stopped_while_others_keep_their_workers_busy(tmp_path: Path) -> None:
    outcomes = played([["ok", "never"], ["ok"], ["ok"]], jobs(tmp_path, 9), seconds=0.0)
    assert [type(outcome) for outcome in outcomes] == [Done] * 9
    assert outcomes[-1].job.facts.path == "calls/8.wav"  # the first has had its second try before


def test_a_file_that_has_gone_before_it_was_sent_is_named(tmp_path: Path) -> None:
    batches = jobs(tmp_path, 2)
    Path(batches[0][0].file).unlink()
    outcomes = played([["ok"]], batches)
    assert [getattr(outcome, "kind", "done") for outcome in outcomes] == ["missing", "done"]
    assert str(tmp_path) not in getattr(outcomes[0], "message", "")


def test_machines_that_cannot_start_a_worker_end_the_night_with_the_reason(tmp_path: Path) -> None:
    missing = RayTaskError(LookupError("whisper-base is missing"))
    with pytest.raises(ExecutorUnusableError, match="could start a worker: whisper-base is missing"):
        played([[missing], [missing]], jobs(tmp_path, 1))


def test_a_cluster_without_room_ends_the_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_crew, "START_S", 0.0)
    with pytest.raises(ExecutorUnusableError, match="ray status"):
        played([["never"]], jobs(tmp_path, 1))
