from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.store import (
    NamePattern,
    Store,
    ingest_folder,
    link_recordings,
    match_recordings,
    open_store,
    query,
    save_call,
    settle,
)
from insights.store.matching import plain_name


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "study.db")


def linked(store: Store) -> dict[str, str | None]:
    return {row["path"]: row["interview_id"] for row in query(store, "SELECT path, interview_id FROM recording")}


@pytest.mark.parametrize("named", ["ru01.wav", "calls/ru01.wav", "./ru01.wav", " ru01.wav ", "calls\\ru01.wav"])
def test_a_row_names_its_file_in_many_ways(store: Store, named: str) -> None:
    made.framed(store, made.row(recording=named))
    save_call(store, made.call())
    assert linked(store) == {"calls/ru01.wav": "ru01"}


def test_letters_made_of_two_signs_are_one_letter() -> None:
    assert plain_name("приём.wav") == plain_name("прие\u0308м.wav")
    assert plain_name("чай.wav") == plain_name("чаи\u0306.wav")


def test_a_file_in_a_folder_is_found_by_its_base_name(store: Store) -> None:
    made.framed(store, made.row())
    save_call(store, made.call(name="calls/2026/11/ru01.wav"))
    assert linked(store) == {"calls/2026/11/ru01.wav": "ru01"}


def test_two_files_that_one_row_could_mean_are_listed_not_linked(store: Store) -> None:
    made.framed(store, made.row())
    save_call(store, made.call(1, name="calls/a/ru01.wav"))
    save_call(store, made.call(2, name="calls/b/ru01.wav"))
    link_recordings(store)
    assert set(linked(store).values()) == {None}
    listed = query(store, "SELECT path, candidates FROM recording_unmatched ORDER BY path")
    assert [tuple(row.values()) for row in listed] == [("calls/a/ru01.wav", 1), ("calls/b/ru01.wav", 1)]
    spoken = query(store, "SELECT count(*) AS n FROM answer WHERE interview_id = 'ru01' AND spoken_value IS NOT NULL")
    assert spoken == [{"n": 0}]
    assert query(store, "SELECT count(*) AS n FROM answer WHERE recording_id IS NOT NULL") == [{"n": 4}]


def test_two_rows_that_name_one_file_are_listed_not_linked(store: Store) -> None:
    made.framed(store, made.row(1), made.row(2, recording="ru01.wav"))
    assert match_recordings(store, ["calls/ru01.wav"])["calls/ru01.wav"].candidates == ("ru01", "ru02")


def test_a_row_that_comes_after_the_night_takes_what_was_said(store: Store) -> None:
    made.framed(store)
    record = made.call()
    save_call(store, record)
    before = query(store, "SELECT answer_id FROM answer WHERE interview_id IS NULL AND question_id = 'nps'")
    settle(store, before[0]["answer_id"], 8, by="anna")
    made.framed(store, made.row())
    link_recordings(store)
    found = query(
        store, "SELECT recorded_value, spoken_value, adjudicated_value FROM answer WHERE question_id = 'nps'"
    )
    assert found == [{"recorded_value": 9.0, "spoken_value": 7.0, "adjudicated_value": 8.0}]
    assert len(query(store, "SELECT * FROM why WHERE interview_id = 'ru01'")) == 1
    sql = "SELECT latency_s FROM delivery JOIN answer USING(answer_id) WHERE interview_id = 'ru01'"
    assert query(store, sql) == [{"latency_s": 0.5}]
    assert query(store, "PRAGMA foreign_key_check") == []


def test_linking_late_equals_linking_at_once(tmp_path: Path) -> None:
    late, at_once = open_store(tmp_path / "late.db"), open_store(tmp_path / "once.db")
    made.framed(late)
    save_call(late, made.call())
    made.framed(late, made.row())
    made.framed(at_once, made.row())
    save_call(at_once, made.call())
    for store in (late, at_once):
        link_recordings(store)
    assert made.dump(late) == made.dump(at_once)


def test_saving_again_after_the_row_came_links_it(store: Store) -> None:
    made.framed(store)
    save_call(store, made.call())
    made.framed(store, made.row())
    save_call(store, made.call())
    assert linked(store) == {"calls/ru01.wav": "ru01"}
    assert query(store, "SELECT count(*) AS n FROM answer WHERE interview_id IS NULL") == [{"n": 0}]


PATTERN = NamePattern(r"(?P<client>C\d+)_(?P<time>\d{8}-\d{6})", match_minutes=30)


def by_pattern(store: Store, *names: str) -> dict[str, str | None]:
    return {path: match.interview_id for path, match in match_recordings(store, names, pattern=PATTERN).items()}


def test_names_of_the_telephone_system_are_matched_by_client_and_time(store: Store) -> None:
    made.framed(store, *(made.row(n, recording=None) for n in (1, 2)))
    found = by_pattern(store, "calls/C1_20261120-100500.wav", "calls/C9_20261120-100500.wav", "calls/odd.wav")
    assert found == {
        "calls/C1_20261120-100500.wav": "ru01",
        "calls/C9_20261120-100500.wav": None,
        "calls/odd.wav": None,
    }


@pytest.mark.parametrize("time", ["20261120-113100", "20261120-093000", "20261399-100500"])
def test_a_time_too_far_or_no_time_is_nobodys(store: Store, time: str) -> None:
    made.framed(store, made.row(1, recording=None))
    assert by_pattern(store, f"calls/C1_{time}.wav") == {f"calls/C1_{time}.wav": None}


def test_two_interviews_of_one_client_in_reach_are_listed_not_linked(store: Store) -> None:
    made.framed(store, made.row(1, recording=None), made.row(2, recording=None, client_id="C1"))
    match = match_recordings(store, ["calls/C1_20261120-100500.wav"], pattern=PATTERN)["calls/C1_20261120-100500.wav"]
    assert (match.interview_id, match.candidates) == (None, ("ru01", "ru02"))


def test_two_files_in_reach_of_one_interview_are_listed_not_linked(store: Store) -> None:
    made.framed(store, made.row(1, recording=None))
    found = by_pattern(store, "calls/C1_20261120-100500.wav", "calls/C1_20261120-100900.wav")
    assert set(found.values()) == {None}


@pytest.mark.parametrize("pattern", ["(?P<client>x", "(?P<client>x)", ".*"])
def test_a_pattern_that_cannot_work_is_refused_with_the_cure(store: Store, pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        match_recordings(store, ["calls/a.wav"], pattern=NamePattern(pattern))


def test_a_row_that_comes_by_csv_links_what_was_heard_before(store: Store, tmp_path: Path) -> None:
    made.framed(store)
    save_call(store, made.call())
    folder = tmp_path / "responses"
    folder.mkdir()
    (folder / "a.csv").write_text("interview_id,mode,recording,nps\nI1,phone,ru01.wav,9\n")
    ingest_folder(store, folder, survey=made.SURVEY, codebook=made.CODEBOOK)
    assert linked(store) == {"calls/ru01.wav": "I1"}
    (folder / "b.csv").write_text("interview_id,mode,recording,nps\nI1,phone,,9\n")
    ingest_folder(store, folder, survey=made.SURVEY, codebook=made.CODEBOOK)
    assert linked(store) == {"calls/ru01.wav": None}
