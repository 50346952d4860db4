"""Changes between waves, drivers, impact of reasons, families of tests."""

from __future__ import annotations

import numpy as np
import pytest

from insights.statistics.change import compare
from insights.statistics.drivers import drivers
from insights.statistics.families import benjamini_hochberg
from insights.statistics.impact import flags_of, impacts
from insights.statistics.importance import correlations_of, lmg, relative_weights, variance_inflation
from insights.statistics.nps import nps, nps_from_counts
from insights.statistics.sentences import change_sentence, figure_sentence, impact_sentence


@pytest.mark.parametrize("promoters", [0.45, 0.50, 0.55, 0.60])
def test_38_of_389_to_37_of_539_is_no_detectable_change(promoters: float) -> None:
    first = nps_from_counts(_counts(389, promoters, promoters - 0.38))
    second = nps_from_counts(_counts(539, promoters + 0.01, promoters - 0.36))
    change = compare("nps", first, second)
    assert not change.significant
    assert 0.8 < change.p_value < 0.9
    assert change.low < 0 < change.high
    assert 11 <= change.detectable_difference <= 16
    assert change_sentence(change, language="ru").startswith("NPS: изменения, которое могли бы показать 928 интервью")


def _counts(n: int, promoters: float, detractors: float) -> tuple[float, float, float]:
    return n * promoters, n * (1 - promoters - detractors), n * detractors


@pytest.mark.parametrize(("n_1", "n_2"), [(40, 40), (40, 539), (389, 539)])
@pytest.mark.parametrize("shares", [(0.3, 0.4, 0.3), (0.68, 0.01, 0.31), (0.7, 0.23, 0.07)])
def test_false_alarms_stay_rare(n_1: int, n_2: int, shares: tuple[float, ...]) -> None:
    rng = np.random.default_rng(9)
    alarms = 0
    for first, second in zip(rng.multinomial(n_1, shares, 600), rng.multinomial(n_2, shares, 600)):
        waves = [nps_from_counts((float(c[0]), float(c[1]), float(c[2]))) for c in (first, second)]
        alarms += compare("nps", waves[0], waves[1]).significant
    assert alarms / 600 <= 0.07


def test_a_real_fall_is_found_and_said_plainly() -> None:
    change = compare("nps", nps_from_counts((300.0, 80.0, 20.0)), nps_from_counts((180.0, 120.0, 100.0)))
    assert change.significant
    assert change.high < 0
    assert change.difference == pytest.approx(-50.0)
    assert change_sentence(change, language="en").startswith("NPS: down by 50.0 points")
    assert change_sentence(change, language="ru").startswith("NPS: снижение на 50,0 п.")


def test_common_clients_sharpen_the_comparison() -> None:
    first, second = nps_from_counts((60.0, 30.0, 10.0)), nps_from_counts((66.0, 26.0, 8.0))
    apart = compare("nps", first, second)
    together = compare("nps", first, second, covariance=0.4 * first.se * second.se)
    assert together.high - together.low < apart.high - apart.low
    assert "common clients" in together.method


def test_shares_of_r_squared_sum_to_r_squared() -> None:
    x, y = _halo(400)
    correlations = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    fitted = np.column_stack([np.ones(400), x])
    residual = y - fitted @ np.linalg.lstsq(fitted, y, rcond=None)[0]
    r_squared = 1 - residual.var() / y.var()
    assert lmg(correlations).sum() == pytest.approx(r_squared, abs=1e-6)
    assert relative_weights(correlations).sum() == pytest.approx(r_squared, abs=1e-6)
    assert lmg(correlations) == pytest.approx(relative_weights(correlations), abs=0.01)


def test_two_attributes_are_split_as_by_hand() -> None:
    # R2 alone .36 and .25, together .4533...: each gets the mean of first and last place.
    correlations = np.array([[1.0, 0.4, 0.6], [0.4, 1.0, 0.5], [0.6, 0.5, 1.0]])
    both = (0.36 + 0.25 - 2 * 0.4 * 0.6 * 0.5) / (1 - 0.16)
    assert lmg(correlations) == pytest.approx([(0.36 + both - 0.25) / 2, (0.25 + both - 0.36) / 2], abs=1e-6)


def test_inflation_shows_attributes_that_say_the_same() -> None:
    correlations = np.array([[1.0, 0.9, 0.5], [0.9, 1.0, 0.5], [0.5, 0.5, 1.0]])
    assert variance_inflation(correlations) == pytest.approx([1 / (1 - 0.81)] * 2, rel=1e-6)


def test_moments_give_numpys_correlations() -> None:
    x, y = _halo(50)
    rows = np.column_stack([np.ones(50), x, y])
    expected = np.corrcoef(np.column_stack([x, y]), rowvar=False)
    assert correlations_of(rows.T @ rows) == pytest.approx(expected)


def _halo(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    x = 0.75 * rng.normal(size=(n, 1)) + 0.66 * rng.normal(size=(n, 4))
    return x, x @ np.array([0.8, 0.4, 0.1, 0.0]) + rng.normal(size=n)


@pytest.mark.parametrize("respondents", [1, 3])
def test_drivers_rank_what_moves_the_score_with_intervals(respondents: int) -> None:
    x, y = _halo(300)
    x[5, 2] = np.nan
    found = drivers(x, y, names="abcd", weights=np.ones(300), clusters=np.arange(300) // respondents)
    assert found[0].attribute == "a"
    assert {driver.n for driver in found} == {299}
    assert all(driver.low <= driver.share <= driver.high for driver in found)
    assert found[0].low > 5
    assert "bootstrap draws by client" in found[0].method


def test_many_clients_are_drawn_in_groups_with_like_intervals() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2))
    y = x[:, 0] + rng.normal(size=4000)
    options = {"names": ["a", "b"], "weights": np.ones(4000)}
    lone = drivers(x, y, clusters=np.arange(4000), **options)
    halves = drivers(x, y, clusters=np.arange(4000) % 1000, **options)
    assert "200 random groups" in lone[0].method
    assert lone[0].high - lone[0].low == pytest.approx(halves[0].high - halves[0].low, rel=0.4)


def test_too_few_complete_interviews_give_no_drivers() -> None:
    assert drivers(np.ones((9, 2)), np.ones(9), names="ab", weights=np.ones(9), clusters=np.arange(9)) == ()


def test_a_reason_that_goes_with_low_scores_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(8)
    scores = rng.choice([10.0, 8.0, 3.0], 400, p=[0.6, 0.25, 0.15])
    waiting = rng.random(400) < 0.2
    scores[waiting] = rng.choice([10.0, 8.0, 3.0], int(waiting.sum()), p=[0.1, 0.3, 0.6])
    pairs = {("speed", -1): set(np.flatnonzero(waiting)), ("rare", -1): {1, 2, 3}}
    pairs |= {(f"noise{i}", 0): set(np.flatnonzero(rng.random(400) < 0.3)) for i in range(5)}
    found = impacts(scores, flags_of(pairs, 400), weights=np.ones(400), clusters=np.arange(400))
    assert [impact.code_id for impact in found if impact.significant] == ["speed"]
    assert "rare" not in {impact.code_id for impact in found}
    assert found[0].difference == pytest.approx(found[0].nps_named - found[0].nps_rest)
    assert "ниже остальных" in impact_sentence(found[0], label="Скорость", language="ru")
    assert "no difference" in impact_sentence(found[-1], label="Noise", language="en")


def test_fifteen_published_p_values_give_four_discoveries() -> None:
    # Benjamini and Hochberg (1995), section 3.2: 4 of the 15 hypotheses are rejected.
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert int((benjamini_hochberg(p_values) <= 0.05).sum()) == 4
    assert benjamini_hochberg(p_values)[3] == pytest.approx(0.0095 * 15 / 4)
    assert benjamini_hochberg(p_values[::-1]).tolist() == benjamini_hochberg(p_values)[::-1].tolist()
    assert len(benjamini_hochberg([])) == 0


def test_clients_in_clusters_enter_the_change_through_their_n_eff() -> None:
    scores = np.repeat([10.0, 3.0, 8.0, 10.0] * 10, 3)
    lone = nps(scores, weights=np.ones(120), clusters=np.arange(120))
    groups = nps(scores, weights=np.ones(120), clusters=np.arange(120) // 3)
    better = nps_from_counts((90.0, 20.0, 10.0))
    assert compare("nps", groups, better).p_value > compare("nps", lone, better).p_value


def test_few_interviews_get_a_warning_in_words() -> None:
    said = figure_sentence("NPS", value=20, low=-30, high=60, n=12, language="en")
    assert said.endswith("Only 12 interviews: look at the interval, not at the number.")
