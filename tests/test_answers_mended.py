"""A number that a person wrote in place of what the machine heard."""

from __future__ import annotations

import pytest

from audio.span import Span
from insights.answers import Answer, find_answers, find_questions
from insights.survey.questionnaire import Question, Survey
from transcribe.dialogue import Dialogue, Language, Party, Turn, Word
from transcribe.recognition.protocol import NumberPosterior

ASK = {"ru": "Как вы оцените доставку, от одного до пяти?", "en": "How do you rate the delivery, from one to five?"}
SURVEY = Survey("one", 1, ("ru", "en"), (Question("delivery", "attribute", ASK, (1, 5), attribute="delivery"),))
SURE_OF_ONE = NumberPosterior({1.0: 0.97, 2.0: 0.01, 3.0: 0.01, 4.0: 0.005, 5.0: 0.005}, 0.4, "phrase")


def turn(party: Party, text: str, start_s: float) -> Turn:
    words = tuple(Word(word, Span(start_s + i, start_s + i + 0.5), 0.9) for i, word in enumerate(text.split()))
    return Turn(party, Span(start_s, words[-1].span.end_s), words, lane=party)


def answer_to(said: str, written: str, *, language: Language, clerk: str) -> tuple[Answer, int]:
    """Return the answer in which a person wrote some words, and how often the sound was asked."""
    turns = (turn("operator", ASK[language], 0.0), turn("respondent", said, 20.0), turn("operator", clerk, 40.0))
    dialogue = Dialogue("made-up", language, turns)
    asked: list[int] = []

    def witness(requests: object) -> list[NumberPosterior]:
        found = [SURE_OF_ONE for _ in requests]  # type: ignore[attr-defined]
        asked.extend(range(len(found)))
        return found

    by_person = frozenset(word for word in turns[1].words if word.text in written.split())
    questions = find_questions(dialogue, SURVEY)
    return find_answers(dialogue, questions, SURVEY, witness=witness, written=by_person)[0], len(asked)


@pytest.mark.parametrize(
    ("language", "said", "written", "clerk"),
    [("ru", "Ну, четыре.", "четыре.", "Один, записала."), ("en", "Well, four.", "four.", "One, thank you.")],
)
def test_a_number_that_a_person_wrote_stands_against_sound_and_clerk(
    language: Language, said: str, written: str, clerk: str
) -> None:
    answer, asked_n = answer_to(said, written, language=language, clerk=clerk)
    assert (answer.value, answer.rule, answer.confidence, answer.value_text) == (4, "person", 1.0, written)
    assert answer.value_span == Span(21.0, 21.5)
    assert asked_n == 0


@pytest.mark.parametrize(
    ("language", "said", "written", "clerk"),
    [("ru", "Ну, четыре.", "Ну,", "Спасибо."), ("en", "Well, four.", "Well,", "Thank you.")],
)
def test_a_number_beside_words_that_a_person_wrote_is_weighed_as_ever(
    language: Language, said: str, written: str, clerk: str
) -> None:
    answer, asked_n = answer_to(said, written, language=language, clerk=clerk)
    assert (answer.value, answer.rule) == (None, "abstained")
    assert asked_n == 1
