"""Filled sheets: the words that each code rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.reasons.sheets import SheetError, read_sheet
from insights.survey.codebook import Code, Codebook

BOOK = Codebook("b", 1, (Code("price", {"en": "Price"}), Code("manager", {"en": "Manager"})))
TEXTS = {1: "Дорого, но менеджер вежливый"}


def filled(folder: Path, codes: str, quote: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text(f'answer_id,codes,quote\n1,"{codes}","{quote}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("", [TEXTS[1], TEXTS[1]]),
        ("менеджер вежливый", ["менеджер вежливый", "менеджер вежливый"]),
        ("Дорого | менеджер вежливый", ["Дорого", "менеджер вежливый"]),
        ("Дорого |", ["Дорого", TEXTS[1]]),
    ],
)
def test_codes_share_one_quote_or_have_one_each(tmp_path: Path, quote: str, expected: list[str]) -> None:
    codes = read_sheet(filled(tmp_path, "price-, manager+", quote), BOOK, texts=TEXTS)
    assert [(code.code_id, code.quote) for code in codes] == list(zip(("price", "manager"), expected))


@pytest.mark.parametrize(
    ("quote", "said"),
    [("Дорого | вежливый | но", "3 quotes for 2 codes"), ("Дорого | дешево", "'дешево'. is not part")],
)
def test_quotes_that_do_not_fit_are_named_with_their_cure(tmp_path: Path, quote: str, said: str) -> None:
    with pytest.raises(SheetError, match=said):
        read_sheet(filled(tmp_path, "price-, manager+", quote), BOOK, texts=TEXTS)


@pytest.mark.parametrize(
    ("codes", "quote", "said"),
    [
        ("managr+", "", "no code 'managr+', did you mean manager?"),
        ("грубили, звоните Анне Кравченко", "", "no code 'грубили'; codes: price, manager"),
        ("звоните Анне Кравченко-", "", "no code a text of 23 characters; codes"),
        ("price-", "обещал Иван Кравченко", "the quote (a text of 21 characters) is not part"),
    ],
)
def test_a_refused_cell_offers_the_code_that_was_meant_and_shows_no_remark(
    tmp_path: Path, codes: str, quote: str, said: str
) -> None:
    with pytest.raises(SheetError) as caught:
        read_sheet(filled(tmp_path, codes, quote), BOOK, texts=TEXTS)
    assert said in str(caught.value)
    assert "Кравченко" not in str(caught.value)
