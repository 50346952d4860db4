"""The sound and the clerk beside the words: who is believed, and when nobody is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.span import Span
from insights.answers import find_answers, find_questions
from insights.answers.read_back import read_back
from insights.answers.reading import Reading, read_number
from insights.answers.scale_phrases import scale_phrases
from insights.answers.witness import Evidence, posterior, settle
from insights.survey.questionnaire import Question, Survey
from transcribe.dialogue import Dialogue, Turn, Word
from transcribe.recognition.protocol import NumberPosterior

ASK = {
    "ru": "Как вы оцените доставку, от одного до пяти?",
    "en": "How do you rate the delivery, from one to five?",
}
SURVEY = Survey("one", 1, ("ru", "en"), (Question("delivery", "attribute", ASK, (1, 5), attribute="delivery"),))


def turn(party: str, text: str, start_s: float, *, gap_before: str = "") -> Turn:
    """Return a turn of half-second words; ``gap_before`` names a word that a second of silence goes before."""
    words, at_s = [], start_s
    for word in text.split():
        at_s += 1.0 if word == gap_before else 0.0
        words.append(Word(word, Span(at_s, at_s + 0.5), 0.9))
        at_s += 0.5
    return Turn(party, Span(start_s, max(at_s, start_s + 0.5)), tuple(words), lane=f"lane of {party}")


def call(answer: str, *, language: str = "ru", clerk: str = "Спасибо.", gap_before: str = "") -> Dialogue:
    turns = (
        turn("operator", ASK[language], 0.0),
        turn("respondent", answer, 10.0, gap_before=gap_before),
        turn("operator", clerk, 30.0),
    )
    return Dialogue("made-up", language, turns)


def sound(value: float, *, probability: float = 0.97, mass: float = 0.4) -> NumberPosterior:
    rest = (1 - probability) / 4
    return NumberPosterior({v: probability if v == value else rest for v in (1.0, 2.0, 3.0, 4.0, 5.0)}, mass, "phrase")


def answer_to(dialogue: Dialogue, heard: NumberPosterior | None = None):
    asked = find_questions(dialogue, SURVEY)
    witness = None if heard is None else lambda requests: [heard for _ in requests]
    return find_answers(dialogue, asked, SURVEY, witness=witness)[0]


def test_words_alone_are_enough_for_a_plain_number():
    answer = answer_to(call("Четыре."))
    assert (answer.value, answer.rule, answer.value_text) == (4, "single", "Четыре.")
    assert answer.value_span == Span(10.0, 10.5)
    assert answer.confidence > 0.9


def test_a_sound_that_agrees_makes_the_number_surer():
    assert answer_to(call("Четыре."), sound(4)).confidence > answer_to(call("Четыре.")).confidence


def test_a_sound_that_is_sure_of_another_number_makes_the_machine_abstain():
    answer = answer_to(call("Четыре."), sound(1))
    assert (answer.value, answer.confidence, answer.value_span) == (None, 0.0, None)


def test_a_sound_that_holds_no_number_changes_nothing():
    plain = answer_to(call("Четыре."))
    assert answer_to(call("Четыре."), sound(1, mass=0.001)) == plain


def test_the_clerk_reading_back_settles_between_words_and_sound():
    answer = answer_to(call("Четыре.", clerk="Четыре, записала."), sound(1))
    assert answer.value == 4


def test_a_word_that_sounds_like_a_number_needs_a_witness():
    dialogue = call("The delivery, for, I would say.", language="en", clerk="Thank you.")
    assert answer_to(dialogue).value is None
    assert answer_to(dialogue, sound(4)).value == 4
    assert answer_to(dialogue, sound(2)).value is None


def test_a_last_word_after_silence_may_be_a_number_by_its_sound():
    spoken = call("I do not even know who it is now to", language="en", clerk="I see.", gap_before="to")
    assert answer_to(spoken, sound(2)).value == 2
    assert answer_to(call("I do not know who to talk to", language="en", clerk="I see."), sound(2)).value is None


def test_without_any_number_in_the_words_only_a_sound_beyond_doubt_counts():
    assert answer_to(call("Угу."), sound(4, mass=0.2)).value is None
    assert answer_to(call("Угу."), sound(4, mass=0.8)).value == 4


def test_a_number_that_counts_things_is_no_score_however_sure_the_sound_is():
    counting = "Because we waited for the invoice for two weeks, can you imagine that?"
    assert answer_to(call(counting, language="en", clerk="I see."), sound(2, mass=0.99)).value is None
    assert answer_to(call(counting, language="en", clerk="Two, I see."), sound(2, mass=0.99)).value is None
    assert answer_to(call(counting, language="en", clerk="I see."), sound(4, mass=0.99)).value is None


def test_a_refusal_stays_one_whatever_the_sound_says():
    answer = answer_to(call("Затрудняюсь сказать."), sound(4, mass=0.9))
    assert (answer.value, answer.rule) == (None, "refusal")


def test_a_range_is_kept_as_its_two_ends():
    answer = answer_to(call("Четыре-пять."), sound(4))
    assert (answer.value, answer.low, answer.high) == (None, 4, 5)


def test_a_range_taken_back_in_garbled_words_needs_the_clerk():
    taken_back = "Где-то четыре-пять. Нет, всё-таки чепы."
    assert answer_to(call(taken_back), sound(4)).value is None
    assert answer_to(call(taken_back, clerk="Четыре, понял вас.")).value == 4
    assert answer_to(call("Четыре-пять.", clerk="Четыре, понял вас.")).value is None


def test_the_cut_for_the_witness_begins_at_the_number_that_stands():
    requests = []
    dialogue = call("Четыре. Ой, нет, давайте три.")

    def listen(wanted):
        requests.extend(wanted)
        return [sound(3) for _ in wanted]

    answer = find_answers(dialogue, find_questions(dialogue, SURVEY), SURVEY, witness=listen)[0]
    assert (answer.value, answer.first_value) == (3, 4)
    assert requests[0].lane == "lane of respondent"
    assert 11.5 < requests[0].span.start_s <= 12.0


def test_a_later_turn_changes_the_score_only_when_it_says_so():
    turns = list(call("Четыре.").turns)
    said = Dialogue("a", "ru", (*turns, turn("respondent", "Нет, поставьте лучше три.", 40.0)))
    told = Dialogue("b", "ru", (*turns, turn("respondent", "Там три этажа.", 40.0)))
    revised = answer_to(said)
    assert (revised.value, revised.first_value, revised.rule) == (3, 4, "revised_later")
    assert answer_to(told).value == 4


@pytest.mark.parametrize(
    ("clerk", "language", "value", "ruled_out"),
    [
        ("Почему три?", "ru", 3, ()),
        ("Ставлю три. А ассортимент, как оцените?", "ru", 3, ()),
        ("Четыре, понял вас. Почему не пять?", "ru", 4, (5,)),
        ("Чего вам не хватило до пятёрки?", "ru", None, (5,)),
        ("Спасибо. Как вы оцените доставку, от одного до пяти?", "ru", None, ()),
        ("Подождите две минуты.", "ru", None, ()),
        ("And could you explain why three?", "en", 3, ()),
        ("Putting four. And the manager, from one to five?", "en", 4, ()),
        ("What was missing for five?", "en", None, (5,)),
        ("Thank you. One moment.", "en", None, ()),
    ],
)
def test_the_clerks_next_words_repeat_a_score_or_rule_one_out(clerk, language, value, ruled_out):
    heard = read_back([turn("operator", clerk, 0.0)], language, (1, 5))
    assert (heard.value, heard.not_values) == (value, ruled_out)


@given(
    value=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
    heard=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
    mass=st.floats(0.0, 1.0),
    repeated=st.sampled_from([None, 1.0, 5.0]),
)
def test_the_posterior_is_a_distribution_over_the_scale(value, heard, mass, repeated):
    evidence = Evidence(Reading(value, "single", 0.97), sound(heard, mass=mass), repeated)
    found = posterior(evidence, (1, 5))
    assert set(found) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert sum(found.values()) == pytest.approx(1.0)


@given(
    value=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
    heard=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
    mass=st.floats(0, 1),
)
def test_the_sound_alone_never_turns_a_plain_number_into_another(value, heard, mass):
    verdict = settle(Evidence(Reading(value, "single", 0.97, candidates=(value,)), sound(heard, mass=mass)), (1, 5))
    assert verdict.value in (value, None)


@pytest.mark.parametrize(("language", "scale"), [("ru", (0, 10)), ("ru", (1, 5)), ("en", (0, 10)), ("en", (1, 5))])
def test_the_closed_set_holds_every_number_and_is_read_back_as_it_is_meant(language, scale):
    phrases = scale_phrases(language, scale)
    assert set(phrases.values()) == {float(value) for value in range(scale[0], scale[1] + 1)}
    assert all(read_number(phrase, language, scale).value == value for phrase, value in phrases.items())
