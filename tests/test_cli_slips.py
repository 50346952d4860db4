"""Slips of the pen at the command line: the word that was meant is offered, and the right code ends the command."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.main import cli
from insights.cli.state_text import MOST_NAMED, status_lines
from insights.night.status import status_of
from insights.settings import StudyFolder
from insights.store import open_store, query, save_call


def earful(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with one call heard, and 29 interviews by phone without a recording."""
    folder = StudyFolder(tmp_path / "my study")
    folder.make()
    store = made.framed(open_store(folder.store), *(made.row(n) for n in range(1, 31)))
    save_call(store, made.call())
    store.close()
    return folder.root


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("metrcs",), 2, "No such command 'metrcs'; did you mean metrics?"),
        (("zzz",), 2, "No such command 'zzz'."),
        (("metrics", "--by", "segmnt"), 2, "choose from segment, role"),
        (("metrics", "--by", "segmnt"), 2, "did you mean segment?"),
        (("metrics", "--wave", "2026Q5"), 2, "no wave '2026Q5'; waves: 2026Q4; did you mean 2026Q4?"),
        (("change", "2026Q4", "2026Q4"), 2, "2026Q4 twice; name two waves"),
        (("night", "--address", "auto"), 2, "--address needs --executor ray"),
        (("check", "my-study"), 2, "unexpected extra argument (my-study); a study's folder is named with --study"),
        (("plan", "--minutes", "nan"), 2, "'nan' is not a number that can be counted with"),
        (("settle", "--answer", "9999", "--value", "undo"), 4, "there is no answer 9999"),
        (
            ("correct", "ru01", "--swap"),
            4,
            "no recording is called that; give its id or its path: did you mean calls/",
        ),
        (("correct", "ru10.wav", "--swap"), 4, "did you mean calls/ru01.wav?"),
        (("correct", "other", "--swap"), 4, "`earful status` shows paths"),
        (("correct", "ru01.wav", "--hide", "900", "999"), 4, "before 900 s; give seconds of the call"),
    ],
)
def test_a_slip_is_met_with_what_there_is(study: Path, words: tuple[str, ...], code: int, said: str) -> None:
    where = () if words[0] in ("metrcs", "zzz") else ("--study", str(study))
    done = earful(*words, *where)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("command", ["check", "ingest", "metrics", "retain", "plan", "gaps", "morning"])
def test_a_folder_that_is_not_there_is_said_with_the_one_beside_it(study: Path, command: str) -> None:
    done = earful(command, "--study", str(study.parent / "my studdy"))
    assert done.exit_code == 4
    assert done.output.strip().endswith("no such folder; did you mean my study?")
    assert not (study.parent / "my studdy").exists()


def test_a_folder_that_is_no_study_is_named_with_the_ways_out(tmp_path: Path) -> None:
    done = earful("ingest", "--study", str(tmp_path))
    assert done.exit_code == 4
    assert f"survey.toml: not found in {tmp_path}; name the study's folder with --study" in done.output


@pytest.mark.parametrize(("value", "code"), [("9", 0), ("7.5", 4), ("11", 4), ("nan", 4), ("ready", 4)])
def test_only_a_number_of_the_scale_settles_a_score(study: Path, value: str, code: int) -> None:
    store = open_store(study / "study.db", readonly=True)
    (answer,) = query(store, "SELECT answer_id FROM answer WHERE question_id = 'nps' AND interview_id = 'ru01'")
    (why,) = query(store, "SELECT answer_id FROM answer WHERE question_id = 'why' AND interview_id = 'ru01'")
    store.close()
    where = ("--value", value, "--by", "anna", "--study", str(study))
    assert earful("settle", "--answer", str(answer["answer_id"]), *where).exit_code == code
    assert earful("settle", "--answer", str(why["answer_id"]), *where).exit_code == 4


def test_days_may_be_written_as_in_russia(study: Path) -> None:
    assert earful("morning", "--date", "23.11.2026", "--study", str(study)).exit_code == 0
    assert (study / "pages" / "2026-11-23.html").is_file()
    assert earful("draw", "--verify", "23.11.2026", "--study", str(study)).exit_code == 0


def test_a_study_without_tables_is_told_where_they_go(study: Path) -> None:
    empty = study.parent / "empty"
    earful("init", str(empty))
    assert f"into {empty / 'responses'}, then run this again" in earful("ingest", "--study", str(empty)).output
    (empty / "responses" / "r.csv").write_text("interview_id,mode,nps\ni1,phone,9\n", encoding="utf-8")
    assert "next:" not in earful("ingest", "--study", str(empty)).output


def test_a_port_that_is_taken_is_one_clear_line(study: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = earful("serve", "--port", port, "--study", str(study))
    assert (done.exit_code, type(done.exception)) == (4, SystemExit)
    assert f"port {port}: Address already in use; is it served already? Choose another with --port" in done.output


def test_a_dry_run_of_retain_is_short_and_names_the_command_that_erases(study: Path) -> None:
    done = earful("retain", "--days", "1", "--study", str(study)).output
    assert "30 interviews, 1 recording" in done
    assert done.count("would erase interview") == 20
    assert "and 10 more; --json lists all" in done
    assert f"to erase them: earful retain --days 1 --yes --study '{study}'" in done
    assert "nothing is that old" in earful("retain", "--days", "36500", "--study", str(study)).output


def test_the_status_of_a_large_study_is_short_and_says_where_all_is_listed(study: Path) -> None:
    state = status_of(study)
    bad = {"status": "failed", "error": "0 bytes; copy it again", "error_kind": "empty"}
    state["not_done"] = [{**bad, "path": f"calls/{n}.wav"} for n in range(500)]
    lines = list(status_lines(state))
    assert sum(line.startswith("failed") for line in lines) == MOST_NAMED
    assert "            and 490 more failed" in lines
    assert "            and 19 more no sound" in lines
    assert lines[-1].startswith("to do       earful gaps")
    assert len(lines) < 30
