"""Agreement: how far two coders of the same answers say the same, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CodeSet = frozenset[str]
Ratings = Mapping[str, Mapping[str, CodeSet]]
_RESAMPLES = 1000
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha of several coders.

    Attributes
    ----------
    n:
        Answers that at least two coders coded.
    alpha:
        1 perfect, 0 as by chance; NaN where nothing varies or fewer than two answers were shared.
    low, high:
        95 % bootstrap interval over answers; NaN with alpha.
    method:
        Name of the measure.
    """

    n: int
    alpha: float
    low: float
    high: float
    method: str = "krippendorff-alpha-masi, bootstrap over answers"


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """One code as one coder gave it, measured against another.

    Attributes
    ----------
    n:
        Answers both coded.
    prevalence:
        Share of them that the reference coder gave this code.
    precision, recall, kappa:
        Of the other coder; NaN where a denominator is empty.
    """

    code_id: str
    n: int
    prevalence: float
    precision: float
    recall: float
    kappa: float


def masi_distance(first: CodeSet, second: CodeSet) -> float:
    """Return the MASI distance of two code sets: 0 the same, 1 nothing shared (two empty sets are the same).

    Passonneau, "Measuring agreement on set-valued items (MASI)", LREC 2006.

    >>> masi_distance(frozenset("a"), frozenset("ab"))
    0.6666666666666667
    """
    if first == second:
        return 0.0
    common, union = len(first & second), len(first | second)
    if not common:
        return 1.0
    monotone = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1.0 - common / union * monotone


def krippendorff_alpha(units: Sequence[Sequence[CodeSet]], *, distance: Callable[[CodeSet, CodeSet], float]) -> float:
    """Return Krippendorff's alpha of units rated by two coders or more.

    Parameters
    ----------
    units:
        For each answer the values given; units with one value say nothing and are left out.

    Returns
    -------
    float
        NaN where fewer than two units are left or all values are the same.

    Notes
    -----
    Krippendorff, "Content Analysis", 2004, chapter 11, with squared distances replaced by ``distance``.

    >>> one, two = frozenset({"price"}), frozenset({"speed"})
    >>> krippendorff_alpha([[one, one], [two, two]], distance=masi_distance)
    1.0
    """
    paired = [list(unit) for unit in units if len(unit) >= _PAIR]
    values = [value for unit in paired for value in unit]
    if len(paired) < _PAIR:
        return float("nan")
    observed = sum(_within(unit, distance) / (len(unit) - 1) for unit in paired) / len(values)
    expected = _within(values, distance) / (len(values) * (len(values) - 1))
    return float("nan") if expected == 0 else 1.0 - observed / expected


def _within(values: Sequence[CodeSet], distance: Callable[[CodeSet, CodeSet], float]) -> float:
    """Return the summed distance of all ordered pairs of values."""
    counts: dict[CodeSet, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    kinds = list(counts.items())
    return 2 * sum(
        counts_a * counts_b * distance(a, b)
        for place, (a, counts_a) in enumerate(kinds)
        for b, counts_b in kinds[place + 1 :]
    )


def agreement(ratings: Ratings, *, seed: int = 0, resamples: int = _RESAMPLES) -> Agreement:
    """Return the agreement of coders on the answers that at least two of them coded.

    Parameters
    ----------
    ratings:
        Code sets by coder, then by answer; an empty set means "coded, no reason".
    seed:
        Of the bootstrap, so that the interval can be computed again.
    """
    answers = sorted({answer for by_answer in ratings.values() for answer in by_answer})
    units = [[by_answer[answer] for by_answer in ratings.values() if answer in by_answer] for answer in answers]
    shared = [unit for unit in units if len(unit) >= _PAIR]
    alpha = krippendorff_alpha(shared, distance=masi_distance)
    if np.isnan(alpha):
        return Agreement(len(shared), alpha, float("nan"), float("nan"))
    random = np.random.default_rng(seed)
    drawn = [
        krippendorff_alpha(
            [shared[place] for place in random.integers(0, len(shared), len(shared))], distance=masi_distance
        )
        for _ in range(resamples)
    ]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Agreement(len(shared), alpha, float(low), float(high))


def by_code(reference: Mapping[str, CodeSet], other: Mapping[str, CodeSet]) -> list[CodeAgreement]:
    """Return precision, recall, kappa and prevalence of every code on the answers both coded, most frequent first."""
    shared = sorted(reference.keys() & other.keys())
    codes = sorted({code for answer in shared for code in reference[answer] | other[answer]})
    found = [_one_code(code, [(code in reference[a], code in other[a]) for a in shared]) for code in codes]
    return sorted(found, key=lambda one: -one.prevalence)


def _one_code(code_id: str, pairs: Sequence[tuple[bool, bool]]) -> CodeAgreement:
    n = len(pairs)
    both = sum(a and b for a, b in pairs)
    truly, given = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs) / n
    chance = (truly * given + (n - truly) * (n - given)) / n**2
    return CodeAgreement(
        code_id,
        n,
        truly / n,
        both / given if given else float("nan"),
        both / truly if truly else float("nan"),
        (agreed - chance) / (1 - chance) if chance < 1 else float("nan"),
    )


def micro_f1(reference: Mapping[str, CodeSet], other: Mapping[str, CodeSet]) -> float:
    """Return the micro-averaged F1 of ``other`` on the answers both coded; NaN where neither gave a code.

    >>> micro_f1({"1": frozenset("a")}, {"1": frozenset("ab")})
    0.6666666666666666
    """
    shared = reference.keys() & other.keys()
    both = sum(len(reference[answer] & other[answer]) for answer in shared)
    given = sum(len(reference[answer]) + len(other[answer]) for answer in shared)
    return 2 * both / given if given else float("nan")
