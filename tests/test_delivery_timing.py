import pytest

from audio.activity import Lane, SpeechMap
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.speaking import speaking_of
from insights.delivery.timing import timing_of
from transcribe.dialogue import Dialogue, Turn, Word


def talk(*turns, operator, respondent):
    """Return a dialogue and its speech: turns as (party, start, end), lanes as spans of speech."""
    lanes = {"operator": "channel0", "respondent": "channel1"}
    made = tuple(
        Turn(party, Span(start_s, end_s), (Word("слово", Span(start_s, end_s), 0.9),), lane=lanes[party])
        for party, start_s, end_s in turns
    )
    speech_map = SpeechMap("c", (Lane("channel0", 0, tuple(operator)), Lane("channel1", 1, tuple(respondent))), "made")
    dialogue = Dialogue("c", "ru", made)
    return dialogue, speaking_of(speech_map, dialogue)


def answered(*turn_idxs, value_s=None):
    span = None if value_s is None else Span(value_s, value_s + 0.4)
    return Answer("nps", turn_idxs, "", None, value=None if value_s is None else 9.0, value_span=span)


ASKED = Asked("nps", Span(0.5, 4.9), 0, 1.0)


def test_latency_runs_from_the_last_sound_of_the_question_to_the_first_of_the_answer():
    dialogue, speaking = talk(
        ("operator", 0, 5), ("respondent", 6.2, 8), operator=[Span(0, 5)], respondent=[Span(6.2, 8)]
    )
    timing = timing_of(answered(1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.2)
    assert timing.time_to_value_s is None


def test_a_filler_that_stands_apart_is_the_first_sound_of_the_answer():
    dialogue, speaking = talk(
        ("operator", 0, 5),
        ("respondent", 8, 9),
        operator=[Span(0, 5)],
        respondent=[Span(6, 6.5), Span(8, 9)],
    )
    timing = timing_of(answered(1, value_s=8.1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.0)
    assert timing.time_to_value_s == pytest.approx(3.0)


def test_a_mhm_into_the_question_is_not_the_answer():
    dialogue, speaking = talk(
        ("operator", 0, 5),
        ("respondent", 6, 9),
        operator=[Span(0, 3.2), Span(3.5, 5)],
        respondent=[Span(3.0, 3.4), Span(6, 9)],
    )
    timing = timing_of(answered(1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.0)


def test_an_answer_into_the_end_of_the_question_has_a_negative_latency():
    dialogue, speaking = talk(
        ("operator", 0, 5), ("respondent", 4.6, 7), operator=[Span(0, 5)], respondent=[Span(4.6, 7)]
    )
    timing = timing_of(answered(1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(-0.4)


def test_what_the_operator_says_after_the_answer_began_does_not_end_the_question():
    dialogue, speaking = talk(
        ("operator", 0, 8),
        ("respondent", 6, 7),
        operator=[Span(0, 5), Span(7.2, 8)],
        respondent=[Span(6, 7)],
    )
    timing = timing_of(answered(1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.0)


def test_an_addition_to_the_question_belongs_to_it():
    dialogue, speaking = talk(
        ("operator", 0, 7),
        ("respondent", 7.5, 9),
        operator=[Span(0, 5), Span(5.8, 7)],
        respondent=[Span(7.5, 9)],
    )
    timing = timing_of(answered(1), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(0.5)


def test_a_repeated_question_counts_from_its_last_wording_before_the_answer():
    dialogue, speaking = talk(
        ("operator", 0, 5),
        ("respondent", 5.5, 6),
        ("operator", 6.5, 9),
        ("respondent", 9.4, 10),
        operator=[Span(0, 5), Span(6.5, 9)],
        respondent=[Span(5.5, 6), Span(9.4, 10)],
    )
    again = Asked("nps", Span(6.6, 8.9), 2, 1.0, repeated=True)
    timing = timing_of(answered(3), [ASKED, again], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(0.4)


@pytest.mark.parametrize("word_start_s", [7.3, 7.8, 8.0, 8.2])
def test_the_number_begins_where_sound_begins_not_where_the_recogniser_put_it(word_start_s):
    dialogue, speaking = talk(
        ("operator", 0, 5),
        ("respondent", 6, 9),
        operator=[Span(0, 5)],
        respondent=[Span(6, 7), Span(8, 9)],
    )
    timing = timing_of(answered(1, value_s=word_start_s), [ASKED], dialogue, speaking)
    assert timing is not None
    assert timing.time_to_value_s == pytest.approx(3.0)


def test_a_question_that_was_not_found_is_replaced_by_the_operators_turn_before_and_marked():
    dialogue, speaking = talk(("operator", 0, 5), ("respondent", 6, 7), operator=[Span(0, 5)], respondent=[Span(6, 7)])
    timing = timing_of(answered(1), [], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.0)
    assert not timing.asked


def test_a_probe_never_stands_in_for_the_question():
    dialogue, speaking = talk(
        ("operator", 0, 5),
        ("respondent", 6, 7),
        ("operator", 8, 9),
        ("respondent", 9.5, 10),
        operator=[Span(0, 5), Span(8, 9)],
        respondent=[Span(6, 7), Span(9.5, 10)],
    )
    probe = Asked("nps", Span(8, 9), 2, 0.5, probe=True)
    timing = timing_of(answered(1, 3), [ASKED, probe], dialogue, speaking)
    assert timing is not None
    assert timing.latency_s == pytest.approx(1.0)


def test_nobody_answered_or_nobody_asked_gives_no_timing():
    dialogue, speaking = talk(("respondent", 6, 7), operator=[], respondent=[Span(6, 7)])
    assert timing_of(answered(), [ASKED], dialogue, speaking) is None
    assert timing_of(answered(0), [], dialogue, speaking) is None
