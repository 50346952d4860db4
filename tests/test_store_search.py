from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.delivery.hesitation import HESITANT_FROM
from insights.store import Store, close_night, count_turns, lemma_text, open_store, query, save_call, search_turns
from insights.store.closing import begin_night, end_night, last_night
from insights.store.search import other_lemmas
from insights.store.study_queries import recordings_named

SENTENCES = (
    "Долго ждал мастера, ещё и перенесли приём",
    "Оператор был вежливый, объяснила всё понятно",
    "Дорого. Цены выросли, а качество хуже",
    "Ждали два дня, никто не пришёл",
    "Я вам звонила три раза, дозвониться невозможно",
    "The courier was late again and nobody called",
    "Prices went up, the choice is worse",
)
NAMES = ("call_1", "call-1", "50% off", "50 or off")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = made.framed(open_store(tmp_path_factory.mktemp("search") / "study.db"))
    empty = dict.fromkeys(("pauses", "asked", "answers", "deliveries", "reasons", "pii"), ())
    for number, language, texts in ((1, "ru", SENTENCES[:5]), (2, "en", SENTENCES[5:])):
        dialogue = made.talk(language, texts=tuple(("respondent", text) for text in texts))
        lemmas = tuple(lemma_text(turn.text, language) for turn in dialogue.turns)
        blank = replace(made.call(number, language), lemmas=lemmas, **empty)
        save_call(store, replace(blank, dialogue=dialogue))
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ждать", {0, 3}),
        ("ждали", {0, 3}),
        ("мастеру", {0}),
        ("прием", {0}),
        ("приём", {0}),
        ("еще", {0}),
        ("цена", {2}),
        ("звонить", {4}),
        ("ждать приема", {0}),
        ("цена мастера", set()),
        ("price", {6}),
        ("couriers", {5}),
        ("CALL nobody", {5}),
        ("", set()),
        ("...", set()),
    ],
)
def test_a_word_is_found_in_any_of_its_forms(store: Store, words: str, found: set[int]) -> None:
    assert {SENTENCES.index(item.text) for item in search_turns(store, words)} == found
    assert count_turns(store, words) == len(found)


def test_a_search_can_be_narrowed(store: Store) -> None:
    assert search_turns(store, "price", language="ru") == []
    assert search_turns(store, "цена", party="operator") == []
    assert len(search_turns(store, "ждать", limit=1)) == 1


def test_what_is_found_can_be_played_from_the_word(store: Store) -> None:
    item = search_turns(store, "приём")[0]
    words = made.talk(texts=(("respondent", SENTENCES[0]),)).turns[0].words
    assert item.span == words[-1].span
    assert item.clip == f"calls/ru01.wav#t={item.span.start_s - 1:.2f},{item.span.end_s + 1:.2f}"


SIGNS = ('"', 'ждать"', "a AND", "не-то", "NEAR(", "a:b", "lemmas:x", "*", "^ждать", "-", "{x}", "\0", "𗀀")


@pytest.mark.parametrize("words", SIGNS)
def test_signs_have_no_meaning(store: Store, words: str) -> None:
    assert isinstance(search_turns(store, words), list)


@given(words=st.text(max_size=30))
def test_no_query_breaks_the_search(store: Store, words: str) -> None:
    assert count_turns(store, words) >= 0


@pytest.mark.parametrize(
    ("text", "lemmas", "kept"),
    [
        ("ждать ждать", "ждать ждать", ""),
        ("Ещё ждали", "еще ждать", "еще ждать"),
        ("the Prices", "the price", "price"),
        ("", "", ""),
    ],
)
def test_only_lemmas_that_differ_are_stored(text: str, lemmas: str, kept: str) -> None:
    assert other_lemmas(text, lemmas) == kept


def test_the_index_follows_every_change(tmp_path: Path) -> None:
    store = made.framed(open_store(tmp_path / "study.db"))
    save_call(store, made.call())
    save_call(store, replace(made.call(), lemmas=()))
    store.execute("DELETE FROM recording")
    store.execute("INSERT INTO turn_fts(turn_fts, rank) VALUES ('integrity-check', 1)")
    assert count_turns(store, "мастер") == 0


def test_closing_scores_hesitation_whatever_the_order_and_only_once(tmp_path: Path) -> None:
    found = []
    for name, numbers in (("a", range(1, 7)), ("b", range(6, 0, -1))):
        store = made.framed(open_store(tmp_path / f"{name}.db"), *(made.row(n) for n in range(1, 7)))
        for number in numbers:
            record = made.call(number)
            one = record.deliveries[0]
            late = replace(
                one, latency_s=0.3 * number, time_to_value_s=0.4 * number, pause_n=number, pause_total_s=1.0
            )
            why = replace(one, question_id="why", latency_s=0.4, time_to_value_s=0.5, pause_total_s=0.2)
            save_call(store, replace(record, deliveries=(late, why)))
        close_night(store)
        changes = store.conn.total_changes
        found.append(
            query(store, "SELECT latency_s, hesitation, hesitation_parts_json, baseline_n FROM delivery ORDER BY 1")
        )
        close_night(store)
        assert store.conn.total_changes == changes
    assert found[0] == found[1]
    assert all(row["hesitation_parts_json"] and row["baseline_n"] == 1 for row in found[0])


def test_the_view_of_hesitant_scores_begins_where_hesitation_does(tmp_path: Path) -> None:
    store = made.framed(open_store(tmp_path / "study.db"), made.row())
    save_call(store, made.call())
    for score, shown in ((HESITANT_FROM, 1), (HESITANT_FROM - 0.001, 0), (None, 0)):
        store.execute("UPDATE delivery SET hesitation = ?", (score,))
        assert len(query(store, "SELECT * FROM hesitant_score")) == shown


def test_a_night_that_never_ended_counts_as_failed(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    assert last_night(store) is None
    begin_night(store)
    second = begin_night(store)
    end_night(store, second, status="done", counts={"done": 3})
    assert query(store, "SELECT status FROM night ORDER BY night_id") == [{"status": "failed"}, {"status": "done"}]
    assert (last_night(store) or {})["counts"] == {"done": 3}


def test_signs_in_a_calls_name_stand_for_themselves(tmp_path: Path) -> None:
    store = made.framed(open_store(tmp_path / "study.db"))
    of = {name: save_call(store, made.call(at, name=f"calls/{name}.wav")) for at, name in enumerate(NAMES, start=1)}
    for name in NAMES:
        assert recordings_named(store, name) == recordings_named(store, f"{name}.wav") == [of[name]]
    assert recordings_named(store, "%") == []
