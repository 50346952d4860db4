"""Measure the morning page against its bars: size, time, draw; the browser's bars where there is a chromium.

    python tests/benchmarks/meeting.py [--short]

Three calls of four minutes are speech-like noise with 520 words each: opus spends on it what it spends on speech.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

sys.path.insert(0, str(Path(__file__).parents[1]))

import meeting_study
from chromium import browser, complaints_of, missing, requests_of, violations_of
from meeting_study import MEETING, RATE_HZ

from audio.span import Span
from insights.meeting import Candidate, build_morning, draw_calls
from transcribe.dialogue import Turn, Word

CALL_S = 240.0
WORDS, TURNS = 520, 40
KEY = "3c" * 32
SHORT_TURNS = meeting_study.turns_of
CALLS, DAYS = 40, 10


def long_turns(n: int) -> tuple[Turn, ...]:
    """Return the short call's turns and 40 turns of 13 words after them."""
    each_s, per = (CALL_S - 20) / WORDS, WORDS // TURNS
    turns = list(SHORT_TURNS(n))
    for k in range(TURNS):
        words = tuple(
            Word(f"слово{i}", Span(15 + i * each_s, 15 + (i + 0.9) * each_s), 0.9)
            for i in range(k * per, (k + 1) * per)
        )
        span = Span(words[0].span.start_s, words[-1].span.end_s)
        turns.append(Turn("operator" if k % 2 == 0 else "respondent", span, words, "mixed", 0.9))
    return tuple(turns)


def speechlike(seconds: float, seed: int) -> npt.NDArray[np.float32]:
    """Return noise with the telephone band's slope and the rhythm of syllables and turns, shape (n,)."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    noise = np.convolve(rng.standard_normal(n), np.ones(6) / 6, "same")
    t = np.arange(n) / RATE_HZ
    rhythm = np.clip(np.sin(2 * np.pi * 4 * t), 0.05, 1) * (np.sin(2 * np.pi * t / 6) > -0.7)
    return (0.3 * noise * rhythm).astype(np.float32)


def built(root: Path) -> tuple[float, float, Path]:
    """Return CPU seconds and megabytes of a page with three calls of four minutes, and the page."""
    meeting_study.tones, meeting_study.turns_of = speechlike, long_turns
    folder = meeting_study.fresh_study(root, 3, "ru", seconds=CALL_S)
    began = time.process_time()
    morning = build_morning(folder.root, meeting=date.fromisoformat(MEETING))
    return time.process_time() - began, morning.path.stat().st_size / 1e6, morning.path


def uniform(mornings: int) -> float:
    """Return the p-value of a chi-squared test over simulated mornings of 40 calls."""
    frame = [Candidate(f"call-{n:04d}") for n in range(CALLS)]
    counts: Counter[str] = Counter()
    for day in range(mornings):
        counts.update(item.recording_id for item in draw_calls(str(day), frame, key_hex=KEY, k=3).chosen)
    expected = mornings * 3 / CALLS
    statistic = sum((counts[call.recording_id] - expected) ** 2 / expected for call in frame)
    # Three of 40 without replacement vary less than independent draws do.
    return float(chi2.sf(statistic / ((1 - 3 / CALLS) * CALLS / (CALLS - 1)), CALLS - 1))


def heard_within(days: int, runs: int) -> tuple[float, float]:
    """Return the probability that an operator with 4 of 40 daily calls is heard: computed and simulated."""
    missed = 1.0
    for place in range(3):
        missed *= (CALLS - 4 - place) / (CALLS - place)
    hits = 0
    for run in range(runs):
        for day in range(days):
            frame = [Candidate(f"r{run}-d{day}-c{n}") for n in range(CALLS)]
            chosen = {item.recording_id for item in draw_calls(f"{run}/{day}", frame, key_hex=KEY, k=3).chosen}
            if chosen & {f"r{run}-d{day}-c{n}" for n in range(4)}:
                hits += 1
                break
    return 1 - missed**days, hits / runs


def in_browser(page: Path, folder: Path) -> list[tuple[str, str, str, int]]:
    """Return the browser's rows: requests, violations, seek error, time to open."""
    errors = []
    with browser(folder) as driver:
        driver.get(page.as_uri())
        violations = violations_of(driver)
        driver.find_element("id", "play").click()
        time.sleep(1)
        driver.execute_script("audio.pause()")
        starts = driver.execute_script("return [...document.querySelectorAll('.word')].map(w => +w.dataset.start)")
        for at in range(7, len(starts), 23):
            script = """const done = arguments[1];
                audio.addEventListener('playing', () => { audio.pause(); done(audio.currentTime) }, {once: true});
                document.querySelectorAll('.word')[arguments[0]].click();"""
            errors.append(abs(driver.execute_async_script(script, at) - starts[at]))
        sent, complaints = requests_of(driver), complaints_of(driver)
    return [
        ("requests sent", "0", str(len(sent)), 1),
        ("console errors", "0", str(len(complaints)), 1),
        ("axe violations", "0", str(len(violations)), 1),
        ("largest seek error, s", "<= 0.3", f"{max(errors):.3f}", len(errors)),
    ]


def main() -> None:
    """Print the table of bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="2,000 mornings instead of 20,000")
    mornings, runs = (2000, 100) if parser.parse_args().short else (20000, 1000)
    rows: list[tuple[str, str, str, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        cpu_s, size_mb, page = built(Path(folder) / "study")
        rows.append(("page, MB", "<= 3", f"{size_mb:.2f}", 3))
        rows.append(("building, CPU s", "<= 10 on 2 cores", f"{cpu_s:.1f}", 3))
        if missing():
            print(missing())
        else:
            rows.extend(in_browser(page, Path(folder) / "profile"))
    rows.append(("uniform mornings, p", "> 0.01", f"{uniform(mornings):.3f}", mornings))
    computed, simulated = heard_within(DAYS, runs)
    rows.append(("4 of 40 calls heard in ten mornings", "about 0.96", f"{computed:.3f}, {simulated:.3f}", runs))
    print(f"{'what':38} {'bar':18} {'measured':16} n")
    for what, bar, measured, n in rows:
        print(f"{what:38} {bar:18} {measured:16} {n}")


if __name__ == "__main__":
    main()
