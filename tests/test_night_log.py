"""The night's log: what happened when, to which file, at what cost; never what anybody said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fake_night
import numpy as np
import pytest

from audio.encode import encode
from insights.night import run as run_module
from insights.night.executors import WorkerPlan
from insights.night.jobs import Done, Job, Outcome, Quarantined
from insights.night.log import KEPT_DAYS, NightLog
from insights.night.processing import NightOptions
from insights.night.run import run_night
from insights.store import open_store, query

HEADER = "interview_id,started_at,mode,recording,wave,nps,why\n"
TYPED = "ждали три недели, оператор Ильдефонсова не перезвонила"


class Measured:
    """An executor without processes whose calls take half a second a stage; one of them ends its worker twice."""

    workers = 1

    def run(self, batches: Sequence[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        for job in (job for batch in batches for job in batch):
            if "poison" in job.file:
                yield Quarantined(job, kind="ProcessExpired", message="ended its worker process twice")
                continue
            outcome = fake_night.outcome_of(job)
            assert isinstance(outcome, Done)
            runs = tuple(replace(run, seconds=0.5) for run in outcome.record.runs)
            yield replace(outcome, record=replace(outcome.record, runs=runs))


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_module, "model_hashes", lambda frame: {"fake": "1"})
    monkeypatch.setattr(run_module, "process_typed", lambda store, frame, keys: 0)


@pytest.fixture
def logged_study(study_dir: Path, rng: np.random.Generator) -> Path:
    for name in ("a.flac", "poison.flac"):
        samples = rng.normal(0, 0.1, (2, 12_000)).astype(np.float32).clip(-1, 1)
        (study_dir / "calls" / name).write_bytes(encode(samples, 8000, codec="flac"))
    (study_dir / "calls" / "empty.wav").write_bytes(b"")
    rows = f'i1,,phone,a.flac,w1,3,\ni2,,online,,w1,2,"{TYPED}"\n'
    (study_dir / "responses" / "r.csv").write_text(HEADER + rows, encoding="utf-8")
    return study_dir


def events(study_dir: Path) -> list[dict[str, Any]]:
    paths = sorted((study_dir / "logs").glob("night-*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_night_can_be_followed_from_its_log(logged_study: Path) -> None:
    by = datetime.now(UTC) + timedelta(hours=1)
    run_night(logged_study, NightOptions(executor=Measured(), stop_at=by))
    found = events(logged_study)
    assert [event["event"] for event in found] == ["start", "plan", "file", "call", "call", "end"]
    assert found[0]["by"] == by.isoformat()
    assert (found[1]["calls"], found[2]["recording"], found[2]["kind"]) == (2, "calls/empty.wav", "empty")
    by_name = {event["recording"]: event for event in found[3:5]}
    done = by_name["calls/a.flac"]
    assert (done["status"], done["sound_s"], done["stages"]["recognition"]) == ("done", 1.5, 0.5)
    assert done["seconds"] == pytest.approx(0.5 * len(done["stages"]))
    assert by_name["calls/poison.flac"]["kind"] == "ProcessExpired"
    assert {name: found[5][name] for name in ("status", "done", "failed", "quarantined", "left")} == {
        "status": "done",
        "done": 1,
        "failed": 1,
        "quarantined": 1,
        "left": 0,
    }


def test_no_word_that_was_spoken_or_typed_stands_in_the_log(logged_study: Path) -> None:
    run_night(logged_study, NightOptions(executor=Measured()))
    store = open_store(logged_study / "study.db", readonly=True)
    sql = "SELECT text FROM turn UNION SELECT text FROM answer WHERE text NOT NULL"
    said = [str(row["text"]) for row in query(store, sql)]
    store.close()
    words = {word.strip(".,?!").lower() for text in (*said, TYPED) for word in text.split()}
    assert {"порекомендуете", "ильдефонсова"} <= words
    values = [str(value).lower() for event in events(logged_study) for value in event.values()]
    assert [word for word in words if any(word in value for value in values)] == []
    with pytest.raises(ValueError, match="not known to be free"):
        NightLog(logged_study / "logs" / "x.jsonl").write("call", text=TYPED)


def test_a_night_that_fails_says_so_in_its_log_by_kind_alone(
    logged_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_options: object) -> None:
        raise RuntimeError(TYPED)

    monkeypatch.setattr(run_module, "process", fail)
    with pytest.raises(RuntimeError):
        run_night(logged_study, NightOptions(executor=Measured()))
    end = events(logged_study)[-1]
    assert (end["event"], end["status"], end["kind"]) == ("end", "failed", "RuntimeError")
    assert "Ильдефонсова" not in json.dumps(events(logged_study), ensure_ascii=False)


def test_a_deadline_and_a_night_without_work_are_told_apart(logged_study: Path) -> None:
    run_night(logged_study, NightOptions(executor=Measured(), stop_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert (events(logged_study)[-1]["status"], events(logged_study)[-1]["left"]) == ("stopped", 2)
    for _ in range(2):
        run_night(logged_study, NightOptions(executor=Measured()))
    assert events(logged_study)[-1]["status"] == "nothing new"


def test_old_logs_go_and_other_logs_stay(logged_study: Path) -> None:
    logs = logged_study / "logs"
    logs.mkdir()
    for number in range(1, 101):
        (logs / f"night-2025-{1 + number // 29:02}-{1 + number % 29:02}.jsonl").touch()
    (logs / "originals.jsonl").touch()
    run_night(logged_study, NightOptions(executor=Measured()))
    assert len(list(logs.glob("night-*.jsonl"))) == KEPT_DAYS
    assert (logs / "originals.jsonl").exists()


def test_a_log_that_cannot_be_written_stops_no_night(logged_study: Path) -> None:
    (logged_study / "logs").mkdir()
    (logged_study / "logs" / f"night-{datetime.now(UTC):%Y-%m-%d}.jsonl").mkdir()
    assert run_night(logged_study, NightOptions(executor=Measured())).done == 1
