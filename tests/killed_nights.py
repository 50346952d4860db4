"""Nights killed at random moments: what the crash test and the bench share."""

from __future__ import annotations

import ctypes
import functools
import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from audio.encode import encode
from insights.store import Store, open_store, query

ROOT = Path(__file__).parents[1]
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of linux/capability.h: they let root write and read what it may not.
ABOVE_PERMISSIONS = (1, 2)
PR_CAPBSET_DROP = 24
PROGRAM = """
import sys
from pathlib import Path
from typing import Any
sys.path.insert(0, {tests!r})
from insights.cli.night_commands import guarded
from insights.night import run as run_module
from insights.night.executors import LocalExecutor
from insights.night.processing import NightOptions
run_module.model_hashes = lambda frame: {{"fake": "1"}}
run_module.time.sleep = lambda seconds: None
if __name__ == "__main__":
    options = NightOptions(executor=LocalExecutor(2), maker="fake_night:make")
    report = guarded(lambda: run_module.run_night(Path({study!r}), options))
    print(report.done, report.unchanged)
    sys.exit(report.exit_code)
"""

# The command line itself, its chain made up.
COMMAND = """
import functools, sys
sys.path.insert(0, {tests!r})
from insights.cli.main import main
from insights.night import processing, run as run_module
run_module.model_hashes = lambda frame: {{"fake": "1"}}
run_module.time.sleep = lambda seconds: None
processing.NightOptions = functools.partial(processing.NightOptions, maker="fake_night:make")
if __name__ == "__main__":
    main()
"""

# What may differ between two nights over the same files: ids that count up, times of day, CPU seconds.
COUNTED = {
    *("run_id", "turn_id", "answer_id", "reason_id", "pii_span_id", "case_id"),
    *("response_problem_id", "response_history_id"),
}
CLOCKED = {
    *("seconds", "processed_at", "ingested_at", "stored_at", "opened_at", "due_at", "made_at", "committed_at"),
}
OF_RUNS = {"night", "draw_key"}  # one row a run; a key drawn by chance
# What a counted id stands for, in words that are the same in every store.
MEANT = {
    "turn_id": "(SELECT recording_id || '/' || idx FROM turn WHERE turn.turn_id = t.turn_id)",
    "answer_id": "(SELECT coalesce(interview_id, recording_id) || '/' || question_id FROM answer "
    "WHERE answer.answer_id = t.answer_id)",
    "run_id": "(SELECT stage || '/' || stage_key FROM run WHERE run.run_id = t.run_id)",
}

# A call of the made-up chain has two turns.
WITHOUT_BOTH_TURNS = """
    SELECT recording_id FROM recording WHERE status = 'done'
    AND (SELECT count(*) FROM turn WHERE turn.recording_id = recording.recording_id) <> 2
"""


def write_calls(study_dir: Path, count: int, *, seed: int) -> None:
    """Write ``count`` short recordings and a row for each."""
    rng = np.random.default_rng(seed)
    lines = ["interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,wave,nps"]
    for number in range(count):
        samples = rng.normal(0, 0.1, (2, 12_000)).astype(np.float32).clip(-1, 1)
        name = f"slow{number:03}.flac"
        (study_dir / "calls" / name).write_bytes(encode(samples, 8000, codec="flac"))
        lines.append(f"i{number},2026-11-20T10:00:00+03:00,phone,{name},,,,,,w1,{number % 11}")
    (study_dir / "responses" / "r.csv").write_text("\n".join(lines) + "\n")


def night_process(study_dir: Path, *, largest_file: int = 0) -> subprocess.Popen[str]:
    """Start a night over made-up models in a process group of its own; ``largest_file`` bytes = a full disk."""
    text = PROGRAM.format(tests=str(Path(__file__).parent), study=str(study_dir))
    return started(study_dir.parent / f"night_{study_dir.name}.py", text, largest_file=largest_file)


def command_process(study_dir: Path, *arguments: str, largest_file: int = 0) -> subprocess.Popen[str]:
    """Start ``earful`` with these arguments on a study, its chain made up, for somebody who is not above permissions.

    ``largest_file`` bytes = a full disk.
    """
    program = study_dir.parent / f"earful_{study_dir.name}.py"
    text = COMMAND.format(tests=str(Path(__file__).parent))
    return started(program, text, *arguments, "--study", str(study_dir), largest_file=largest_file)


def started(program: Path, text: str, *arguments: str, largest_file: int = 0) -> subprocess.Popen[str]:
    """Start a program in a process group of its own."""
    prepare = functools.partial(as_an_ordinary_user, largest_file)
    program.write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    return subprocess.Popen(
        [sys.executable, "-B", str(program), *arguments],
        preexec_fn=prepare,  # noqa: PLW1509 - this process has no threads of its own when it forks
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )


def as_an_ordinary_user(largest_file: int) -> None:
    """Bind root to permissions as well (tests often run as root), and let no file grow beyond ``largest_file``.

    Ctrl-C ends it as in a terminal: a shell that runs the tests behind ``&`` makes them and their children ignore it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in ABOVE_PERMISSIONS:
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "root keeps its capability; run the tests as another user")
    if largest_file:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))


def finished_night(study_dir: Path) -> tuple[int, str]:
    """Run a night to its end; return its exit code and what it printed."""
    process = night_process(study_dir)
    out, _ = process.communicate(timeout=300)
    return process.returncode, out.strip()


def full_disk_night(study_dir: Path, *, largest_file: int) -> tuple[int, str]:
    """Run a night on a disk that is full after so many bytes a file; return its exit code and its message."""
    _, said = (process := night_process(study_dir, largest_file=largest_file)).communicate(timeout=300)
    return process.returncode, said.strip()


def killed_night(study_dir: Path, *, after_s: float) -> bool:
    """Start a night and kill its whole process group after some seconds; return whether it was still running."""
    process = night_process(study_dir)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def content(study_dir: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, without what depends on when and in which order calls were done."""
    store = open_store(study_dir / "study.db", readonly=True)
    try:
        tables = query(store, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY 1")
        names = [row["name"] for row in tables if not row["name"].startswith(("sqlite_", "_sqlite"))]
        return {name: rows_of(store, name) for name in names if name not in OF_RUNS}
    finally:
        store.close()


def rows_of(store: Store, table: str) -> list[tuple[object, ...]]:
    """Return a table's rows in an order of their own, counted ids replaced by what they stand for."""
    columns = [row["name"] for row in query(store, f'PRAGMA table_info("{table}")')]
    plain = [f't."{name}"' for name in columns if name not in COUNTED | CLOCKED]
    meant = [MEANT[name] for name in columns if name in MEANT]
    sql = f'SELECT {", ".join([*plain, *meant])} FROM "{table}" AS t'  # noqa: S608 - names of the store itself
    return sorted((tuple(row) for row in store.conn.execute(sql)), key=repr)


def rows(study_dir: Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a SELECT over a study's store."""
    store = open_store(study_dir / "study.db", readonly=True)
    try:
        return query(store, sql)
    finally:
        store.close()


def is_whole(study_dir: Path, *, half: str = WITHOUT_BOTH_TURNS) -> bool:
    """Return whether a store is intact and every recording in it complete: ``half`` selects those that are not."""
    if not (study_dir / "study.db").is_file():
        return True
    store = open_store(study_dir / "study.db")
    try:
        intact = query(store, "PRAGMA integrity_check")[0]["integrity_check"] == "ok"
        orphans = query(store, "PRAGMA foreign_key_check")
        return intact and not orphans and not query(store, half)
    finally:
        store.close()


def moments(count: int, *, longest_s: float, seed: int) -> list[float]:
    """Return seeded random moments at which to kill."""
    chance = random.Random(seed)
    return [chance.uniform(0.2, longest_s) for _ in range(count)]
