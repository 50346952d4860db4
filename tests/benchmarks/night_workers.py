"""Two workers against one for `night.py`: interleaved nights with real models, every batch of every worker timed.

Workers import it by the name ``night_workers:make``.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import killed_nights as killed
from night_real import Row, example_study

from insights.night.executors import Process
from insights.night.jobs import Done, Job, Outcome
from insights.night.worker import real_process

PROGRAM = """
import sys
from pathlib import Path
from insights.night.executors import LocalExecutor
from insights.night.processing import NightOptions
from insights.night.run import run_night
if __name__ == "__main__":
    options = NightOptions(executor=LocalExecutor(int(sys.argv[2])), maker="night_workers:make")
    sys.exit(run_night(Path(sys.argv[1]), options).exit_code)
"""
BATCHES = "batches"


def make(study_dir: str) -> Process:
    """Return the real chain, each of its batches noted with its times."""
    process = real_process(study_dir)
    folder = Path(study_dir) / BATCHES
    folder.mkdir(exist_ok=True)

    def timed(jobs: Sequence[Job]) -> list[Outcome]:
        began_s, cpu_s = time.time(), time.process_time()
        outcomes = process(jobs)
        sound_s = sum(one.record.facts.duration_s or 0.0 for one in outcomes if isinstance(one, Done))
        note = {"began_s": began_s, "ended_s": time.time(), "cpu_s": time.process_time() - cpu_s, "sound_s": sound_s}
        with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**note, "calls": len(jobs)}) + "\n")
        return outcomes

    return timed


@dataclass(frozen=True, slots=True)
class Timed:
    """One night: seconds of sound a second of wall time, of the whole night and of what came after loading.

    ``cpu_a_call`` CPU seconds of a call after loading; ``idle`` share of a worker's time after loading in which it
    had no call; ``all_cpu_s`` CPU seconds of everything.
    """

    whole: float
    steady: float
    cpu_a_call: float
    idle: float
    all_cpu_s: float


def timed_night(study: Path, *, workers: int) -> Timed:
    """Run a night from nothing with so many workers."""
    for path in (*study.glob("study.db*"), *study.glob(f"{BATCHES}/*")):
        path.unlink()
    program = study.with_name("timed_night.py")
    program.write_text(PROGRAM, encoding="utf-8")
    path = os.pathsep.join([str(killed.ROOT), str(killed.ROOT / "tests"), str(Path(__file__).parent)])
    environment = {**os.environ, "PYTHONPATH": path}
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, str(program), str(study), str(workers)], env=environment, check=True)
    wall_s, after = time.monotonic() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return timed(study, wall_s=wall_s, cpu_s=cpu_s)


def timed(study: Path, *, wall_s: float, cpu_s: float) -> Timed:
    """Return a night's figures; a worker's first batch, in which it loads its models, counts for the whole only."""
    crew = [[json.loads(line) for line in path.open(encoding="utf-8")] for path in study.glob(f"{BATCHES}/*.jsonl")]
    end_s = max(batches[-1]["ended_s"] for batches in crew)
    pace = busy_s = window_s = later_cpu_s = 0.0
    later_calls = 0
    for first, *later in crew:
        window = end_s - first["ended_s"]
        pace += sum(batch["sound_s"] for batch in later) / max(window, 1e-9)
        busy_s += sum(batch["ended_s"] - batch["began_s"] for batch in later)
        window_s += window
        later_cpu_s += sum(batch["cpu_s"] for batch in later)
        later_calls += sum(batch["calls"] for batch in later)
    sound_s = sum(batch["sound_s"] for batches in crew for batch in batches)
    return Timed(sound_s / wall_s, pace, later_cpu_s / max(later_calls, 1), 1 - busy_s / max(window_s, 1e-9), cpu_s)


def throughput(folder: Path, *, copies: int, rounds: int, seconds: float | None = None) -> Iterator[Row]:
    """Run nights with one and with two workers in turn; medians, and ratios of medians."""
    study = example_study(folder / "timed", copies=copies, seconds=seconds)
    calls = sum(1 for _ in (study / "calls").iterdir())
    nights: dict[int, list[Timed]] = {1: [], 2: []}
    for number in range(rounds):
        for workers in (1, 2) if number % 2 == 0 else (2, 1):
            nights[workers].append(timed_night(study, workers=workers))
            print(f"  {workers} workers: {nights[workers][-1]}", file=sys.stderr, flush=True)

    def median(workers: int, name: str) -> float:
        return statistics.median(getattr(one, name) for one in nights[workers])

    for name, bar, what in (
        ("whole", ">= 1.8", "two workers against one, the whole night, loading included"),
        ("steady", ">= 1.8", "two workers against one, after loading"),
    ):
        yield what, bar, f"{median(2, name) / median(1, name):.2f}", calls * rounds
    figures = {
        "whole": "seconds of sound a second, whole night",
        "cpu_a_call": "CPU seconds a call after loading",
        "all_cpu_s": "CPU seconds of the night",
    }
    for workers, (name, what) in product((1, 2), figures.items()):
        yield f"{what}, {workers} workers", "-", f"{median(workers, name):.1f}", calls
    yield "share of time in which one of two workers had no call", "-", f"{median(2, 'idle'):.3f}", calls
