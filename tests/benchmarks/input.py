"""Measure input and clips against their bars and print the table.

    python tests/benchmarks/input.py [--short]

Bad, damaged and clean files are made on the spot, seeded. With EARFUL_SHARED_DATA naming a folder of recordings,
these are decoded too, and damaged as well.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
import synthetic_files as files  # noqa: E402 - the path is set first

from audio.clips import whole_call  # noqa: E402
from audio.decode import decode, load  # noqa: E402
from audio.failures import AudioError  # noqa: E402
from audio.recording import Recording  # noqa: E402

SEEDS = 5
Row = tuple[str, str, str, int]


def outcome(path: str) -> tuple[str, bool, float, float]:
    """Decode one file; returns kind of error or "", whether anything was flagged, CPU seconds and peak megabytes."""
    start = time.process_time()
    kind, damaged = "", False
    try:
        damaged = decode(path).facts.damaged
    except AudioError as error:
        kind, damaged = error.kind, True
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return kind, damaged, time.process_time() - start, peak_mb


def apart(path: Path) -> tuple[str, bool, float, float]:
    """Decode in a process of its own, so that its peak memory is its own; 30 s at most."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply_async(outcome, (str(path),)).get(timeout=60)
        except multiprocessing.TimeoutError:
            return "hangs", False, 60.0, 0.0


def bad_files(folder: Path, *, short: bool) -> list[Row]:
    """Classify every bad file."""
    expected = files.bad_files(folder)
    heavy = {"sparse_1gb.wav", "bomb_5h.opus", "ch10000.wav", "huge_floats.wav", "pipe.wav", "endless.wav"}
    results = {}
    for name in expected:
        run = apart if name in heavy or not short else lambda path: outcome(str(path))
        results[name] = run(folder / name)
    right = sum(bool(results[name][0]) if kind == "*" else results[name][0] == kind for name, kind in expected.items())
    kinds = len({*expected.values()} - {"", "*"})
    return [
        (
            f"bad files, every one made another way, classified ({kinds} kinds of error)",
            "all",
            f"{right}",
            len(expected),
        ),
        ("slowest bad file, CPU s", "< 30", f"{max(r[2] for r in results.values()):.2f}", len(expected)),
        ("largest worker, MB", "< 2000", f"{max(r[3] for r in results.values()):.0f}", len(expected)),
    ]


def damaged_files(folder: Path, *, seeds: int) -> list[Row]:
    """Flag 24 damaged files, for several seeds; the worst seed counts."""
    by_name = {clean.name: clean for clean in files.CLEAN}
    flagged = []
    for seed in range(seeds):
        seen = 0
        for name in files.DAMAGED_FORMATS:
            path = by_name[name].write(folder, seed=seed, seconds=12)
            data = path.read_bytes()
            for damage in files.DAMAGES:
                path.write_bytes(damage(data, random.Random(seed)))
                seen += outcome(str(path))[1]
        flagged.append(seen)
    return [("damaged files flagged, worst seed", ">= 22 of 24", f"{min(flagged)} of 24", 24 * seeds)]


def clean_files(folder: Path, *, seeds: int) -> list[Row]:
    """Decode every clean format; none may be flagged."""
    false = [
        clean.name
        for clean in files.CLEAN
        for seed in range(seeds)
        if decode(clean.write(folder, seed=seed)).facts.flags
    ]
    return [("clean formats flagged", "0 of 25", f"{len(false)} of {len(files.CLEAN)}", len(files.CLEAN) * seeds)]


def page_sound() -> list[Row]:
    """Encode three calls of four minutes for a page."""
    calls = [Recording(f"c{n}", files.speech_like(seconds=240, channels=2, seed=n), 8000) for n in range(3)]
    start = time.process_time()
    size = sum(len(b64encode(whole_call(call))) for call in calls)
    seconds = time.process_time() - start
    return [
        ("three 4-minute calls in a page, MB of base64", "<= 3", f"{size / 1e6:.2f}", 3),
        ("encoding them, CPU s", "<= 10", f"{seconds:.1f}", 3),
    ]


def real_files(folder: Path, *, short: bool) -> list[Row]:
    """Decode the recordings that EARFUL_SHARED_DATA names, as they are and damaged."""
    root = os.environ.get("EARFUL_SHARED_DATA", "")
    paths = sorted(Path(root).rglob("*.wav"))[:: 5 if short else 1] if root else []
    if not paths:
        print("EARFUL_SHARED_DATA names no folder of recordings: real ones are left out")
        return []
    false, decoded, seen, tried = [], 0, 0, 0
    by_name = {clean.name: clean for clean in files.CLEAN}
    for number, path in enumerate(paths):
        try:
            recording = load(path)
        except AudioError:
            continue
        decoded += 1
        false += [path.name] * bool(decode(path).facts.flags)
        if recording.rate_hz != by_name["s16_8k.wav"].rate_hz or recording.duration_s < len(files.DAMAGES):
            continue
        for name in ("s16_8k.wav", "mulaw_8k.wav", "lossless_8k.flac", "cbr_8k.mp3"):
            copy = by_name[name].write(folder, sound=np.ascontiguousarray(recording.samples[:1]))
            data = copy.read_bytes()
            for damage in files.DAMAGES:
                copy.write_bytes(damage(data, random.Random(number)))
                tried += 1
                seen += outcome(str(copy))[1]
    return [
        ("real recordings flagged as they are", "0", f"{len(false)}", decoded),
        ("real recordings flagged when damaged", ">= 22/24", f"{seen / max(1, tried):.3f}", tried),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="one seed, fewer processes, a fifth of the recordings")
    short = parser.parse_args().short
    seeds = 1 if short else SEEDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bad").mkdir()
        rows = bad_files(folder / "bad", short=short)
        rows += damaged_files(folder, seeds=seeds) + clean_files(folder, seeds=seeds) + page_sound()
        rows += real_files(folder, short=short)
    print("| what | bar | measured | n |\n|---|---|---|---|")
    for what, bar, measured, count in rows:
        print(f"| {what} | {bar} | {measured} | {count} |")


if __name__ == "__main__":
    main()
