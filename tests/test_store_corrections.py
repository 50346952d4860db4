from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from audio.span import Span
from insights.reasons.reason import Reason
from insights.store import (
    Store,
    StoreError,
    TypedRecord,
    corrections,
    done_stages,
    hidden_spans,
    hide_clip,
    load_dialogue,
    load_reasons,
    mend_quote,
    mend_turn,
    open_store,
    personal_spans,
    query,
    recording_called,
    save_call,
    save_online_answers,
    scores_to_settle,
    search_turns,
    settle,
    swap_parties,
    turn_index_at,
    undo,
    unsettle,
)
from insights.store.mending import mended_words
from insights.survey.responses import Cell
from transcribe.dialogue import Word


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return made.framed(open_store(tmp_path / "study.db"), made.row(), made.row(2, "en"), made.row(3))


@pytest.fixture
def found(store: Store) -> str:
    return save_call(store, made.call())


def parties(store: Store, found: str, *, as_heard: bool = False) -> list[str]:
    return [turn.party for turn in load_dialogue(store, found, as_heard=as_heard).turns]


HEARD = ["operator", "respondent"] * 2
SWAPPED = HEARD[::-1]


def test_swapped_parties_survive_the_next_night_and_can_be_undone(store: Store, found: str) -> None:
    before = made.dump(store)
    number = swap_parties(store, found, by="anna", why="the exchange put them the other way round")
    assert parties(store, found) == SWAPPED
    assert parties(store, found, as_heard=True) == HEARD
    save_call(store, made.call())
    assert parties(store, found) == SWAPPED
    undo(store, number, by="boris")
    assert parties(store, found) == HEARD
    kept = corrections(store, undone=True)
    assert [(row["made_by"], row["undone_by"]) for row in kept] == [("anna", "boris")]
    after = made.dump(store)
    assert {name for name in before if before[name] != after[name]} <= {"correction", "run"}


def test_swapping_twice_is_as_it_was(store: Store, found: str) -> None:
    for _ in range(2):
        swap_parties(store, found, by="anna")
    assert parties(store, found) == HEARD
    save_call(store, made.call())
    assert parties(store, found) == HEARD


def test_a_correction_makes_the_next_night_find_the_answers_anew(store: Store, found: str) -> None:
    sha256 = made.call().facts.sha256 or ""
    swap_parties(store, found, by="anna")
    assert list(done_stages(store, sha256)) == ["decode", "recognition"]
    save_call(store, made.call())
    assert "answers" in done_stages(store, sha256)


def test_a_mended_turn_keeps_seconds_can_be_found_and_undone(store: Store, found: str) -> None:
    number = mend_turn(store, found, 1, "Ну, восемь   наверное.", by="anna")
    turn = load_dialogue(store, found).turns[1]
    assert turn.text == "Ну, восемь наверное."
    assert turn.words[0] == made.talk().turns[1].words[0]
    assert turn.words[1].span.start_s == turn.words[0].span.end_s
    assert turn.words[-1].span.end_s <= turn.span.end_s
    assert [item.text for item in search_turns(store, "восемь")] == ["Ну, восемь наверное."]
    assert search_turns(store, "семь") == []
    save_call(store, made.call())
    assert load_dialogue(store, found).turns[1].text == "Ну, восемь наверное."
    undo(store, number, by="anna")
    assert load_dialogue(store, found).turns == made.talk().turns
    assert [item.text for item in search_turns(store, "семь")] == ["Ну, семь."]


def test_a_mended_turn_finds_its_place_when_the_turns_are_counted_anew(store: Store, found: str) -> None:
    mend_turn(store, found, 3, "Долго ждали врача.", by="anna")
    heard = made.talk()
    first = heard.turns[0]
    half = replace(first, span=Span(first.span.start_s, first.words[1].span.end_s), words=first.words[:2])
    rest = replace(first, span=Span(first.words[2].span.start_s, first.span.end_s), words=first.words[2:])
    again = replace(
        made.call(), dialogue=replace(heard, turns=(half, rest, *heard.turns[1:])), lemmas=(), reasons=(), pii=()
    )
    save_call(store, replace(again, asked=(), answers=(), deliveries=(), pauses=()))
    assert [turn.text for turn in load_dialogue(store, found).turns][4] == "Долго ждали врача."


def test_a_correction_without_its_turn_is_kept_and_said_not_to_fit(store: Store, found: str) -> None:
    mend_turn(store, found, 3, "Долго ждали врача.", by="anna")
    heard = made.talk()
    short = replace(made.call(), dialogue=replace(heard, turns=heard.turns[:3]), lemmas=(), reasons=(), answers=())
    save_call(store, short)
    assert [row["applied"] for row in corrections(store)] == [0]
    save_call(store, made.call())
    assert [row["applied"] for row in corrections(store)] == [1]


def test_a_mended_quote_must_stand_in_the_text_and_survives(store: Store, found: str) -> None:
    reason = query(store, "SELECT reason_id FROM reason")[0]["reason_id"]
    with pytest.raises(StoreError, match="mend the turn first"):
        mend_quote(store, reason, "никогда не сказано", by="anna")
    number = mend_quote(store, reason, "ждали мастера,", by="anna")
    words = made.talk().turns[3].words
    for _ in range(2):
        row = query(store, "SELECT quote, start_char, start_s, end_s FROM reason")[0]
        assert row["quote"] == "ждали мастера,"
        assert (row["start_char"], row["start_s"], row["end_s"]) == (6, words[1].span.start_s, words[2].span.end_s)
        assert load_reasons(store, found) == made.call().reasons
        save_call(store, made.call())
    undo(store, number, by="anna")
    assert query(store, "SELECT quote FROM reason") == [{"quote": "Долго ждали мастера,"}]


def test_a_quote_of_a_typed_answer_can_be_mended(store: Store) -> None:
    made.framed(store, made.row(7, mode="online", recording=None, answers={"why": Cell("очень дорого и долго")}))
    record = TypedRecord("ru07", (Reason("why", "price", -1, "очень дорого и", 0, None, None, 0.7, "rule"),))
    save_online_answers(store, record)
    number = mend_quote(store, query(store, "SELECT reason_id FROM reason")[0]["reason_id"], "дорого", by="anna")
    save_online_answers(store, record)
    assert query(store, "SELECT quote, start_char FROM reason") == [{"quote": "дорого", "start_char": 6}]
    undo(store, number, by="anna")
    assert query(store, "SELECT quote FROM reason") == [{"quote": "очень дорого и"}]


def test_a_hidden_clip_is_played_nowhere(store: Store, found: str) -> None:
    number = hide_clip(store, found, Span(0.0, 60.0), by="anna", why="a name")
    assert query(store, "SELECT quote, clip FROM why") == [{"quote": "Долго ждали мастера,", "clip": None}]
    assert [item.clip for item in search_turns(store, "мастер")] == [None]
    save_call(store, made.call())
    assert hidden_spans(store, found) == (Span(0.0, 60.0),)
    undo(store, number, by="anna")
    assert hidden_spans(store, found) == ()
    assert query(store, "SELECT clip FROM why")[0]["clip"]


def test_what_is_personal_can_be_bleeped(store: Store, found: str) -> None:
    turn = made.talk().turns[1]
    assert personal_spans(store, found) == (turn.words[0].span,)
    record = made.call()
    save_call(store, replace(record, pii=(replace(record.pii[0], span=None),)))
    assert personal_spans(store, found) == (turn.span,)


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_not_there_cannot_be_corrected(store: Store, found: str, times: int) -> None:
    with pytest.raises(StoreError, match="it has 4"):
        mend_turn(store, found, 40, "x", by="anna")
    with pytest.raises(StoreError, match="no reason 99"):
        mend_quote(store, 99, "x", by="anna")
    with pytest.raises(StoreError, match="not processed"):
        swap_parties(store, "nobody", by="anna")
    number = swap_parties(store, found, by="anna")
    undo(store, number, by="anna")
    for _ in range(times):
        with pytest.raises(StoreError, match="was undone"):
            undo(store, number, by="anna")


def test_scores_are_settled_once_with_those_that_move_a_group_first(store: Store, found: str) -> None:
    save_call(store, made.call(2, "en", spoken=8.0))
    save_call(store, made.call(3, spoken=10.0))
    rows = scores_to_settle(store)
    assert [(row["interview_id"], row["moves_group"]) for row in rows] == [("ru01", 1), ("en02", 1), ("ru03", 0)]
    settle(store, rows[0]["answer_id"], 7, by="anna")
    settle(store, rows[1]["answer_id"], None, by="anna")
    assert [row["interview_id"] for row in scores_to_settle(store)] == ["ru03"]
    values = query(store, "SELECT interview_id, value FROM nps_answer ORDER BY interview_id")
    assert [tuple(row.values()) for row in values] == [("en02", 9.0), ("ru01", 7.0), ("ru03", 9.0)]
    unsettle(store, rows[0]["answer_id"])
    assert len(scores_to_settle(store)) == 2
    with pytest.raises(StoreError, match="scale from 0 to 10"):
        settle(store, rows[0]["answer_id"], 11, by="anna")
    with pytest.raises(StoreError, match="no answer 999"):
        settle(store, 999, 5, by="anna")


def test_a_recording_is_found_by_any_of_its_names(store: Store, found: str) -> None:
    save_call(store, made.call(3, name="calls/a/b_1.wav"))
    save_call(store, made.call(4, name="calls/c/b_1.wav"))
    for name in (found, "calls/ru01.wav", "ru01.wav"):
        assert recording_called(store, name)["recording_id"] == found
    with pytest.raises(StoreError, match="2 recordings"):
        recording_called(store, "b_1.wav")
    with pytest.raises(StoreError, match="no recording"):
        recording_called(store, "b%1.wav")


def test_a_turn_is_found_by_a_second_in_it(store: Store, found: str) -> None:
    assert turn_index_at(store, found, made.talk().turns[1].span.middle_s) == 1
    with pytest.raises(StoreError, match="nobody speaks"):
        turn_index_at(store, found, 0.2)


@pytest.mark.parametrize(
    ("text", "starts"),
    [("раз два три", [0.0, 1.0, 2.0]), ("раз три", [0.0, 2.0]), ("раз и два три", [0.0, 1.0, 1.0, 2.0]), ("", [])],
)
def test_words_that_stay_keep_their_seconds(text: str, starts: list[float]) -> None:
    heard = tuple(Word(word, Span(i, i + 1.0), 0.5) for i, word in enumerate(("раз", "два", "три")))
    words = mended_words(heard, text, span=Span(0.0, 3.0))
    assert [word.span.start_s for word in words] == starts
    assert " ".join(word.text for word in words) == text
