from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.statistics.control import Limits, beyond_limits, control_limits, nine_on_one_side, signals_of
from insights.store import query
from insights.study import Study
from insights.study.control_plots import stretches
from insights.survey.responses import ResponseRow

MONDAY = date(2026, 3, 2)
RECORDED = ("10", "9", "8", "10", "5")  # NPS 40, detractors .2


def flat(k: int) -> Limits:
    return Limits(0.5, np.full(k, 0.3), np.full(k, 0.7), 1.0)


def days(
    per_day: int, n_days: int, *, start: date = MONDAY, bad: tuple[int, ...] = (), mode: str = "phone"
) -> Iterator[ResponseRow]:
    """Yield as many interviews a day; on ``bad`` days everybody gives a 2."""
    for day in range(n_days):
        at = (start + timedelta(days=day)).isoformat()
        for i in range(per_day):
            nps = "2" if day in bad else RECORDED[(day + i) % len(RECORDED)]
            yield made.row(
                1000 * day + i, "ru" if mode == "phone" else "en", nps=nps, mode=mode, recording=None,
                started_at=f"{at}T{9 + i % 9:02d}:00:00+10:00",
            )  # fmt: skip


def study_of(tmp_path: Path, *rows: ResponseRow, language: str = "en") -> Study:
    made.two_calls(tmp_path, *rows)
    return Study(tmp_path, language=language)  # type: ignore[arg-type]  # parametrised


def test_limits_equal_those_worked_by_hand() -> None:
    # 4 periods of 25 with .2, .4, .2, .4: centre .3, standard error sqrt(.21 / 25) = .09165; neighbours differ by
    # .2 / .09165 = 2.1822 each: overdispersion 2.1822 / 1.128 = 1.9346. Skew: 4/3 x (1 - .6) / (25 / 1.9346^2).
    values = np.concatenate([np.repeat([1.0, 0.0], [hits, 25 - hits]) for hits in (5, 10, 5, 10)])
    limits = control_limits(values, np.repeat(np.arange(4), 25))
    assert limits.centre == pytest.approx(0.3)
    assert limits.overdispersion == pytest.approx(1.9346, abs=1e-4)
    half, shift = 3 * 1.9346 * 0.0916515, 4 / 3 * 0.4 * 1.9346**2 / 25
    assert limits.upper == pytest.approx(np.full(4, 0.3 + shift + half), abs=1e-4)
    assert limits.lower == pytest.approx(np.full(4, 0.3 + shift - half), abs=1e-4)


def test_limits_are_never_narrower_than_sampling_error() -> None:
    values = np.tile([1.0, 0.0], 200)  # every period exactly one half
    limits = control_limits(values, np.repeat(np.arange(20), 20))
    assert limits.overdispersion == 1.0
    assert limits.upper == pytest.approx(np.full(20, 0.5 + 3 * 0.5 / np.sqrt(20)))


def test_few_interviews_have_wider_limits() -> None:
    values = np.tile([1.0, 0.0], 60)
    limits = control_limits(values, np.repeat([0, 1], [100, 20]))
    assert limits.upper[1] - limits.centre > 2 * (limits.upper[0] - limits.centre)


def test_answers_all_alike_give_no_signal() -> None:
    limits = control_limits(np.ones(60), np.repeat(np.arange(3), 20))
    assert signals_of(np.ones(3), limits) == ["", "", ""]


def test_the_first_rule_that_fires_is_named() -> None:
    means = np.array([*[0.6] * 9, 0.8, 0.4])
    assert beyond_limits(means, flat(11)).tolist() == [False] * 9 + [True, False]
    assert nine_on_one_side(means, flat(11)).tolist() == [False] * 8 + [True, True, False]
    assert signals_of(means, flat(11)) == [""] * 8 + ["nine_on_one_side", "beyond_limits", ""]


def test_a_run_ends_on_the_centre_and_on_the_other_side() -> None:
    means = np.array([*[0.6] * 5, 0.5, *[0.6] * 8, 0.4, *[0.4] * 8])
    assert np.flatnonzero(nine_on_one_side(means, flat(23))).tolist() == [22]


def test_a_bad_week_is_a_signal_and_its_neighbours_are_not(tmp_path: Path) -> None:
    study = study_of(tmp_path, *days(10, 16 * 7, bad=tuple(range(35, 42))))
    found = study.control("nps")
    assert found["n"].tolist() == [70] * 16
    assert found.loc[found["signal"] != "", ["period", "signal", "value"]].to_numpy().tolist() == [
        ["2026-04-06", "beyond_limits", -100.0]
    ]
    assert found["period"].tolist()[0] == MONDAY.isoformat()
    assert found["running_n"].isna().tolist() == [True] * 3 + [False] * 13
    assert found.loc[5, "running"] == pytest.approx((3 * 40 - 100) / 4)
    assert (found["low"] <= found["value"]).all()
    assert found["method"].str.startswith("Laney limits over 16 weeks").all()
    assert "2026-04-06 beyond the limits." in found.note
    assert len(query(study.store, found.sql)) == 10 * 16 * 7


def test_the_share_of_detractors_is_charted_by_day_and_nps_is_not(tmp_path: Path) -> None:
    study = study_of(tmp_path, *days(15, 30, bad=(20,)))
    found = study.control("detractors", every="day")
    assert found.loc[found["signal"] != "", "period"].tolist() == ["2026-03-22"]
    assert found["few"].all()
    assert found["centre"].unique().tolist() == [20.0]  # the bad day itself does not move it
    with pytest.raises(ValueError, match="NPS is not given by day"):
        study.control("nps", every="day")


def test_a_day_is_that_of_the_operators_clock(tmp_path: Path) -> None:
    found = study_of(tmp_path, *days(12, 14)).control("detractors", every="day")  # 9:00+10:00 is yesterday in UTC
    assert found["period"].tolist() == [(MONDAY + timedelta(days=day)).isoformat() for day in range(14)]


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "нужно хотя бы 12 точек"), ("en", "limits need at least 12 points")]
)
def test_few_weeks_get_no_limits(tmp_path: Path, language: str, said: str) -> None:
    found = study_of(tmp_path, *days(10, 11 * 7), language=language).control()
    assert found.empty
    assert said in found.note


def test_weeks_of_few_interviews_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [*days(10, 13 * 7), *days(1, 5, start=MONDAY + timedelta(weeks=13))]
    found = study_of(tmp_path, *rows[: 13 * 70], *(made.row(9000 + i, recording=None, started_at=one.started_at)
                     for i, one in enumerate(rows[13 * 70 :]))).control()  # fmt: skip
    assert len(found) == 13
    assert "fewer than 10 interviews: 1" in found.note


def test_phone_and_online_are_charts_of_their_own(tmp_path: Path) -> None:
    rows = [*days(10, 12 * 7), *days(5, 12 * 7, mode="online", bad=tuple(range(84)))]
    found = study_of(tmp_path, *rows).control()
    assert found.groupby("mode")["centre"].first().to_dict() == {"online": -100.0, "phone": 40.0}
    assert (found["signal"] == "").all()


def test_other_shares_have_charts_and_unknown_figures_are_answered(tmp_path: Path) -> None:
    study = study_of(tmp_path, *days(10, 12 * 7))
    with pytest.raises(ValueError, match=r"no figure 'npss'; figures: nps.* \(did you mean 'nps'\?\)"):
        study.control("npss")
    with pytest.raises(ValueError, match="no step 'month'; steps: week, day"):
        study.control(every="month")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(("language", "said"), [("ru", "контрольная карта"), ("en", "control chart")])
def test_a_chart_is_drawn_in_both_languages(tmp_path: Path, language: str, said: str) -> None:
    study = study_of(tmp_path, *days(10, 13 * 7, bad=(30, 31, 32)), language=language)
    svg = study.plots.control("nps").save(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert said in svg
    assert "#d55e00" in svg.casefold()  # the signal's red
    assert said in study.plots.control("nps", mode="online").save(tmp_path / "b.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "said"), [
    ("ru", "2026-04-27 – 2026-05-25 девять и больше подряд по одну сторону"),
    ("en", "2026-04-27 – 2026-05-25 nine or more in a row on one side"),
])  # fmt: skip
def test_a_run_is_told_from_its_ninth_week_to_its_last(tmp_path: Path, language: str, said: str) -> None:
    rows = days(10, 16 * 7, bad=(92, 99, 106))  # thirteen weeks alike, then a bad day in each of three
    found = study_of(tmp_path, *rows, language=language).control()
    assert said in found.note


def test_a_study_without_interviews_has_no_charts_and_says_why(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    assert "started_at" in study.control().note
    assert study.response().empty
    assert study.operator_effect().empty
    with pytest.raises(ValueError, match="no mode 'phones'; modes: phone, online"):
        study.plots.control(mode="phones")  # type: ignore[arg-type]  # wrong on purpose


def test_no_line_is_drawn_over_a_long_pause() -> None:
    dates = ["2026-03-02", "2026-03-09", "2026-03-30", "2026-06-01"]
    assert [len(one) for one in stretches(pd.DataFrame({"period": dates}))] == [3, 1]
