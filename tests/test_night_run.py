"""The night as a whole, with a chain that needs no weights: what is new is done once, what is bad stops nobody."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fake_night import InProcess
from killed_nights import rows

from audio.encode import encode
from insights.night import run as run_module
from insights.night.executors import Executor, LocalExecutor, WorkerPlan, worker_process
from insights.night.jobs import Job, Outcome
from insights.night.processing import NightOptions, NightReport
from insights.night.run import run_night
from insights.night.status import gaps_of, status_of
from insights.store import StudyLockedError, mend_turn, open_store, query, run_lock, swap_parties

HEADER = "interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,wave,nps\n"


class Watched(InProcess):
    """The same, the jobs kept to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        kept = [list(batch) for batch in batches]
        self.jobs += [job for batch in kept for job in batch]
        yield from super().run(kept, plan)


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the made-up chain on the path, and look at files without waiting."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_module, "model_hashes", lambda frame: {"fake": "1"})
    worker_process.cache_clear()


@pytest.fixture
def add_call(study_dir: Path, rng: np.random.Generator) -> Callable[..., Path]:
    """Return a function that writes a recording of noise into calls/."""

    def add(name: str, *, seconds: float = 1.5) -> Path:
        path = study_dir / "calls" / name
        samples = rng.normal(0, 0.1, (2, int(seconds * 8000))).astype(np.float32).clip(-1, 1)
        path.write_bytes(encode(samples, 8000, codec="flac"))
        return path

    return add


def run(study_dir: Path, executor: Executor | None = None, **options: object) -> NightReport:
    return run_night(study_dir, NightOptions(executor=executor or InProcess(), maker="fake_night:make", **options))


def test_everything_new_is_done_and_linked_to_its_row(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    (study_dir / "responses" / "r.csv").write_text(HEADER + "i1,2026-11-20T10:00:00+03:00,phone,a.flac,,,,,,w1,3\n")
    report = run(study_dir)
    assert (report.done, report.exit_code) == (1, 0)
    found = rows(study_dir, "SELECT interview_id, status FROM recording")
    assert found == [{"interview_id": "i1", "status": "done"}]
    assert rows(study_dir, "SELECT recorded_value, spoken_value IS NOT NULL AS heard FROM answer") == [
        {"recorded_value": 3.0, "heard": 1}
    ]


def test_a_second_run_does_nothing_and_changes_nothing(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    run(study_dir)
    before = rows(study_dir, "SELECT * FROM recording") + rows(study_dir, "SELECT * FROM night")
    report = run(study_dir)
    assert (report.done, report.unchanged, report.exit_code) == (0, 1, 0)
    assert rows(study_dir, "SELECT * FROM recording") + rows(study_dir, "SELECT * FROM night") == before


def test_a_changed_codebook_touches_only_the_reasons(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    run(study_dir)
    before = {row["stage"]: row["stage_key"] for row in rows(study_dir, "SELECT stage, stage_key FROM run")}
    path = study_dir / "codebook.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("version = 1", "version = 2"), encoding="utf-8")
    watched = Watched()
    assert run(study_dir, watched).done == 1
    assert [job.stored is not None for job in watched.jobs] == [True]  # the words are not heard again
    after = {row["stage"]: row["stage_key"] for row in rows(study_dir, "SELECT stage, stage_key FROM run")}
    assert {stage for stage in before if before[stage] != after[stage]} == {"reasons"}


def test_a_changed_survey_leaves_the_words_alone(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    run(study_dir)
    before = {row["stage"]: row["stage_key"] for row in rows(study_dir, "SELECT stage, stage_key FROM run")}
    path = study_dir / "survey.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Насколько вероятно", "Как вероятно"), encoding="utf-8")
    run(study_dir)
    after = {row["stage"]: row["stage_key"] for row in rows(study_dir, "SELECT stage, stage_key FROM run")}
    assert {stage for stage in before if before[stage] != after[stage]} == {
        "questions",
        "answers",
        "delivery",
        "reasons",
    }


def test_the_next_night_builds_on_what_a_person_corrected(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    run(study_dir)
    store = open_store(study_dir / "study.db")
    recording = str(query(store, "SELECT recording_id FROM recording")[0]["recording_id"])
    mend_turn(store, recording, 1, "Ну, восемь.", by="anna")
    swap_parties(store, recording, by="anna")
    store.close()
    watched = Watched()
    run(study_dir, watched)
    stored = watched.jobs[0].stored
    assert stored is not None
    assert [turn.party for turn in stored.dialogue.turns] == ["respondent", "operator"]
    assert [turn.party for turn in stored.heard.turns] == ["operator", "respondent"]
    assert (stored.dialogue.turns[1].text, stored.heard.turns[1].text != "Ну, восемь.") == ("Ну, восемь.", True)


def test_a_file_copied_with_a_new_time_is_up_to_date(study_dir: Path, add_call: Callable[..., Path]) -> None:
    path = add_call("a.flac")
    run(study_dir)
    os.utime(path, ns=(1, 1))
    report = run(study_dir)
    assert (report.done, report.unchanged) == (0, 1)


def test_a_bad_file_is_named_and_the_good_ones_are_done(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("good.flac")
    (study_dir / "calls" / "empty.wav").write_bytes(b"")
    (study_dir / "calls" / "text.mp3").write_text("this is no sound at all, only words", encoding="utf-8")
    (study_dir / "calls" / "link.wav").symlink_to("/etc/hostname")
    os.mkfifo(study_dir / "calls" / "pipe.wav")
    (study_dir / "calls" / "folder.wav").mkdir()
    report = run(study_dir)
    assert (report.done, report.failed, report.exit_code) == (1, 5, 3)
    found = rows(study_dir, "SELECT path, error_kind, error FROM recording WHERE status = 'failed' ORDER BY path")
    assert {row["path"]: row["error_kind"] for row in found} == {
        "calls/empty.wav": "empty",
        "calls/folder.wav": "not_regular",
        "calls/link.wav": "not_regular",
        "calls/pipe.wav": "not_regular",
        "calls/text.mp3": "unreadable",
    }
    assert all(str(study_dir) not in str(row["error"]) for row in found)


def test_what_failed_is_not_tried_again_until_it_is_asked_for(study_dir: Path) -> None:
    (study_dir / "calls" / "empty.wav").write_bytes(b"")
    assert run(study_dir).exit_code == 3
    assert run(study_dir).exit_code == 0
    assert run(study_dir, retry=True).exit_code == 3


def test_a_file_still_being_written_waits_and_is_done_once_it_is_whole(
    study_dir: Path, add_call: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = add_call("a.flac")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: path.write_bytes(whole[: len(whole) // 3]))
    report = run(study_dir)
    assert (report.waiting, report.done, report.exit_code) == (1, 0, 0)
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    path.write_bytes(whole)
    assert run(study_dir).done == 1


def test_the_same_bytes_under_two_names_are_heard_once(study_dir: Path, add_call: Callable[..., Path]) -> None:
    first = add_call("a.flac")
    (study_dir / "calls" / "copy.flac").write_bytes(first.read_bytes())
    assert run(study_dir).done == 1
    assert rows(study_dir, "SELECT count(*) AS n FROM recording") == [{"n": 1}]
    assert run(study_dir).done == 0


def test_a_renamed_recording_keeps_its_result(study_dir: Path, add_call: Callable[..., Path]) -> None:
    path = add_call("a.flac")
    run(study_dir)
    path.rename(study_dir / "calls" / "b.flac")
    assert run(study_dir).done == 0
    assert rows(study_dir, "SELECT path, status FROM recording") == [{"path": "calls/b.flac", "status": "done"}]


def test_refused_consent_is_not_listened_to(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("a.flac")
    head = HEADER.replace(",nps", ",consent,nps")
    (study_dir / "responses" / "r.csv").write_text(head + "i1,,phone,a.flac,,,,,,w1,refused,3\n")
    report = run(study_dir)
    assert (report.done, report.waiting, report.exit_code) == (0, 1, 0)
    assert rows(study_dir, "SELECT recorded_value FROM answer") == [{"recorded_value": 3.0}]


def test_detractors_go_first_then_the_newest(study_dir: Path, add_call: Callable[..., Path]) -> None:
    lines = []
    for name, day, score in (("old", 1, 9), ("new", 3, 9), ("unhappy", 2, 2)):
        add_call(f"{name}.flac")
        lines.append(f"{name},2026-11-0{day}T10:00:00+03:00,phone,{name}.flac,,,,,,w1,{score}\n")
    (study_dir / "responses" / "r.csv").write_text(HEADER + "".join(lines))
    seen: list[Job] = []

    class Watching(InProcess):
        def run(self, batches: object, plan: WorkerPlan) -> Iterator[Outcome]:
            kept = [tuple(batch) for batch in batches]
            seen.extend(job for batch in kept for job in batch)
            yield from super().run(kept, plan)

    run(study_dir, Watching())
    assert [Path(job.file).stem for job in seen] == ["unhappy", "new", "old"]


def test_the_deadline_leaves_the_rest_for_the_next_run(study_dir: Path, add_call: Callable[..., Path]) -> None:
    for name in "abc":
        add_call(f"{name}.flac")
    report = run(study_dir, stop_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (report.done, report.left, report.exit_code) == (0, 3, 0)
    assert run(study_dir).done == 3


def test_a_held_study_says_by_whom(study_dir: Path, tmp_path: Path) -> None:
    import subprocess

    program = (
        "import sys, time; from pathlib import Path; from insights.store import run_lock\n"
        f"with run_lock(Path({str(study_dir)!r}), why='a test'):\n print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StudyLockedError, match=str(holder.pid)):
            run(study_dir)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    with run_lock(study_dir):
        pass


def test_status_and_gaps_name_what_is_missing_with_the_cure(study_dir: Path, add_call: Callable[..., Path]) -> None:
    add_call("nobodys.flac")
    (study_dir / "calls" / "empty.wav").write_bytes(b"")
    (study_dir / "responses" / "r.csv").write_text(HEADER + "i1,,phone,missing.flac,,,,,,w1,3\n")
    run(study_dir)
    state = status_of(study_dir)
    assert state["recordings"] == {"done": 1, "failed": 1, "quarantined": 0, "waiting": 0}
    assert state["interviews_without_recording"] == ["i1"]
    kinds = {gap.kind: gap for gap in gaps_of(study_dir)}
    assert kinds["unmatched_recording"].where == "calls/nobodys.flac"
    assert "missing.flac" in kinds["no_recording"].cure
    assert "calls/empty.wav" in kinds["failed"].where


@pytest.mark.slow
def test_a_poisonous_call_takes_no_other_with_it(
    study_dir: Path, add_call: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c", "exit", "raise", "greedy"):
        add_call(f"{name}.flac")
    report = run(study_dir, LocalExecutor(2))
    assert (report.done, report.quarantined, report.exit_code) == (3, 3, 3)
    found = rows(study_dir, "SELECT path, error_kind, error FROM recording WHERE status = 'quarantined' ORDER BY path")
    assert [row["error_kind"] for row in found] == ["ProcessExpired", "MemoryError", "RuntimeError"]
    assert all("--retry" in str(row["error"]) for row in found)
