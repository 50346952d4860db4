"""Words: tokens, lemmas, likeness of sound, true case, vectors without weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.language import language_of, lemma, lemmas, plain, tokens, truecased
from insights.language.fuzzy import likeness
from insights.language.lemma import analyser, is_noun, is_person_acting, is_russian_word, part_of_speech
from insights.language.truecase import is_name
from insights.language.vectors import CachedEmbedder, TfidfEmbedder


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        (("доставка", "доставки", "доставку", "доставками"), "ru"),
        (("ждать", "ждал", "ждали", "ждём"), "ru"),
        (("price", "prices", "pricing"), "en"),
        (("arrive", "arrives", "arrived", "arriving"), "en"),
        (("company", "companies"), "en"),
        (("freeze", "froze", "frozen", "freezing", "freezes"), "en"),
    ],
)
def test_all_forms_of_a_word_share_one_lemma(forms: tuple[str, ...], language: str) -> None:
    assert len({lemma(plain(form), language) for form in forms}) == 1


def test_yo_and_case_make_no_difference_to_lemmas() -> None:
    assert lemmas("Счёт ПРИШЁЛ", "ru") == lemmas("счет пришел", "ru")


@pytest.mark.parametrize("word", ["𗀀", "цена𗀀", "𗀀𗀁", "한", "ߐ", "ⅷ"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_words_of_letters_that_no_dictionary_names_are_kept_as_they_are(word: str, language: str) -> None:
    assert lemmas(f"долго {word}", language)[1:] == [word]
    assert analyser().parse(word)[0].word == word


def test_words_of_letters_that_no_dictionary_names_are_nothing_known() -> None:
    asked = [part_of_speech, is_noun, is_person_acting, is_russian_word, is_name]
    assert not any(ask("цена𗀀") for ask in asked)


@given(st.text(max_size=60), st.sampled_from(["ru", "en"]))
def test_any_text_has_as_many_lemmas_as_words(text: str, language: str) -> None:
    assert len(lemmas(text, language)) == len(tokens(text))


@given(st.text(max_size=60))
def test_tokens_point_at_the_very_characters_they_were_read_from(text: str) -> None:
    for token in tokens(text):
        assert plain(text[token.start_char : token.end_char]) == token.text or len(plain(text)) != len(text)
        assert 0 <= token.start_char < token.end_char <= len(text)


@pytest.mark.parametrize(
    ("heard", "meant", "language"),
    [("мениджер", "менеджер", "ru"), ("меныбжиры", "менеджеры", "ru"), ("delivary", "delivery", "en")],
)
def test_a_misheard_word_sounds_like_the_word_that_was_said(heard: str, meant: str, language: str) -> None:
    assert likeness(heard, meant, language) > 0.8


def test_words_of_different_sound_are_far_apart() -> None:
    assert likeness("доставка", "менеджер", "ru") < 0.5


@pytest.mark.parametrize(("text", "language"), [("всё ok", "ru"), ("the price", "en"), ("12345", "ru")])
def test_language_goes_by_the_prevailing_script(text: str, language: str) -> None:
    assert language_of(text) == language


def test_names_get_capitals_and_words_that_look_like_names_do_not() -> None:
    assert truecased("говорил с иваном про веру в банк") == "говорил с Иваном про веру в банк"


def test_cached_vectors_are_the_inner_ones_and_come_back_from_the_folder(tmp_path) -> None:
    texts = ["долго ждал", "быстро", "долго ждал"]
    cached = CachedEmbedder(TfidfEmbedder(), folder=tmp_path)
    vectors = cached.embed(texts)
    assert np.allclose(vectors, TfidfEmbedder().embed(texts))
    cached.save()

    class Refusing(TfidfEmbedder):
        def embed(self, texts):
            assert not texts
            return super().embed(texts)

    assert np.allclose(CachedEmbedder(Refusing(), folder=tmp_path).embed(texts), vectors)


def test_no_texts_give_no_rows() -> None:
    assert CachedEmbedder(TfidfEmbedder()).embed([]).shape[0] == 0
