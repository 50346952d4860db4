"""What human coding reads and writes in the store: answers, sets of codes, codes beside the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic_store import CODEBOOK, call, framed, row

from insights.cli.coding_work import pairs, read_codes, store_hand_codes, write_sheet
from insights.reasons.sheets import HandCode
from insights.store import Store, StoreError, open_store, query, save_call
from insights.store.coding_queries import (
    answer_turns,
    codable_answers,
    code_sets,
    human_reasons,
    save_human_codes,
)
from insights.store.privacy_queries import replace_personal
from insights.store.records import PiiRow
from insights.survey.codebook import Code, Codebook
from insights.survey.responses import Cell

BOOK = Codebook("small", 1, (*CODEBOOK.codes, Code("none", {"en": "None", "ru": "Нет"}, special="residual")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a Russian and an English call, the machine's code on each, and a typed answer."""
    found = open_store(tmp_path / "a.db")
    typed = row(3, recording="", mode="online", answers={"why": Cell("цены выросли")})
    framed(found, row(1, "ru"), row(2, "en"), typed)
    from insights.store import store_codebook

    store_codebook(found, BOOK)
    save_call(found, call(1, "ru"))
    save_call(found, call(2, "en"))
    yield found
    found.close()


def of_call(store: Store, language: str) -> dict[str, Any]:
    return next(one for one in codable_answers(store) if one["interview_id"][:2] == language and one["path"])


def one_code(answer_id: int, code_id: str = "price") -> dict[str, Any]:
    return {
        "answer_id": answer_id,
        "code_id": code_id,
        "polarity": -1,
        "quote": "x",
        "start_char": 0,
        "start_s": 4.0,
        "end_s": 5.0,
        "turn_id": None,
    }


def test_answers_to_code_are_the_open_ones_with_words_spoken_and_typed(store: Store) -> None:
    found = codable_answers(store)
    assert [one["question_id"] for one in found] == ["why"] * 3
    assert [one["text"] for one in found if one["mode"] == "online"] == ["цены выросли"]
    assert of_call(store, "en")["text"] == "We waited for ages, and the prices rose."


def test_an_answer_by_phone_that_nobody_can_hear_is_not_offered(store: Store) -> None:
    framed(store, row(4, recording="lost.wav", answers={"why": Cell("написано оператором")}))
    assert "написано оператором" not in [one["text"] for one in codable_answers(store)]


def test_a_sheet_names_the_clip_that_plays_each_spoken_answer(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "exports" / "sheet.csv"
    assert write_sheet(store, path, count=10, seed=0, redact=True) == 3
    text = path.read_text("utf-8-sig")
    assert text.splitlines()[0].split(",")[4] == "clip"
    answer = of_call(store, "ru")
    assert f"{answer['path']}#t={answer['start_s']:.2f},{answer['end_s']:.2f}" in text
    assert text.count("#t=") == 2


def test_personal_words_are_covered_on_a_sheet_and_come_back_in_the_quote(store: Store, tmp_path: Path) -> None:
    answer = of_call(store, "en")
    at = answer["text"].index("ages")
    replace_personal(store, answer["recording_id"], [PiiRow("person", at, at + 4, turn_idx=3)])
    path = tmp_path / "sheet.csv"
    write_sheet(store, path, count=10, seed=0, redact=True)
    sheet = path.read_text("utf-8-sig")
    assert "We waited for ████, and the prices rose." in sheet
    assert "ages" not in sheet
    filled = "answer_id,codes,quote\n" + f"{answer['answer_id']},price-,for ████\n"
    path.write_text(filled, encoding="utf-8")
    assert [code.quote for code in read_codes(store, path, BOOK, redact=True)] == ["for ages"]


@pytest.mark.parametrize(
    ("language", "quote", "words"),
    [("ru", "ещё и дорого", (3, 5)), ("en", "the prices rose", (5, 7)), ("en", "ages", (3, 3))],
)
def test_a_quote_marked_by_hand_plays_from_its_first_word_to_its_last(
    store: Store, language: str, quote: str, words: tuple[int, int]
) -> None:
    answer = of_call(store, language)
    store_hand_codes(store, "anna", [HandCode(answer["answer_id"], "price", -1, quote)], BOOK)
    (found,) = query(store, "SELECT * FROM reason WHERE coder_id = 'anna'")
    spoken = call(1, language).dialogue.turns[3].words
    assert found["start_s"] == pytest.approx(spoken[words[0]].span.start_s, abs=1e-3)
    assert found["end_s"] == pytest.approx(spoken[words[1]].span.end_s, abs=1e-3)
    assert answer["text"][found["start_char"] :].startswith(quote)
    (turn,) = answer_turns(store, [answer["answer_id"]])[answer["answer_id"]]
    assert found["turn_id"] == turn["turn_id"]


def test_a_typed_answer_gets_codes_without_seconds(store: Store) -> None:
    typed = next(one["answer_id"] for one in codable_answers(store) if one["mode"] == "online")
    store_hand_codes(store, "anna", [HandCode(typed, "price", -1, "цены")], BOOK)
    (found,) = query(store, "SELECT start_s, end_s, turn_id, start_char FROM reason WHERE coder_id = 'anna'")
    assert found == {"start_s": None, "end_s": None, "turn_id": None, "start_char": 0}


def test_no_reason_counts_as_coded_with_an_empty_set(store: Store) -> None:
    answer = of_call(store, "ru")
    store_hand_codes(store, "anna", [HandCode(answer["answer_id"], None, 0, answer["text"])], BOOK)
    sets = code_sets(store)
    assert sets["anna"] == {answer["answer_id"]: frozenset()}
    assert sets["machine"] == {answer["answer_id"]: frozenset({"slow"})}
    (pair,) = pairs(store)
    assert (pair.first, pair.second, pair.overall.n) == ("anna", "machine", 1)


def test_no_reason_needs_a_code_to_stand_for_it(store: Store) -> None:
    with pytest.raises(ValueError, match="residual"):
        store_hand_codes(store, "anna", [HandCode(of_call(store, "ru")["answer_id"], None, 0, "x")], CODEBOOK)


def test_each_coder_has_own_rows_and_coding_again_replaces_only_those(store: Store) -> None:
    answer = of_call(store, "ru")["answer_id"]
    for coder in ("anna", "boris", "anna"):
        assert save_human_codes(store, coder, [one_code(answer)]) == 1
    assert [(one["coder_id"], one["code_id"]) for one in human_reasons(store)] == [
        ("anna", "price"),
        ("boris", "price"),
    ]
    save_human_codes(store, "anna", [one_code(answer, "slow")])
    assert code_sets(store)["anna"] == {answer: frozenset({"slow"})}
    assert code_sets(store)["boris"] == {answer: frozenset({"price"})}


def test_a_night_run_again_keeps_peoples_codes_and_the_machines_apart(store: Store) -> None:
    answer = of_call(store, "en")
    store_hand_codes(store, "anna", [HandCode(answer["answer_id"], "price", -1, "the prices rose")], BOOK)
    save_call(store, call(2, "en"))
    again = of_call(store, "en")["answer_id"]
    assert code_sets(store) == {"anna": {again: frozenset({"price"})}, "machine": {again: frozenset({"slow"})}}


def test_the_machines_name_is_refused_and_its_codes_stay(store: Store) -> None:
    answer = of_call(store, "ru")["answer_id"]
    before = query(store, "SELECT * FROM reason")
    with pytest.raises(StoreError, match="another name"):
        save_human_codes(store, "machine", [one_code(answer)])
    assert query(store, "SELECT * FROM reason") == before


def test_a_fault_in_one_row_stores_none_of_them(store: Store) -> None:
    answer = of_call(store, "ru")["answer_id"]
    with pytest.raises(Exception, match="FOREIGN KEY"):
        save_human_codes(store, "anna", [one_code(answer), one_code(answer, "unheard_of")])
    assert human_reasons(store) == []
