import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.activity import Lane, SpeechMap
from audio.span import Span
from transcribe.dialogue import Word
from transcribe.recognition.protocol import Recognised, Window, WindowQuality
from transcribe.turns import TurnOptions, turns_of, with_parties

QUALITY = WindowQuality(0.1, -0.2, 1.2)
SILENCE = np.zeros(0, dtype=np.float32)


def lane(key, *speech, channel=None):
    return Lane(key, int(key[-1]) if channel is None else channel, tuple(Span(a, b) for a, b in speech))


def stereo(first, second):
    return SpeechMap("call", (lane("channel0", *first), lane("channel1", *second)), "test")


def mono(first, second):
    return SpeechMap("call", (lane("speaker0", *first, channel=0), lane("speaker1", *second, channel=0)), "test")


def heard(key, *words):
    """Words as (text, start_s, end_s) in one window of a lane."""
    found = tuple(Word(text, Span(a, b), 0.9) for text, a, b in words)
    span = Span(found[0].span.start_s, found[-1].span.end_s) if found else Span(0, 0)
    return Recognised(Window("call", key, span, (span,), SILENCE), found, QUALITY)


def told(turns):
    return [(turn.lane, turn.text) for turn in turns]


def test_two_parties_take_turns():
    found = turns_of(
        stereo([(0.0, 2.0), (5.0, 6.0)], [(2.5, 4.0)]),
        [heard("channel0", ("Как?", 0.5, 1.5), ("Спасибо.", 5.1, 5.9)), heard("channel1", ("Девять.", 2.6, 3.9))],
    )
    assert told(found) == [("channel0", "Как?"), ("channel1", "Девять."), ("channel0", "Спасибо.")]
    assert [turn.span for turn in found] == [Span(0.0, 2.0), Span(2.5, 4.0), Span(5.0, 6.0)]
    assert {turn.party for turn in found} == {"unknown"}


def test_a_long_thinking_pause_stays_inside_one_answer():
    found = turns_of(
        stereo([(0.0, 2.0), (20.0, 21.0)], [(3.0, 4.0), (15.0, 16.0)]),
        [heard("channel1", ("Надо", 3.1, 3.3), ("подумать.", 3.3, 3.9), ("Девять.", 15.1, 15.9))],
    )
    answers = [turn for turn in found if turn.words]
    assert told(answers) == [("channel1", "Надо подумать. Девять.")]
    assert answers[0].span == Span(3.0, 16.0)


def test_a_silence_too_long_for_one_turn_parts_it():
    found = turns_of(stereo([], [(0.0, 1.0), (40.0, 41.0)]), [])
    assert [turn.span for turn in found] == [Span(0.0, 1.0), Span(40.0, 41.0)]


@pytest.mark.parametrize(
    ("between", "words", "turns"),
    [
        ((1.5, 1.8), ("угу", 1.5, 1.8), 2),  # a word of the other ends the turn
        ((1.5, 2.4), None, 2),  # so does long speech without words
        ((1.5, 1.7), None, 1),  # a cough does not
    ],
)
def test_who_speaks_in_a_gap_decides_whether_the_turn_goes_on(between, words, turns):
    recognised = [heard("channel1", ("Ну", 0.1, 0.4), ("восемь", 3.1, 3.5))]
    if words:
        recognised.append(heard("channel0", words))
    found = turns_of(stereo([between], [(0.0, 1.0), (3.0, 4.0)]), recognised)
    assert sum(turn.lane == "channel1" for turn in found) == turns


def test_a_back_channel_inside_ones_speech_overlaps_and_parts_nothing():
    found = turns_of(
        stereo([(2.0, 2.4)], [(0.0, 5.0)]),
        [heard("channel0", ("Угу.", 2.05, 2.35)), heard("channel1", ("долго", 1.0, 1.9), ("ждали", 2.1, 2.4))],
    )
    assert told(found) == [("channel1", "долго ждали"), ("channel0", "Угу.")]
    assert [word.overlapped for word in found[0].words] == [False, True]
    assert found[1].words[0].overlapped


def test_a_word_outside_all_speech_goes_to_the_nearest_stretch_of_its_voice():
    found = turns_of(stereo([(0.0, 1.0)], [(2.0, 3.0), (6.0, 7.0)]), [heard("channel1", ("да", 3.2, 3.4))])
    assert [turn.text for turn in found if turn.lane == "channel1"] == ["да"]
    assert turns_of(stereo([], [(2.0, 3.0)]), [heard("channel1", ("да", 9.0, 9.2))])[0].text == "да"


def test_speech_without_words_is_kept_and_the_shortest_sounds_are_not():
    found = turns_of(stereo([(0.0, 1.0), (5.0, 5.1)], [(2.0, 3.0)]), [heard("channel1", ("да", 2.1, 2.4))])
    assert [(turn.span, turn.words == ()) for turn in found] == [(Span(0.0, 1.0), True), (Span(2.0, 3.0), False)]


def test_in_mono_a_word_in_the_other_voices_speech_changes_sides():
    found = turns_of(
        mono([(0.0, 2.0)], [(2.1, 3.0)]), [heard("speaker0", ("оценку?", 1.2, 1.9), ("Девять.", 2.2, 2.8))]
    )
    assert told(found) == [("speaker0", "оценку?"), ("speaker1", "Девять.")]


def test_in_mono_a_word_heard_in_both_windows_is_said_once():
    found = turns_of(
        mono([(0.0, 2.0)], [(2.1, 3.0)]),
        [heard("speaker0", ("оценку?", 1.2, 1.9), ("девять", 2.2, 2.8)), heard("speaker1", ("Девять.", 2.15, 2.75))],
    )
    assert told(found) == [("speaker0", "оценку?"), ("speaker1", "Девять.")]


def test_on_channels_of_their_own_words_never_change_sides():
    found = turns_of(stereo([(0.0, 2.0)], [(2.1, 3.0)]), [heard("channel0", ("раз", 1.2, 1.9), ("два", 2.2, 2.8))])
    assert told([turn for turn in found if turn.words]) == [("channel0", "раз два")]


def test_a_one_word_island_in_an_unfinished_sentence_goes_back():
    found = turns_of(
        mono([(0.0, 2.0), (2.5, 4.0)], [(2.05, 2.45)]),
        [
            heard("speaker0", ("мы", 0.2, 0.5), ("очень", 1.5, 2.0), ("ждали", 2.6, 3.2)),
            heard("speaker1", ("долго", 2.05, 2.45)),
        ],
    )
    assert told(found) == [("speaker0", "мы очень долго ждали")]


@pytest.mark.parametrize("answer_s", [(2.6, 3.0), (2.05, 2.45)])
def test_a_one_word_answer_to_a_finished_question_is_no_island(answer_s):
    found = turns_of(
        mono([(0.0, 2.0), (answer_s[1] + 0.05, 5.0)], [answer_s]),
        [heard("speaker0", ("Сколько?", 1.0, 2.0), ("Спасибо.", 4.0, 4.9)), heard("speaker1", ("Девять.", *answer_s))],
    )
    assert ("speaker1", "Девять.") in told(found)


def test_words_for_a_lane_that_is_not_there_are_refused():
    with pytest.raises(KeyError, match="lanes: channel0, channel1"):
        turns_of(stereo([(0, 1)], [(2, 3)]), [heard("speaker7", ("да", 0.1, 0.4))])


def test_a_silent_call_has_no_turns():
    assert turns_of(SpeechMap("call", (), "test"), []) == ()


def test_parties_are_given_by_lane_and_unknown_otherwise():
    turns = turns_of(stereo([(0.0, 1.0)], [(2.0, 3.0)]), [])
    named = with_parties(turns, {"channel0": "operator"}, confidence=0.8)
    assert [(turn.party, turn.party_confidence) for turn in named] == [("operator", 0.8), ("unknown", 0.8)]


SPANS = st.lists(st.tuples(st.floats(0.05, 2.0), st.floats(0.05, 4.0)), max_size=8)


def laid_out(pieces):
    at_s, spans = 0.0, []
    for gap_s, length_s in pieces:
        spans.append((at_s + gap_s, at_s + gap_s + length_s))
        at_s += gap_s + length_s
    return spans


@given(
    SPANS, SPANS, st.lists(st.tuples(st.booleans(), st.floats(0, 30), st.floats(0, 0.6)), max_size=20), st.booleans()
)
def test_every_word_is_in_exactly_one_turn_and_turns_are_in_order(first, second, words, shared_channel):
    speech_map = (mono if shared_channel else stereo)(laid_out(first), laid_out(second))
    keys = [one.key for one in speech_map.lanes]
    recognised = [
        heard(keys[side], (f"w{i}", start_s, start_s + length_s)) for i, (side, start_s, length_s) in enumerate(words)
    ]
    found = turns_of(speech_map, recognised, options=TurnOptions())
    said = sorted(word.text for turn in found for word in turn.words)
    assert said == sorted(f"w{i}" for i in range(len(words)))
    assert [turn.span.start_s for turn in found] == sorted(turn.span.start_s for turn in found)
