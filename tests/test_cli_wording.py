"""What commands say at the end and where nothing can be done: plain, with the next step, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from insights.cli.context import counted
from insights.cli.demo_commands import next_steps
from insights.cli.main import cli
from insights.meeting import build_morning
from insights.meeting.serve import index_response
from insights.settings import StudyFolder


@pytest.mark.parametrize(
    "words", [("init", "{file}/study"), ("demo", "{file}/study"), ("export", "--to", "csv", "--out", "{file}/out")]
)
def test_a_folder_that_cannot_be_made_is_one_clear_line(words: tuple[str, ...], study_dir: Path) -> None:
    file = study_dir / "file"
    file.write_text("no folder")
    CliRunner().invoke(cli, ["ingest", "--study", str(study_dir)])
    more = ("--study", str(study_dir)) if words[0] == "export" else ()
    result = CliRunner().invoke(cli, [word.format(file=file) for word in (*words, *more)])
    assert result.exit_code == 4, result.output
    assert isinstance(result.exception, SystemExit)
    assert "name a folder that can be written" in result.output


def test_a_file_in_the_way_of_a_folder_is_one_clear_line(study_dir: Path) -> None:
    where = ["--study", str(study_dir)]
    CliRunner().invoke(cli, ["ingest", *where])
    (study_dir / "exports").write_text("no folder")
    result = CliRunner().invoke(cli, ["code", "--sample", "3", "--coder", "anna", *where])
    assert (result.exit_code, type(result.exception)) == (4, SystemExit), result.output
    assert "exports: File exists; a folder is needed there" in result.output


def test_settings_that_cannot_be_read_are_one_clear_line_where_a_text_is_masked(study_dir: Path) -> None:
    (study_dir / "earful.toml").write_text("bad = [")
    result = CliRunner().invoke(cli, ["redact", "--text", "-", "--study", str(study_dir)], input="меня зовут анна\n")
    assert (result.exit_code, type(result.exception)) == (4, SystemExit), result.output
    assert "earful.toml: not readable as TOML" in result.output


def test_the_demo_names_steps_that_can_be_pasted() -> None:
    steps = next_steps(Path("my demo"))
    assert "earful metrics --study 'my demo'" in steps[0]
    starts = [step.index(gives) for step, gives in zip(steps, ("NPS and", "unhappy", "hear"), strict=True)]
    assert len(set(starts)) == 1


@pytest.mark.parametrize(("n", "said"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls")])
def test_numbers_agree_with_their_nouns(n: int, said: str) -> None:
    assert counted(n, "call") == said


def test_the_terminal_is_english_where_the_page_is_russian(study_dir: Path) -> None:
    result = CliRunner().invoke(cli, ["morning", "--study", str(study_dir), "--date", "2026-11-23"])
    assert "! The study holds nothing yet. Run earful night." in result.output
    page = (StudyFolder(study_dir).pages / "2026-11-23.html").read_text(encoding="utf-8")
    assert "В исследовании ещё ничего нет" in page


@pytest.mark.parametrize(("language", "title"), [("ru", "Страницы утренних встреч"), ("en", "Morning pages")])
def test_the_list_of_pages_speaks_the_studys_language(study_dir: Path, language: str, title: str) -> None:
    (study_dir / "earful.toml").write_text(f'[study]\nlanguage = "{language}"\n', encoding="utf-8")
    build_morning(study_dir)
    body = bytes(index_response(StudyFolder(study_dir)).body).decode("utf-8")
    assert title in body
    assert f'<html lang="{language}">' in body
