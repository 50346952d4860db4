"""init, check, ingest, status, gaps, plan: a study's life from the command line, without models."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from insights.cli.main import cli
from insights.settings import Settings, load_settings
from insights.survey import load_codebook, load_survey

HEADER = "interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,wave,nps\n"


def earful(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.mark.parametrize("template", ["voice-of-customer", "written", "after-service"])
def test_init_makes_a_study_that_check_accepts(tmp_path: Path, template: str) -> None:
    folder = tmp_path / "study"
    made = earful("init", str(folder), "--template", template)
    assert made.exit_code == 0, made.output
    assert load_settings(folder) == Settings()
    assert load_survey(folder).questions
    assert load_codebook(folder).codes
    checked = earful("check", "--study", str(folder))
    assert checked.exit_code == 0, checked.output
    assert "usable" in checked.output


def test_init_keeps_what_is_there_and_closes_the_folder_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    earful("init", str(folder))
    (folder / "survey.toml").write_text("mine", encoding="utf-8")
    again = earful("init", str(folder))
    assert "kept" in again.output
    assert (folder / "survey.toml").read_text(encoding="utf-8") == "mine"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "earful.toml").stat().st_mode) == 0o600


def test_an_unknown_template_names_those_there_are(tmp_path: Path) -> None:
    result = earful("init", str(tmp_path / "s"), "--template", "telepathy")
    assert result.exit_code == 2
    assert "voice-of-customer" in result.output


def test_check_names_every_fault_and_refuses(study_dir: Path) -> None:
    path = study_dir / "survey.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('follows = "nps"', 'follows = "npz"'), encoding="utf-8")
    result = earful("check", "--study", str(study_dir), "--json")
    assert result.exit_code == 4
    found = json.loads(result.output)
    assert not found["usable"]
    assert "points nowhere" in found["faults"][0]


def test_check_lists_rows_that_cannot_be_used(study_dir: Path) -> None:
    (study_dir / "responses" / "r.csv").write_text(HEADER + "i1,,phone,,,,,,,w1,11\n")
    result = earful("check", "--study", str(study_dir))
    assert result.exit_code == 0
    assert "r.csv:2" in result.output


def test_ingest_reads_numbers_and_nothing_else(study_dir: Path) -> None:
    (study_dir / "responses" / "r.csv").write_text(HEADER + "i1,,phone,,,,,,,w1,9\ni2,,phone,,,,,,,w1,\n")
    result = earful("ingest", "--study", str(study_dir), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["interviews"] == 2
    assert earful("ingest", "--study", str(study_dir)).output.startswith("0 new response files, 2 interviews")


def test_status_before_the_first_night_says_what_to_run(study_dir: Path) -> None:
    result = earful("status", "--study", str(study_dir))
    assert result.exit_code == 4
    assert "earful night" in result.output


def test_plan_scales_with_the_calls_and_says_where_its_speed_is_from() -> None:
    small, large = (
        json.loads(earful("plan", "--calls", n, "--cores", "2", "--json").output) for n in ("1000", "2000")
    )
    assert large["core_hours"] == pytest.approx(2 * small["core_hours"], abs=0.2)
    assert "measured" in small["source"]
    assert earful("plan", "--calls", "0").exit_code == 2
    assert "130000 calls" in earful("plan").output  # needs no argument


def test_the_next_step_can_be_pasted_where_the_folder_has_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "опрос банка 2026"
    assert f"earful night --study '{folder}'" in earful("init", str(folder)).output


def test_retain_without_an_age_limit_erases_nothing_and_is_no_failure(study_dir: Path) -> None:
    for words in ((), ("--yes",), ("--json",)):
        result = earful("retain", "--study", str(study_dir), *words)
        assert (result.exit_code, "erase" in result.output or "dry_run" in result.output) == (0, True)


def test_a_wrong_time_of_day_is_refused(study_dir: Path) -> None:
    result = earful("night", "--study", str(study_dir), "--by", "tomorrow")
    assert result.exit_code == 2
    assert "08:00" in result.output
