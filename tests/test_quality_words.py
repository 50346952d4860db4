"""Word errors and wrong parties, against sentences whose errors were counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.quality.numerals import spelt
from insights.quality.words import count_words, normal_words


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        (0, "ru", "ноль"),
        (10, "ru", "десять"),
        (14, "ru", "четырнадцать"),
        (45, "ru", "сорок пять"),
        (1001, "ru", "одна тысяча один"),
        (12_000, "ru", "двенадцать тысяч"),
        (22_300, "ru", "двадцать две тысячи триста"),
        (7, "en", "seven"),
        (110, "en", "one hundred ten"),
        (2500, "en", "two thousand five hundred"),
    ],
)
def test_whole_numbers_are_spelt_out(number, language, words):
    assert spelt(number, language) == words


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Поставлю 8.", "поставлю восемь", "ru"),
        ("ещё", "ЕЩЕ!", "ru"),
        ("восемь-девять", "восемь, девять", "ru"),
        ("From 0 to 10", "from zero to ten", "en"),
        ("I don\u2019t know", "I don't know", "en"),
        ("1,001", "one thousand one", "en"),
    ],
)
def test_texts_that_say_the_same_have_the_same_words(one, other, language):
    assert normal_words(one, language) == normal_words(other, language)


def labelled(text: str) -> list[tuple[str, str]]:
    """Return words with parties: "o:hello r:hi"."""
    parties = {"o": "operator", "r": "respondent", "u": "unknown"}
    return [(word[2:], parties[word[0]]) for word in text.split()]


@pytest.mark.parametrize(
    ("said", "heard", "errors", "aligned", "wrong"),
    [
        ("o:how r:ten", "o:how r:ten", 0, 2, 0),
        ("o:how o:much r:ten", "o:how r:ten", 1, 2, 0),
        ("r:ten", "r:well r:ten", 1, 1, 0),
        ("r:ten", "r:then", 1, 0, 0),
        ("o:how r:ten", "o:how o:ten", 0, 2, 1),
        ("o:how r:ten", "o:how u:ten", 0, 2, 1),
        ("r:ten", "", 1, 0, 0),
    ],
)
def test_errors_and_wrong_parties_are_counted_apart(said, heard, errors, aligned, wrong):
    counts = count_words(labelled(said), labelled(heard))
    assert (counts.errors, counts.aligned, counts.wrong_party) == (errors, aligned, wrong)


@given(st.lists(st.tuples(st.sampled_from("абв"), st.sampled_from(["operator", "respondent"])), max_size=20))
def test_a_text_against_itself_has_no_errors(words):
    counts = count_words(words, words)
    assert (counts.errors, counts.wrong_party, counts.aligned) == (0, 0, len(words))
