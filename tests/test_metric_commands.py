"""earful metrics, change, drivers, explain over a study of generated interviews."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from insights.cli.main import cli
from insights.settings import StudyFolder
from insights.statistics.metrics import metrics
from insights.statistics.money import churn_link, money_links
from insights.statistics.nps import nps_from_counts
from insights.store import Store, ingest_folder, open_store, transaction
from insights.survey import load_codebook, load_survey
from insights.survey.templates import template_files

HEADER = (
    "interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,operator_team,wave,"
    "nps,speed,choice,manager,delivery,mistakes,again,why_nps"
)
SEGMENTS = ["large"] * 8 + ["medium"] * 42 + ["small"] * 150


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with two waves of 200 interviews, every fifth in writing; the large segment has 8."""
    root = tmp_path_factory.mktemp("study")
    folder = StudyFolder(root)
    folder.make()
    for file, text in template_files("voice-of-customer").items():
        (root / file).write_text(text, encoding="utf-8")
    rng = np.random.default_rng(5)
    for wave, shares in (("2026Q3", [0.5, 0.3, 0.2]), ("2026Q4", [0.5, 0.31, 0.19])):
        lines = [HEADER]
        for i, segment in enumerate(SEGMENTS):
            score = int(rng.choice([10, 8, 3], p=shares))
            marks = ",".join(str(int(np.clip(score // 2 + rng.integers(-1, 2), 1, 5))) for _ in range(4))
            mode = "online" if i % 5 == 0 else "phone"
            recording = "" if mode == "online" else f"{wave}-{i}.wav"
            words = "слишком дорого" if mode == "online" and score == 3 else ""
            lines.append(
                f"{wave}-{i},2026-11-20T10:00:00+03:00,{mode},{recording},{wave}R{i},C{i},{segment},buyer,op{i % 3},"
                f"team{i % 2},{wave},{score},{marks},{('ready', 'unsure')[i % 2]},{('да', 'нет')[i % 4 == 0]},{words}"
            )
        (folder.responses / f"{wave}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    population = ["wave,segment,clients", "2026Q4,large,1000", "2026Q4,medium,500", "2026Q4,small,500"]
    (root / "population.csv").write_text("\n".join(population) + "\n", encoding="utf-8")
    outcomes = ["client_id,period,revenue,orders,churned"]
    outcomes += [f"C{i},2027Q1,{100 + i},{i % 7},{int(i % 9 == 0)}" for i in range(200)]
    (root / "outcomes.csv").write_text("\n".join(outcomes) + "\n", encoding="utf-8")
    survey, store = load_survey(root), open_store(folder.store)
    ingest_folder(store, folder.responses, survey=survey, codebook=load_codebook(root))
    store.close()
    return root


def run(study: Path, *arguments: str) -> Any:
    done = CliRunner().invoke(cli, [*arguments, "--study", str(study), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def figures(found: Any) -> Iterator[dict[str, Any]]:
    """Walk any JSON and yield every object that carries a figure."""
    if isinstance(found, dict):
        if {"value", "difference"} & found.keys():
            yield found
        for inner in found.values():
            yield from figures(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from figures(inner)


@pytest.mark.parametrize(
    "command",
    [
        ("metrics", "--by", "segment,role,operator-team,mode"),
        ("change", "2026Q3", "2026Q4"),
        ("drivers",),
        ("drivers", "revenue"),
        ("drivers", "churned"),
    ],
)
def test_every_figure_carries_n_interval_and_method(study: Path, command: tuple[str, ...]) -> None:
    found = list(figures(run(study, *command)))
    assert found
    for figure in found:
        assert figure["method"]
        assert figure["metric_id"] > 0
        n = figure["n"] if isinstance(figure["n"], list) else [figure["n"]]
        assert all(count > 0 for count in n)
        assert figure["low"] <= figure.get("value", figure.get("difference")) <= figure["high"]


def test_every_line_of_figures_for_people_shows_n_interval_and_method(study: Path) -> None:
    text = CliRunner().invoke(cli, ["metrics", "--by", "segment", "--study", str(study)]).output
    lines = [line for line in text.splitlines() if line.startswith("  ")]
    assert lines
    pattern = re.compile(r"-?\d+\.\d +\[-?\d+\.\d; -?\d+\.\d\]  n=\d+.*(Wald|Wilson|linearised).*#\d+$")
    assert [line for line in lines if not pattern.search(line)] == []


def test_every_line_of_a_change_for_people_shows_n_interval_and_method(study: Path) -> None:
    text = CliRunner().invoke(cli, ["change", "2026Q3", "2026Q4", "--study", str(study)]).output
    number = r"[-+\u2212]?\d+\.\d"
    method = r"z, adjusted and pooled|Wald|Wilson|linearised"
    sentence = rf"\[.+\] .*\d+ interviews.*\({number} to {number}\).*Method: ({method})"
    difference = rf"    .*\(n=\d+\) -> .*\(n=\d+\), difference {number} \[{number}; {number}\].*({method}).*#\d+$"
    wave = rf"    2026Q[34]: {number}  \[{number}; {number}\]  n=\d+  .*({method})"
    lines = [line for line in text.splitlines() if line.strip()]
    kinds = [next((kind for kind in (sentence, wave, difference) if re.match(kind, line)), line) for line in lines]
    assert len(kinds) >= 4
    assert kinds == [sentence, difference, wave, wave] * (len(lines) // 4)


@pytest.mark.parametrize("target", ["nps", "revenue", "churned"])
def test_every_line_of_drivers_for_people_shows_n_interval_and_method(study: Path, target: str) -> None:
    text = CliRunner().invoke(cli, ["drivers", target, "--study", str(study)]).output
    lines = [line for line in text.splitlines() if re.search(r"\d", line) and not line.startswith("wave ")]
    assert lines
    pattern = re.compile(r"-?\d+\.\d +\[-?\d+\.\d; -?\d+\.\d\]  n=\d+ +.*[a-z].*  #\d+$")
    assert [line for line in lines if not pattern.search(line)] == []


def test_phone_and_online_stand_beside_their_sum(study: Path) -> None:
    found = [one for one in run(study, "metrics", "--wave", "2026Q3") if one["metric"] == "nps"]
    assert [one["mode"] for one in found] == ["online", "phone", "phone+online"]
    assert [one["n"] for one in found] == [40, 160, 200]


def test_a_plain_wave_equals_the_worked_interval(study: Path) -> None:
    found = next(one for one in run(study, "metrics", "--wave", "2026Q3") if one["mode"] == "phone")
    promoters, detractors = _counts(study, "2026Q3")
    expected = nps_from_counts((promoters, 160 - promoters - detractors, detractors))
    assert (found["metric"], found["n"], found["method"]) == ("nps", 160, "adjusted Wald")
    assert [found["value"], found["low"], found["high"]] == pytest.approx(
        [expected.value, expected.low, expected.high], abs=1e-3
    )


def _counts(study: Path, wave: str) -> tuple[float, float]:
    rows = [line.split(",") for line in (study / "responses" / f"{wave}.csv").read_text("utf-8").splitlines()[1:]]
    scores = [int(row[11]) for row in rows if row[2] == "phone"]
    return float(sum(score >= 9 for score in scores)), float(sum(score <= 6 for score in scores))


def test_a_population_weights_the_wave_and_narrows_its_segments(study: Path) -> None:
    found = run(study, "metrics", "--by", "segment", "--wave", "2026Q4")
    whole = next(one for one in found if one["slice"] == "all" and one["mode"] == "phone+online")
    assert "weighted" in whole["method"]
    assert "200 of 2000 clients" in whole["method"]
    assert whole["n_eff"] < 60
    small = next(one for one in found if one["slice"] == "segment=small" and one["mode"] == "phone+online")
    assert "150 of 500 clients" in small["method"]
    assert small["p_rest"] is not None


def test_slices_under_ten_are_hidden_and_under_thirty_greyed(study: Path) -> None:
    found = run(study, "metrics", "--by", "segment", "--wave", "2026Q3")
    slices = {(one["slice"], one["mode"]): one for one in found if one["metric"] == "nps"}
    assert not any("large" in name for name, _ in slices)
    assert not slices["segment=medium", "phone"]["greyed"]
    assert ("segment=medium", "online") not in slices
    assert all(one["greyed"] == (one["n"] < 30) for one in found)
    text = CliRunner().invoke(cli, ["metrics", "--by", "segment", "--study", str(study)]).output
    assert "hidden, fewer than 10 interviews" in text


def test_the_change_that_could_not_be_seen_is_said_so(study: Path) -> None:
    found = run(study, "change", "2026Q3", "2026Q4")
    assert {(one["metric"], one["mode"]) for one in found} >= {("nps", "phone"), ("csi", "online")}
    first = found[0]
    assert first["metric"] == "nps"
    assert not first["significant"]
    assert first["detectable_difference"] > 5
    assert "common clients" in first["method"]
    text = CliRunner().invoke(cli, ["change", "2026Q3", "2026Q4", "--study", str(study)]).output
    assert "NPS: no change that" in text
    assert "detectable" in text


def test_38_of_389_then_37_of_539_is_printed_as_no_detectable_change(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    folder.make()
    for file, text in template_files("voice-of-customer").items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    scores = {"W1": [10] * 195 + [8] * 147 + [4] * 47, "W2": [10] * 275 + [7] * 189 + [4] * 75}
    lines = ["interview_id,mode,wave,nps"]
    lines += [f"{wave}-{i},phone,{wave},{score}" for wave, given in scores.items() for i, score in enumerate(given)]
    (folder.responses / "all.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    store = open_store(folder.store)
    ingest_folder(store, folder.responses, survey=load_survey(tmp_path), codebook=load_codebook(tmp_path))
    store.close()
    found = run(tmp_path, "change", "W1", "W2")
    assert [one["metric"] for one in found] == ["nps"]
    assert found[0]["values"] == pytest.approx([38.0, 37.1], abs=0.1)
    assert found[0]["n"] == [389, 539]
    assert not found[0]["significant"]
    assert 11 <= found[0]["detectable_difference"] <= 16
    text = CliRunner().invoke(cli, ["change", "W1", "W2", "--study", str(tmp_path)]).output
    assert "no detectable change: 38.0 (n=389) -> 37.1 (n=539)" in text


def test_drivers_name_the_attributes_in_order_and_sum_up(study: Path) -> None:
    found = [one for one in run(study, "drivers", "--wave", "2026Q3") if one["mode"] == "phone"]
    shares = [one["value"] for one in found if one["metric"].startswith("driver:nps:")]
    assert len(shares) == 4
    assert shares == sorted(shares, reverse=True)
    assert 20 < sum(shares) <= 100
    assert all(one["johnson"] > 0 and one["vif"] >= 1 for one in found)


def test_money_is_given_by_segment_only(study: Path) -> None:
    found = run(study, "drivers", "revenue")
    assert {one["slice"] for one in found} == {"segment=medium", "segment=small"}
    assert all(one["period"] == "2027Q1" for one in found)
    store = open_store(study / "study.db", readonly=True)
    assert "association" in money_links(store, "orders")[0].formula
    store.close()


def test_churn_among_detractors_is_compared_with_the_rest() -> None:
    scores = np.array([3.0] * 40 + [9.0] * 60)
    churned = np.array([1.0] * 20 + [0.0] * 20 + [1.0] * 6 + [0.0] * 54)
    value, low, high, _ = churn_link(scores, churned)
    assert value == pytest.approx(40.0)
    assert 15 < low < value < high < 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("metrics", "--wave", "2031Q1"), "waves: 2026Q3, 2026Q4"),
        (("metrics", "--by", "colour"), "choose from segment"),
        (("change", "2026Q3", "2031Q1"), "no wave '2031Q1'"),
        (("drivers", "colour"), "questions: nps"),
        (("explain", "987654"), "no figure 987654"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_what_there_is(
    study: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = CliRunner().invoke(cli, [*arguments, "--study", str(study)])
    assert done.exit_code == 2
    assert message in done.output


def test_a_folder_without_store_ends_with_four(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["metrics", "--study", str(tmp_path)])
    assert done.exit_code == 4
    assert not (tmp_path / "study.db").exists()


@pytest.fixture
def heard(study: Path, tmp_path: Path) -> Iterator[Store]:
    """The study's store after a night: spoken scores, a complaint of a promoter, a mix-up, hesitation."""
    target = tmp_path / "study.db"
    source = open_store(study / "study.db")
    source.conn.execute("VACUUM INTO ?", (str(target),))
    source.close()
    store = open_store(target)
    with transaction(store):
        store.conn.execute("INSERT OR IGNORE INTO coder(coder_id, kind) VALUES ('machine', 'machine')")
        store.conn.execute("""UPDATE answer SET spoken_value = recorded_value
            WHERE question_id = 'nps' AND interview_id IN (
              SELECT interview_id FROM interview WHERE mode = 'phone' AND wave_id = '2026Q3')""")
        store.conn.execute("""UPDATE answer SET spoken_value = 2 WHERE answer_id IN (SELECT answer_id FROM answer
            WHERE question_id = 'nps' AND spoken_value = 10 ORDER BY interview_id LIMIT 3)""")
        store.conn.execute("""INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote, start_s, end_s)
            SELECT answer_id, 'price', 'machine', CASE WHEN value > 8 THEN 1 ELSE -1 END, 'цена', 1, 2 FROM answer
            WHERE question_id = 'nps' AND spoken_value IS NOT NULL""")
        store.conn.execute("""INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote, start_s, end_s)
            SELECT answer_id, 'mistaken_company', 'machine', 0, 'это не к вам', 1, 2 FROM answer
            WHERE question_id = 'nps' AND spoken_value = 3 ORDER BY interview_id LIMIT 5""")
        store.conn.execute("""INSERT INTO delivery(answer_id, hesitation)
            SELECT answer_id, CASE WHEN substr(interview_id, -1) < '4' THEN 2.0 ELSE 0.0 END FROM answer
            WHERE question_id = 'nps' AND spoken_value IS NOT NULL""")
    yield store
    store.close()


def test_after_a_night_the_spoken_scores_stand_beside_the_recorded_ones(heard: Store) -> None:
    found = {one.metric: one for one in metrics(heard, waves=["2026Q3"]).figures if one.mode == "phone"}
    assert found["nps_spoken"].value == pytest.approx(found["nps_same_interviews"].value - 100 * 6 / 160)
    assert found["nps_without_mistaken"].n == found["nps"].n - 5
    assert found["nps_without_mistaken"].value > found["nps"].value
    promoters = found["hidden_detractors"].n
    assert found["hidden_detractors"].value == pytest.approx(100 * 3 / promoters)


def test_nps_is_given_by_hesitation(heard: Store) -> None:
    slices = {one.slice for one in metrics(heard, by=("hesitation",)).figures}
    assert slices == {"all", "hesitation=hesitant", "hesitation=not hesitant"}
