"""Scores put right between customer and clerk: a number misread back, taken back, or never given."""

from __future__ import annotations

import pytest

from audio.span import Span
from insights.answers import find_answers, find_questions
from insights.survey.loading import load_survey
from transcribe.dialogue import Dialogue, Turn, Word

ASKED = {
    "ru": ("Насколько вероятно, что вы порекомендуете нас знакомым?", "Спасибо. Почему вы поставили такую оценку?"),
    "en": ("How likely are you to recommend us to people you know?", "Thank you. Why did you give this score?"),
}
# A question with no topic word of its own: nothing but "how satisfied are you" may be taken for it.
SURVEY = """
name = "spoken"
version = 1
languages = ["ru", "en"]
codebook = "codebook.toml"
[[question]]
id = "recommend"
kind = "nps"
scale = [0, 10]
ask.ru = "Насколько вероятно, что вы порекомендуете нас знакомым?"
ask.en = "How likely are you to recommend us to people you know?"
[[question]]
id = "served"
kind = "csat"
scale = [1, 5]
ask.ru = "Насколько вы довольны нашей работой?"
ask.en = "How satisfied are you with our service?"
[[question]]
id = "why"
kind = "open"
follows = "recommend"
ask.ru = "Почему вы поставили такую оценку?"
ask.en = "Why did you give this score?"
"""


def turn(party: str, text: str, *, start_s: float) -> Turn:
    words = text.split()
    step = 4.0 / len(words)
    placed = tuple(Word(word, Span(start_s + k * step, start_s + (k + 1) * step), 0.9) for k, word in enumerate(words))
    return Turn(party, Span(start_s, start_s + 4.0), placed, lane=party)


def talk(language: str, said: str) -> Dialogue:
    """Return the question, customer and clerk by turns ("/" between them), and the clerk's why."""
    parties = ("respondent", "operator")
    between = [(parties[i % 2], text) for i, text in enumerate(said.split(" / "))]
    turns = [("operator", ASKED[language][0]), *between, ("operator", ASKED[language][1]), ("respondent", "...так")]
    return Dialogue(
        "call", language, tuple(turn(party, text, start_s=5.0 * i) for i, (party, text) in enumerate(turns))
    )


@pytest.mark.parametrize(
    ("language", "said", "value"),
    [
        ("ru", "Семь. / Восемь, записала. / Семь, семь я сказал.", 7),
        ("ru", "Девять. / Девятнадцать? / Девять.", 9),
        ("ru", "Три. / Записала три. / Ой, извините, четыре я хотела сказать.", 4),
        ("ru", "Четыре. / Четыре. / Хотя нет, ставьте три.", 3),
        ("ru", "Десять. / Два? / Десять говорю.", 10),
        ("ru", "Восемь. / Восемь? / Ну шесть, если подумать. Шесть.", 6),
        ("ru", "Шесть. / Шесть, поняла. / Подождите, пять лучше.", 5),
        ("en", "Six. / Six, got it. / Hang on, five.", 5),
        ("en", "Seven. / Seven, thank you. / Actually make that an eight.", 8),
        ("en", "Erm, nine. / Ten? / No, nine.", 9),
        ("en", "Nine. / Eight, was it? / Nine, love, nine.", 9),
        ("en", "Three. / I've put three. / Sorry, four, I meant four.", 4),
        ("en", "Five. / Five, I see. / Well, four maybe. Yes, four.", 4),
    ],
)
def test_the_customer_has_the_last_word_over_what_the_clerk_read_back(language, said, value, tmp_path):
    (tmp_path / "survey.toml").write_text(SURVEY, encoding="utf-8")
    survey, dialogue = load_survey(tmp_path), talk(language, said)
    asked = find_questions(dialogue, survey)
    assert [one.question_id for one in asked] == ["recommend", "why"]
    assert find_answers(dialogue, asked, survey)[0].value == value


@pytest.mark.parametrize(
    ("language", "put"),
    [("ru", "А в целом насколько вы довольны?"), ("en", "And how satisfied are you overall with our service?")],
)
def test_a_question_without_a_topic_of_its_own_is_still_found(language, put, tmp_path):
    (tmp_path / "survey.toml").write_text(SURVEY, encoding="utf-8")
    dialogue = Dialogue("call", language, (turn("operator", put, start_s=0.0), turn("respondent", "5.", start_s=5.0)))
    assert [one.question_id for one in find_questions(dialogue, load_survey(tmp_path))] == ["served"]


@pytest.mark.parametrize(
    ("language", "said", "value"),
    [
        ("ru", "Восемь, но за доставку три.", None),
        ("ru", "Десять. Но у вас филиалов всего два.", None),
        ("en", "Nine, but the app's a four.", None),
        ("ru", "Подруга ставит десять, а я пока воздержусь.", None),
        ("en", "My daughter says ten but I don't know.", None),
        ("en", "Is five good or bad?", None),
        ("ru", "Сосед мой десять поставил бы, я восемь.", 8),
        ("en", "I wanted to say nine, but no.", None),
        ("ru", "Хотела девять, но за звонок в шесть утра восемь.", 8),
        ("ru", "Девять-десять, ближе к девяти... да, девять.", 9),
        ("ru", "Девять, но лучше восемь.", 8),
        ("en", "Nine I knock one off for the hold music.", 9),
    ],
)
def test_only_a_number_that_takes_the_first_back_stands_in_its_place(language, said, value, tmp_path):
    (tmp_path / "survey.toml").write_text(SURVEY, encoding="utf-8")
    survey, dialogue = load_survey(tmp_path), talk(language, said)
    assert find_answers(dialogue, find_questions(dialogue, survey), survey)[0].value == value
