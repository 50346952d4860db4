"""What `earful status` and `earful gaps` say, and what becomes of files that come, change and go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_night import InProcess
from killed_nights import rows

from audio.encode import encode
from audio.failures import AudioError, TooLongError, UndeclaredError
from insights.cli.state_text import EACH_LAYOUT, gap_lines, night_text, status_lines
from insights.night import run as run_module
from insights.night.executors import worker_process
from insights.night.jobs import Job, failed
from insights.night.processing import NightOptions, NightReport
from insights.night.run import run_night
from insights.night.status import Gap, gaps_of, status_of
from insights.store import RecordingFacts, open_store


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_module, "model_hashes", lambda frame: {"fake": "1"})
    worker_process.cache_clear()


def sound(seed: int, *, seconds: float = 1.5) -> bytes:
    samples = np.random.default_rng(seed).normal(0, 0.1, (2, int(seconds * 8000))).astype(np.float32).clip(-1, 1)
    return encode(samples, 8000, codec="flac")


def run(study_dir: Path, executor: InProcess | None = None) -> NightReport:
    return run_night(study_dir, NightOptions(executor=executor or InProcess(), maker="fake_night:make"))


def test_a_failed_file_that_has_gone_is_no_gap_any_more(study_dir: Path) -> None:
    bad = study_dir / "calls" / "bad.wav"
    bad.write_bytes(b"")
    assert run(study_dir).failed == 1
    bad.unlink()
    assert run(study_dir).exit_code == 0
    assert gaps_of(study_dir) == []


def test_a_recording_that_has_gone_after_it_was_heard_keeps_its_words_and_is_a_gap(study_dir: Path) -> None:
    path = study_dir / "calls" / "a.flac"
    path.write_bytes(sound(1))
    run(study_dir)
    path.unlink()
    assert run(study_dir).exit_code == 0
    assert len(rows(study_dir, "SELECT 1 FROM turn")) == 2
    assert [gap.where for gap in gaps_of(study_dir) if gap.kind == "file_gone"] == ["calls/a.flac"]


def test_other_bytes_under_the_same_name_take_the_place_of_the_old(study_dir: Path) -> None:
    path = study_dir / "calls" / "a.flac"
    path.write_bytes(sound(1))
    run(study_dir)
    first = rows(study_dir, "SELECT sha256 FROM recording")
    path.write_bytes(sound(2, seconds=2.0))
    assert run(study_dir).done == 1
    second = rows(study_dir, "SELECT sha256, duration_s FROM recording")
    assert (len(second), second[0]["duration_s"]) == (1, 2.0)
    assert second[0]["sha256"] != first[0]["sha256"]
    assert run(study_dir).done == 0


def test_a_file_that_changes_during_the_night_is_heard_again_the_next_night(study_dir: Path) -> None:
    path = study_dir / "calls" / "a.flac"
    path.write_bytes(sound(1))
    assert run(study_dir, InProcess(lambda: path.write_bytes(sound(2, seconds=2.0)))).done == 1
    assert run(study_dir).done == 1
    assert rows(study_dir, "SELECT duration_s FROM recording") == [{"duration_s": 2.0}]
    assert run(study_dir).done == 0


def test_a_file_that_goes_during_the_night_fails_alone(study_dir: Path) -> None:
    for number, name in enumerate(("a", "b")):
        (study_dir / "calls" / f"{name}.flac").write_bytes(sound(number))
    report = run(study_dir, InProcess((study_dir / "calls" / "a.flac").unlink))
    assert (report.done, report.failed, report.exit_code) == (1, 1, 3)
    assert run(study_dir).exit_code == 0
    assert [row["path"] for row in rows(study_dir, "SELECT path FROM recording")] == ["calls/b.flac"]


def test_a_night_that_was_killed_is_told_from_one_that_runs(study_dir: Path) -> None:
    (study_dir / "calls" / "a.flac").write_bytes(sound(1))
    run(study_dir)
    state = status_of(study_dir)
    assert "done: 1 done" in "\n".join(status_lines(state))
    killed = {**state["last_night"], "ended_at": None}
    assert "broken off; what it stored is whole" in night_text(killed)


def test_gaps_with_one_cure_stand_under_one_heading_and_all_are_named() -> None:
    gaps = [Gap("failed", f"calls/{n}.wav", "0 bytes; copy it again") for n in range(3)]
    gaps += [Gap("no_recording", "i1", "put a.wav into calls/")]
    lines = list(gap_lines(gaps))
    assert lines[0] == "failed: 0 bytes; copy it again"
    assert lines[1:4] == [f"    calls/{n}.wav" for n in range(3)]
    assert lines[4:6] == ["no recording: put a.wav into calls/", "    i1"]
    assert lines[6].startswith("4 gaps")


def test_gaps_that_differ_in_their_cures_take_a_line_each_under_one_heading() -> None:
    gaps = [Gap("no_recording", f"i{n}", f"put {n}.wav into calls/") for n in range(500)]
    gaps += [Gap("no_recording", f"r{n}", "consent refused") for n in range(2)]
    lines = list(gap_lines(gaps))
    assert lines[:3] == ["no recording: consent refused", "    r0", "    r1"]
    assert lines[3:5] == ["no recording: to each its own", "    i0: put 0.wav into calls/"]
    assert len(lines) == 3 + 1 + 500 + 1


def test_the_status_of_many_calls_counts_layouts_and_still_names_what_failed(study_dir: Path) -> None:
    run(study_dir)
    layout = {"layout": "separated", "language": "ru", "path": "calls/a.wav", "role_margin": 0.5}
    bad = {"path": "calls/bad.wav", "status": "failed", "error": "0 bytes; copy it again", "error_kind": "empty"}
    state = {**status_of(study_dir), "layouts": [layout] * (EACH_LAYOUT + 1), "not_done": [bad]}
    lines = list(status_lines(state))
    assert "layout      21 separated" in lines
    assert "failed      calls/bad.wav: 0 bytes; copy it again" in lines
    assert len(lines) < 10


def test_what_is_printed_and_what_programs_read_differ_only_in_the_evidence(study_dir: Path) -> None:
    (study_dir / "calls" / "a.flac").write_bytes(sound(1))
    run(study_dir)
    store = open_store(study_dir / "study.db")
    quality = '{"file": ["clipped"], "flags": ["one_voice"], "layout": {"lag_s": 0.5}, "roles": {"margin": 2.5}}'
    store.execute("UPDATE recording SET quality_json = ?", [quality])
    store.close()
    whole, short = status_of(study_dir), status_of(study_dir, evidence=False)
    (layout,) = whole.pop("layouts")
    assert layout.pop("evidence") == {"lag_s": 0.5}
    assert (layout["role_margin"], short.pop("layouts")) == (2.5, [layout])
    assert whole == short
    assert whole["doubtful"] == [{"path": "calls/a.flac", "layout": "separated", "flags": ["clipped", "one_voice"]}]


@pytest.mark.parametrize(("error", "setting"), [(TooLongError, "max_hours"), (UndeclaredError, "raw_format")])
def test_what_a_setting_lets_in_is_told_with_the_setting(error: type[AudioError], setting: str) -> None:
    job = Job(RecordingFacts("calls/a.ul"), file="/study/calls/a.ul", keys={}, todo=frozenset())
    found = failed(job, error("/study/calls/a.ul: cannot be used; do this"))
    assert found.message.startswith("cannot be used; do this ([recordings] ")
    assert setting in found.message
