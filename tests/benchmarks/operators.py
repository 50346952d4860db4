"""Coverage of NPS corrected for operators: whether its interval holds the NPS that all operators there could be find.

    python tests/benchmarks/operators.py [--short]

Every operator has shares of promoters, passives and detractors of his own, Dirichlet around common ones, so that
answers of one operator are correlated by ``icc``; calls are spread unevenly (gamma of shape 2). ``uncorrected`` is the
ordinary adjusted Wald interval of the same interviews, which knows of no operators.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from insights.statistics.nps import nps_from_counts
from insights.statistics.operators import group_sums, icc_interval, interval, random_intercept

CLASSES = np.array([1.0, 0.0, -1.0])
SHARES = {"NPS 37": (0.52, 0.33, 0.15), "NPS 85": (0.88, 0.09, 0.03)}


def one_wave(
    rng: np.random.Generator, shares: tuple[float, ...], operators: int, calls: int, icc: float
) -> np.ndarray:
    """Return counts of promoters, passives, detractors by operator; shape (operators, 3)."""
    busy = rng.gamma(2.0, 1.0, operators)
    sizes = rng.multinomial(operators * (calls - 1), busy / busy.sum()) + 1
    mixes = rng.dirichlet(np.array(shares) * (1 / icc - 1), operators) if icc else np.tile(shares, (operators, 1))
    return np.array([rng.multinomial(n, mix) for n, mix in zip(sizes, mixes, strict=True)])


def judged(counts: np.ndarray, truth: float, icc: float) -> tuple[bool, bool, bool, float, float, float]:
    """Return what holds the truth (corrected, uncorrected, icc), half the interval, and both errors."""
    values = np.repeat(np.tile(CLASSES, len(counts)), counts.ravel())
    groups = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    sums = group_sums(values, np.ones(len(values)), groups)
    plain = nps_from_counts(tuple(counts.sum(axis=0).astype(float)))
    model = random_intercept(*sums)
    opinions = float(np.abs(values).mean())
    low, high = (100 * edge for edge in interval(model, len(counts), opinions=opinions, n_eff=float(len(values))))
    icc_low, icc_high = icc_interval(*sums)
    errors = 100 * model.mean - truth, plain.value - truth
    inside = plain.low <= truth <= plain.high
    return low <= truth <= high, inside, icc_low <= icc <= icc_high, (high - low) / 2, *errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer draws")
    rounds = 200 if parser.parse_args().short else 1000
    rng = np.random.default_rng(31)
    print("| wave | operators | calls each | icc | corrected | uncorrected | icc interval | half-width | error, rms |")
    print("|---|---|---|---|---|---|---|---|---|")
    cells = []
    for name, shares in SHARES.items():
        truth = 100 * (shares[0] - shares[2])
        for operators, calls in ((5, 50), (8, 50), (15, 50), (40, 50), (15, 10), (8, 200)):
            for icc in (0.0, 0.01, 0.03, 0.1):
                found = [judged(one_wave(rng, shares, operators, calls, icc), truth, icc) for _ in range(rounds)]
                held, plain, icc_held, half, error, plain_error = np.array(found, dtype=float).T
                cells.append(held.mean())
                rms = f"{np.sqrt((error**2).mean()):.1f} (uncorrected {np.sqrt((plain_error**2).mean()):.1f})"
                shown = [f"{100 * one.mean():.1f} %" for one in (held, plain, icc_held)]
                print(f"| {name} | {operators} | {calls} | {icc} | {' | '.join(shown)} | {half.mean():.1f} | {rms} |")
    outside = sum(not 0.93 <= cell <= 0.98 for cell in cells)
    print(
        f"\ncoverage {100 * min(cells):.1f}-{100 * max(cells):.1f} %, {outside} of {len(cells)} cells outside 93-98 %"
    )


if __name__ == "__main__":
    main()
