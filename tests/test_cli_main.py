"""The command line as a newcomer meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from insights.cli.main import COMMANDS, cli


def test_help_lists_every_command_and_imports_no_heavy_library() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from insights.cli.main import cli; "
        "result = CliRunner().invoke(cli, ['--help']); "
        "heavy = {'torch', 'whisper', 'spacy', 'pandas', 'numpy', 'librosa'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy or result.exit_code else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Example" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_click_command(name: str) -> None:
    assert isinstance(cli.get_command(click.Context(cli), name), click.Command)


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(cli, ["listen"]).exit_code == 2


def test_a_terminal_that_knows_no_cyrillic_still_gets_its_answer(study_dir: Path) -> None:
    (study_dir / "responses" / "волна.csv").write_text("номер\n1\n", encoding="utf-8")
    command = [sys.executable, "-c", "from insights.cli.main import main; main()", "check", "--study", str(study_dir)]
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert "волна.csv:1".encode("ascii", "backslashreplace") in done.stdout
    assert done.stderr == b""
