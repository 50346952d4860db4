"""Cases: opened at once, followed up, closed, proven complete."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from insights.cases import CaseError, case_figures, close_case, contact_case, dossier, open_voice_cases
from insights.cases.figures import median_interval
from insights.cases.opening import open_recorded_cases
from insights.cli.main import cli
from insights.settings import StudyFolder
from insights.settings.options import CaseOptions
from insights.store import Store, ingest_folder, open_store, transaction
from insights.store.case_queries import case_rows
from insights.store.privacy_queries import replace_personal_typed
from insights.store.records import PiiRow
from insights.survey import load_codebook, load_survey
from insights.survey.templates import template_files

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HEADER = "interview_id,started_at,mode,recording,respondent_id,client_id,segment,wave,nps,why_nps\n"


def make_study(root: Path, rows: str, *, template: str = "voice-of-customer", header: str = HEADER) -> Path:
    folder = StudyFolder(root)
    folder.make()
    for file, text in template_files(template).items():
        (root / file).write_text(text, encoding="utf-8")
    (folder.responses / "a.csv").write_text(header + rows, encoding="utf-8")
    return root


def open_study(root: Path) -> Store:
    folder = StudyFolder(root)
    store = open_store(folder.store)
    ingest_folder(store, folder.responses, survey=load_survey(root), codebook=load_codebook(root))
    return store


ROWS = "".join(
    f"I{score},2026-11-20T10:00:00+03:00,online,,R{score},C{score % 4},small,2026Q4,{score},дорого\n"
    for score in range(11)
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_study(make_study(tmp_path, ROWS))


def test_every_recorded_score_up_to_six_gets_one_case(store: Store) -> None:
    opened = open_recorded_cases(store, CaseOptions(), now=NOON)
    assert opened.interviews["low_score"] == tuple(f"I{score}" for score in range(7))
    assert opened.without_case == 0
    assert open_recorded_cases(store, CaseOptions(), now=NOON).count == 0
    first = case_rows(store, now=NOON.isoformat())[0]
    assert first["due_at"] == (NOON + timedelta(minutes=30)).isoformat(timespec="seconds")
    assert list(store.table("case").db["unhappy_without_case"].rows) == []


def test_the_rule_is_a_setting(store: Store) -> None:
    options = CaseOptions(low_score=2, due_minutes=60, owner="anna")
    assert open_recorded_cases(store, options, now=NOON).count == 3
    assert {row["owner"] for row in case_rows(store, now=NOON.isoformat())} == {"anna"}


def test_a_case_is_overdue_until_somebody_calls(store: Store) -> None:
    open_recorded_cases(store, CaseOptions(), now=NOON)
    late = (NOON + timedelta(minutes=31)).isoformat()
    assert len(case_rows(store, now=(NOON + timedelta(minutes=29)).isoformat(), overdue=True)) == 0
    assert len(case_rows(store, now=late, overdue=True)) == 7
    contact_case(store, 1, told="перезвоним завтра", owner="boris", now=NOON + timedelta(minutes=10))
    contact_case(store, 1, now=NOON + timedelta(minutes=50))
    overdue = case_rows(store, now=late, overdue=True)
    assert 1 not in {row["case_id"] for row in overdue}
    row = dossier(store, 1)["case"]
    assert (row["owner"], row["told"]) == ("boris", "перезвоним завтра")
    assert row["first_contact_at"] == (NOON + timedelta(minutes=10)).isoformat(timespec="seconds")


def test_a_dossier_holds_answers_and_the_clients_history(store: Store) -> None:
    open_recorded_cases(store, CaseOptions(), now=NOON)
    found = dossier(store, 3)
    assert found["case"]["interview_id"] == "I2"
    assert {answer["question_id"]: answer["value"] for answer in found["answers"]}["nps"] == 2
    assert {past["interview_id"] for past in found["history"]} == {"I6", "I10"}


def test_closing_keeps_the_outcome_and_refuses_a_second_time(store: Store) -> None:
    open_recorded_cases(store, CaseOptions(), now=NOON)
    close_case(store, 1, outcome="recovered", told="скидка", root_cause="price", now=NOON + timedelta(minutes=20))
    assert len(case_rows(store, now=NOON.isoformat())) == 6
    assert len(case_rows(store, now=NOON.isoformat(), closed=True)) == 7
    with pytest.raises(CaseError, match="was closed"):
        close_case(store, 1, outcome="explained")
    with pytest.raises(CaseError, match="no code of the codebook"):
        close_case(store, 2, outcome="explained", root_cause="weather")
    with pytest.raises(CaseError, match="no case 99"):
        contact_case(store, 99)


def test_time_to_contact_and_recovery_are_figures_with_intervals(store: Store) -> None:
    open_recorded_cases(store, CaseOptions(), now=NOON)
    for case_id in range(1, 7):
        contact_case(store, case_id, now=NOON + timedelta(minutes=10 * case_id))
    for case_id, outcome in ((1, "recovered"), (2, "not_recovered"), (3, "mistaken_identity")):
        close_case(store, case_id, outcome=outcome, now=NOON + timedelta(hours=3))  # type: ignore[arg-type]
    contact, recovery = case_figures(store)
    assert (contact.metric, contact.n, contact.value) == ("case_minutes_to_contact", 6, pytest.approx(35.0, abs=0.1))
    assert contact.low < contact.value < contact.high
    assert (recovery.n, recovery.value) == (2, 50.0)
    assert recovery.method == "Wilson"


def test_the_medians_interval_is_the_published_pair_of_order_statistics() -> None:
    # Conover, table of the sign test: n = 20 takes the 6th and the 15th value at 95 %.
    assert median_interval([float(value) for value in range(1, 21)]) == (6.0, 15.0)


def test_the_night_opens_what_only_the_voice_shows(store: Store) -> None:
    with transaction(store):
        store.conn.execute("INSERT OR IGNORE INTO coder(coder_id, kind) VALUES ('machine', 'machine')")
        for interview_id, code, polarity in (("I9", "price", -1), ("I10", "price", 1), ("I8", "mistaken_company", 0)):
            store.conn.execute(
                """INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote)
                   SELECT answer_id, ?, 'machine', ?, 'дорого' FROM answer
                   WHERE interview_id = ? AND question_id = 'why_nps'""",
                (code, polarity, interview_id),
            )
        for interview_id, spoken in (("I10", 4), ("I9", 10), ("I7", 8)):
            store.conn.execute(
                "UPDATE answer SET spoken_value = ? WHERE interview_id = ? AND question_id = 'nps'",
                (spoken, interview_id),
            )
    opened = open_voice_cases(store, CaseOptions(), now=NOON)
    assert opened.interviews == {"hidden_detractor": ("I9",), "mismatch": ("I10",), "mistaken_company": ("I8",)}
    assert open_voice_cases(store, CaseOptions(), now=NOON).count == 0


def test_a_survey_without_nps_is_judged_by_its_lowest_marks(tmp_path: Path) -> None:
    header = "interview_id,mode,wave,event_at,started_at,requester,request\n"
    rows = "".join(f"A{mark},online,2026Q4,2026-11-20T10:00,2026-11-20T20:00,yes,{mark}\n" for mark in range(1, 6))
    root = make_study(tmp_path, rows, template="after-service", header=header)
    done = CliRunner().invoke(cli, ["now", "--study", str(root), "--json"], catch_exceptions=False)
    assert json.loads(done.output)["interviews"] == {"low_score": ["A1", "A2"]}
    figures = json.loads(
        CliRunner().invoke(cli, ["metrics", "--by", "requester,event-age", "--study", str(root), "--json"]).output
    )
    assert figures[0]["metric"] == "csat"


def test_a_new_file_with_a_five_opens_a_case_at_once_and_commands_follow_it_up(tmp_path: Path) -> None:
    root = make_study(tmp_path, "A1,2026-11-20T10:00:00+03:00,online,,R1,C1,small,2026Q4,9,\n")
    runner, where = CliRunner(), ["--study", str(root)]
    assert json.loads(runner.invoke(cli, ["now", *where, "--json"]).output)["opened"] == 0
    late = HEADER + "A2,2026-11-20T11:00:00+03:00,online,,R2,C2,small,2026Q4,5,дорого\n"
    (root / "responses" / "b.csv").write_text(late, encoding="utf-8")
    found = json.loads(runner.invoke(cli, ["now", *where, "--json"]).output)
    assert (found["interviews"], found["without_case"]) == ({"low_score": ["A2"]}, 0)
    listed = json.loads(runner.invoke(cli, ["cases", *where, "--json"]).output)
    assert [(one["interview_id"], one["score"], one["overdue"]) for one in listed] == [("A2", 5.0, False)]
    assert "“дорого”" in runner.invoke(cli, ["cases", "show", "1", *where]).output
    assert runner.invoke(cli, ["cases", "contact", "1", "--told", "call", *where]).exit_code == 0
    assert runner.invoke(cli, ["cases", "close", "1", "--outcome", "explained", *where]).exit_code == 0
    assert runner.invoke(cli, ["cases", "close", "1", "--outcome", "explained", *where]).exit_code == 2
    assert "0 cases" in runner.invoke(cli, ["cases", "--overdue", *where]).output


def test_a_dossier_masks_personal_data_unless_originals_are_asked_for(tmp_path: Path) -> None:
    typed = "Анна Петрова грубила; анна петрова виновата"
    root = make_study(tmp_path, f"A1,2026-11-20T10:00:00+03:00,online,,R1,C1,small,2026Q4,2,{typed}\n")
    store = open_study(root)
    open_recorded_cases(store, CaseOptions(), now=NOON)
    answer_id = store.conn.execute("SELECT answer_id FROM answer WHERE question_id = 'why_nps'").fetchone()[0]
    replace_personal_typed(store, {answer_id: [PiiRow("person", 0, 12, question_id="why_nps")]})
    store.close()
    words = ["cases", "show", "1", "--study", str(root)]
    shown = CliRunner().invoke(cli, words).output
    assert "“[имя] грубила; [имя] виновата”" in shown
    assert "петрова" not in CliRunner().invoke(cli, [*words, "--json"]).output.casefold()
    assert not list(StudyFolder(root).logs.glob("originals*"))
    assert "Анна Петрова" in CliRunner().invoke(cli, [*words, "--originals"]).output
    assert "cases show 1 --originals" in next(StudyFolder(root).logs.glob("originals*")).read_text(encoding="utf-8")


def test_cases_stand_in_columns_and_name_the_next_step(tmp_path: Path) -> None:
    root = make_study(tmp_path, ROWS)
    open_recorded_cases(open_study(root), CaseOptions(), now=NOON)
    runner, where = CliRunner(), ("--study", str(root))
    runner.invoke(cli, ["cases", "contact", "1", *where])
    lines = runner.invoke(cli, ["cases", *where]).output.splitlines()
    assert len({line.index(word) for line, word in zip(lines[1:3], ("contacted", "OVERDUE"), strict=True)}) == 1
    assert lines[-1] == f"7 cases, 6 overdue; next: earful cases show 1 --study {root}"
    assert "earful cases close 1" in runner.invoke(cli, ["cases", "show", "1", *where]).output
    assert "earful cases contact 2" in runner.invoke(cli, ["cases", "show", "2", *where]).output
