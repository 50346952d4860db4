"""Faults in responses/ from the command line: few lines however many faults, all of them within reach."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.main import cli
from insights.settings import StudyFolder
from insights.store import NamePattern, link_recordings, open_store, query, save_call

HEADER = "interview_id,mode,nps,speed\n"
MANY = 1200


def earful(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False)


@pytest.fixture
def faulty(study_dir: Path) -> Path:
    """A study whose export wrote 99 for "no answer" in every line, and one mode that nobody knows."""
    lines = [f"i{n},phone,99,3" for n in range(MANY)]
    (study_dir / "responses" / "r.csv").write_text(HEADER + "\n".join([*lines, "x1,fax,9,3"]) + "\n", encoding="utf-8")
    return study_dir


@pytest.mark.parametrize("command", ["ingest", "check", "now"])
def test_many_faults_of_one_kind_are_few_lines_with_their_count_and_cure(faulty: Path, command: str) -> None:
    done = earful(command, "--study", str(faulty))
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert len(lines) < 15
    assert f"{MANY} problems: write a whole number from 0 to 10 or leave it empty" in lines
    assert "    r.csv:2: nps is '99'" in lines
    assert f"    and {MANY - 5} more" in lines
    assert "1 problem: write phone or online" in lines
    listed = "earful check --json" if command == "check" else "earful gaps"
    assert f"all of them: {listed} --study {faulty}" in lines


def test_every_fault_can_be_reached(faulty: Path) -> None:
    said = json.loads(earful("ingest", "--study", str(faulty), "--json").output)["problems"]
    assert len(said) == MANY + 1
    assert said[0] == "r.csv:2: nps is '99'; write a whole number from 0 to 10 or leave it empty"
    assert json.loads(earful("now", "--study", str(faulty), "--json").output)["problems"] == []
    warnings = json.loads(earful("check", "--study", str(faulty), "--json").output)["warnings"]
    assert set(said) <= set(warnings)
    gaps = earful("gaps", "--study", str(faulty)).output
    assert f"responses/r.csv:{MANY + 1}" in gaps


def test_few_faults_are_all_shown_and_point_nowhere(study_dir: Path) -> None:
    (study_dir / "responses" / "r.csv").write_text(HEADER + "i1,phone,11,3\ni2,phone,9,3\n", encoding="utf-8")
    done = earful("ingest", "--study", str(study_dir))
    assert done.output.splitlines() == [
        "1 problem: write a whole number from 0 to 10 or leave it empty",
        "    r.csv:2: nps is '11'",
        "1 new response file, 2 interviews in the store; 1 problem in responses/",
    ]


def test_check_reads_the_files_beside_the_responses(study_dir: Path) -> None:
    (study_dir / "outcomes.csv").write_text("client_id,period,revenue\nC1,2026,many\n", encoding="utf-8")
    (study_dir / "responses" / "population.csv").write_text("wave,segment,clients\nw,s,1.5\n", encoding="utf-8")
    done = earful("check", "--study", str(study_dir))
    assert "outcomes.csv:2: revenue is 'many'" in done.output
    assert "population.csv:2: clients is '1.5'" in done.output
    assert "2 problems in responses/" in done.output


def test_what_is_not_read_is_said_and_goes_when_it_is_mended(study_dir: Path) -> None:
    folder = study_dir / "responses"
    (folder / "ОТЧЁТ.CSV").write_text(HEADER + "i1,phone,9,3\n", encoding="utf-8")
    done = earful("ingest", "--study", str(study_dir))
    assert "1 problem: rename it so that it ends in .csv" in done.output
    assert "    ОТЧЁТ.CSV: .CSV is not read, only .csv" in done.output
    assert "is not read" in earful("check", "--study", str(study_dir)).output
    (folder / "ОТЧЁТ.CSV").rename(folder / "отчёт.csv")
    assert earful("ingest", "--study", str(study_dir)).output == "1 new response file, 1 interview in the store\n"


def test_one_wave_written_in_two_ways_is_said(study_dir: Path) -> None:
    lines = ["interview_id,mode,wave,segment,nps", "i1,phone,2026 Q4,малый,9", "i2,phone,2026q4,крупный,9"]
    (study_dir / "responses" / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    warned = json.loads(earful("check", "--study", str(study_dir), "--json").output)["warnings"]
    assert warned == ["responses/: wave is written '2026 Q4' and '2026q4'; write it in one way"]


@pytest.mark.parametrize("command", ["ingest", "now"])
def test_reading_rows_by_day_keeps_recordings_that_a_pattern_linked(tmp_path: Path, command: str) -> None:
    folder = StudyFolder(tmp_path)
    earful("init", str(tmp_path))
    pattern = r"(?P<client>[^_]+)_(?P<time>\d{8}-\d{6})"
    settings = tmp_path / "earful.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('pattern = ""', f"pattern = '{pattern}'"))
    head = "interview_id,started_at,mode,client_id,wave,nps\n"
    line = "A1,2026-11-20T10:05:00,phone,C1,w1,{score}\n"
    (folder.responses / "a.csv").write_text(head + line.format(score=9), encoding="utf-8")
    earful("ingest", "--study", str(tmp_path))
    store = made.framed(open_store(folder.store))
    save_call(store, made.call(name="calls/C1_20261120-100500.wav"))
    link_recordings(store, pattern=NamePattern(pattern))
    (folder.responses / "a.csv").write_text(head + line.format(score=3), encoding="utf-8")
    assert earful(command, "--study", str(tmp_path)).exit_code == 0
    assert query(store, "SELECT interview_id FROM recording") == [{"interview_id": "A1"}]
    store.close()


def test_erasing_a_person_brings_no_older_number_of_others_back(study_dir: Path) -> None:
    head, folder = "interview_id,mode,respondent_id,nps\n", study_dir / "responses"
    (folder / "a.csv").write_text(head + "i2,phone,R-2,5\ni1,phone,R-1,5\ni3,phone,R-3,55\n", encoding="utf-8")
    (folder / "b.csv").write_text(head + "i1,phone,R-1,9\n", encoding="utf-8")
    where = ("--study", str(study_dir))
    earful("ingest", *where)
    assert earful("forget", "--respondent", "R-2", "--yes", *where).exit_code == 0
    again = json.loads(earful("ingest", *where, "--json").output)
    assert (again["files"], again["interviews"]) == (0, 2)
    assert again["problems"][0].startswith("a.csv:3: nps is '55'")  # a line higher than before
    store = open_store(study_dir / "study.db", readonly=True)
    sql = "SELECT interview_id, recorded_value AS n FROM answer WHERE question_id = 'nps' ORDER BY interview_id"
    assert query(store, sql) == [{"interview_id": "i1", "n": 9.0}, {"interview_id": "i3", "n": None}]
    store.close()


def test_a_file_that_was_not_read_yet_is_read_after_an_erasure(study_dir: Path) -> None:
    file = study_dir / "responses" / "a.csv"
    head, where = "interview_id,mode,respondent_id,nps\n", ("--study", str(study_dir))
    file.write_text(head + "i1,phone,R-1,5\n", encoding="utf-8")
    earful("ingest", *where)
    file.write_text(head + "i1,phone,R-1,5\ni2,phone,R-2,8\n", encoding="utf-8")
    assert earful("forget", "--respondent", "R-1", "--yes", *where).exit_code == 0
    assert json.loads(earful("ingest", *where, "--json").output)["interviews"] == 1
