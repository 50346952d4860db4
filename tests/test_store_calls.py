from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from audio.span import Span
from insights.delivery.delivery import Delivery
from insights.reasons.reason import Reason
from insights.store import (
    Failure,
    PiiRow,
    RecordingFacts,
    Store,
    StoreError,
    TypedRecord,
    already_done,
    close_night,
    done_stages,
    load_answers,
    load_asked,
    load_deliveries,
    load_dialogue,
    load_pauses,
    load_reasons,
    load_speech,
    open_store,
    query,
    recordings,
    save_alias,
    save_call,
    save_failure,
    save_online_answers,
    save_waiting,
    settle,
    stage_key,
    typed_stage_keys,
)
from insights.survey.responses import Cell
from transcribe.dialogue import Dialogue, Turn, Word


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return made.framed(open_store(tmp_path / "study.db"), made.row(), made.row(2, "en"))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_saved_call_comes_back_as_it_was(store: Store, language: str) -> None:
    record = made.call(2, language)
    found = save_call(store, record)
    assert load_dialogue(store, found).turns == record.dialogue.turns
    assert load_asked(store, found) == record.asked
    assert load_answers(store, found) == record.answers
    assert load_deliveries(store, found) == record.deliveries
    assert load_pauses(store, found) == record.pauses
    assert load_reasons(store, found) == record.reasons
    speech = load_speech(store, found)
    assert speech is not None
    assert speech.lanes == record.speech.lanes


def test_the_spoken_number_stands_beside_the_recorded_one(store: Store) -> None:
    save_call(store, made.call())
    found = query(store, "SELECT * FROM answer WHERE interview_id = 'ru01' AND question_id = 'nps'")[0]
    assert (found["recorded_value"], found["spoken_value"], found["value"]) == (9.0, 7.0, 9.0)
    assert found["agreement"] == "mismatch"
    assert query(store, "SELECT moves_group FROM score_mismatch") == [{"moves_group": 1}]


def test_an_empty_cell_is_null_and_never_zero(store: Store) -> None:
    found = query(store, "SELECT * FROM answer WHERE interview_id = 'ru01' AND question_id = 'speed'")[0]
    assert found["recorded_value"] is None
    assert found["value"] is None


def test_saving_twice_changes_nothing(store: Store) -> None:
    save_call(store, made.call())
    before = made.dump(store)
    save_call(store, made.call())
    assert made.dump(store) == before


def test_the_order_of_a_night_does_not_show(tmp_path: Path) -> None:
    calls = [made.call(1), made.call(2, "en"), made.call(3)]
    dumps = []
    for name, order in (("a", calls), ("b", calls[::-1])):
        store = made.framed(open_store(tmp_path / f"{name}.db"), made.row(), made.row(2, "en"))
        for record in order:
            save_call(store, record)
        close_night(store)
        dumps.append(made.dump(store))
    assert dumps[0] == dumps[1]


def test_saving_again_keeps_what_people_said(store: Store) -> None:
    found = save_call(store, made.call())
    nps = query(store, "SELECT answer_id FROM answer WHERE question_id = 'nps' AND interview_id = 'ru01'")[0]
    settle(store, nps["answer_id"], 8, by="anna")
    why = query(store, "SELECT answer_id, turn_id FROM reason")[0]
    store.execute("INSERT INTO coder(coder_id, kind) VALUES ('anna', 'human')")
    store.execute(
        """INSERT INTO reason(answer_id, code_id, coder_id, turn_id, polarity, quote, start_s, end_s)
           VALUES (?, 'price', 'anna', ?, -1, 'дорого.', 9.0, 9.3)""",
        (why["answer_id"], why["turn_id"]),
    )
    louder = made.talk(texts=(("operator", "Алло"), ("operator", "Оцените"), *made.TALKS["ru"][1:]))
    record = replace(made.call(), dialogue=louder, lemmas=(), asked=(), answers=(), deliveries=(), reasons=(), pii=())
    save_call(store, record)
    assert query(store, "SELECT recorded_value, adjudicated_value, value FROM answer WHERE interview_id = 'ru01'")[
        0
    ] == {
        "recorded_value": 9.0,
        "adjudicated_value": 8.0,
        "value": 8.0,
    }
    kept = query(store, "SELECT coder_id, quote, turn.text FROM reason JOIN turn USING(turn_id)")
    assert kept == [{"coder_id": "anna", "quote": "дорого.", "text": "Долго ждали мастера, ещё и дорого."}]
    assert load_dialogue(store, found).turns == louder.turns
    assert query(store, "PRAGMA foreign_key_check") == []


def test_a_call_that_does_not_fit_leaves_the_old_one_whole(store: Store) -> None:
    save_call(store, made.call())
    before = made.dump(store)
    wrong = replace(made.call(), reasons=(Reason("why", "slow", -1, "x", 0, Span(1, 2), 99, 0.5, "rule"),))
    with pytest.raises(StoreError, match="turn 99"):
        save_call(store, wrong)
    assert made.dump(store) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deliveries": (Delivery("unasked"),)}, "unasked"),
        ({"reasons": (Reason("why", "luck", 0, "x", 0, Span(1, 2), 1, 0.5, "rule"),)}, "luck"),
        ({"lemmas": ("one",)}, "give one each"),
        ({"facts": RecordingFacts("calls/a.wav")}, "save_failure"),
    ],
)
def test_what_the_frame_does_not_know_is_refused_by_name(store: Store, changes: dict[str, object], said: str) -> None:
    with pytest.raises(StoreError, match=said):
        save_call(store, replace(made.call(), **changes))
    assert recordings(store) == []


def test_a_reason_by_phone_without_seconds_is_refused(store: Store) -> None:
    save_call(store, made.call())
    with pytest.raises(Exception, match="start_s < end_s"):
        store.execute(
            """INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote)
               SELECT answer_id, 'slow', 'machine', -1, 'x' FROM answer WHERE interview_id = 'ru01' LIMIT 1"""
        )
    with pytest.raises(Exception, match="CHECK"):
        store.execute(
            """INSERT INTO reason(answer_id, code_id, coder_id, polarity, quote, start_s, end_s)
               SELECT answer_id, 'slow', 'machine', -1, 'x', 2.0, 2.0 FROM answer LIMIT 1"""
        )


def test_a_reason_reaches_its_score_through_follows_or_the_nps(store: Store) -> None:
    record = made.call()
    more = (
        Reason("improve", "price", -1, "дорого.", 27, Span(9.0, 9.3), 3, 0.7, "rule"),
        Reason("speed", "slow", -1, "Долго", 0, Span(5.0, 5.4), 3, 0.7, "rule"),
    )
    save_call(store, replace(record, reasons=(*record.reasons, *more)))
    found = query(store, "SELECT question_id, score_question_id, score, code, clip FROM why ORDER BY question_id")
    assert [(row["question_id"], row["score_question_id"], row["score"]) for row in found] == [
        ("improve", "nps", 9.0),
        ("speed", "speed", None),
        ("why", "nps", 9.0),
    ]
    assert found[0]["clip"] == "calls/ru01.wav#t=9.0,9.3"


def test_stage_keys_tell_what_is_done(store: Store) -> None:
    record = made.call()
    save_call(store, record)
    sha256 = record.facts.sha256 or ""
    assert already_done(store, sha256, stage_key("reasons", 1))
    assert not already_done(store, sha256, stage_key("reasons", 2))
    assert not already_done(store, "0" * 64, stage_key("reasons", 1))
    assert list(done_stages(store, sha256)) == ["decode", "recognition", "questions", "answers", "reasons"]


def test_every_derived_row_points_at_its_run(store: Store) -> None:
    save_call(store, made.call())
    stages = {
        table: query(store, f"SELECT DISTINCT stage FROM {table} LEFT JOIN run USING(run_id) WHERE {test}")  # noqa: S608
        for table, test in {
            "turn": "1",
            "pause": "1",
            "asked": "1",
            "answer": "answer.spoken_text IS NOT NULL",
            "delivery": "1",
            "reason": "1",
            "pii_span": "1",
        }.items()
    }
    assert stages == {
        "turn": [{"stage": "recognition"}],
        "pause": [{"stage": "answers"}],
        "asked": [{"stage": "questions"}],
        "answer": [{"stage": "answers"}],
        "delivery": [{"stage": "answers"}],
        "reason": [{"stage": "reasons"}],
        "pii_span": [{"stage": "reasons"}],
    }


def test_a_failure_counts_its_tries_and_gives_way_to_success(store: Store) -> None:
    facts = made.call().facts
    for _ in range(2):
        found = save_failure(store, Failure(facts, "failed", "worker_died", "the worker died; tried once more alone"))
    assert query(store, "SELECT status, try_n, error_kind FROM recording") == [
        {"status": "failed", "try_n": 2, "error_kind": "worker_died"}
    ]
    assert save_call(store, made.call()) == found
    assert [row["status"] for row in recordings(store)] == ["done"]
    save_failure(store, Failure(facts, "failed", "worker_died", "later"))
    assert [row["status"] for row in recordings(store)] == ["done"]


def test_a_file_that_waited_is_one_row_when_it_is_whole(store: Store) -> None:
    save_waiting(store, RecordingFacts("calls/ru01.wav"), why="still being written; looked at again next night")
    assert [row["status"] for row in recordings(store, status="waiting")] == ["waiting"]
    save_call(store, made.call())
    assert [(row["path"], row["status"]) for row in recordings(store)] == [("calls/ru01.wav", "done")]


def test_other_bytes_under_the_same_name_replace_the_call(store: Store) -> None:
    save_call(store, made.call(1))
    save_call(store, made.call(5, name="calls/ru01.wav", spoken=3.0))
    rows = recordings(store)
    assert [(row["path"], row["interview_id"]) for row in rows] == [("calls/ru01.wav", "ru01")]
    spoken = query(store, "SELECT spoken_value, recorded_value FROM answer WHERE question_id = 'nps'")
    assert {"spoken_value": 3.0, "recorded_value": 9.0} in spoken
    assert store.table("turn").count == 4


def test_the_same_bytes_under_another_name_are_an_alias(store: Store) -> None:
    record = made.call()
    save_call(store, record)
    save_alias(store, "calls/copy/ru01.wav", sha256=record.facts.sha256 or "")
    assert query(store, "SELECT path FROM recording_alias") == [{"path": "calls/copy/ru01.wav"}]
    assert store.table("recording").count == 1


def test_typed_answers_are_coded_without_seconds(store: Store) -> None:
    text = "Слишком дорого, но быстро"
    online = made.row(7, mode="online", recording=None, answers={"why": Cell(text), "nps": Cell("4", 4.0)})
    made.framed(store, online)
    reason = Reason("why", "price", -1, "Слишком дорого,", 0, None, None, 0.7, "rule")
    record = TypedRecord("ru07", (reason,), (PiiRow("person", 0, 7, question_id="why"),), (made.run("reasons", 7),))
    for _ in range(2):
        save_online_answers(store, record)
    found = query(store, "SELECT score, quote, clip FROM why WHERE interview_id = 'ru07'")
    assert found == [{"score": 4.0, "quote": "Слишком дорого,", "clip": None}]
    assert (
        query(store, "SELECT text FROM answer WHERE interview_id = 'ru07' AND question_id = 'why'")[0]["text"] == text
    )
    assert typed_stage_keys(store, "ru07") == {"reasons": stage_key("reasons", 7)}
    with pytest.raises(StoreError, match="nobody"):
        save_online_answers(store, TypedRecord("nobody"))


def test_numbers_of_other_kinds_are_stored_as_numbers(store: Store) -> None:
    import numpy as np

    measured = Delivery("nps", latency_s=np.float32(0.25), pause_n=np.int64(2), artic_rate=float("nan"))  # type: ignore[arg-type]
    save_call(store, replace(made.call(), deliveries=(measured,)))
    assert query(store, "SELECT latency_s, pause_n, artic_rate, filler_n FROM delivery") == [
        {"latency_s": 0.25, "pause_n": 2, "artic_rate": None, "filler_n": None}
    ]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return made.framed(open_store(tmp_path_factory.mktemp("any") / "study.db"))


WORDS = st.text(st.characters(exclude_categories=("Cs", "Z", "C")), min_size=1, max_size=12)


@given(
    texts=st.lists(st.lists(WORDS, max_size=5), min_size=1, max_size=6),
    start_ms=st.integers(0, 7_200_000),
    steps_ms=st.lists(st.integers(0, 5000), min_size=40, max_size=40),
)
def test_any_dialogue_survives_the_store(
    one_store: Store, texts: list[list[str]], start_ms: int, steps_ms: list[int]
) -> None:
    steps = iter(steps_ms)
    at_ms = start_ms
    turns = []
    for words in texts:
        said = []
        for text in words:
            end_ms = at_ms + next(steps, 10)
            said.append(Word(text, Span(at_ms / 1000, end_ms / 1000), 0.5))
            at_ms = end_ms
        turns.append(Turn("unknown", Span(said[0].span.start_s if said else at_ms / 1000, at_ms / 1000), tuple(said)))
    record = replace(
        made.call(),
        facts=RecordingFacts("calls/any.wav", "e" * 64, 7200.0),
        dialogue=Dialogue("x", "ru", tuple(turns)),
        lemmas=(),
        **dict.fromkeys(("pauses", "asked", "answers", "deliveries", "reasons", "pii"), ()),
    )
    assert load_dialogue(one_store, save_call(one_store, record)).turns == tuple(turns)
