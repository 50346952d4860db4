"""Recordings that could not be used, as the morning page tells of them: in its own language, and all counted."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from audio.failures import AudioError
from insights.meeting.sections import yesterday_section
from insights.meeting.wording import failures
from insights.night.executors import WORKER_LOST
from insights.store import Failure, RecordingFacts, Store, open_store, save_failure

MEETING = date(2026, 11, 21)
SAID = "0 bytes; copy it again from the recorder"


def failing(store: Store, *kinds: str) -> Store:
    for n, kind in enumerate(kinds):
        facts = RecordingFacts(path=f"calls/bad{n:03d}.wav", size_bytes=0, modified_ns=0)
        save_failure(store, Failure(facts, "failed", kind, SAID))
    return store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return made.framed(open_store(tmp_path / "study.db"))


def kinds_of(family: type[AudioError]) -> Iterator[str]:
    for one in family.__subclasses__():
        yield one.kind
        yield from kinds_of(one)


def test_every_kind_of_failure_is_told_in_russian_with_what_to_do() -> None:
    kinds = {*kinds_of(AudioError), *WORKER_LOST, "TimeoutError", "MemoryError", "still_written", "consent_refused"}
    kinds -= {"cannot_encode"}  # of writing, never of a recording
    assert kinds <= set(failures())
    for said in failures().values():
        assert re.search("[а-я]", said)
        assert "; " in said


def test_a_russian_page_tells_of_failures_in_russian_and_an_english_one_as_the_night_did(store: Store) -> None:
    failing(store, "empty", "SomethingNew")
    told = {row["path"]: row["error"] for row in yesterday_section(store, MEETING, "ru")["failed"]}
    assert told["calls/bad000.wav"] == "пустой файл, 0 байт; скопируйте его заново с записывающего устройства"
    assert told["calls/bad001.wav"] == "обработать не удалось; подробности покажет earful gaps"
    assert {row["error"] for row in yesterday_section(store, MEETING, "en")["failed"]} == {SAID}


def test_failures_are_all_counted_however_few_are_listed(store: Store) -> None:
    assert yesterday_section(store, MEETING, "ru")["failed_n"] == 0
    found = yesterday_section(failing(store, *["empty"] * 70), MEETING, "ru")
    assert (len(found["failed"]), found["failed_n"]) == (10, 70)
