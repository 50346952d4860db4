"""Measure the night against its bars and print the table.

    python tests/benchmarks/night.py [kills] [poison] [real] [workers] [--short]

Without names: kills and poison, whose chains need no weights: the figures are the night's own. ``real`` kills nights
with real models; ``workers`` times two workers against one and wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
import killed_nights as killed  # noqa: E402 - the path is set first
from night_real import Row, real_kills  # noqa: E402
from night_workers import throughput  # noqa: E402

from insights.demo.create import shipped_calls  # noqa: E402
from insights.night.executors import LocalExecutor, WorkerPlan  # noqa: E402
from insights.night.jobs import Done, Job  # noqa: E402
from insights.store import RecordingFacts  # noqa: E402


def new_study(folder: Path, calls: int) -> Path:
    """Make a study of short recordings."""
    study = folder / "study"
    for name in ("calls", "responses", "pages"):
        (study / name).mkdir(parents=True)
    for name in ("survey.toml", "codebook.toml"):
        (study / name).write_bytes((shipped_calls() / name).read_bytes())
    killed.write_calls(study, calls, seed=3)
    return study


def kills(folder: Path, *, count: int) -> Iterator[Row]:
    """Kill nights at random moments; several kills wear down one study until it is done, then a fresh one starts.

    All are copies of one study: the store keeps the files' times, and those are to be equal too.
    """
    untouched, undisturbed, study = new_study(folder, 24), folder / "undisturbed", folder / "killed"
    for copy in (undisturbed, study):
        shutil.copytree(untouched, copy)
    began = time.monotonic()
    killed.finished_night(undisturbed)
    longest_s, wanted = time.monotonic() - began, killed.content(undisturbed)
    partial = unequal = hits = 0
    for number, after_s in enumerate(killed.moments(count, longest_s=longest_s, seed=9)):
        hits += killed.killed_night(study, after_s=after_s)
        partial += not killed.is_whole(study)
        if number % 5 == 4 or number == count - 1:
            killed.finished_night(study)
            unequal += killed.content(study) != wanted
            shutil.rmtree(study)
            shutil.copytree(untouched, study)
    again = killed.finished_night(undisturbed)
    yield "kill -9: stores that are not whole afterwards", "0", str(partial), hits
    yield "kill -9: resumed stores unlike the undisturbed one", "0", str(unequal), -(-count // 5)
    yield "calls processed by a run after the last", "0", again[1].split()[0], 24


def poison(calls: int = 60) -> Iterator[Row]:
    """Let four of sixty calls take their worker down, hang, ask for a terabyte, or raise."""
    names = {13: "exit", 17: "hang", 19: "greedy", 23: "raise"}
    jobs = [
        Job(
            RecordingFacts(path=f"calls/{i}.flac"), file=f"/{names.get(i, 'fine')}/{i}.flac", keys={}, todo=frozenset()
        )
        for i in range(calls)
    ]
    plan = WorkerPlan("fake_night:make_quick", "unused", 3.0, 4.0)
    batches = [tuple(jobs[at : at + 4]) for at in range(0, calls, 4)]
    outcomes = list(LocalExecutor(2).run(batches, plan))
    done = sum(isinstance(outcome, Done) for outcome in outcomes)
    yield "calls done of 60 with 4 poisonous ones", "56", str(done), len(outcomes)


def parts(folder: Path, *, short: bool) -> dict[str, Callable[[], Iterator[Row]]]:
    """Return what can be measured, by name."""
    return {
        "kills": lambda: kills(folder, count=10 if short else 100),
        "poison": poison,
        "real": lambda: real_kills(folder, count=2 if short else 10),
        "workers": lambda: throughput(folder, copies=2 if short else 4, rounds=1 if short else 3),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="kills, poison, real, workers; default: kills poison")
    parser.add_argument("--short", action="store_true", help="fewer kills, calls and rounds")
    options = parser.parse_args()
    print(f"{'what':62} {'bar':>6} {'measured':>9} {'n':>5}")
    with tempfile.TemporaryDirectory() as folder:
        known = parts(Path(folder), short=options.short)
        for name in options.parts or ("kills", "poison"):
            for what, bar, measured, n in known[name]():
                print(f"{what:62} {bar:>6} {measured:>9} {n:>5}", flush=True)


if __name__ == "__main__":
    main()
