"""Measure the study against its bars: seconds of figures and players, size of output, notebooks.

Run it as ``python tests/benchmarks/study.py [--short]``; CPU seconds, since other work may share the machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from synthetic_study import make_study

from insights.demo.two_waves import make_two_waves
from insights.study import Study

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
INTERVIEWS = 130_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the study against its bars.")
    parser.add_argument("--short", action="store_true", help="13,000 interviews instead of 130,000; one notebook")
    short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            *figures(Path(folder) / "big", INTERVIEWS // (10 if short else 1)),
            *players(Path(folder) / "example"),
            notebooks(Path(folder) / "example", ("01_first_look",) if short else None),
        ]
    print(f"{'what':48} {'bar':>14} {'measured':>22} {'n':>8}")
    for what, bar, measured, n in rows:
        print(f"{what:48} {bar:>14} {measured:>22} {n:>8}")


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def figures(root: Path, count: int) -> list[tuple[str, str, str, int]]:
    make_two_waves(root, interviews=count // 2)
    study = Study(root)
    study.nps()
    found = min(cpu_s(study.nps) for _ in range(3))
    return [("s.nps(), CPU s", "< 1", f"{found:.2f}", count)]


def players(root: Path) -> list[tuple[str, str, str, int]]:
    make_study(root)
    seconds = cpu_s(lambda: Study(root).why().play(5).html)
    size = len(Study(root).why().play(20).html.encode())
    return [
        (".play() of 5 rows, CPU s", "< 2", f"{seconds:.2f}", 5),
        (".play() of 20 rows, kB", "< 1000", f"{size / 1000:.0f}", 20),
    ]


def notebooks(example: Path, names: tuple[str, ...] | None) -> tuple[str, str, str, int]:
    import os

    import nbformat
    from nbclient import NotebookClient

    os.environ["EARFUL_STUDY"] = str(example)
    os.environ["PYTHONPATH"] = str(NOTEBOOKS.parent)
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if names is None or path.stem in names]
    began = time.perf_counter()
    for path in paths:
        NotebookClient(nbformat.read(path, as_version=4), timeout=300).execute()
    return ("notebooks together, wall s", "< 300", f"{time.perf_counter() - began:.0f}", len(paths))


if __name__ == "__main__":
    main()
