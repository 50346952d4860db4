import numpy as np
import pytest

from audio.activity import Lane, SpeechMap
from audio.recording import Recording
from audio.span import Span
from insights.delivery.edges import measuring_map

RATE_HZ = 8000


def recording_of(rng, *sounding, channels=1):
    sound = 1e-4 * rng.standard_normal((channels, 8 * RATE_HZ))
    for span in sounding:
        sound[:, round(span.start_s * RATE_HZ) : round(span.end_s * RATE_HZ)] *= 1000
    return Recording("call", sound.astype(np.float32), RATE_HZ)


def test_in_a_shared_channel_edges_are_drawn_to_the_sound_and_handovers_stay(rng):
    recording = recording_of(rng, Span(1.0, 3.0), Span(4.0, 5.0))
    first = Lane("speaker0", 0, (Span(0.95, 2.0), Span(3.94, 5.06)))
    second = Lane("speaker1", 0, (Span(2.0, 3.05),))
    drawn = measuring_map(recording, SpeechMap("call", (first, second), "made"))
    (begun, later), (taken_over,) = (lane.speech for lane in drawn.lanes)
    assert begun.start_s == pytest.approx(1.0, abs=0.015)
    assert (begun.end_s, taken_over.start_s) == (2.0, 2.0)
    assert taken_over.end_s == pytest.approx(3.0, abs=0.015)
    assert (later.start_s, later.end_s) == pytest.approx((4.0, 5.0), abs=0.015)


def test_a_channel_of_its_own_keeps_the_edges_its_detector_drew(rng):
    recording = recording_of(rng, Span(1.0, 3.0), channels=2)
    lanes = (Lane("channel0", 0, (Span(0.9, 3.1),)), Lane("channel1", 1, (Span(0.9, 3.1),)))
    speech_map = SpeechMap("call", lanes, "made")
    assert measuring_map(recording, speech_map) == speech_map
