"""Spoken scores: the grammar against written lists, each row a phrase with its known number."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.answers.reading import read_number

LISTS = Path(__file__).parent / "answers_spoken"


def rows(language: str) -> list[dict[str, str]]:
    with (LISTS / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def outcome(row: dict[str, str], language: str) -> str:
    """Return "exact", "abstained", "wrong" or "false" for one row."""
    low, high = (int(end) for end in row["scale"].split("-"))
    reading = read_number(row["text"], language, (low, high))
    expected = row["expected"]
    if expected == "none" or ".." in expected:
        ends = tuple(float(end) for end in expected.split("..")) if ".." in expected else None
        if reading.value is not None:
            return "false"
        return "exact" if ends is None or (reading.low, reading.high) == ends else "abstained"
    if reading.value is None:
        return "abstained"
    return "exact" if reading.value == float(expected) else "wrong"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_at_least_95_of_100_listed_answers_are_read_exactly(language):
    outcomes = [outcome(row, language) for row in rows(language)]
    assert outcomes.count("exact") / len(outcomes) >= 0.95


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_listed_answer_is_read_as_another_number(language):
    wrong = [row["text"] for row in rows(language) if outcome(row, language) in ("wrong", "false")]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "language", "scale", "value", "first", "rule"),
    [
        ("Четыре. Ой, нет, давайте три.", "ru", (1, 5), 3, 4, "self_correction"),
        ("Восемь-девять. Нет, всё-таки восемь.", "ru", (0, 10), 8, None, "range_settled"),
        ("Наверное, девять. Да, пусть будет девять.", "ru", (0, 10), 9, None, "restated"),
        ("Четыре. Ой, нет, давайте три", "ru", (0, 10), 3, 4, "self_correction"),
        ("Seven... no, make it eight.", "en", (0, 10), 8, 7, "self_correction"),
        ("Ten.", "en", (0, 10), 10, None, "single"),
    ],
)
def test_the_rule_that_decided_and_the_first_value_are_told(text, language, scale, value, first, rule):
    reading = read_number(text, language, scale)
    assert (reading.value, reading.first_value, reading.rule) == (value, first, rule)


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [("семь-восемь", "ru", 7, 8), ("между шестью и семью", "ru", 6, 7), ("eight or nine", "en", 8, 9)],
)
def test_a_range_stays_a_range_and_gives_no_value(text, language, low, high):
    reading = read_number(text, language, (0, 10))
    assert (reading.value, reading.low, reading.high) == (None, low, high)


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("ждал десять минут", "ru", "counted"),
        ("сорок пять", "ru", "compound"),
        ("не меньше восьми", "ru", "bound"),
        ("пять не поставлю", "ru", "negated"),
        ("it was nine last time", "en", "past"),
        ("one of the managers", "en", "part_of"),
    ],
)
def test_every_number_left_out_names_the_rule(text, language, rule):
    reading = read_number(text, language, (0, 10))
    assert reading.value is None
    assert rule in {name for _, name in reading.excluded}


@pytest.mark.parametrize("word", ["for", "to", "ate", "won"])
def test_a_word_that_only_sounds_like_a_number_gives_no_value_by_itself(word):
    reading = read_number(word, "en", (0, 10))
    assert reading.value is None
    assert reading.candidates


def test_where_the_number_is_said_is_told_in_characters():
    text = "Ну, наверное, восьмёрка."
    reading = read_number(text, "ru", (0, 10))
    assert text[reading.start_char : reading.end_char] == "восьмёрка"


@given(
    text=st.text(alphabet="абвосемьдть девять пять не до 0123456789.,-?", max_size=60), high=st.sampled_from([5, 10])
)
def test_a_value_always_lies_on_the_scale_and_in_the_text(text, high):
    reading = read_number(text, "ru", (0, high))
    if reading.value is not None:
        assert 0 <= reading.value <= high
        assert 0 <= reading.start_char < reading.end_char <= len(text)


@pytest.mark.parametrize(
    ("text", "paused", "value"),
    [
        ("Пять водителей вежливые", "водителей", 5),
        ("Ну пять водителей вежливые", "водителей", 5),
        ("Пять водителей вежливые", "вежливые", None),
        ("Пять минут ждали", "минут", None),
        ("Привезли пять заказов", "заказов", None),
    ],
)
def test_silence_behind_an_opening_number_parts_it_from_what_it_would_count(text, paused, value):
    assert read_number(text, "ru", (1, 5), pauses=(text.index(paused),)).value == value
