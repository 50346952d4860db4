"""Weights back to the population."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.statistics.weights import kish_n_eff, population_weights, rake


def test_raking_meets_every_margin() -> None:
    rng = np.random.default_rng(2)
    segment, country = rng.integers(0, 3, 400), rng.integers(0, 2, 400)
    wanted_segment, wanted_country = np.array([0.7, 0.2, 0.1]), np.array([0.35, 0.65])
    weights = rake([(segment, wanted_segment), (country, wanted_country)], start=np.ones(400))
    for category, wanted in ((segment, wanted_segment), (country, wanted_country)):
        reached = np.bincount(category, weights=weights) / weights.sum()
        assert reached == pytest.approx(wanted, abs=1e-8)
    assert weights.mean() == pytest.approx(1.0)


def test_raking_refuses_a_margin_that_nobody_can_fill() -> None:
    with pytest.raises(ValueError, match="category 1 has no row"):
        rake([(np.zeros(5, dtype=int), np.array([0.5, 0.5]))], start=np.ones(5))


def test_strata_get_their_share_of_the_population_whatever_weights_were_delivered() -> None:
    codes = np.array([0] * 7 + [1] * 3)
    for start in (np.ones(10), np.arange(1.0, 11.0)):
        weights = population_weights(codes, np.array([40.0, 60.0]), start=start)
        reached = np.bincount(codes, weights=weights) / weights.sum()
        assert reached == pytest.approx([0.4, 0.6])
        assert weights.sum() == pytest.approx(start.sum())
        assert weights[1] / weights[0] == pytest.approx(start[1] / start[0])


def test_strata_the_population_does_not_list_keep_their_weight() -> None:
    codes, sizes = np.array([0, 1, 2, -1]), np.array([30.0, 10.0, 0.0, 5.0])
    assert population_weights(codes, sizes, start=np.ones(4)).tolist() == [1.5, 0.5, 1.0, 1.0]
    assert population_weights(np.array([-1, -1]), sizes, start=np.array([1.0, 2.0])).tolist() == [1.0, 2.0]


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=40))
def test_unequal_weights_never_add_interviews(weights: list[float]) -> None:
    assert 0 < kish_n_eff(np.array(weights)) <= len(weights) + 1e-9


def test_equal_weights_cost_nothing() -> None:
    assert kish_n_eff(np.full(20, 3.0)) == pytest.approx(20)
