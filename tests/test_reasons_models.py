"""Reasons and language with the real weights: vectors, pipelines, and the traps written before the rules."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from insights.language import embedder, pipeline
from insights.reasons import ReasonCoder, Statement
from insights.survey.codebook import Codebook
from insights.survey.loading import code_from

TRAPS = Path(__file__).parent / "reasons_traps"
ASKED = {"why": "", "score": "", "improve": {"ru": "Что нам стоит улучшить?", "en": "What should we improve?"}}

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def coder() -> ReasonCoder:
    table = tomllib.loads((TRAPS / "shop.toml").read_text(encoding="utf-8"))
    book = Codebook(table["name"], table["version"], tuple(code_from(code) for code in table["code"]))
    return ReasonCoder(book, embedder=embedder())


def right(coder: ReasonCoder, line: str) -> bool:
    language, _, question, score, text, expected = line.split("\t")
    asked = ASKED[question][language] if question == "improve" else ""
    statement = Statement(
        "q", language, text, asked_text=asked, score=float(score) if score else None, scale=(0, 10) if score else None
    )
    got = {reason.code_id + {1: "+", -1: "-", 0: ""}[reason.polarity] for reason in coder.code([statement])[0]}
    return got == (set() if expected == "none" else set(expected.split()))


@pytest.mark.parametrize(("name", "bar"), [("heldout.tsv", 0.85), ("dev.tsv", 0.9), ("offtopic.tsv", 0.9)])
def test_traps_are_read_right_as_often_as_promised(coder, name, bar) -> None:
    lines = [line for line in (TRAPS / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert np.mean([right(coder, line) for line in lines]) >= bar


@pytest.mark.parametrize(
    ("text", "score", "polarity"),
    [
        ("за зиму не было ни одного отключения", 9, 1),
        ("каждую неделю отключения", 3, -1),
    ],
)
def test_a_trouble_that_the_codebook_names_is_praise_when_denied(text, score, polarity) -> None:
    table = tomllib.loads((TRAPS / "utility.toml").read_text(encoding="utf-8"))
    book = Codebook(table["name"], table["version"], tuple(code_from(code) for code in table["code"]))
    statement = Statement("q", "ru", text, score=float(score), scale=(0, 10))
    reasons = ReasonCoder(book, embedder=embedder()).code([statement])[0]
    found = [reason.polarity for reason in reasons if reason.code_id == "supply"]
    assert found == [polarity]


def test_vectors_have_length_one_and_like_meanings_lie_close() -> None:
    wait, slow, parking = embedder().embed(["долго ждал ответа", "отвечают медленно", "негде поставить машину"])
    assert np.linalg.norm(wait) == pytest.approx(1.0, abs=1e-3)
    assert wait @ slow > wait @ parking


def test_the_russian_pipeline_fills_parts_of_speech_heads_and_lemmas() -> None:
    doc = pipeline("ru")("Менеджер долго не отвечает на звонки")
    assert [token.pos_ for token in doc][:2] == ["NOUN", "ADV"]
    assert doc[0].head.text == "отвечает"
    assert doc[-1].lemma_ == "звонок"


def test_the_english_pipeline_finds_the_subject() -> None:
    doc = pipeline("en")("The manager never answers my calls.")
    assert [token.text for token in doc if token.dep_ == "nsubj"] == ["manager"]
