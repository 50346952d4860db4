"""Response tables as people deliver them: what is taken, what is refused, and what a refusal may show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.survey.faults import codebook_faults, survey_faults
from insights.survey.frame_files import read_outcomes, read_population
from insights.survey.questionnaire import Question, Survey
from insights.survey.responses import ResponseFile, read_responses, unread

SURVEY = Survey(
    "s",
    1,
    ("ru",),
    (
        Question("nps", "nps", {"ru": "Порекомендуете?"}, scale=(0, 10)),
        Question("why", "open", {"ru": "Почему?"}, follows="nps"),
    ),
)
HEADER = "interview_id;started_at;mode;nps;why"


def read(folder: Path, text: str | bytes, **columns: str) -> ResponseFile:
    path = folder / "a.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_responses(path, survey=SURVEY, columns=columns)


@pytest.mark.parametrize("above", ["sep=;\n", "Опрос клиентов, ноябрь;;;;\n", "\n;;;;\nSEP=;\nОтчёт;;;;\n"])
def test_the_header_is_found_below_titles_and_what_a_spreadsheet_writes_for_itself(tmp_path: Path, above: str) -> None:
    file = read(tmp_path, f"{above}{HEADER}\nA1;;phone;9;быстро\n")
    assert [row.answers["nps"].value for row in file.rows] == [9.0]
    assert file.problems == ()


def test_without_our_heading_anywhere_the_first_line_is_the_header(tmp_path: Path) -> None:
    file = read(tmp_path, "interview;nps\nA1;9\nA2;8\n")
    assert [problem.problem for problem in file.problems] == [
        "column 'interview' is none of ours and kept as it is",
        "no column interview_id; its headings: interview, nps",
    ]


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("20.11.26 10:15", "2026-11-20T10:15:00"),
        ("20.11.2026, 10:15:30", "2026-11-20T10:15:30"),
        ("20-11-2026", "2026-11-20T00:00:00"),
        ("46346.4375", "2026-11-20T10:30:00"),
        ("46346,4375", "2026-11-20T10:30:00"),
        ("2026-11-20T10:15:00+03:00", "2026-11-20T10:15:00+03:00"),
    ],
)
def test_dates_are_read_in_the_shapes_that_tables_hold(tmp_path: Path, typed: str, moment: str) -> None:
    file = read(tmp_path, f"{HEADER}\nA1;{typed};phone;9;\n")
    assert (file.rows[0].started_at, file.problems) == (moment, ())


@pytest.mark.parametrize("typed", ["11/20/2026 10:15", "31.02.2026", "20 ноября 2026", "9999999", "12"])
def test_a_date_that_cannot_be_told_is_refused_and_its_row_kept(tmp_path: Path, typed: str) -> None:
    file = read(tmp_path, f"{HEADER}\nA1;{typed};phone;9;\n")
    assert (file.rows[0].started_at, file.rows[0].answers["nps"].value, len(file.problems)) == (None, 9.0, 1)


@pytest.mark.parametrize("typed", ["NULL", "#N/A", "#Н/Д", "-", "—", "nan", " "])
def test_what_databases_write_for_nothing_is_nothing(tmp_path: Path, typed: str) -> None:
    file = read(tmp_path, f"{HEADER}\nA1;;phone;{typed};{typed}\n")
    assert (file.rows[0].answers["nps"].value, file.rows[0].answers["nps"].text, file.problems) == (None, "", ())


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("10/10", "'10/10'"),
        ("9 из 10", "'9 из 10'"),
        ("восемь", "'восемь'"),
        ("Кравченко", "a text of 9 characters"),
        ("+79161234567", "a text of 12 characters"),
        ("8 916 123-45-67", "a text of 15 characters"),
        ("нагрубили, не позвоню больше", "a text of 28 characters"),
    ],
)
def test_a_refused_score_shows_figures_but_no_remark_name_or_phone(tmp_path: Path, typed: str, seen: str) -> None:
    file = read(tmp_path, f'{HEADER}\nA1;;phone;"{typed}";\n')
    assert [problem.problem for problem in file.problems] == [f"nps is {seen}"]
    assert file.rows[0].answers["nps"].text == typed


def test_a_refused_amount_shows_figures_but_no_remark_name_or_phone(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.csv"
    cells = ("ушла к другим, Анна Кравченко", "+79161234567", "позвонить мужу Ивану")
    file.write_text("client_id,period,revenue,orders,churned\nC1,2026," + ",".join(f'"{cell}"' for cell in cells))
    _, problems = read_outcomes(file)
    said = [f"{name} is a text of {n} characters" for name, n in (("revenue", 29), ("orders", 12), ("churned", 20))]
    assert [problem.problem for problem in problems] == said
    file = tmp_path / "population.csv"
    file.write_text("wave,segment,clients\nw,s,спросить у Кравченко\n")
    assert read_population(file)[1][0].problem == "clients is a text of 20 characters"


@pytest.mark.parametrize(
    ("typed", "revenue"),
    [("1 250 000,5", 1250000.5), ("1\u00a0250", 1250.0), ("1,250", None), ("0,125", 0.125), ("12,50", 12.5)],
)
def test_thousands_may_stand_apart_but_a_comma_that_may_be_either_is_refused(
    tmp_path: Path, typed: str, revenue: float | None
) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_text(f"client_id;period;revenue\nC1;2026;{typed}\n", encoding="utf-8")
    outcomes, problems = read_outcomes(file)
    assert (outcomes[0].revenue, len(problems)) == (revenue, int(revenue is None))


@pytest.mark.parametrize("typed", ["Не знаю", "затрудняюсь ответить", "отказ", "н/д", "Don't know", "no answer."])
def test_a_score_that_was_refused_is_no_fault_and_its_words_are_kept(tmp_path: Path, typed: str) -> None:
    file = read(tmp_path, f"{HEADER}\nA1;;phone;{typed};{typed}\n")
    assert file.problems == ()
    cells = file.rows[0].answers
    assert [(cells[name].value, cells[name].text) for name in ("nps", "why")] == [(None, typed), (None, typed)]


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("a.xlsx", "open it and save it as CSV (UTF-8)"),
        ("A.CSV", "rename it so that it ends in .csv"),
        ("a.tsv", "rename it so that it ends in .csv"),
        ("notes.docx", "save it as CSV (UTF-8), or move it out of responses/"),
        ("2026", "put its files into responses/ itself"),
    ],
)
def test_what_lies_in_responses_and_is_not_read_is_said(tmp_path: Path, name: str, cure: str) -> None:
    (tmp_path / "r.csv").write_text(HEADER)
    (tmp_path / ".hidden.xlsx").write_text("")
    (tmp_path / "~$a.xlsx").write_text("")
    (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).write_text("")
    assert [(problem.file, problem.cure) for problem in unread(tmp_path)] == [(name, cure)]


@pytest.mark.parametrize("typed", ["7,91612E+10", "1E+15", "2.02611e+17"])
def test_an_id_that_a_spreadsheet_shortened_is_refused(tmp_path: Path, typed: str) -> None:
    file = read(tmp_path, f"interview_id;mode;client_id;nps\n{typed};phone;C1;9\nA2;phone;{typed};9\nA3;phone;C3;9\n")
    assert [(row.interview_id, row.client_id) for row in file.rows] == [("A2", None), ("A3", "C3")]
    assert [problem.line for problem in file.problems] == [2, 3]
    assert all("shortened by a spreadsheet" in problem.problem for problem in file.problems)


def test_headings_are_told_where_one_has_to_be_mapped_but_never_answers(tmp_path: Path) -> None:
    file = read(tmp_path, "Номер анкеты;Оценка;Комментарий\n1;9;хорошо\n")
    assert file.problems[0].problem == "no column interview_id; its headings: Номер анкеты, Оценка, Комментарий"
    file = read(tmp_path, "A1;9;грубили Иванов\nA2;8;хорошо\n")
    assert file.problems[0].problem == "no column interview_id"


def test_russian_words_for_the_mode_count(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\nA1;;Телефон;9;\nA2;;онлайн;8;\n")
    assert [row.mode for row in file.rows] == ["phone", "online"]


def test_a_mistyped_heading_is_named_with_what_it_may_mean(tmp_path: Path) -> None:
    file = read(tmp_path, "interview_id;recodring;nps\nA1;a.wav;9\n")
    assert "recording" in file.problems[0].cure
    assert dict(file.rows[0].extra) == {"recodring": "a.wav"}


def test_a_mistyped_or_doubled_entry_of_columns_is_named(tmp_path: Path) -> None:
    wrong = read(tmp_path, "Анкета;nps\nA1;9\n", intervew_id="Анкета")
    assert "did you mean interview_id?" in [problem.cure for problem in wrong.problems]
    doubled = read(tmp_path, "Анкета;nps\nA1;9\n", interview_id="Анкета", respondent_id="анкета")
    assert sum("another has" in problem.problem for problem in doubled.problems) == 2


def test_a_workbook_is_told_to_be_saved_as_text(tmp_path: Path) -> None:
    assert [problem.cure for problem in read(tmp_path, b"PK\x03\x04....").problems] == ["save it as CSV (UTF-8)"]


def test_no_question_may_take_a_column_of_ours() -> None:
    question = {"id": "mode", "kind": "nps", "scale": [0, 10], "ask": {"ru": "а", "en": "b"}}
    assert "column of that name" in survey_faults({"name": "s", "version": 1, "question": [question]})[0]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "ru", "en", "x"]), inner),
    max_leaves=5,
)
KEYS = ("id", "kind", "scale", "follows", "ask", "aliases", "attribute", "label", "definition", "include", "special")


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["name", "version", "languages", "codebook", "question", "code"]), VALUES),
    st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES), max_size=3),
)
def test_whatever_a_file_holds_is_answered_by_faults_not_by_a_crash(table, rows) -> None:
    for key, check in (("question", survey_faults), ("code", codebook_faults)):
        whole = [{"id": f"q{number}", **row} for number, row in enumerate(rows)]
        for content in (table, {**table, key: rows}, {"name": "s", "version": 1, **table, key: whole}):
            assert all(isinstance(fault, str) for fault in check(content))
