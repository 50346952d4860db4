"""Agreement, sheets and themes with known answers."""

from __future__ import annotations

import math
import tomllib

import pytest

from insights.reasons import ReasonCoder, Statement
from insights.reasons.agreement import agreement, by_code, krippendorff_alpha, masi_distance, micro_f1
from insights.reasons.sheets import SheetError, SheetRow, draw, read_sheet, sheet_text
from insights.reasons.themes import loose_clauses, themes
from insights.survey.codebook import Code, Codebook

BOOK = Codebook(
    "b",
    1,
    (
        Code("price", {"ru": "Цена"}, include={"ru": ("цена", "дорого")}),
        Code("no_reason", {"ru": "Нет причины"}, special="residual"),
    ),
)


def sets(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def test_alpha_of_nominal_data_is_the_published_one() -> None:
    """Four coders, twelve units: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, part C."""
    coders = (
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
    )
    units = [[sets(str(value)) for value in unit if value is not None] for unit in zip(*coders)]
    assert krippendorff_alpha(units, distance=lambda a, b: float(a != b)) == pytest.approx(0.743, abs=0.0005)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        (sets("a"), sets("a"), 0.0),
        (sets(), sets(), 0.0),
        (sets("a"), sets("b"), 1.0),
        (sets("a", "b"), sets("b", "c"), 8 / 9),
    ],
)
def test_masi_distance_weighs_overlap_and_monotonicity(first, second, distance) -> None:
    assert masi_distance(first, second) == pytest.approx(distance)


def test_the_interval_holds_alpha_and_comes_out_the_same_again() -> None:
    one = {str(n): sets("price") if n % 2 else sets("speed") for n in range(30)}
    other = {**one, "0": sets("price"), "1": sets()}
    first = agreement({"a": one, "b": other})
    assert first.low <= first.alpha <= first.high
    assert agreement({"a": one, "b": other}) == first
    assert first.n == 30


def test_agreement_of_one_answer_says_that_it_says_nothing() -> None:
    assert math.isnan(agreement({"a": {"1": sets("x")}, "b": {"1": sets("x")}}).alpha)


def test_a_code_given_by_chance_has_no_kappa_above_zero() -> None:
    (row,) = by_code(
        {"1": sets("x"), "2": sets("x"), "3": sets(), "4": sets()},
        {"1": sets("x"), "2": sets(), "3": sets("x"), "4": sets()},
    )
    assert (row.precision, row.recall, row.kappa, row.prevalence) == (0.5, 0.5, 0.0, 0.5)
    assert micro_f1({"1": sets("x")}, {"1": sets()}) == 0.0


def test_every_coder_gets_the_same_draw_and_none_twice() -> None:
    drawn = draw(range(100), 20, seed=3)
    assert drawn == draw(range(100), 20, seed=3)
    assert len(set(drawn)) == 20
    assert draw(range(100), 20, seed=4) != drawn


def filled(tmp_path, codes: str, quote: str = ""):
    lines = sheet_text([SheetRow(7, "why", 3.0, "дорого, и всё", "a.wav#t=1.00,2.00")]).splitlines()
    lines[1] = lines[1].removesuffix(",,,") + f',"{codes}",{quote},'
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def test_a_filled_sheet_comes_back_as_codes_with_signs(tmp_path) -> None:
    (code,) = read_sheet(filled(tmp_path, "price-", "дорого"), BOOK, texts={7: "дорого, и всё"})
    assert (code.answer_id, code.code_id, code.polarity, code.quote) == (7, "price", -1, "дорого")


def test_a_dash_means_coded_without_a_reason_and_an_empty_cell_not_coded(tmp_path) -> None:
    assert read_sheet(filled(tmp_path, "-"), BOOK, texts={7: "дорого, и всё"})[0].code_id is None
    assert read_sheet(filled(tmp_path, ""), BOOK, texts={7: "дорого, и всё"}) == []


@pytest.mark.parametrize(("codes", "quote"), [("prise-", ""), ("price", ""), ("price-", "дёшево")])
def test_a_fault_names_its_row(tmp_path, codes, quote) -> None:
    with pytest.raises(SheetError, match="row 2"):
        read_sheet(filled(tmp_path, codes, quote), BOOK, texts={7: "дорого, и всё"})


def test_what_no_code_covers_is_offered_as_a_code_ready_to_paste() -> None:
    said = [
        "парковки у склада нет",
        "негде оставить машину на парковке",
        "у склада нет парковки",
        "парковка маленькая у вас",
    ]
    statements = [Statement("why", "ru", text, score=4, scale=(0, 10)) for text in [*said, "дорого"]]
    (theme,) = themes(loose_clauses(statements, ReasonCoder(BOOK)))
    assert theme.n == len(theme.clauses) == 4
    assert {clause.statement.text for clause in theme.clauses} == set(said)
    assert "парковка" in theme.terms
    assert theme.by_score == {-1: 4}
    pasted = tomllib.loads(theme.toml)["code"][0]
    assert "парковка" in pasted["include"]["ru"]
