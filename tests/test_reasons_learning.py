"""Learning from people's codes, and the spaCy components; with a small stand-in for sentence vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from insights.language.vectors import TfidfEmbedder
from insights.reasons import ReasonCoder, Statement, lexicon
from insights.reasons.components import reason_pipeline
from insights.reasons.learning import Coded, current_refit, keep_refit, try_refit
from insights.reasons.refit import Example, learn, load_refit, predicted
from insights.survey.codebook import Code, Codebook

BOOK = Codebook(
    "b",
    1,
    (
        Code("price", {"en": "Price"}, include={"en": ("price",)}),
        Code("parking", {"en": "Parking"}, include={"en": ("parking",)}),
    ),
)


class Letters(TfidfEmbedder):
    """Letter vectors that the coder may use like meanings."""

    semantic = True


def examples(n: int = 40) -> list[Coded]:
    found = []
    for number in range(n):
        text, code = (
            (f"nowhere to leave the car {number}", "parking"),
            (f"costs an arm and a leg {number}", "price"),
        )[number % 2]
        statement = Statement("why", "en", text)
        found.append(Coded(statement, Example(text, "en", frozenset({code}), {code: -1})))
    return found


def test_a_refit_learns_words_the_codebook_does_not_have() -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters())
    texts = [("there is nowhere to leave a car", "en"), ("it costs an arm", "en")]
    assert predicted(refit, texts, BOOK, embedder=Letters()) == [frozenset({"parking"}), frozenset({"price"})]


def test_a_refit_is_kept_only_where_held_out_answers_agree_better(tmp_path) -> None:
    trial = try_refit(examples(), BOOK, embedder=Letters(), current=None)
    assert trial.after > trial.before
    assert trial.refit is not None
    keep_refit(trial.refit, tmp_path)
    kept = current_refit(tmp_path)
    assert kept is not None
    again = try_refit(examples(), BOOK, embedder=Letters(), current=kept)
    assert again.refit is None
    assert again.before == pytest.approx(again.after)


def test_a_saved_refit_decides_as_before_and_holds_no_words(tmp_path) -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters(), version=3)
    path = keep_refit(refit, tmp_path)
    loaded = load_refit(path)
    assert loaded.version == 3
    assert np.array_equal(loaded.code_weights, refit.code_weights)
    assert b"nowhere" not in path.read_bytes()


def test_a_refit_of_another_version_is_left_out_and_the_next_one_is_numbered_after_it(tmp_path, caplog) -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters())
    old = keep_refit(replace(refit, version=2), tmp_path)
    with np.load(old) as stored:
        parts = {**stored, "features": np.array(1)}
    np.savez(old, **parts)
    assert current_refit(tmp_path) is None
    assert "earful code --refit" in caplog.text
    newest = keep_refit(refit, tmp_path)
    assert (current_refit(tmp_path).version, newest) == (3, max(tmp_path.iterdir()))


def test_too_few_coded_answers_are_refused_with_the_number_needed() -> None:
    with pytest.raises(ValueError, match="30"):
        try_refit(examples(10), BOOK, embedder=Letters(), current=None)


def test_the_coder_names_the_refit_it_codes_with() -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters())
    coder = ReasonCoder(BOOK, embedder=Letters(), refit=refit)
    assert coder.name.endswith("refit-1")
    (reason,) = coder.code([Statement("why", "en", "terrible, nowhere to leave the car")])[0]
    assert (reason.code_id, reason.evidence.split("+")[0]) == ("parking", "refit")


def test_the_codebook_is_gathered_once_however_many_answers_a_refit_codes(monkeypatch) -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters())
    coder, gathered = ReasonCoder(BOOK, embedder=Letters(), refit=refit), []
    for name in ("code_words", "meaning_of"):
        real = getattr(lexicon, name)
        monkeypatch.setattr(lexicon, name, lambda *given, real=real: gathered.append(real) or real(*given))
    for text in ("terrible, nowhere to leave the car", "terrible, it costs an arm and a leg", "it is fine"):
        coder.code([Statement("why", "en", text)])
    assert len(gathered) == 2


@pytest.mark.parametrize("order", [("new", "price", "parking"), ("parking", "new"), ("parking",)])
def test_a_refit_still_codes_after_the_codebook_was_edited(order: tuple[str, ...]) -> None:
    refit = learn([one.example for one in examples()], BOOK, embedder=Letters())
    known = {
        code.code_id: code for code in (*BOOK.codes, Code("new", {"en": "Courier"}, include={"en": ("courier",)}))
    }
    edited = Codebook("b", 2, tuple(known[code] for code in order))
    coder = ReasonCoder(edited, embedder=Letters(), refit=refit)
    texts = ["terrible, nowhere to leave the car", "terrible, it costs an arm and a leg", "terrible courier"]
    found = [{reason.code_id for reason in one} for one in coder.code([Statement("why", "en", one) for one in texts])]
    assert found[0] == {"parking"}
    assert ("price" in found[1]) == ("price" in order)
    assert ("new" in found[2]) == ("new" in order)


@pytest.mark.parametrize(
    ("language", "text", "code"), [("en", "slow but the price is fine", "price"), ("en", "bad parking", "parking")]
)
def test_spacy_docs_carry_clauses_cues_and_reasons(language, text, code) -> None:
    doc = reason_pipeline(ReasonCoder(BOOK), language)(text)
    assert [span.label_ for span in doc.spans["reasons"]] == [code]
    assert doc.spans["clauses"]
    assert doc.spans["reasons"][0]._.evidence
