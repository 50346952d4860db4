from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made
from click.testing import CliRunner

from insights.cli.main import cli
from insights.statistics.figure import Figure
from insights.statistics.metrics import metrics
from insights.statistics.operators import f_quantiles, group_sums, interval, random_intercept
from insights.store import open_store
from insights.study import Study
from insights.survey.responses import ResponseRow

# Yields of dyestuff by batch (Davies 1947); Bates, lme4: Mixed-effects Modeling with R (2010), gives the REML fit:
# mean 1527.5 with standard error 19.38, standard deviations 42.00 between batches and 49.51 within.
DYESTUFF = (
    (1545, 1440, 1440, 1520, 1580), (1540, 1555, 1490, 1560, 1495), (1595, 1550, 1605, 1510, 1560),
    (1445, 1440, 1595, 1465, 1545), (1595, 1630, 1515, 1635, 1625), (1520, 1455, 1450, 1480, 1445),
)  # fmt: skip


def answers(scores_of: dict[str, list[int]], **changes: object) -> Iterator[ResponseRow]:
    """Yield interviews of named operators."""
    number = 0
    for operator, scores in scores_of.items():
        for score in scores:
            number += 1
            fields = {"recording": None, "operator_id": operator, **changes}
            yield made.row(number, nps=str(score), **fields)


def corrected(tmp_path: Path, *rows: ResponseRow) -> list[Figure]:
    store = made.framed(open_store(tmp_path / "study.db"), *rows)
    return [one for one in metrics(store).figures if one.metric == "nps_operator_corrected"]


def test_the_model_equals_a_published_example() -> None:
    values = np.array(DYESTUFF, dtype=float).ravel()
    model = random_intercept(*group_sums(values, np.ones(30), np.repeat(np.arange(6), 5)))
    assert model.mean == pytest.approx(1527.5)
    assert np.sqrt(model.between) == pytest.approx(42.00, abs=0.005)
    assert np.sqrt(model.within) == pytest.approx(49.51, abs=0.005)
    assert 1 / np.sqrt(model.weight) == pytest.approx(19.38, abs=0.005)


@pytest.mark.filterwarnings("ignore")
def test_the_model_of_uneven_groups_equals_statsmodels() -> None:
    from statsmodels.api import MixedLM

    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(9), rng.integers(3, 60, 9))
    values = rng.choice([1.0, 0.0, -1.0], len(groups), p=[0.5, 0.3, 0.2]) + rng.normal(0, 0.2, 9)[groups]
    reference = MixedLM(values, np.ones((len(values), 1)), groups=groups).fit(reml=True)
    model = random_intercept(*group_sums(values, np.ones(len(values)), groups))
    assert model.mean == pytest.approx(float(reference.fe_params[0]), abs=1e-4)
    assert model.between == pytest.approx(float(np.asarray(reference.cov_re)[0, 0]), rel=1e-2)
    assert model.within == pytest.approx(float(reference.scale), rel=1e-4)


def test_groups_that_differ_less_than_chance_have_no_variance() -> None:
    model = random_intercept(np.full(8, 20.0), np.full(8, 0.4), 100.0)
    assert (model.between, model.icc, model.squares) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("between", "within"), [(1, 4), (1, 39), (5, 24), (39, 3000), (7, 100_000)])
def test_quantiles_equal_scipy(between: float, within: float) -> None:
    from scipy.stats import f

    wanted = (0.025, 0.95, 0.975) if between > 1 else (0.95, 0.975)
    assert f_quantiles(between, within, wanted) == pytest.approx(f.ppf(wanted, between, within), rel=1e-4)


def test_weights_count_as_repeated_answers_would() -> None:
    values, groups = np.array([1.0, 0.0, -1.0, 1.0]), np.array([0, 0, 1, 1])
    sizes, means, squares = group_sums(values, np.array([2.0, 2.0, 1.0, 1.0]), groups)
    assert sizes.tolist() == [2.0, 2.0]
    assert means.tolist() == [0.5, 0.0]
    assert squares == pytest.approx(2.5)


def test_an_operator_with_most_calls_does_not_decide_the_wave(tmp_path: Path) -> None:
    kind = {f"op{i}": [10] * 8 + [8] * 12 for i in range(9)}  # NPS 40 each
    (found,) = corrected(tmp_path, *answers({**kind, "busy": [5] * 120}))
    assert found.extra["uncorrected"] == -16.0
    assert found.value > 15
    assert (found.n, found.extra["operators"], found.greyed) == (300, 10, False)
    assert found.low < 26 < found.high  # the mean of ten operators: (9 x 40 - 100) / 10
    assert float(found.extra["design_effect"] or 0) > 10
    assert found.n_eff < 30
    assert found.method == "random operators (10), REML, Hartung-Knapp, adjusted Wald"


def test_without_an_operator_effect_the_figure_and_its_interval_stay(tmp_path: Path) -> None:
    alike = {f"op{i}": [10] * 10 + [8] * 6 + [5] * 4 for i in range(12)}
    store = made.framed(open_store(tmp_path / "study.db"), *answers(alike))
    figures = {one.metric: one for one in metrics(store).figures}
    plain, found = figures["nps"], figures["nps_operator_corrected"]
    assert found.value == pytest.approx(plain.value)
    assert found.high - found.low == pytest.approx(plain.high - plain.low)
    assert (found.extra["icc"], found.extra["design_effect"]) == (0.0, 1.0)
    assert found.n_eff == pytest.approx(240)


def test_few_operators_are_greyed_and_four_are_too_few(tmp_path: Path) -> None:
    few = {f"op{i}": [10, 9, 8, 5] * 5 for i in range(5)}
    (found,) = corrected(tmp_path, *answers(few))
    assert found.greyed
    (tmp_path / "four").mkdir()
    assert corrected(tmp_path / "four", *answers({name: few[name] for name in list(few)[:4]})) == []


def test_answers_without_an_operator_are_left_out(tmp_path: Path) -> None:
    rows = [*answers({f"op{i}": [10, 8] * 5 for i in range(6)})]
    rows += [made.row(900 + i, nps="0", recording=None, operator_id=None) for i in range(30)]
    (found,) = corrected(tmp_path, *rows)
    assert (found.n, found.value) == (60, pytest.approx(50.0))


@pytest.mark.parametrize(
    ("language", "said", "empty"),
    [
        ("ru", "Верно, если звонки достаются операторам случайно", "хотя бы 5 операторов"),
        ("en", "True where calls reach operators by chance", "At least 5 operators"),
    ],
)
def test_a_study_tells_the_effect_and_names_nobody(tmp_path: Path, language: str, said: str, empty: str) -> None:
    made.two_calls(tmp_path, *answers({f"olga{i}": [10, 9, 8, 5 - i % 2] * 5 for i in range(8)}))
    found = Study(tmp_path, language=language).operator_effect()  # type: ignore[arg-type]  # parametrised
    assert len(found) == 1
    assert said in found.loc[0, "sentence"]
    assert "olga" not in found.to_json()
    (tmp_path / "none").mkdir()
    made.two_calls(tmp_path / "none", made.row(), made.row(2, "en"))
    assert empty in Study(tmp_path / "none", language=language).operator_effect().note  # type: ignore[arg-type]


def test_the_command_keeps_the_figure_and_explains_it(tmp_path: Path) -> None:
    made.two_calls(tmp_path, *answers({f"olga{i}": [10, 9, 8, 5] * 5 for i in range(8)}))
    study = ["--study", str(tmp_path)]
    figures = json.loads(CliRunner().invoke(cli, ["metrics", "--json", *study]).output)
    (found,) = (one for one in figures if one["metric"] == "nps_operator_corrected")
    assert found["low"] < found["value"] < found["high"]
    explained = CliRunner().invoke(cli, ["explain", str(found["metric_id"]), *study]).output
    assert "operators are a sample" in explained
    assert "olga" not in explained


def test_an_interval_ends_where_the_scale_does() -> None:
    best = random_intercept(np.full(6, 20.0), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.9]), 2.0)
    low, high = interval(best, 6, opinions=0.99, n_eff=120.0)
    assert 0.7 < low < best.mean < high <= 1.0
