"""The statistics' bars: coverage, false alarms, worked oracles, and speed at 130,000 interviews.

    python tests/benchmarks/metrics.py [--short]

Coverage under 31 interviews is exact (every outcome, weighted by its probability); beyond, it is simulated. Interviews
for the timings are generated: 6 scored answers each, two modes, four waves, 60,000 clients; every ninth call ends
without an answer. Seconds are CPU seconds of a fresh process, imports included; those of Study without them.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from insights.statistics.change import compare
from insights.statistics.importance import lmg
from insights.statistics.nps import adjusted_wald, nps_from_counts
from insights.statistics.shares import wilson
from insights.statistics.weights import rake
from insights.store import Store, ingest_frame, open_store, transaction
from insights.survey import load_codebook, load_survey
from insights.survey.responses import Cell, ResponseRow
from insights.survey.templates import template_files

ROOT = Path(__file__).resolve().parents[2]
SCORES = ("speed", "choice", "manager", "delivery")
EXACT_TO = 30
Shares = tuple[float, float, float]


def shares_of(score: float, detractors: float) -> Shares:
    return score + detractors, 1 - score - 2 * detractors, detractors


def typical(score: float) -> list[Shares]:
    """Shares met in practice at one NPS: from 5 to 45 passives in 100 where that is possible."""
    found = [shares_of(score, (1 - score - passives) / 2) for passives in (0.05, 0.1, 0.2, 0.33, 0.45)]
    return [shares for shares in found if shares[2] >= 0.015]


def exact_coverage(n: int, shares: Shares) -> float:
    truth = 100 * (shares[0] - shares[2])
    covered = 0.0
    for promoters in range(n + 1):
        for passives in range(n + 1 - promoters):
            counts = (promoters, passives, n - promoters - passives)
            figure = interval(counts)
            if figure[0] <= truth + 1e-9 and truth <= figure[1] + 1e-9:
                log_p = math.lgamma(n + 1)
                for count, share in zip(counts, shares):
                    log_p += count * math.log(max(share, 1e-300)) - math.lgamma(count + 1)
                covered += math.exp(log_p)
    return covered


CACHE: dict[tuple[int, int, int], tuple[float, float]] = {}


def interval(counts: tuple[int, int, int]) -> tuple[float, float]:
    if counts not in CACHE:
        figure = nps_from_counts((float(counts[0]), float(counts[1]), float(counts[2])))
        CACHE[counts] = (figure.low, figure.high)
    return CACHE[counts]


def simulated_coverage(n: int, shares: Shares, rng: np.random.Generator, rounds: int) -> float:
    truth = 100 * (shares[0] - shares[2])
    found = [interval((int(c[0]), int(c[1]), int(c[2]))) for c in rng.multinomial(n, shares, rounds)]
    return float(np.mean([low <= truth <= high for low, high in found]))


def coverage(short: bool) -> Iterator[tuple[str, str, str, str]]:
    rng = np.random.default_rng(3)
    exact: list[float] = []
    for n in (10, 20) if short else (10, 12, 15, 20, 25, 30):
        exact += [exact_coverage(n, shares) for score in (0.37, 0.5, 0.63, 0.75, 0.85) for shares in typical(score)]
    rounds = 1000 if short else 6000
    simulated = [
        simulated_coverage(n, shares, rng, rounds)
        for n in ((100,) if short else (40, 60, 100, 200, 500))
        for score in (0.37, 0.63, 0.85)
        for shares in typical(score)
    ]
    for name, cells in (("coverage, n 10-30, exact", exact), ("coverage, n 40-500, simulated", simulated)):
        outside = sum(not 0.93 <= cell <= 0.98 for cell in cells)
        measured = f"{100 * min(cells):.1f}-{100 * max(cells):.1f} %, {outside} cells outside"
        yield name, "93-98 %", measured, f"{len(cells)} cells"


def alarms(short: bool) -> Iterator[tuple[str, str, str, str]]:
    rng = np.random.default_rng(4)
    rounds = 500 if short else 8000
    worst, cells = 0.0, 0
    for n_1, n_2 in ((15, 15), (15, 100), (15, 539), (30, 30), (60, 200), (389, 539), (539, 539)):
        for score, detractors in ((0.0, 0.3), (0.37, 0.15), (0.37, 0.31), (0.5, 0.1), (0.63, 0.07), (0.85, 0.05)):
            shares = shares_of(score, detractors)
            draws = zip(rng.multinomial(n_1, shares, rounds), rng.multinomial(n_2, shares, rounds))
            hits = sum(compare("nps", *map(estimate, pair)).significant for pair in draws)
            worst, cells = max(worst, hits / rounds), cells + 1
    yield "false alarms of the change test, n 15-539", "<= 5.5 %", f"worst {100 * worst:.1f} %", f"{cells} cells"


ESTIMATES: dict[tuple[int, ...], object] = {}


def estimate(counts: np.ndarray) -> object:
    key = tuple(int(count) for count in counts)
    if key not in ESTIMATES:
        ESTIMATES[key] = nps_from_counts((float(key[0]), float(key[1]), float(key[2])))
    return ESTIMATES[key]


def worked(short: bool) -> Iterator[tuple[str, str, str, str]]:
    spread = []
    for promoters in (0.45, 0.5, 0.55, 0.6):
        first = nps_from_counts((389 * promoters, 389 * (1.38 - 2 * promoters), 389 * (promoters - 0.38)))
        second = nps_from_counts((539 * (promoters + 0.01), 539 * (1.35 - 2 * promoters), 539 * (promoters - 0.36)))
        change = compare("nps", first, second)
        spread.append((change.significant, change.detectable_difference, change.p_value))
    detectable = f"{min(one[1] for one in spread):.1f}-{max(one[1] for one in spread):.1f}"
    said = "no change" if not any(one[0] for one in spread) else "CHANGE"
    yield "38 (389) -> 37 (539)", "no change, detectable 11-16", f"{said}, detectable {detectable}", "4 splits"
    yield from oracles()


def oracles() -> Iterator[tuple[str, str, str, str]]:
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint

    from insights.statistics.families import benjamini_hochberg

    wald = max(abs(adjusted_wald((p, m, d))[0] - (p - d) / (p + m + d + 3)) for p, m, d in ((6, 3, 1), (195, 148, 46)))
    score = max(
        float(np.max(np.abs(np.array(wilson(k / n, n)) - proportion_confint(k, n, method="wilson"))))
        for k, n in ((8, 10), (0, 5), (162, 539))
    )
    rng = np.random.default_rng(6)
    x = 0.75 * rng.normal(size=(300, 1)) + 0.66 * rng.normal(size=(300, 6))
    y = x @ np.array([0.6, 0.4, 0.2, 0.1, 0, 0]) + rng.normal(size=300)
    full = np.column_stack([np.ones(300), x])
    r_squared = 1 - np.var(y - full @ np.linalg.lstsq(full, y, rcond=None)[0]) / np.var(y)
    shapley = abs(float(lmg(np.corrcoef(np.column_stack([x, y]), rowvar=False)).sum()) - r_squared)
    groups = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    wanted = np.array([0.7, 0.2, 0.1]), np.array([0.35, 0.65])
    weights = rake(list(zip(groups, wanted)), start=np.ones(400))
    margin = max(float(np.max(np.abs(np.bincount(g, weights) / weights.sum() - w))) for g, w in zip(groups, wanted))
    p_values = rng.random(40) ** 2
    family = float(np.max(np.abs(benjamini_hochberg(list(p_values)) - multipletests(p_values, method="fdr_bh")[1])))
    for name, error in (
        ("adjusted Wald", wald),
        ("Wilson against statsmodels", score),
        ("LMG sums to R squared", shapley),
        ("raking margins", margin),
        ("Benjamini-Hochberg against statsmodels", family),
    ):
        yield name, "equal", f"largest difference {error:.1e}", ""


def generate(root: Path, interviews: int) -> None:
    """Write a study with this many interviews into the folder."""
    for file, text in template_files("voice-of-customer").items():
        (root / file).write_text(text, encoding="utf-8")
    (root / "responses").mkdir()
    survey, store, rng = load_survey(root), open_store(root / "study.db"), np.random.default_rng(1)
    for start in range(0, interviews, 10_000):
        rows = [row(i, rng) for i in range(start, min(interviews, start + 10_000))]
        ingest_frame(store, survey=survey, codebook=load_codebook(root), responses=rows, source="generated.csv")
    voices(store)
    store.close()


def row(i: int, rng: np.random.Generator) -> ResponseRow:
    score = int(rng.choice([10, 9, 8, 7, 5, 2], p=[0.25, 0.25, 0.2, 0.1, 0.1, 0.1]))
    marks = {name: int(np.clip(round(score / 2 + rng.normal()), 1, 5)) for name in SCORES}
    answers = {name: Cell(str(mark), float(mark)) for name, mark in {"nps": score, **marks}.items()}
    client, online = i % 60_000, i % 5 == 0
    silent = i % 9 == 0 and not online
    return ResponseRow(
        f"I{i:06d}",
        i,
        started_at=f"2026-{1 + 3 * (i % 4) + i // 112 % 3:02d}-{1 + i // 4 % 28:02d}T10:15:00+03:00",
        mode="online" if online else "phone",
        disposition=("refusal", "no answer")[i % 2] if silent else "complete",
        respondent_id=f"R{i % 90_000}",
        client_id=f"C{client}",
        segment=("small", "medium", "large")[client % 3],
        role=("buyer", "manager", "user")[i % 7 % 3],
        operator_id=f"op{i % 40}",
        operator_team=f"team{i % 40 % 4}",
        wave=f"2026Q{1 + i % 4}",
        answers={} if silent else {**answers, "mistakes": Cell("ready", float(rng.integers(-1, 2)))},
    )


def voices(store: Store) -> None:
    """Add what nights would have: spoken scores, reasons, hesitation."""
    with transaction(store):
        store.conn.execute(
            "UPDATE answer SET spoken_value = recorded_value WHERE question_id = 'nps' AND answer_id % 20 > 0"
        )
        store.conn.execute("INSERT OR IGNORE INTO coder(coder_id, kind) VALUES ('machine', 'machine')")
        for every, code in ((7, "speed"), (11, "delivery"), (13, "price"), (17, "manager")):
            store.conn.execute(
                """INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote, start_s, end_s)
                   SELECT answer_id, ?, 'machine', CASE WHEN value < 7 THEN -1 ELSE 1 END, 'долго', 1, 2
                   FROM answer JOIN interview USING(interview_id)
                   WHERE question_id = 'nps' AND mode = 'phone' AND answer_id % ? = 0""",
                (code, every),
            )
        store.conn.execute(
            """INSERT INTO delivery(answer_id, hesitation)
               SELECT answer_id, (answer_id % 100) / 50.0 FROM answer WHERE spoken_value IS NOT NULL"""
        )


def command_seconds(study: Path, *arguments: str) -> float:
    """Return the CPU seconds of one command in a process of its own."""
    before = os.times()
    code = "import sys; from insights.cli.main import main; main()"
    typed = [sys.executable, "-c", code, *arguments, "--study", str(study)]
    subprocess.run(typed, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def study_seconds(study: Path, call: str) -> float:
    code = f"import time; from insights.study import Study; s = Study({str(study)!r}); a = time.process_time(); "
    code += f"s.{call}; print(time.process_time() - a)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment).stdout)


def speed(short: bool) -> Iterator[tuple[str, str, str, str]]:
    interviews = 10_000 if short else 130_000
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        generate(study, interviews)
        size = f"{interviews} interviews"
        command_seconds(study, "now")
        for bar, arguments in (
            ("< 2 s", ("metrics",)),
            ("< 2 s", ("metrics", "--wave", "2026Q4", "--by", "segment,role,operator-team,mode")),
            ("< 2 s", ("metrics", "--by", "segment,role,operator-team,mode")),
            ("< 2 s", ("drivers", "--wave", "2026Q4")),
            ("< 2 s", ("drivers",)),
            ("< 3 s", ("change", "2026Q3", "2026Q4")),
        ):
            command_seconds(study, *arguments)
            yield " ".join(arguments), bar, f"{command_seconds(study, *arguments):.2f} s", size
        for call in ("response()", 'control("nps")', 'control("detractors", every="day")', "operator_effect()"):
            yield f"Study.{call}", "< 2 s", f"{study_seconds(study, call):.2f} s", size
        header = "interview_id,mode,wave,client_id,nps\n"
        (study / "responses" / "late.csv").write_text(header + "LATE,phone,2026Q4,C1,5\n", encoding="utf-8")
        seconds = command_seconds(study, "now")
        store = open_store(study / "study.db", readonly=True)
        opened = store.conn.execute("""SELECT count(*) FROM "case" WHERE interview_id = 'LATE'""").fetchone()[0]
        yield "a recorded 5 in a new CSV", "a case in < 5 s", f"{opened} case, {seconds:.2f} s", size
        yield "why, all reasons", "< 3 s", f"{why_seconds(store):.2f} s", size
        store.close()


def why_seconds(store: Store) -> float:
    before = time.process_time()
    store.conn.execute("SELECT score, code, quote, clip FROM why").fetchall()
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="fewer draws, 10,000 interviews")
    parser.add_argument("--only", nargs="*", default=["coverage", "alarms", "worked", "speed"])
    arguments = parser.parse_args()
    parts: dict[str, Callable[[bool], Iterator[tuple[str, str, str, str]]]] = {
        "coverage": coverage,
        "alarms": alarms,
        "worked": worked,
        "speed": speed,
    }
    print(f"{'what':62} {'bar':28} {'measured':44} n")
    for name in arguments.only:
        for what, bar, measured, n in parts[name](arguments.short):
            print(f"{what:62} {bar:28} {measured:44} {n}", flush=True)


if __name__ == "__main__":
    main()
