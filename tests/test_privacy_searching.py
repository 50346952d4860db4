"""Thousands of phrases looked for in one pass: found exactly where a plain search finds them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from insights.privacy.needles import needles_of
from insights.privacy.searching import ByteSearch

FEW = st.sampled_from([b"a", b"b", b" ", "о".encode(), "н".encode()])  # few, so that strings come up again and again
TEXTS = st.lists(FEW, max_size=120).map(b"".join)


@given(
    data=TEXTS,
    cuts=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 45)), max_size=8),
    others=st.lists(TEXTS, max_size=4),
)
def test_what_is_found_is_what_a_plain_search_finds(
    data: bytes, cuts: list[tuple[int, int]], others: list[bytes]
) -> None:
    strings = [*(data[first : first + length] for first, length in cuts), *others]
    expected = [
        (at, at + len(string), number)
        for number, string in enumerate(strings)
        for at in range(len(data))
        if string and data.startswith(string, at)
    ]
    assert sorted(ByteSearch(strings).places(data)) == sorted(expected)


def test_a_phrase_is_found_wherever_it_begins_and_however_it_is_written() -> None:
    needles = needles_of(["мастер так и не приехал", "the van never came"], ["R-1042"])
    for text, number in (("мастер так и не приехал", 0), ("the van never came", 1), ("R-1042", 2)):
        for form in (text.encode(), text.encode("cp1251"), text.encode("utf-16-le")):
            for before in range(9):
                data = b"." * before + form + b"." * 9
                assert set(needles.places(data)) == {(before, number)}


def test_an_id_inside_a_longer_one_is_another() -> None:
    assert list(needles_of([], ["R-1042"]).places(b"R-10421 XR-1042 _R-1042")) == []


def test_the_middle_of_a_phrase_alone_is_not_the_phrase() -> None:
    needles = needles_of(["Оператор так и не перезвонил мне"], [])
    assert list(needles.places("Мастер так и не перезвонил ей".encode())) == []
