"""The lines that start a night without anybody: what systemd and cron would do with them."""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from insights.cli.main import cli
from transcribe.models.cache import cache_folder

ROOT = Path(__file__).parents[1]
UNITS = ROOT / "insights" / "night" / "systemd"
PROGRAM = "earful/.venv/bin/earful"
# How a console script starts, with this work tree and the models that are prepared here.
SCRIPT = """#!{python}
import os, sys
sys.path.insert(0, {root!r})
os.environ["EARFUL_CACHE"] = {cache!r}
from insights.cli.main import main
if __name__ == "__main__":
    sys.exit(main())
"""


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name)
    return parser


def crontab() -> list[str]:
    lines = (UNITS / "earful.crontab").read_text().splitlines()
    return [line.split(maxsplit=5)[5] for line in lines if not line.startswith("#")]


def accepted(words: list[str]) -> str:
    """Return the name of a command that takes these words; anything it would refuse is raised."""
    name, command = words[0], cli.get_command(cli.make_context("earful", ["--help"], resilient_parsing=True), words[0])
    assert command is not None
    command.make_context(name, words[1:])
    return name


@pytest.fixture
def home(tmp_path: Path, study_dir: Path) -> Path:
    """Return a home folder as the lines expect it: an installed earful and a study."""
    study_dir.rename(tmp_path / "my-study")
    program = tmp_path / PROGRAM
    program.parent.mkdir(parents=True)
    cache = str(cache_folder().parent)
    program.write_text(SCRIPT.format(python=sys.executable, root=str(ROOT), cache=cache))
    program.chmod(0o700)
    return tmp_path


def test_the_service_runs_the_night_quietly_privately_and_without_a_network() -> None:
    service = unit("earful-night.service")["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert (program, accepted(words)) == (f"%h/{PROGRAM}", "night")
    wanted = {"UMask": "0077", "Nice": "10", "PrivateNetwork": "yes", "PrivateUsers": "yes", "SuccessExitStatus": "3"}
    assert {name: service[name] for name in wanted} == wanted
    assert unit("earful-night.timer")["Timer"]["Persistent"] == "yes"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_finds_nothing_wrong_with_the_units(home: Path, tmp_path: Path) -> None:
    units = [str(UNITS / f"earful-night.{kind}") for kind in ("service", "timer")]
    (running := tmp_path / "run").mkdir(mode=0o700)
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units],
        env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(running)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_cron_line_is_one_that_earful_takes() -> None:
    for line in crontab():
        words = shlex.split(line)
        assert accepted(words[words.index(f"$HOME/{PROGRAM}") + 1 :]) in ("night", "morning")
        assert "%" not in line  # cron would break the line there


@pytest.mark.models
def test_the_cron_line_runs_in_what_little_cron_gives_it(home: Path) -> None:
    environment = {"HOME": str(home), "LOGNAME": "anna", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(
        ["/bin/sh", "-c", crontab()[0]], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr.strip()) == (0, "")
    assert ended.stdout.startswith("nothing new")
    written = [home / "my-study" / "study.db", *(home / "my-study" / "logs").iterdir()]
    assert {path.stat().st_mode & 0o077 for path in written} == {0}
