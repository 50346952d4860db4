"""Figures kept in the store: one row for one figure however it is asked for, and its command as typed now."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.main import cli
from insights.store import open_store


def earful(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of twelve interviews in one wave."""
    made.framed(open_store(tmp_path / "study.db"), *(made.row(n) for n in range(1, 13))).close()
    return tmp_path


def ids_of(study: Path, *words: str) -> dict[tuple[str, str], int]:
    found = json.loads(earful(*words, "--study", str(study), "--json").output)
    return {(row["metric"], row["mode"]): row["metric_id"] for row in found if row["slice"] == "all"}


def kept(study: Path) -> int:
    with sqlite3.connect(study / "study.db") as base:
        return int(base.execute("SELECT count(*) FROM metric").fetchone()[0])


def test_a_figure_that_stands_keeps_its_id_from_wherever_and_however_it_is_asked_for(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ids_of(study, "metrics")
    n = kept(study)
    assert n == len(first)
    assert ids_of(study, "metrics", "--wave", "2026Q4") == first
    monkeypatch.chdir(study.parent)
    assert ids_of(Path(study.name), "metrics") == first
    assert kept(study) == n
    assert ids_of(study, "metrics", "--by", "segment") == first


def test_asking_twice_adds_no_row(study: Path) -> None:
    made.framed(open_store(study / "study.db"), *(made.row(n, wave="2026Q3") for n in range(13, 25))).close()
    for words in (("metrics", "--by", "segment"), ("change", "2026Q3", "2026Q4")):
        earful(*words, "--study", str(study))
        n = kept(study)
        assert n
        earful(*words, "--study", str(study))
        assert kept(study) == n


def test_explain_tells_how_a_figure_came_about_with_a_command_that_makes_it_again(study: Path) -> None:
    number = ids_of(study, "metrics", "--wave", "2026Q4")["nps", "phone"]
    row = json.loads(earful("explain", str(number), "--study", str(study), "--json").output)
    assert row["command"] == f"earful metrics --wave 2026Q4 --study {study}"
    assert len(row["rows_sha256"]) == 64
    assert row["filter"]["wave"] == "2026Q4"
    assert "9-10" in row["formula"]
    assert row["versions"]["survey"] == "small 1"


def test_explain_tells_how_a_slice_was_compared_with_the_rest(study: Path) -> None:
    made.framed(
        open_store(study / "study.db"), *(made.row(n, segment="small", nps="3") for n in range(13, 25))
    ).close()
    found = json.loads(earful("metrics", "--by", "segment", "--study", str(study), "--json").output)
    compared = next(row for row in found if "p_rest" in row)
    told = earful("explain", str(compared["metric_id"]), "--study", str(study)).output
    assert f"p_rest {compared['p_rest']}" in told
    assert "Benjamini-Hochberg" in told


def test_other_versions_make_another_row_and_the_earlier_id_is_still_explained(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ids_of(study, "metrics")
    monkeypatch.setattr("insights.statistics.provenance.version", lambda _: "99.0")
    later = ids_of(study, "metrics")
    assert not set(first.values()) & set(later.values())
    told = [json.loads(earful("explain", str(one["nps", "phone"]), "--study", str(study), "--json").output)
            for one in (first, later)]  # fmt: skip
    assert [row["versions"]["numpy"] == "99.0" for row in told] == [False, True]
    assert told[0]["rows_sha256"] == told[1]["rows_sha256"]


def test_a_changed_answer_makes_another_row(study: Path) -> None:
    first = ids_of(study, "metrics")
    with sqlite3.connect(study / "study.db") as base:
        base.execute("UPDATE answer SET recorded_value = 0 WHERE question_id = 'nps' AND interview_id = 'ru01'")
    assert ids_of(study, "metrics")["nps", "phone"] != first["nps", "phone"]


def test_the_command_of_a_figure_names_the_study_as_it_is_named_now(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(ids_of(study, "metrics", "--wave", "2026Q4")["nps", "phone"])
    with sqlite3.connect(study / "study.db") as base:  # as figures were kept at first
        base.execute("UPDATE metric SET command = 'earful metrics --wave 2026Q4 --study /gone'")
    there = earful("explain", number, "--study", str(study)).output
    assert f"earful metrics --wave 2026Q4 --study {study}\n" in there
    monkeypatch.chdir(study)
    assert "earful metrics --wave 2026Q4\n" in earful("explain", number).output
