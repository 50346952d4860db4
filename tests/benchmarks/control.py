"""How often a control chart cries wolf, and how soon it sees a change: simulated.

    python tests/benchmarks/control.py [--short]

Nothing changes in the first table: every signal in it is false. Interviews a period are Poisson or spread evenly, at
least 10. ``rho`` is the correlation of answers of one period (days differ more than chance: Dirichlet shares). In the
second table the mix of answers changes half-way; weeks until any signal are counted from there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from insights.statistics.control import beyond_limits, control_limits, nine_on_one_side

Shares = tuple[float, float, float]
Sizes = Callable[[np.random.Generator, int], np.ndarray]


def poisson(mean: int) -> Sizes:
    return lambda rng, k: np.maximum(10, rng.poisson(mean, k))


def even(least: int, most: int) -> Sizes:
    return lambda rng, k: rng.integers(least, most + 1, k)


CALM: tuple[tuple[str, Shares, Sizes, bool], ...] = (
    ("NPS 37, n 100", (0.52, 0.33, 0.15), poisson(100), True),
    ("NPS 37, n 20-200", (0.52, 0.33, 0.15), even(20, 200), True),
    ("NPS 63, n 30", (0.70, 0.23, 0.07), poisson(30), True),
    ("NPS 85, n 50", (0.88, 0.09, 0.03), poisson(50), True),
    ("detractors .15, n 20", (0.6, 0.25, 0.15), poisson(20), False),
    ("detractors .05, n 20", (0.7, 0.25, 0.05), poisson(20), False),
    ("detractors .15, n 100", (0.6, 0.25, 0.15), poisson(100), False),
)
CHANGED: tuple[tuple[str, Shares, Shares, bool], ...] = (
    ("NPS 37 -> 27", (0.52, 0.33, 0.15), (0.47, 0.33, 0.20), True),
    ("NPS 37 -> 17", (0.52, 0.33, 0.15), (0.42, 0.33, 0.25), True),
    ("NPS 37 -> 7", (0.52, 0.33, 0.15), (0.37, 0.33, 0.30), True),
    ("detractors .15 -> .25", (0.52, 0.33, 0.15), (0.42, 0.33, 0.25), False),
)


def drawn(rng: np.random.Generator, shares: list[Shares], sizes: np.ndarray, *, rho: float, net: bool) -> np.ndarray:
    """Return the answers of all periods one after the other: 1, 0, -1, or 1 for detractors."""
    parts = []
    for mix, n in zip(shares, sizes, strict=True):
        here = rng.dirichlet(np.array(mix) * (1 / rho - 1)) if rho else mix
        counts = rng.multinomial(n, here)
        parts.append(np.repeat([1.0, 0.0, -1.0] if net else [0.0, 0.0, 1.0], counts))
    return np.concatenate(parts)


def signals(values: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which periods break each rule."""
    periods = np.repeat(np.arange(len(sizes)), sizes)
    limits = control_limits(values, periods)
    means = np.bincount(periods, weights=values) / sizes
    return beyond_limits(means, limits), nine_on_one_side(means, limits)


def false_alarms(rounds: int) -> None:
    print("| nothing changes | periods | rho | points beyond limits | charts with any signal |")
    print("|---|---|---|---|---|")
    rng = np.random.default_rng(21)
    worst = 0.0
    for name, shares, size, net in CALM:
        for k in (13, 26, 52) if net else (28, 90):
            for rho in (0.0, 0.02):
                beyond, either = [], []
                for _ in range(rounds):
                    n = size(rng, k)
                    out, run = signals(drawn(rng, [shares] * k, n, rho=rho, net=net), n)
                    beyond.append(out.mean())
                    either.append(bool((out | run).any()))
                worst = max(worst, float(np.mean(beyond)))
                print(f"| {name} | {k} | {rho} | {100 * np.mean(beyond):.2f} % | {100 * np.mean(either):.1f} % |")
    print(f"\nworst {100 * worst:.2f} % of points ({rounds} charts a row)\n")


def detection(rounds: int) -> None:
    print("| change after 13 of 26 weeks, n 100 a week | seen within 13 weeks | weeks, median of those |")
    print("|---|---|---|")
    rng = np.random.default_rng(22)
    for name, before, after, net in CHANGED:
        weeks = []
        for _ in range(rounds):
            n = poisson(100)(rng, 26)
            out, run = signals(drawn(rng, [before] * 13 + [after] * 13, n, rho=0.0, net=net), n)
            late = np.flatnonzero((out | run)[13:])
            weeks.append(late[0] + 1 if len(late) else np.nan)
        found = np.isfinite(weeks)
        median = f"{np.nanmedian(weeks):.0f}" if found.any() else "-"
        print(f"| {name} | {100 * found.mean():.0f} % | {median} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer draws")
    rounds = 300 if parser.parse_args().short else 3000
    false_alarms(rounds)
    detection(rounds)


if __name__ == "__main__":
    main()
