"""Ids near one that nobody has: a slip is met with codes, never with what tells who somebody is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.main import cli
from insights.privacy.near_ids import near_ids
from insights.store import open_store


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study whose respondents go by codes, a name, an address and a phone."""
    people = ("R-1042", "R-1043", "Иванова-1042", "ivanova1@mail.ru", "+79161234567", "Кузнецов")
    rows = (made.row(n, respondent_id=person, client_id=f"C-{n}") for n, person in enumerate(people, 1))
    made.framed(open_store(tmp_path / "study.db"), *rows).close()
    (tmp_path / "responses").mkdir()
    return tmp_path


def refused(study: Path, *words: str) -> str:
    done = CliRunner().invoke(cli, ["forget", "--study", str(study), "--yes", *words], catch_exceptions=False)
    assert done.exit_code == 4
    assert done.output.count("\n") == 1
    return done.output


@pytest.mark.parametrize("typed", ["R-1042x", "r-1042", "R1042", "R-10432", "R–1042"])
def test_a_slip_in_a_code_is_met_with_the_codes_near_it(study: Path, typed: str) -> None:
    assert "did you mean R-104" in refused(study, "--respondent", typed)


def test_a_letter_of_the_other_alphabet_is_seen_through() -> None:
    assert near_ids("С-1042", ["C-1042", "R-9"]) == ("C-1042",)


@pytest.mark.parametrize(
    "typed", ["Иванов-1042", "Ивановa-1042", "ivanova@mail.ru", "+79161234568", "Кузнецова", "nobody"]
)
def test_no_name_address_or_phone_is_told(study: Path, typed: str) -> None:
    said = refused(study, "--respondent", typed).replace(repr(typed), "")
    assert not any(person in said for person in ("Иванова", "ivanova", "7916", "Кузнецов"))
    assert "check the id's spelling" in said


def test_an_id_of_another_kind_is_told_with_its_option(study: Path) -> None:
    assert "a client has this id: --client C-1" in refused(study, "--respondent", "C-1")
    assert "an interview has this id: --interview ru02" in refused(study, "--client", "ru02")
