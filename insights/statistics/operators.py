"""Operators: a wave's NPS as other operators would have found it, and no figure of any one of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from insights.statistics.clusters import renumbered
from insights.statistics.estimate import Z_95, Floats, Ints
from insights.statistics.figure import BOTH_MODES, GREYED_UNDER, HIDDEN_UNDER, WHOLE, Figure
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure, estimate
from insights.statistics.nps import adjusted_wald
from insights.statistics.parts import Part, answered_of, rows_hash

LEAST_OPERATORS = 5
GREYED_OPERATORS = 10
RATIOS = np.concatenate([[0.0], np.geomspace(1e-5, 10.0, 60)])
REFINED = 5
FORMULA = "{formula}; mean of a random-intercept model: answers of one operator go together, operators are a sample"


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """Groups drawn at random: y = mean + group + rest.

    Attributes
    ----------
    mean:
        Of the groups there could be; groups with many answers count for less an answer.
    between, within:
        Variance of groups, and of answers inside one.
    squares:
        How far the groups' means lie apart, weighted, beside what the model expects: about 1.0.
    weight:
        Sum of the groups' weights: 1 / weight is the variance of ``mean``.
    """

    mean: float
    between: float
    within: float
    squares: float
    weight: float

    @property
    def icc(self) -> float:
        """Share of the variance that lies between groups, 0..1."""
        whole = self.between + self.within
        return self.between / whole if whole > 0 else 0.0


def random_intercept(sizes: Floats, means: Floats, within_squares: float) -> RandomIntercept:
    """Return the model fitted by restricted maximum likelihood from what groups add up to.

    Parameters
    ----------
    sizes, means:
        Shape (k,), two groups at least: (effective) answers and their mean.
    within_squares:
        Sum of squared deviations from the groups' own means.

    References
    ----------
    Searle, S. R., Casella, G., McCulloch, C. E. (1992). Variance Components. Wiley.

    Examples
    --------
    >>> found = random_intercept(np.array([5.0, 5.0]), np.array([1.0, 3.0]), 8.0)
    >>> round(found.mean, 3), round(found.within, 3), round(found.between, 3)
    (2.0, 1.0, 1.8)
    """
    free = float(sizes.sum()) - 1.0
    ratios = RATIOS
    for _ in range(REFINED):
        # Rows: trial values of between / within; the whole likelihood has only this one unknown left.
        growth = 1.0 + ratios[:, None] * sizes
        weights = sizes / growth
        centre = (weights * means).sum(axis=1) / weights.sum(axis=1)
        squares = within_squares + (weights * (means - centre[:, None]) ** 2).sum(axis=1)
        deviance = free * np.log(np.maximum(squares, 1e-12)) + np.log(growth).sum(axis=1) + np.log(weights.sum(axis=1))
        best = int(np.argmin(deviance))
        within, ratio, mean, weight = squares[best] / free, ratios[best], centre[best], weights[best]
        ratios = np.linspace(ratios[max(best - 1, 0)], ratios[min(best + 1, len(ratios) - 1)], 41)
    apart = float((weight * (means - mean) ** 2).sum()) / (within * (len(sizes) - 1)) if within > 0 else 0.0
    total = float(weight.sum()) / within if within > 0 else math.inf
    return RandomIntercept(float(mean), float(ratio * within), float(within), apart, total)


def icc_interval(sizes: Floats, means: Floats, within_squares: float) -> tuple[float, float]:
    """Return the 95 % interval of the share of variance between groups, 0..1, from the F ratio.

    Exact for groups of one size and normal answers.

    References
    ----------
    Thomas, J. D., Hultquist, R. A. (1978). Annals of Statistics 6(3), 582-587.

    Examples
    --------
    >>> [round(edge, 3) for edge in icc_interval(np.full(6, 5.0), np.array([1.0, 2, 3, 4, 5, 6]), 24.0)]
    [0.476, 0.956]
    """
    total = float(sizes.sum())
    groups = len(sizes)
    grand = float((sizes * means).sum()) / total
    between = float((sizes * (means - grand) ** 2).sum()) / (groups - 1)
    rest = total - groups
    if rest <= 0 or within_squares <= 0:
        return 0.0, 1.0
    ratio = between / (within_squares / rest)
    size = (total - float((sizes**2).sum()) / total) / (groups - 1)
    edges = ratio / f_quantiles(groups - 1, rest, (0.975, 0.025))
    low, high = (float(edge) for edge in (edges - 1.0) / (edges + size - 1.0))
    return max(0.0, low), min(1.0, max(0.0, high))


def f_quantiles(between: float, within: float, wanted: tuple[float, ...]) -> Floats:
    """Return quantiles of the F distribution with these degrees of freedom, to five digits without loading scipy.

    Examples
    --------
    >>> f_quantiles(5, 24, (0.95,)).round(3).tolist()
    [2.621]
    """
    log = np.linspace(-30.0, 15.0, 20_001)
    density = between / 2.0 * log - (between + within) / 2.0 * np.logaddexp(math.log(within), math.log(between) + log)
    mass = np.exp(density - density.max())
    below = np.cumsum(mass) - mass / 2.0
    quantiles: Floats = np.exp(np.interp(wanted, below / mass.sum(), log))
    return quantiles


def operator_figures(frame: Frame, measures: Sequence[Measure], parts: Iterable[Part]) -> tuple[Figure, ...]:
    """Return NPS of each wave and mode corrected for which operators happened to call.

    Five operators at least, fewer than ten are greyed. It holds where calls reach operators by chance: one who has
    customers of his own differs by them. What is computed of single operators is not kept.

    References
    ----------
    West, B. T., Blom, A. G. (2017). Explaining interviewer effects: a research synthesis. Journal of Survey
    Statistics and Methodology 5(2), 175-211.
    """
    figures = []
    for part in parts:
        for measure in measures:
            if part.mode != BOTH_MODES and measure.metric.partition(":")[0] == "nps":
                found = corrected(frame, measure, part)
                figures.extend([found] if found else [])
    return tuple(figures)


def corrected(frame: Frame, measure: Measure, part: Part) -> Figure | None:
    """Return one corrected figure; None with fewer than 5 operators or 10 interviews."""
    answered = answered_of(frame, measure, part)
    known = frame.operators[answered.rows] >= 0
    rows, weights = answered.rows[known], answered.weights[known]
    if len(rows) < HIDDEN_UNDER:
        return None
    operators = renumbered(frame.operators[rows])
    sizes, means, within_squares = group_sums(measure.columns[rows, 0], weights, operators)
    if len(sizes) < LEAST_OPERATORS:
        return None
    plain = estimate(measure, rows, weights=weights, clusters=renumbered(frame.clients[rows]))
    model = random_intercept(sizes, means, within_squares)
    icc_low, icc_high = icc_interval(sizes, means, within_squares)
    opinions = float(np.average(np.abs(measure.columns[rows, 0]), weights=weights))
    low, high = interval(model, len(sizes), opinions=opinions, n_eff=plain.n_eff)
    effect = 1.0 + (float((sizes**2).sum() / sizes.sum()) - 1.0) * model.icc
    return Figure(
        metric=f"{measure.metric}_operator_corrected",
        wave=part.wave,
        slice=WHOLE,
        mode=part.mode,
        n=len(rows),
        value=100.0 * model.mean,
        low=100.0 * low,
        high=100.0 * high,
        method=f"random operators ({len(sizes)}), REML, Hartung-Knapp, adjusted Wald",
        n_eff=plain.n_eff / effect,
        greyed=len(rows) < GREYED_UNDER or len(sizes) < GREYED_OPERATORS,
        formula=FORMULA.format(formula=measure.formula),
        rows_sha256=rows_hash(frame, measure, rows),
        extra={
            "operators": len(sizes),
            "uncorrected": round(plain.value, 4),
            "icc": round(model.icc, 6),
            "icc_low": round(icc_low, 6),
            "icc_high": round(icc_high, 6),
            "design_effect": round(effect, 4),
        },
    )


def group_sums(values: Floats, weights: Floats, groups: Ints) -> tuple[Floats, Floats, float]:
    """Return each group's effective answers and mean, shape (k,), and the squares inside groups.

    Examples
    --------
    >>> sizes, means, squares = group_sums(np.array([1.0, 0, 1]), np.ones(3), np.array([0, 0, 1]))
    >>> sizes.tolist(), means.tolist(), squares
    ([2.0, 1.0], [0.5, 1.0], 0.5)
    """
    weight = np.bincount(groups, weights=weights)
    sizes = weight**2 / np.bincount(groups, weights=weights**2)
    means = np.bincount(groups, weights=weights * values) / weight
    spread = np.bincount(groups, weights=weights * (values - means[groups]) ** 2) / weight
    return sizes, means, float((sizes * spread).sum())


def interval(model: RandomIntercept, groups: int, *, opinions: float, n_eff: float) -> tuple[float, float]:
    """Return the interval of a net score's mean over groups, -1..1: never narrower than without groups.

    Hartung and Knapp's error with Student's quantile tells how many independent answers the mean is worth; the
    adjusted Wald interval of so many holds near the ends of the scale, where a symmetric one does not.

    Parameters
    ----------
    opinions:
        Share of answers that are 1 or -1, above 0.
    n_eff:
        Independent answers the mean would be worth if groups did not matter.

    References
    ----------
    Hartung, J., Knapp, G. (2001). Statistics in Medicine 20(24), 3875-3889.
    """
    promoters, detractors = (opinions + model.mean) / 2.0, (opinions - model.mean) / 2.0
    student = math.sqrt(float(f_quantiles(1.0, groups - 1.0, (0.95,))[0]))
    spread = max(0.0, opinions - model.mean**2)
    error = model.squares / model.weight
    worth = [(Z_95, n_eff)] + ([(student, spread / error)] if error > 0 and spread > 0 else [])
    low, high = model.mean, model.mean
    for quantile, n in worth:
        centre, se = adjusted_wald((max(0.0, promoters) * n, (1.0 - opinions) * n, max(0.0, detractors) * n))
        low, high = min(low, centre - quantile * se), max(high, centre + quantile * se)
    return max(-1.0, low), min(1.0, high)
