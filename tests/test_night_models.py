"""The night with its real models, the network blocked: every stage real, every contract table and view readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_night import InProcess
from killed_nights import rows

from insights.demo.create import create_demo
from insights.demo.summary import summary_of
from insights.night.executors import worker_process
from insights.night.jobs import GROUPS
from insights.night.processing import NightOptions
from insights.night.run import run_night

KEPT = {"en01_mono.flac", "en02_stereo.flac"}
FILLED = (
    *("wave", "client", "respondent", "operator", "question", "code", "coder", "interview", "recording", "run"),
    *("turn", "pause", "asked", "answer", "delivery", "reason", "pii_span", "case"),
)
READABLE = (
    *("draw", "draw_item", "hearing", "metric", "business_outcome", "nps_answer", "nps_by_wave", "why"),
    *("score_mismatch", "hesitant_score", "case_overdue"),
)


@pytest.fixture(scope="module")
def demo_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the night of two example calls and the typed interviews once."""
    folder = create_demo(tmp_path_factory.mktemp("night") / "demo")
    for path in folder.calls.iterdir():
        if path.name not in KEPT:
            path.unlink()
    worker_process.cache_clear()
    report = run_night(folder.root, NightOptions(executor=InProcess()))
    assert (report.done, report.typed, report.failed, report.quarantined) == (2, 2, 0, 0)
    return folder.root


@pytest.mark.models
@pytest.mark.parametrize("table", FILLED)
def test_the_night_fills_every_table_of_the_chain(demo_night: Path, table: str) -> None:
    sql = f'SELECT count(*) AS n FROM "{table}"'  # noqa: S608 - names of this file
    assert rows(demo_night, sql)[0]["n"] > 0


@pytest.mark.models
@pytest.mark.parametrize("name", READABLE)
def test_the_other_tables_and_views_can_be_read(demo_night: Path, name: str) -> None:
    assert isinstance(rows(demo_night, f"SELECT * FROM {name}"), list)  # noqa: S608


@pytest.mark.models
def test_every_phone_reason_has_a_quote_that_plays(demo_night: Path) -> None:
    found = rows(
        demo_night,
        """SELECT reason.quote, turn.text, reason.start_s, reason.end_s, recording.duration_s FROM reason
           JOIN turn USING(turn_id) JOIN recording USING(recording_id)""",
    )
    assert found
    assert [row for row in found if str(row["quote"]) not in str(row["text"])] == []
    assert [row for row in found if not 0 <= row["start_s"] < row["end_s"] <= row["duration_s"]] == []


@pytest.mark.models
def test_typed_answers_are_coded_without_seconds(demo_night: Path) -> None:
    sql = """SELECT reason.start_s FROM reason JOIN answer USING(answer_id) JOIN interview USING(interview_id)
             WHERE interview.mode = 'online'"""
    found = rows(demo_night, sql)
    assert found
    assert all(row["start_s"] is None for row in found)


@pytest.mark.models
def test_nobodys_spoken_score_is_confidently_wrong(demo_night: Path) -> None:
    sql = (
        "SELECT recorded_value, spoken_value FROM answer WHERE spoken_value IS NOT NULL AND recorded_value IS NOT NULL"
    )
    found = rows(demo_night, sql)
    assert len(found) >= 8
    assert all(row["recorded_value"] == row["spoken_value"] for row in found)


@pytest.mark.models
def test_a_second_night_needs_no_model(demo_night: Path) -> None:
    worker_process.cache_clear()
    report = run_night(demo_night, NightOptions(executor=InProcess(), maker="nobody:asks"))
    assert (report.done, report.unchanged, report.exit_code) == (0, 2, 0)


@pytest.mark.models
def test_the_closing_table_carries_n_interval_and_quotes(demo_night: Path) -> None:
    text = "\n".join(summary_of(demo_night))
    assert "n = 2" in text
    assert "[" in text
    assert "«" in text


@pytest.mark.models
def test_the_log_holds_no_word_of_a_customer(demo_night: Path) -> None:
    said = " ".join(str(row["text"]) for row in rows(demo_night, "SELECT text FROM turn WHERE party = 'respondent'"))
    words = {word.strip(".,?!").lower() for word in said.split() if len(word.strip(".,?!")) > 6}
    words -= {stage for group in GROUPS for stage in group}  # the log names stages: delivery, answers
    logged = " ".join(path.read_text(encoding="utf-8") for path in (demo_night / "logs").iterdir()).lower()
    assert [word for word in words if word in logged] == []
