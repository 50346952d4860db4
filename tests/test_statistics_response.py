from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made
from click.testing import CliRunner

from insights.cli.main import cli
from insights.statistics.figure import Figure
from insights.statistics.metrics import Report, metrics
from insights.statistics.outcomes import outcome_of
from insights.statistics.sentences import gap_sentence, weights_sentence
from insights.store import open_store, query
from insights.study import Study
from insights.survey.responses import ResponseRow

# Worked in the README of the R package outcomerate: RR1 .364, RR2 .545, COOP1 .500, REF1 .091, CON1 .727.
WORKED = {"I": 4, "P": 2, "R": 1, "NC": 1, "O": 1, "UH": 1, "UO": 1, "NE": 1}


def tried(counts: dict[str, int], **changes: object) -> Iterator[ResponseRow]:
    """Yield interviews that ended so; those who answered gave a 9, the others nothing."""
    number = 0
    for disposition, n in counts.items():
        answered = outcome_of(disposition) in ("complete", "partial")
        for _ in range(n):
            number += 1
            nps = "9" if answered else ""
            yield made.row(number, nps=nps, recording=None, disposition=disposition, **changes)


def report_of(tmp_path: Path, *rows: ResponseRow, by: tuple[str, ...] = ()) -> Report:
    store = made.framed(open_store(tmp_path / "study.db"), *rows)
    return metrics(store, by=by)


def rates(report: Report, *, slice_name: str = "all") -> dict[str, Figure]:
    return {
        one.metric.partition(":")[2]: one
        for one in report.figures
        if "_rate:" in one.metric and one.slice == slice_name
    }


def test_rates_equal_a_published_example(tmp_path: Path) -> None:
    found = rates(report_of(tmp_path, *tried(WORKED)))
    expected = {"RR1": (4, 11), "RR2": (6, 11), "COOP1": (4, 8), "REF1": (1, 11), "CON1": (8, 11)}
    assert {name: (one.value, one.n) for name, one in found.items()} == {
        name: (pytest.approx(100 * hits / base), base) for name, (hits, base) in expected.items()
    }
    # Wilson for 4 of 11, by hand: (4 + 1.9208) / 14.8415 -+ 1.96 sqrt(4 x 7 / 11 + .9604) / 14.8415
    assert (found["RR1"].low, found["RR1"].high) == (pytest.approx(15.166, abs=0.01), pytest.approx(64.62, abs=0.01))
    assert found["RR1"].method == "Wilson"
    assert found["RR1"].formula.startswith("AAPOR RR1 = (I) / (I + P + R + NC + O + U)")


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("Complete", "complete"), ("Опрошен", "complete"), ("1.1", "complete"), ("1,10", "complete"),
        ("partial interview", "partial"), ("Частичное интервью", "partial"), ("1.2", "partial"),
        ("REFUSED", "refusal"), ("Отказ", "refusal"), ("бросил трубку", "refusal"), ("break_off", "refusal"),
        ("no-answer", "not_reached"), ("недозвон", "not_reached"), ("Автоответчик", "not_reached"),
        ("Жёсткий отказ", "refusal"), ("2.21", "not_reached"), ("language barrier", "other"), ("2.36", "other"),
        ("неверный номер", "unknown"), ("Wrong number", "unknown"), ("3.9", "unknown"), ("UH", "unknown"),
        ("quota full", "not_eligible"), ("не клиент", "not_eligible"), ("4.7", "not_eligible"),
        ("VIP", None), ("5.1", None), ("21", None), ("", None),
    ],
)  # fmt: skip
def test_dispositions_are_understood_in_both_languages(word: str, outcome: str | None) -> None:
    assert outcome_of(word) == outcome


@pytest.mark.parametrize(("disposition", "why"), [("complete", "only_answered"), (None, "no_dispositions")])
def test_a_file_of_answers_alone_gives_no_rate_but_says_so(tmp_path: Path, disposition: str | None, why: str) -> None:
    rows = [made.row(n, recording=None, disposition=disposition) for n in range(1, 13)]
    report = report_of(tmp_path, *rows)
    assert rates(report) == {}
    assert [(gap.wave, gap.mode, gap.n, gap.why) for gap in report.unanswered] == [("2026Q4", "phone", 12, why)]
    assert "долю ответивших посчитать нельзя" in gap_sentence(report.unanswered[0], mode="телефон", language="ru")


def test_an_empty_cell_counts_by_what_the_row_holds(tmp_path: Path) -> None:
    rows = [made.row(n, recording=None) for n in range(1, 5)]  # scores, no disposition
    rows += [made.row(n, nps="", recording=None) for n in range(5, 8)]  # nothing at all
    rows += [made.row(n, nps="", recording=None, disposition="отказ") for n in range(8, 10)]
    rows += [made.row(10, recording=None, disposition="VIP")]  # a word of their own, with a score
    found = rates(report_of(tmp_path, *rows))
    assert (found["RR1"].value, found["RR1"].n) == (50.0, 10)
    assert (found["COOP1"].value, found["COOP1"].n) == (pytest.approx(500 / 7), 7)
    assert "RR2" not in found


def test_weights_made_for_answers_do_not_move_rates(tmp_path: Path) -> None:
    rows = [*tried({"complete": 6, "refusal": 6}, weight=None)]
    heavy = [made.row(n, recording=None, disposition="complete", weight=9.0) for n in range(1, 7)]
    assert rates(report_of(tmp_path, *rows[6:], *heavy))["RR1"].value == 50.0


def test_a_slice_without_anybody_silent_has_no_rate(tmp_path: Path) -> None:
    rows = [made.row(n, recording=None, disposition="complete", segment="small") for n in range(1, 21)]
    rows += [made.row(n, recording=None, disposition="complete", segment="large") for n in range(21, 31)]
    rows += [made.row(n, nps="", recording=None, disposition="отказ", segment="large") for n in range(31, 41)]
    report = report_of(tmp_path, *rows, by=("segment",))
    assert rates(report, slice_name="segment=large")["RR1"].value == 50.0
    assert rates(report, slice_name="segment=small") == {}


def test_slices_are_not_given_where_silent_customers_have_no_segment(tmp_path: Path) -> None:
    rows = [made.row(n, recording=None, disposition="complete", segment="large") for n in range(1, 21)]
    rows += [made.row(21, nps="", recording=None, disposition="отказ", segment="large")]
    rows += [made.row(n, nps="", recording=None, disposition="отказ", segment=None, client_id=None, respondent_id=None)
             for n in range(22, 41)]  # fmt: skip
    report = report_of(tmp_path, *rows, by=("segment",))
    assert rates(report)["RR1"].value == 50.0
    assert rates(report, slice_name="segment=large") == {}


def test_a_mode_without_silent_customers_does_not_raise_the_rate_of_both(tmp_path: Path) -> None:
    rows = [*tried({"complete": 10, "refusal": 10})]
    rows += [made.row(n, "en", mode="online", recording=None, disposition="complete") for n in range(1, 31)]
    report = report_of(tmp_path, *rows)
    assert [(one.mode, one.value) for one in report.figures if one.metric == "response_rate:RR1"] == [("phone", 50.0)]
    assert [(gap.mode, gap.why) for gap in report.unanswered] == [("online", "only_answered")]


def test_online_customers_who_never_answered_are_not_without_comment(tmp_path: Path) -> None:
    rows = [made.row(n, mode="online", recording=None, disposition="complete") for n in range(1, 11)]
    rows += [made.row(n, nps="", mode="online", recording=None, disposition="no reply") for n in range(11, 31)]
    report = report_of(tmp_path, *rows)
    assert [one.n for one in report.figures if one.metric == "comment_rate"] == [10]


def late(report: Report) -> list[Figure]:
    return [one for one in report.figures if one.metric == "nps_late_minus_early"]


def dated(n: int, *, day: int, nps: str) -> list[ResponseRow]:
    return [
        made.row(100 * day + i, nps=nps, recording=None, started_at=f"2026-11-{day:02d}T10:00:00+03:00")
        for i in range(n)
    ]


def test_late_answers_are_held_against_early_ones(tmp_path: Path) -> None:
    report = report_of(tmp_path, *dated(40, day=2, nps="10"), *dated(40, day=9, nps="8"))
    (found,) = late(report)
    assert (found.value, found.n, found.greyed) == (-100.0, 80, False)
    assert (found.extra["n_early"], found.extra["n_late"], found.extra["significant"]) == (40, 40, 1)
    assert found.high < -80


def test_few_late_answers_are_greyed_and_fewer_hidden(tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    (found,) = late(report_of(tmp_path / "few", *dated(40, day=2, nps="10"), *dated(12, day=9, nps="8")))
    assert found.greyed
    report = report_of(tmp_path, *dated(40, day=2, nps="10"), *dated(9, day=9, nps="8"))
    assert late(report) == []
    assert "nps_late_minus_early 2026Q4 phone all" in report.hidden


def test_answers_of_one_date_are_neither_early_nor_late(tmp_path: Path) -> None:
    assert late(report_of(tmp_path, *dated(60, day=2, nps="10"))) == []


@pytest.mark.parametrize(("language", "said", "unseen"), [
    ("ru", "Из 20, с кем пытались связаться, до конца ответили 60,0 %", "не ответившие могут думать иначе"),
    ("en", "Of the 20 who were tried, 60.0 % answered to the end", "those who did not answer may think otherwise"),
])  # fmt: skip
def test_a_study_tells_response_in_plain_words(tmp_path: Path, language: str, said: str, unseen: str) -> None:
    rows = [*tried({"complete": 12, "отказ": 4, "недозвон": 4})]
    made.two_calls(tmp_path, *rows)
    found = Study(tmp_path, language=language).response()  # type: ignore[arg-type]  # parametrised
    assert found.loc[0, "sentence"].startswith(said)
    assert unseen in found.note
    assert {"n", "value", "low", "high", "method", "few"} <= set(found.columns)
    assert len(query(Study(tmp_path).store, found.sql)) == 20


def test_the_command_keeps_rates_and_explains_them(tmp_path: Path) -> None:
    made.two_calls(tmp_path, *tried({"complete": 12, "refusal": 8}))
    study = ["--study", str(tmp_path)]
    shown = CliRunner().invoke(cli, ["metrics", *study]).output
    line = next(line for line in shown.splitlines() if "response_rate:RR1" in line)
    assert "60.0" in line
    assert "n=20" in line
    explained = CliRunner().invoke(cli, ["explain", line.rpartition("#")[2], *study]).output
    assert "AAPOR RR1 = (I) / (I + P + R + NC + O + U)" in explained


def test_the_command_says_where_only_answers_are_in_the_file(tmp_path: Path) -> None:
    made.two_calls(tmp_path, made.row(), made.row(2, "en"))
    shown = CliRunner().invoke(cli, ["metrics", "--study", str(tmp_path)]).output
    assert "no response rates, nobody who did not answer is in the file: 2026Q4 phone" in shown


def test_both_languages_say_what_weights_cannot_do() -> None:
    assert "не исправят" in weights_sentence("ru")
    assert "cannot repair" in weights_sentence("en")


@pytest.mark.parametrize(("language", "said"), [
    ("ru", "Исход 2 строк — незнакомое слово"), ("en", "The disposition of 2 rows is no known word"),
])  # fmt: skip
def test_words_nobody_knows_are_counted_and_never_shown(tmp_path: Path, language: str, said: str) -> None:
    rows = [*tried({"complete": 12, "refusal": 6})]
    rows += [made.row(90 + n, recording=None, disposition="Мария Ивановна просила") for n in range(2)]
    made.two_calls(tmp_path, *rows)
    note = Study(tmp_path, language=language).response().note  # type: ignore[arg-type]  # parametrised
    shown = CliRunner().invoke(cli, ["metrics", "--study", str(tmp_path)]).output
    assert said in note
    assert "The disposition of 2 rows is no known word" in shown
    assert "Мария" not in note + shown
