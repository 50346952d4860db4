from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.store import Store, ingest_folder, ingest_frame, open_store, query, response_problems, save_call
from insights.survey.codebook import Codebook
from insights.survey.questionnaire import Survey
from insights.survey.responses import Cell


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "study.db")


HEAD = (
    "interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,wave,nps,speed,mistakes"
)


def write(folder: Path, name: str, *lines: str, head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return path


def ingested(store: Store, folder: Path) -> list[str]:
    return [file.name for file in ingest_folder(store, folder, survey=made.SURVEY, codebook=made.CODEBOOK)]


LINE = "A1,2026-11-20T10:15:00+03:00,phone,a1.wav,R1,C1,large,buyer,op-anna,2026Q4,3,,not_ready"


def test_a_csv_fills_the_frame(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "responses", "a.csv", LINE)
    assert ingested(store, tmp_path / "responses") == ["a.csv"]
    assert query(store, "SELECT wave_id, segment, role, operator_id, nps_class, value FROM nps_answer") == [
        {
            "wave_id": "2026Q4",
            "segment": "large",
            "role": "buyer",
            "operator_id": "op-anna",
            "nps_class": -1,
            "value": 3,
        }
    ]
    answers = query(store, "SELECT question_id, recorded_value, recorded_text FROM answer ORDER BY question_id")
    assert [tuple(row.values()) for row in answers] == [
        ("mistakes", -1.0, "not_ready"),
        ("nps", 3.0, "3"),
        ("speed", None, None),
    ]
    assert len(query(store, "SELECT * FROM unhappy_without_case")) == 1


def test_an_unchanged_file_is_not_read_again(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "responses", "a.csv", LINE)
    ingested(store, tmp_path / "responses")
    before = store.conn.total_changes
    assert ingested(store, tmp_path / "responses") == []
    rows = query(store, "SELECT ingested_at FROM interview")
    assert len(rows) == 1
    assert store.conn.total_changes - before < 30  # the survey's own rows


def test_the_file_that_comes_later_wins_and_the_old_row_is_kept(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "m.csv", LINE)
    ingested(store, folder)
    write(folder, "a-correction.csv", LINE.replace(",3,", ",8,"))
    assert ingested(store, folder) == ["a-correction.csv"]
    assert query(store, "SELECT value FROM nps_answer") == [{"value": 8.0}]
    history = query(store, "SELECT source_file, source_line, row_json FROM response_history")
    assert (history[0]["source_file"], history[0]["source_line"]) == ("m.csv", 2)
    assert '"nps":"3"' in history[0]["row_json"]


def test_files_that_come_together_are_read_by_name(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "2026-11-21.csv", LINE.replace(",3,", ",8,"))
    write(folder, "2026-11-20.csv", LINE)
    assert ingested(store, folder) == ["2026-11-20.csv", "2026-11-21.csv"]
    assert query(store, "SELECT value FROM nps_answer") == [{"value": 8.0}]


def test_a_row_that_moves_in_its_file_is_no_change(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "a.csv", LINE)
    ingested(store, folder)
    write(folder, "a.csv", LINE.replace("A1", "A0"), LINE)
    ingested(store, folder)
    assert store.table("response_history").count == 0
    assert store.table("interview").count == 2


def test_a_later_row_touches_neither_the_voice_nor_a_persons_word(store: Store) -> None:
    made.framed(store, made.row())
    save_call(store, made.call())
    store.execute("UPDATE answer SET adjudicated_value = 5, adjudicated_by = 'anna' WHERE question_id = 'nps'")
    made.framed(store, made.row(nps=""))
    sql = "SELECT recorded_value, spoken_value, adjudicated_value, agreement FROM answer WHERE question_id = 'nps'"
    assert query(store, sql) == [
        {"recorded_value": None, "spoken_value": 7.0, "adjudicated_value": 5.0, "agreement": "spoken_only"}
    ]


def test_unknown_columns_are_kept(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "responses", "a.csv", "A1,phone,Казань,5", head="interview_id,mode,город,nps")
    ingested(store, tmp_path / "responses")
    assert query(store, "SELECT extra_json FROM interview") == [{"extra_json": '{"город":"Казань"}'}]


def test_faults_are_listed_and_go_when_they_are_mended(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "a.csv", LINE.replace(",3,", ",11,"), "too,short")
    ingested(store, folder)
    assert [(row["path"], row["line"]) for row in response_problems(store)] == [("a.csv", 2), ("a.csv", 3)]
    assert all(row["cure"] for row in response_problems(store))
    write(folder, "a.csv", LINE)
    ingested(store, folder)
    assert response_problems(store) == []


def test_the_faults_of_a_file_go_with_it_and_come_back_with_it(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "a.csv", LINE.replace(",3,", ",11,"))
    write(folder, "outcomes.csv", "C1,2026,many", head="client_id,period,revenue")
    ingested(store, folder)
    assert len(response_problems(store)) == 2
    (folder / "a.csv").rename(tmp_path / "a.csv")
    (folder / "outcomes.csv").unlink()
    assert ingested(store, folder) == []
    assert response_problems(store) == []
    assert len(query(store, "SELECT 1 FROM interview")) == 1
    (tmp_path / "a.csv").rename(folder / "a.csv")
    assert ingested(store, folder) == ["a.csv"]
    assert len(response_problems(store)) == 1


def test_typed_answers_become_text_online_only(store: Store) -> None:
    cells = {"why": Cell("слишком долго")}
    made.framed(store, made.row(1, mode="online", answers=cells), made.row(2, mode="phone", answers=cells))
    rows = query(store, "SELECT interview_id, text, recorded_text FROM answer ORDER BY interview_id")
    assert [row["text"] for row in rows] == ["слишком долго", None]
    assert [row["recorded_text"] for row in rows] == ["слишком долго"] * 2


def test_population_and_outcomes_are_read_beside(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    write(folder, "a.csv", LINE)
    write(folder, "population.csv", "2026Q4,large,120", "2026Q4,small,many", head="wave,segment,clients")
    head = "client_id,period,revenue,orders,churned,region"
    write(tmp_path, "outcomes.csv", 'C1,2026,"1000,5",4,0,north', head=head)
    assert ingested(store, folder) == ["a.csv"]
    assert query(store, "SELECT segment, clients FROM population") == [{"segment": "large", "clients": 120}]
    assert query(store, "SELECT client_id, revenue, orders, churned, extra_json FROM business_outcome") == [
        {"client_id": "C1", "revenue": 1000.5, "orders": 4.0, "churned": 0, "extra_json": '{"region":"north"}'}
    ]
    assert [(row["path"], row["line"]) for row in response_problems(store)] == [("population.csv", 3)]


def test_a_row_taken_out_of_population_or_outcomes_counts_no_more(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "responses"
    sizes, money = "wave,segment,clients", "client_id,period,revenue"
    write(folder, "population.csv", "2026Q4,large,120", "2026Q4,smal,900", head=sizes)
    write(folder, "outcomes.csv", "C1,2026,10", "C2,2026,20", head=money)
    ingested(store, folder)
    write(folder, "population.csv", "2026Q4,large,120", "2026Q4,small,900", head=sizes)
    write(folder, "outcomes.csv", "C1,2026,10", head=money)
    ingested(store, folder)
    sql = "SELECT segment FROM population UNION ALL SELECT client_id FROM business_outcome ORDER BY 1"
    assert [row["segment"] for row in query(store, sql)] == ["C1", "large", "small"]
    write(folder, "population.csv", "saved in another form", head="oops")
    ingested(store, folder)
    assert len(query(store, "SELECT 1 FROM population")) == 2


def test_a_new_survey_version_keeps_old_questions_for_their_answers(store: Store) -> None:
    made.framed(store, made.row())
    newer = Survey("small", 2, ("ru",), made.SURVEY.questions[:1])
    ingest_frame(store, survey=newer, codebook=Codebook("small", 2, made.CODEBOOK.codes[:1]))
    rows = query(store, "SELECT question_id, active, survey_version FROM question ORDER BY idx, question_id")
    assert {(row["question_id"], row["active"]) for row in rows} == {
        ("nps", 1),
        ("why", 0),
        ("speed", 0),
        ("improve", 0),
        ("mistakes", 0),
    }
    assert store.table("survey_version").count == 4
    assert query(store, "SELECT code_id, active FROM code ORDER BY idx") == [
        {"code_id": "slow", "active": 1},
        {"code_id": "price", "active": 0},
    ]


def test_hostile_cells_are_data(store: Store) -> None:
    evil = "'); DROP TABLE answer; --"
    made.framed(store, replace(made.row(), interview_id=evil, client_id=evil, extra={evil: "=1+1"}))
    assert query(store, "SELECT interview_id FROM interview") == [{"interview_id": evil}]
    assert store.table("answer").count == 2


def test_a_hundred_thousand_interviews_do_not_slow_one_more(store: Store) -> None:
    store.execute(
        """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
           INSERT INTO interview(interview_id, mode) SELECT 'old' || i, 'phone' FROM n"""
    )
    steps: list[int] = []
    store.conn.set_progress_handler(lambda: steps.append(1) or 0, 1000)
    made.framed(store, made.row())
    store.conn.set_progress_handler(None, 0)
    assert len(steps) < 100  # a look at each of 20,000 rows would take thousands of steps
