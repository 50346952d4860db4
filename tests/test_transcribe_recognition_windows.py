"""Cutting speech into windows: nothing is lost, nothing joined."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.activity import Lane, SpeechMap
from audio.recording import Recording
from audio.span import Span
from transcribe.recognition import WindowOptions, cut_for_recognition, windows_of
from transcribe.recognition.windows import at_recognition_rate

RATE_HZ = 8000


def call(duration_s, channels=2, rate_hz=RATE_HZ):
    samples = np.zeros((channels, int(duration_s * rate_hz)), dtype=np.float32)
    return Recording("call", samples, rate_hz)


def spans(*pairs):
    return tuple(Span(start_s, end_s) for start_s, end_s in pairs)


def stereo(first=(), second=()):
    lanes = (Lane("channel0", 0, spans(*first)), Lane("channel1", 1, spans(*second)))
    return SpeechMap("call", lanes, "hand")


def mono(first=(), second=()):
    return SpeechMap("call", (Lane("speaker0", 0, spans(*first)), Lane("speaker1", 0, spans(*second))), "hand")


def test_short_gaps_stay_inside_a_window_and_long_ones_end_it():
    windows = windows_of(call(20), stereo(first=[(1, 2), (3.2, 4), (8, 9)]))
    assert [window.speech for window in windows] == [spans((1, 2), (3.2, 4)), spans((8, 9))]
    assert windows[0].span == Span(0.7, 4.3)
    assert windows[0].samples.size == round(3.6 * 16000)


def test_one_word_answers_get_a_window_of_their_own():
    windows = windows_of(call(30), stereo(first=[(1, 5), (10, 15)], second=[(6, 6.4)]))
    assert [window.speech for window in windows if window.lane == "channel1"] == [spans((6, 6.4))]


def test_the_other_voice_ends_a_window_on_a_shared_channel_only():
    first, second = [(1, 2), (3, 4)], [(2.2, 2.8)]
    shared = windows_of(call(6, channels=1), mono(first, second))
    own = windows_of(call(6), stereo(first, second))
    assert [window.speech for window in shared if window.lane == "speaker0"] == [spans((1, 2)), spans((3, 4))]
    assert [window.speech for window in own if window.lane == "channel0"] == [spans((1, 2), (3, 4))]


def test_padding_stops_half_way_to_the_other_voice():
    windows = windows_of(call(6, channels=1), mono([(1, 2)], [(2.2, 3)]))
    assert windows[0].span.end_s == pytest.approx(2.1)
    assert windows[1].span.start_s == pytest.approx(2.1)


def test_speech_inside_anothers_longer_speech_is_heard_there():
    windows = windows_of(call(10, channels=1), mono([(1, 5)], [(2, 2.3), (6, 7)]))
    assert [(window.lane, window.speech) for window in windows] == [
        ("speaker0", spans((1, 5))),
        ("speaker1", spans((6, 7))),
    ]


def test_long_speech_is_cut_in_its_longest_gap():
    windows = windows_of(call(60), stereo(first=[(0, 14), (14.9, 20), (20.2, 40)]))
    assert [window.speech for window in windows] == [spans((0, 14)), spans((14.9, 20), (20.2, 40))]


def test_speech_without_a_gap_is_cut_into_equal_pieces():
    windows = windows_of(call(70), stereo(first=[(0, 60)]))
    assert [window.speech for window in windows] == [spans((0, 20)), spans((20, 40)), spans((40, 60))]


def test_nobody_speaking_gives_no_windows():
    assert windows_of(call(5), SpeechMap("call", (), "hand")) == []


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.tuples(st.floats(0.05, 40), st.floats(0.05, 4)), min_size=1, max_size=12),
    gap_s=st.floats(0.2, 3),
)
def test_every_stretch_lies_in_exactly_one_window_of_at_most_30_s(lengths, gap_s):
    at_s, pairs = 0.0, []
    for speech_s, silence_s in lengths:
        pairs.append((at_s + silence_s, at_s + silence_s + speech_s))
        at_s = pairs[-1][1]
    windows = windows_of(call(at_s + 1, rate_hz=16000), stereo(first=pairs), options=WindowOptions(max_gap_s=gap_s))
    heard_s = sum(span.duration_s for window in windows for span in window.speech)
    assert heard_s == pytest.approx(sum(end - start for start, end in pairs))
    for window in windows:
        assert window.span.duration_s <= 30.0
        assert window.samples.size == pytest.approx(window.span.duration_s * 16000, abs=2)
        assert all(window.span.start_s <= span.start_s <= span.end_s <= window.span.end_s for span in window.speech)
    for earlier, later in pairwise(windows):
        assert earlier.span.end_s <= later.span.start_s + 1e-9


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44100])
def test_a_tone_keeps_pitch_level_and_place_at_another_rate(rate_hz):
    seconds = np.arange(rate_hz) / rate_hz
    tone = (0.5 * np.sin(2 * np.pi * 440 * seconds) * (seconds > 0.5)).astype(np.float32)
    resampled = at_recognition_rate(tone, rate_hz)
    assert resampled.size == 16000
    spectrum = np.abs(np.fft.rfft(resampled[8800:15200]))
    assert np.argmax(spectrum) * 16000 / 6400 == pytest.approx(440, abs=3)
    assert np.flatnonzero(np.abs(resampled) > 0.1)[0] == pytest.approx(8000, abs=40)


def test_a_stretch_is_cut_for_questions_to_the_listener():
    assert cut_for_recognition(call(5), Span(1, 2.5), channel=1).shape == (24000,)
