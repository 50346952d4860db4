"""A night that is asked to end: cleanly by Ctrl-C and SIGTERM, and never with half a call or a worker left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import killed_nights as killed
import pytest

from insights.night import run
from insights.store import Store, run_lock

CALLS = 24


def calls_logged(study_dir: Path) -> int:
    return sum(path.read_text(encoding="utf-8").count('"event": "call"') for path in (study_dir / "logs").glob("*"))


def night_at_work(study_dir: Path) -> subprocess.Popen[str]:
    """Start a night and return once its first call is stored."""
    process = killed.command_process(study_dir, "night", "--workers", "2")
    while not calls_logged(study_dir):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


def everybody_gone(process: subprocess.Popen[str], *, within_s: float = 30.0) -> bool:
    """Return whether no process of the night's group is left after so many seconds."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_a_night_that_is_asked_to_end_says_so_in_one_line(
    study_dir: Path, number: signal.Signals, whole_group: bool
) -> None:
    killed.write_calls(study_dir, CALLS, seed=5)
    process = night_at_work(study_dir)
    (os.killpg if whole_group else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.count("Traceback")) == (128 + number, 0), said[-1500:]
    assert said.strip() == (
        f"earful: stopped by {number.name}; every call done so far is stored, `earful night` goes on with the rest"
    )
    assert everybody_gone(process)
    assert killed.is_whole(study_dir)
    assert killed.rows(study_dir, "SELECT status FROM night") == [{"status": "stopped"}]
    assert killed.finished_night(study_dir)[0] == 0


@pytest.mark.slow
def test_a_second_signal_ends_at_once_and_workers_of_a_killed_night_end_by_themselves(study_dir: Path) -> None:
    killed.write_calls(study_dir, CALLS, seed=5)
    process = night_at_work(study_dir)
    os.kill(process.pid, signal.SIGTERM)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode in (128 + signal.SIGTERM, -signal.SIGTERM)
    assert everybody_gone(process)
    process = night_at_work(study_dir)
    process.kill()
    process.communicate(timeout=60)
    assert everybody_gone(process)
    assert killed.is_whole(study_dir)
    assert killed.finished_night(study_dir)[0] == 0


@pytest.mark.slow
def test_a_second_night_is_refused_and_names_the_first(study_dir: Path) -> None:
    with run_lock(study_dir, why="the night run"):
        second = killed.command_process(study_dir, "night")
        _, said = second.communicate(timeout=60)
    assert second.returncode == 4
    assert f"held by process {os.getpid()} (the night run)" in said


def test_a_stop_right_behind_the_beginning_of_a_transaction_is_written_down(
    study_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(store: Store, *_: object, **__: object) -> None:
        store.conn.execute("BEGIN IMMEDIATE")
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "work", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run_night(study_dir)
    assert killed.rows(study_dir, "SELECT status FROM night") == [{"status": "stopped"}]
