from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.survey.delimited import read_table
from insights.survey.responses import ResponseFile, read_responses, response_paths


def read(tmp_path: Path, text: str | bytes, **options: object) -> ResponseFile:
    path = tmp_path / "a.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_responses(path, survey=made.SURVEY, **options)  # type: ignore[arg-type]


TEXT = "interview_id;segment;nps;mistakes\nA1;крупный;9;ready\nA2;малый;;unsure\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_usual_forms_of_a_table_read_alike(tmp_path: Path, encoding: str, delimiter: str, line_end: str) -> None:
    text = TEXT.replace(";", delimiter).replace("\n", line_end)
    file = read(tmp_path, text.encode(encoding))
    assert file.problems == ()
    assert [(row.interview_id, row.segment) for row in file.rows] == [("A1", "крупный"), ("A2", "малый")]
    assert [row.answers["nps"].value for row in file.rows] == [9.0, None]
    assert [row.answers["mistakes"].value for row in file.rows] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("A1,phone,11", "nps is '11'"),
        ("A1,phone,-1", "nps is '-1'"),
        ("A1,phone,nine", "nps is 'nine'"),
        ("A1,phone,8.5", "nps is '8.5'"),
        ("A1,phone,1e1", "nps is '1e1'"),
        ("A1,fax,9", "mode is 'fax'"),
        (",phone,9", "no interview_id"),
        ("A1,phone", "2 cells where the header has 3"),
        ("A1,phone,9,10", "4 cells where the header has 3"),
    ],
)
def test_a_bad_row_is_listed_with_its_line_and_never_stops_the_rest(tmp_path: Path, line: str, problem: str) -> None:
    file = read(tmp_path, f"interview_id,mode,nps\nA0,phone,7\n{line}\nA2,online,8\n")
    assert [(item.line, item.problem) for item in file.problems] == [(3, problem)]
    assert file.problems[0].cure
    assert {"A0", "A2"} <= {row.interview_id for row in file.rows}


@pytest.mark.parametrize(
    ("cell", "value"), [("9", 9.0), ("9,0", 9.0), ("9.0", 9.0), (" 10 ", 10.0), ("0", 0.0), ("", None)]
)
def test_numbers_are_read_as_people_type_them(tmp_path: Path, cell: str, value: float | None) -> None:
    file = read(tmp_path, f'interview_id;nps\nA1;"{cell}"\n')
    assert file.rows[0].answers["nps"].value == value
    assert file.problems == ()


def test_a_number_off_the_scale_keeps_its_text(tmp_path: Path) -> None:
    file = read(tmp_path, "interview_id,nps\nA1,99\n")
    assert (file.rows[0].answers["nps"].text, file.rows[0].answers["nps"].value) == ("99", None)


@pytest.mark.parametrize(
    "columns",
    [
        {"interview_id": "ID анкеты", "nps": "Оценка", "wave": "Волна"},
        {"interview_id": "id АНКЕТЫ", "nps": "оценка", "wave": "волна"},
    ],
)
def test_other_headings_are_mapped(tmp_path: Path, columns: dict[str, str]) -> None:
    file = read(tmp_path, "ID анкеты,Волна,Оценка\nA1,2026Q4,9\n", columns=columns)
    assert (file.rows[0].wave, file.rows[0].answers["nps"].value) == ("2026Q4", 9.0)


def test_without_an_id_column_the_cure_names_the_mapping(tmp_path: Path) -> None:
    file = read(tmp_path, "номер,nps\n1,9\n")
    assert file.rows == ()
    assert "[columns] interview_id" in file.problems[0].cure


def test_quoted_cells_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    file = read(tmp_path, 'interview_id,why,nps\nA1,"дорого, ""очень""\nи долго",3\nA2,ок,9\n')
    assert file.rows[0].answers["why"].text == 'дорого, "очень"\nи долго'
    assert [row.line for row in file.rows] == [2, 4]
    assert file.problems == ()


def test_an_unclosed_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    file = read(tmp_path, 'interview_id,why,nps\nA1,"дорого,3\nA2,ок,9\nA3,ну "так,8\n')
    assert [item.line for item in file.problems] == [2]
    assert [(row.interview_id, row.answers["nps"].value) for row in file.rows] == [("A2", 9.0), ("A3", 8.0)]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2026-11-20T10:15:00+03:00", "2026-11-20T10:15:00+03:00"),
        ("2026-11-20 10:15", "2026-11-20T10:15:00"),
        ("20.11.2026 10:15", "2026-11-20T10:15:00"),
        ("20.11.2026", "2026-11-20T00:00:00"),
        ("yesterday", None),
    ],
)
def test_times_are_kept_as_iso(tmp_path: Path, cell: str, wanted: str | None) -> None:
    file = read(tmp_path, f"interview_id,started_at\nA1,{cell}\n")
    assert file.rows[0].started_at == wanted
    assert len(file.problems) == (wanted is None)


def test_an_id_that_stands_twice_is_listed(tmp_path: Path) -> None:
    file = read(tmp_path, "interview_id,nps\nA1,3\nA1,9\n")
    assert [(item.line, item.interview_id) for item in file.problems] == [(3, "A1")]
    assert len(file.rows) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n"])
def test_an_empty_file_is_a_problem_not_a_crash(tmp_path: Path, content: bytes) -> None:
    file = read(tmp_path, content)
    assert file.rows == ()
    assert file.problems[0].problem == "the file is empty"


def test_blank_lines_and_spare_delimiters_are_no_rows(tmp_path: Path) -> None:
    file = read(tmp_path, "interview_id,nps\n\nA1,9,,\n,\n")
    assert [row.interview_id for row in file.rows] == ["A1"]
    assert file.problems == ()


def test_files_beside_the_responses_and_links_are_no_responses(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "population.csv", "outcomes.csv", "notes.txt"):
        (tmp_path / name).write_text("interview_id\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    assert [path.name for path in response_paths(tmp_path)] == ["a.csv", "b.csv"]


@given(content=st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    table = read_table(path, columns={})
    assert all(len(cells) == len(table.header) for _, cells in table.records)
