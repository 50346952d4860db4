"""What reaches a worker on another machine: the study's text files, and sound that is what it should be."""

from __future__ import annotations

import hashlib
from pathlib import Path

import fsspec
import pytest

from insights.night.executors import WorkerPlan
from insights.night.jobs import Job
from insights.night.ray_worker import (
    OtherSoundError,
    UnfitWorkerError,
    Worker,
    refuse_unreadable,
    release_here,
    study_files,
    with_sound_from,
)
from insights.store import RecordingFacts

SOUND = b"sound of a call"


def job(name: str, sound: bytes = SOUND) -> Job:
    facts = RecordingFacts(f"calls/{name}", sha256=hashlib.sha256(sound).hexdigest(), size_bytes=len(sound))
    return Job(facts, file=f"/driver/calls/{name}", keys={}, todo=frozenset())


@pytest.mark.parametrize(
    "name", ["1.wav", "monday/2.wav", "file:::x*[y]#1?.wav", "simple::memory:b.wav", "звонок.wav"]
)
def test_a_name_is_never_read_as_an_address(tmp_path: Path, name: str) -> None:
    for calls_at in (f"file://{tmp_path}", str(tmp_path), "memory://bucket/calls/"):
        files, root = fsspec.url_to_fs(calls_at)
        files.makedirs(str(Path(root, name).parent), exist_ok=True)
        files.pipe_file(f"{root.rstrip('/')}/{name}", SOUND)
        assert with_sound_from(calls_at, job(name)).sound == SOUND


@pytest.mark.parametrize("there", [b"another call", SOUND[:-1], SOUND + b"!" * 10_000_000])
def test_other_bytes_at_the_shared_place_do_not_count(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "1.wav").write_bytes(there)
    with pytest.raises(OtherSoundError, match=r"calls/1\.wav: other bytes"):
        with_sound_from(str(tmp_path), job("1.wav"))


@pytest.mark.parametrize(
    ("calls_at", "said"),
    [("/no/such/folder", "no folder there"), ("file:///no/such", "no folder there"), ("nonsense://x", "not known")],
)
def test_a_machine_that_cannot_read_the_shared_place_takes_no_call(calls_at: str, said: str) -> None:
    with pytest.raises(UnfitWorkerError, match=said):
        Worker().start(WorkerPlan("x:y", "", 1.0, 4.0), {}, release=release_here(), calls_at=calls_at)
    refuse_unreadable("")


def test_a_worker_gets_the_newest_refit_and_none_of_the_data(study_dir: Path) -> None:
    (study_dir / "coders").mkdir()
    for number in (1, 2):
        (study_dir / "coders" / f"refit-000{number}.npz").write_bytes(bytes(number))
    (study_dir / "calls" / "1.wav").write_bytes(SOUND)
    (study_dir / "responses" / "r.csv").write_text("interview_id\n1\n")
    (study_dir / "study.db").write_bytes(b"store")
    assert sorted(study_files(study_dir)) == ["codebook.toml", "coders/refit-0002.npz", "survey.toml"]
