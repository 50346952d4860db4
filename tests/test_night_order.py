"""Which calls go first, in what batches, and how much sound is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from insights.cli.night_commands import moment
from insights.cli.progress import UNKNOWN, time_left
from insights.night.batching import batches_of, until
from insights.night.jobs import Job
from insights.night.order import in_order
from insights.night.pace import SoundLeft
from insights.store import RecordingFacts
from insights.store.night_queries import InterviewFacts

MONDAY = date(2026, 11, 23)


def job(name: str, *, interview: str | None = None, size: int = 100, modified_ns: int = 0) -> Job:
    facts = RecordingFacts(f"calls/{name}", interview_id=interview, size_bytes=size, modified_ns=modified_ns)
    return Job(facts, file=f"/calls/{name}", keys={}, todo=frozenset())


def interview(name: str, started_at: str | None, nps: float | None) -> InterviewFacts:
    return InterviewFacts(name, "phone", started_at, None, "unknown", nps, {"nps": nps})


def names(jobs: list[Job]) -> list[str]:
    return [one.facts.path.removeprefix("calls/") for one in jobs]


def test_the_draws_frame_goes_before_the_rest_and_detractors_before_the_newest() -> None:
    interviews = {
        one.interview_id: one
        for one in (
            interview("old-unhappy", "2026-11-02T10:00:00+03:00", 1.0),
            interview("old", "2026-11-03T10:00:00+03:00", 9.0),
            interview("friday-unhappy", "2026-11-20T10:00:00+03:00", 6.0),
            interview("friday", "2026-11-20T12:00:00+03:00", 7.0),
            interview("sunday", "2026-11-22T12:00:00+03:00", None),
            interview("undated", None, 9.0),
        )
    }
    jobs = [job(name, interview=name) for name in sorted(interviews)] + [job("nobodys")]
    assert names(in_order(jobs, interviews, today=MONDAY)) == [
        *("friday-unhappy", "sunday", "friday"),
        *("old-unhappy", "old", "nobodys", "undated"),
    ]


def test_calls_of_thursday_are_in_fridays_draw_and_not_in_mondays() -> None:
    interviews = {
        "thursday": interview("thursday", "2026-11-19T10:00:00+03:00", 9.0),
        "unhappy": interview("unhappy", "2026-11-18T10:00:00+03:00", 0.0),
    }
    jobs = [job(name, interview=name) for name in interviews]
    assert names(in_order(jobs, interviews, today=date(2026, 11, 20))) == ["thursday", "unhappy"]
    assert names(in_order(jobs, interviews, today=MONDAY)) == ["unhappy", "thursday"]


def test_files_that_no_row_names_go_newest_first_and_ties_by_path() -> None:
    jobs = [job("b", modified_ns=1), job("new", modified_ns=9), job("a", modified_ns=1)]
    assert names(in_order(jobs, {}, today=MONDAY)) == ["new", "a", "b"]


@pytest.mark.parametrize(("calls", "workers"), [(1, 2), (3, 2), (16, 2), (17, 4), (100, 3)])
def test_every_call_is_handed_out_once_and_the_last_batches_are_single_calls(calls: int, workers: int) -> None:
    jobs = [job(f"{number:03}", size=100 + number % 7) for number in range(calls)]
    batches = list(batches_of(jobs, size=4, workers=workers))
    assert sorted(names([one for batch in batches for one in batch])) == names(jobs)
    assert max(len(batch) for batch in batches) <= 4
    assert {len(batch) for batch in batches[-workers:]} == {1}


def test_one_worker_takes_full_batches_in_the_order_of_urgency() -> None:
    jobs = [job(f"{number}", size=number + 1) for number in range(9)]
    batches = list(batches_of(jobs, size=4, workers=1))
    assert [len(batch) for batch in batches] == [4, 4, 1]
    assert [one for batch in batches for one in batch] == jobs


def test_only_the_last_calls_change_places_longest_first() -> None:
    jobs = [job(f"{number}", size=number + 1) for number in range(12)]
    order = names([one for batch in batches_of(jobs, size=2, workers=2) for one in batch])
    assert order == [*"01234567", "11", "10", "9", "8"]


def test_after_the_deadline_no_batch_is_handed_out() -> None:
    batches = [(job("a"),), (job("b"),)]
    assert list(until(batches, datetime.now(UTC) - timedelta(seconds=1))) == []
    assert list(until(batches, datetime.now(UTC) + timedelta(hours=1))) == batches
    assert list(until(batches, None)) == batches


def test_a_deadline_is_the_next_time_the_clock_shows_it() -> None:
    for clock in ("00:00", "07:30", "23:59"):
        found = moment(clock)
        assert f"{found:%H:%M}" == clock
        assert timedelta(0) < found - datetime.now().astimezone() <= timedelta(hours=25)


def test_sound_left_goes_by_seconds_not_by_files() -> None:
    jobs = [job("a.wav", size=16_000), job("b.opus", size=2_000), job("c.opus", size=20_000)]
    left = SoundLeft(jobs)
    left.end("calls/b.opus", size_bytes=2_000, duration_s=1.0)
    assert left.left_s == pytest.approx(1.0 + 10.0)  # a guess for wav, learned for opus
    left.end("calls/c.opus", size_bytes=20_000, duration_s=None)
    assert (left.done_s, left.left_s) == (1.0, pytest.approx(1.0))


def test_the_time_left_is_not_guessed_before_anything_is_done() -> None:
    assert time_left(0.0, 100.0, spent_s=10.0) == UNKNOWN
    assert time_left(100.0, 0.0, spent_s=10.0) == "less than a minute left"
