"""Nights with their real models for `night.py`: example calls, cut and copied, killed at random moments."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import killed_nights as killed
import numpy as np

from audio.decode import load
from audio.encode import encode
from insights.demo.create import PHONE_RESPONSES, create_demo
from insights.store import StoreError, open_store, query

Row = tuple[str, str, str, int]
PROGRAM = "import sys\nfrom insights.cli.main import main\nif __name__ == '__main__':\n    main()\n"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(killed.ROOT), "COLUMNS": "200"}
# A call of the real chain has a run of every stage, and words.
WITHOUT_ALL_STAGES = """
    SELECT recording_id FROM recording WHERE status = 'done' AND
    ((SELECT count(DISTINCT stage) FROM run WHERE run.recording_id = recording.recording_id) <> 12
     OR NOT EXISTS (SELECT 1 FROM turn WHERE turn.recording_id = recording.recording_id))
"""


def example_study(folder: Path, *, copies: int, seconds: float | None = None) -> Path:
    """Make a study of the example calls, ``copies`` of each, whole or cut to their first ``seconds``.

    Copies differ in their last sample by the least step there is: other bytes, the same call.
    """
    study = create_demo(folder).root
    program = folder.with_suffix(".py")
    program.write_text(PROGRAM, encoding="utf-8")
    rows = list(csv.DictReader((study / "responses" / PHONE_RESPONSES).read_text("utf-8").splitlines()))
    more = []
    for row in rows:
        path = study / "calls" / row["recording"]
        recording = load(path)
        samples = recording.samples[:, : None if seconds is None else round(seconds * recording.rate_hz)].copy()
        path.unlink()
        for copy in range(copies):
            samples[0, -1] = (copy + 1) / 2**15
            name = f"{path.stem}-{copy}.flac"
            path.with_name(name).write_bytes(encode(samples.astype(np.float32), recording.rate_hz, codec="flac"))
            more.append({**row, "interview_id": f"{row['interview_id']}-{copy}", "recording": name})
    with (study / "responses" / PHONE_RESPONSES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(more)
    return study


def night_process(study: Path, *options: str) -> subprocess.Popen[str]:
    """Start ``earful night`` on a study, in a process group of its own."""
    command = [sys.executable, str(study.with_suffix(".py")), "night", "--study", str(study), "--json", *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True
    )


def finished_night(study: Path, *options: str) -> float:
    """Run a night to its end and return its wall seconds."""
    began = time.monotonic()
    process = night_process(study, *options)
    _, said = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the night ended with exit code {process.returncode}: {said}")
    return time.monotonic() - began


def done_in(study: Path) -> int:
    """Return how many calls a study's store holds; 0 where there is none yet, or only its file."""
    try:
        store = open_store(study / "study.db", readonly=True)
    except StoreError:
        return 0
    try:
        return int(query(store, "SELECT count(*) AS n FROM recording WHERE status = 'done'")[0]["n"])
    finally:
        store.close()


def real_kills(folder: Path, *, count: int, seconds: float = 40.0) -> Iterator[Row]:
    """Kill nights with real models at random moments, wear each study down to its end, compare every row.

    The first half of the kills falls anywhere in a night, start-up and loading included; the second half waits until
    the next call has been stored, and falls into the seconds behind it.
    """
    fresh = example_study(folder / "fresh", copies=2, seconds=seconds)
    undisturbed = copied(fresh, folder / "undisturbed")
    longest_s = finished_night(undisturbed, "--workers", "2")
    wanted, calls = killed.content(undisturbed), done_in(undisturbed)
    study = copied(fresh, folder / "study")
    partial = hits = unequal = studies = 0
    for number, after_s in enumerate(killed.moments(count, longest_s=longest_s, seed=31)):
        hits += killed_night(study, after_s=after_s, behind_a_call=number >= count // 2)
        partial += not killed.is_whole(study, half=WITHOUT_ALL_STAGES)
        print(
            f"  kill {number + 1}: {hits} hit, {done_in(study)} of {calls} calls stored", file=sys.stderr, flush=True
        )
        if done_in(study) == calls or number == count - 1:
            finished_night(study, "--workers", "2")
            unequal, studies = unequal + (killed.content(study) != wanted), studies + 1
            shutil.rmtree(study)
            study = copied(fresh, folder / "study")
    again = night_process(undisturbed, "--workers", "2").communicate()[0]
    yield "real models: kill -9 hit a night at work", str(count), str(hits), count
    yield "real models: stores that are not whole afterwards", "0", str(partial), count
    yield "real models: resumed stores unlike the undisturbed one", "0", str(unequal), studies
    yield "real models: a further run does nothing", "yes", "yes" if '"done": 0' in again else "no", calls


def copied(study: Path, target: Path) -> Path:
    """Return a copy of a study nobody has worked on."""
    shutil.copytree(study, target)
    shutil.copy(study.with_suffix(".py"), target.with_suffix(".py"))
    return target


def killed_night(study: Path, *, after_s: float, behind_a_call: bool) -> bool:
    """Start a night and kill its process group; return whether it was still running."""
    before = done_in(study)
    process = night_process(study, "--workers", "2")
    while behind_a_call and process.poll() is None and done_in(study) == before:
        time.sleep(0.05)
    try:
        process.wait(timeout=after_s % 2.0 if behind_a_call else after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL
