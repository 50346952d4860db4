"""Intervals of scores and shares against worked oracles and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.statistics.clusters import effective_n
from insights.statistics.estimate import finite_population_factor
from insights.statistics.means import csi, csi_values, student_quantile
from insights.statistics.nps import (
    adjusted_wald,
    jeffreys_cdf,
    jeffreys_interval,
    nps,
    nps_class,
    nps_from_counts,
    probability_above,
)
from insights.statistics.shares import share, wilson


@pytest.mark.parametrize("counts", [(195.0, 148.0, 46.0), (6.0, 3.0, 1.0), (30.0, 0.0, 0.0)])
def test_adjusted_wald_equals_plain_wald_after_adding_three_interviews(counts: tuple[float, float, float]) -> None:
    rows = np.repeat([1.0, 0.0, -1.0], [int(4 * (c + a)) for c, a in zip(counts, (0.75, 1.5, 0.75))])
    centre, se = adjusted_wald(counts)
    assert centre == pytest.approx(rows.mean())
    assert se == pytest.approx(rows.std() / math.sqrt(sum(counts) + 3))


@pytest.mark.parametrize(("hits", "n"), [(8, 10), (0, 5), (5, 5), (162, 539)])
def test_wilsons_bounds_are_where_the_score_test_turns(hits: int, n: int) -> None:
    for bound in wilson(hits / n, n):
        if 0 < bound < 1:
            assert abs(hits / n - bound) == pytest.approx(1.959964 * math.sqrt(bound * (1 - bound) / n), abs=1e-7)


def test_wilson_equals_newcombes_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263 gives .2553 to .3662.
    assert [round(bound, 4) for bound in wilson(81 / 263, 263)] == [0.2553, 0.3662]


@pytest.mark.parametrize("counts", [(5.0, 3.0, 2.0), (0.0, 0.0, 12.0), (9.0, 1.0, 0.0)])
def test_jeffreys_interval_equals_dirichlet_draws(counts: tuple[float, float, float]) -> None:
    draws = np.random.default_rng(7).dirichlet([c + 0.5 for c in counts], 50_000)
    expected = np.quantile(draws[:, 0] - draws[:, 2], [0.025, 0.975])
    assert jeffreys_interval(counts) == pytest.approx(expected, abs=0.01)


def test_probability_above_falls_as_the_benchmark_rises() -> None:
    chances = [probability_above((40.0, 30.0, 10.0), points) for points in (0.0, 20.0, 40.0, 60.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert chances[-1] < 0.01


def test_the_posterior_is_a_distribution_over_all_scores() -> None:
    below = jeffreys_cdf(np.array([-1.0, 0.0, 1.0]), (4.0, 4.0, 4.0))
    assert below == pytest.approx([0.0, 0.5, 1.0], abs=1e-6)


@pytest.mark.parametrize(
    ("true_shares", "n"),
    [
        ((0.52, 0.33, 0.15), 10),
        ((0.70, 0.23, 0.07), 15),
        ((0.87, 0.11, 0.02), 30),
        ((0.52, 0.33, 0.15), 100),
        ((0.87, 0.11, 0.02), 500),
    ],
)
def test_nps_intervals_cover_the_truth_about_95_times_in_100(true_shares: tuple[float, ...], n: int) -> None:
    truth = 100 * (true_shares[0] - true_shares[2])
    drawn = np.random.default_rng(11).multinomial(n, true_shares, 400)
    outcomes, times = np.unique(drawn, axis=0, return_counts=True)
    figures = [nps_from_counts((float(p), float(m), float(d))) for p, m, d in outcomes]
    covered = np.average([figure.low <= truth <= figure.high for figure in figures], weights=times)
    assert 0.92 <= covered <= 0.99


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(0, 200)] * 3).filter(lambda counts: sum(counts) > 0))
def test_an_interval_holds_its_value_and_stays_on_the_scale(counts: tuple[int, int, int]) -> None:
    figure = nps_from_counts((float(counts[0]), float(counts[1]), float(counts[2])))
    assert -100 <= figure.low <= figure.value <= figure.high <= 100
    assert figure.low < figure.high


def test_the_raw_score_is_shown_not_the_adjusted_centre() -> None:
    assert nps_from_counts((60.0, 30.0, 10.0)).value == 50.0


def test_no_interviews_are_refused_with_a_clear_line() -> None:
    with pytest.raises(ValueError, match="no interviews"):
        nps_from_counts((0.0, 0.0, 0.0))


def test_a_finite_population_narrows_the_interval() -> None:
    free = nps_from_counts((60.0, 30.0, 10.0))
    half_answered = nps_from_counts((60.0, 30.0, 10.0), population=200)
    everybody = nps_from_counts((60.0, 30.0, 10.0), population=100)
    ratio = (half_answered.high - half_answered.low) / (free.high - free.low)
    assert ratio == pytest.approx(finite_population_factor(100, 200), rel=0.03)
    assert everybody.low == everybody.value == everybody.high == 50.0
    assert "100 of 200 clients" in half_answered.method


def test_forty_five_percent_answered_multiplies_by_074() -> None:
    assert finite_population_factor(45, 100) == pytest.approx(0.742, abs=0.0005)


def test_weights_give_back_the_populations_score() -> None:
    # Equal numbers drawn from segments of 80 %, 15 % and 5 %: unweighted 63, weighted 58 in the worked example.
    scores = np.concatenate([np.repeat([10.0, 8.0, 3.0], c) for c in ((65, 24, 11), (72, 18, 10), (80, 13, 7))])
    weights = np.repeat([0.8, 0.15, 0.05], 100)
    plain = nps(scores, weights=np.ones(300), clusters=np.arange(300))
    weighted = nps(scores, weights=weights, clusters=np.arange(300))
    assert plain.value == pytest.approx((54 + 62 + 73) / 3)
    assert weighted.value == pytest.approx(0.8 * 54 + 0.15 * 62 + 0.05 * 73)
    assert weighted.n == 300 > weighted.n_eff
    assert "weighted" in weighted.method


@pytest.mark.parametrize("clusters", [400, 501, 502, 2000, 60_000])
def test_students_quantile_is_the_same_with_and_without_the_expansion(clusters: int) -> None:
    from scipy.special import stdtrit

    assert student_quantile(clusters) == pytest.approx(stdtrit(clusters - 1, 0.975), rel=1e-12)


def test_answers_of_one_client_count_less_than_answers_of_many() -> None:
    scores = np.repeat([10.0, 10.0, 3.0, 10.0, 3.0, 8.0] * 5, 3)
    lone = nps(scores, weights=np.ones(90), clusters=np.arange(90))
    together = nps(scores, weights=np.ones(90), clusters=np.repeat(np.arange(30), 3))
    assert together.value == lone.value
    assert together.high - together.low > 1.5 * (lone.high - lone.low)
    assert together.n_eff == pytest.approx(30, rel=0.1)
    assert "clustered by client" in together.method


def test_clusters_that_agree_no_more_than_chance_cost_nothing_much() -> None:
    rng = np.random.default_rng(5)
    values = rng.choice([1.0, 0.0, -1.0], 900, p=[0.6, 0.25, 0.15])
    assert effective_n(values, np.ones(900), np.repeat(np.arange(300), 3)) > 700


def test_intervals_of_clustered_interviews_still_cover_the_truth() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    clusters = np.repeat(np.arange(40), 3)
    for _ in range(300):
        mood = np.repeat(rng.normal(0, 1, 40), 3)
        latent = mood + rng.normal(0, 1, 120)
        classes = np.where(latent > -0.2, 10.0, np.where(latent > -1.4, 8.0, 2.0))
        figure = nps(classes, weights=np.ones(120), clusters=clusters)
        covered += figure.low <= 100 * (0.556 - 0.161) <= figure.high
    assert 0.90 <= covered / 300 <= 0.99


def test_classes_follow_the_questionnaire() -> None:
    assert nps_class(np.array([0.0, 6.0, 7.0, 8.0, 9.0, 10.0])).tolist() == [-1, -1, 0, 0, 1, 1]


def test_a_share_carries_its_weights_and_its_population() -> None:
    figure = share(
        np.array([True] * 8 + [False] * 2), weights=np.repeat([1.0, 2.0], 5), clusters=np.arange(10), population=40
    )
    assert figure.value == pytest.approx(100 * (5 + 6) / 15)
    assert figure.method.startswith("Wilson; weighted; n_eff")
    assert figure.method.endswith("10 of 40 clients")


def test_the_four_satisfaction_indices_differ_and_are_named() -> None:
    satisfaction = np.array([[5.0, 3.0], [4.0, 2.0], [5.0, 4.0]])
    importance = np.array([[10.0, 2.0], [8.0, 4.0], [9.0, 6.0]])
    values = csi_values(satisfaction, importance, top=5, bottom=1)
    # By hand: mean importance 9 and 4, mean satisfaction 4.6667 and 3.
    assert values["aggregate"] == pytest.approx(100 * (9 * 14 / 3 + 4 * 3) / 13 / 5)
    assert values["unweighted"] == pytest.approx(100 * (14 / 3 + 3) / 2 / 5)
    assert values["rescaled"] == pytest.approx(100 * ((9 * 14 / 3 + 12) / 13 - 1) / 4)
    assert len({round(value, 6) for value in values.values()}) == 4


def test_the_index_interval_agrees_with_a_bootstrap_by_client() -> None:
    rng = np.random.default_rng(4)
    mood = np.repeat(rng.normal(size=(60, 1)), 2, axis=0)
    satisfaction = np.clip(np.round(4 + 0.5 * mood + rng.normal(size=(120, 3))), 1, 5)
    importance = np.clip(np.round(8 + rng.normal(size=(120, 3))), 1, 10)
    clusters = np.repeat(np.arange(60), 2)
    figure = csi(satisfaction, importance, top=5, weights=np.ones(120), clusters=clusters)
    values = []
    for _ in range(500):
        rows = np.concatenate([(2 * c, 2 * c + 1) for c in rng.integers(0, 60, 60)])
        values.append(csi_values(satisfaction[rows], importance[rows], top=5, bottom=1)["aggregate"])
    low, high = np.quantile(values, [0.025, 0.975])
    assert figure.value == pytest.approx(csi_values(satisfaction, importance, top=5, bottom=1)["aggregate"])
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=0.6)
    assert figure.method == "CSI aggregate, linearised by client"


def test_an_index_of_equal_marks_has_no_false_certainty() -> None:
    figure = csi(np.full((6, 2), 5.0), None, top=5, weights=np.ones(6), clusters=np.arange(6))
    assert figure.value == 100.0
    assert figure.low < 70 < figure.high == 100.0
    assert "unweighted" in figure.method
