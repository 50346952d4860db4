import os
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.span import Span
from transcribe.detection import (
    SEGMENTATION_EDGES,
    SILERO_EDGES,
    EdgeRule,
    SileroDetector,
    frames_to_spans,
    overlooked_voices,
    segmentation_speech,
)
from transcribe.silero_network import WeightsError

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made

PLAIN = EdgeRule(on=0.5, off=0.3, min_silence_s=0.1, min_speech_s=0.05, onset_bias_s=0.0, end_bias_s=0.0)


@pytest.mark.parametrize(
    ("probabilities", "spans"),
    [
        ([0, 0, 0], ()),
        ([0, 0.9, 0.4, 0.4, 0.1], (Span(0.1, 0.4),)),
        ([0.4, 0.4, 0.1, 0.1, 0.1], ()),
        ([0.9, 0.9, 0.9], (Span(0.0, 0.3),)),
        ([0.9, 0, 0, 0.9, 0.9], (Span(0.0, 0.1), Span(0.3, 0.5))),
    ],
)
def test_speech_rises_to_one_threshold_and_lasts_to_the_other(probabilities, spans):
    found = frames_to_spans(np.array(probabilities), hop_s=0.1, rule=PLAIN, duration_s=len(probabilities) / 10)
    assert [(round(s.start_s, 6), round(s.end_s, 6)) for s in found] == [(s.start_s, s.end_s) for s in spans]


@given(st.lists(st.floats(0, 1), max_size=200), st.sampled_from([PLAIN, SILERO_EDGES, SEGMENTATION_EDGES]))
def test_spans_are_sorted_disjoint_and_inside_the_sound(probabilities, rule):
    duration_s = len(probabilities) * 0.016
    spans = frames_to_spans(np.array(probabilities), hop_s=0.016, rule=rule, duration_s=duration_s)
    assert all(0 <= s.start_s < s.end_s <= duration_s + 1e-9 for s in spans)
    assert all(a.end_s <= b.start_s for a, b in pairwise(spans))


def test_the_correction_never_eats_more_than_half_of_a_short_word():
    probabilities = np.array([0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0.0])
    (word,) = frames_to_spans(probabilities, hop_s=0.016, rule=SILERO_EDGES, duration_s=0.3)
    assert word.duration_s >= 0.04


def test_segmentation_frames_lose_their_own_bias():
    probabilities = np.concatenate([np.zeros(60), np.ones(60), np.zeros(60)])
    (span,) = segmentation_speech(probabilities, hop_s=0.017, duration_s=180 * 0.017)
    assert span.start_s == pytest.approx(60 * 0.017 - SEGMENTATION_EDGES.onset_bias_s)
    assert span.end_s == pytest.approx(120 * 0.017 - SEGMENTATION_EDGES.end_bias_s)


def voiced(rng, *, seconds, hz=140.0):
    f0_hz = hz * 2 ** (-np.linspace(0, 2, int(seconds * made.RATE_HZ)) / 12)
    return made.sung(f0_hz, rng=rng)


@pytest.mark.parametrize(("surest", "count"), [(0.3, 1), (0.02, 0)])
def test_a_lone_vowel_is_speech_only_where_the_network_half_heard_it(surest, count, rng):
    sound = 1e-3 * rng.standard_normal(32_000)
    sound[:8000] += voiced(rng, seconds=1.0)
    sound[16_000:20_000] += voiced(rng, seconds=0.5)
    probabilities = np.zeros(250, dtype=np.float32)
    probabilities[125:155] = surest
    found = overlooked_voices(sound.astype(np.float32), 8000, [Span(0.0, 1.0)], probabilities, hop_s=0.016)
    assert len(found) == count
    assert all(span.overlap_s(Span(2.0, 2.5)) > 0.4 for span in found)


def test_a_lone_beep_is_not_speech_however_sure_the_network(rng):
    sound = 1e-3 * rng.standard_normal(32_000)
    sound[:8000] += voiced(rng, seconds=1.0)
    sound[16_000:20_000] += 0.2 * np.sin(2 * np.pi * 425 * np.arange(4000) / 8000)
    probabilities = np.full(250, 0.4, dtype=np.float32)
    assert overlooked_voices(sound.astype(np.float32), 8000, [Span(0.0, 1.0)], probabilities, hop_s=0.016) == ()


def test_other_weights_than_the_measured_ones_are_refused(tmp_path):
    weights = tmp_path / "silero_vad.jit"
    weights.write_bytes(b"something else")
    with pytest.raises(WeightsError, match="sha256"):
        SileroDetector(weights=weights).speech(np.zeros(16_000, dtype=np.float32), 16_000)


def test_a_rate_the_network_does_not_know_is_refused_by_name():
    with pytest.raises(ValueError, match="44100 Hz, expected 8000 or 16000; resample"):
        SileroDetector().speech(np.zeros(44_100, dtype=np.float32), 44_100)


@pytest.fixture(scope="module")
def detector():
    return SileroDetector()


@pytest.mark.models
@pytest.mark.parametrize("rate_hz", [8000, 16_000])
def test_no_sound_and_silence_hold_no_speech(detector, rate_hz):
    assert detector.speech(np.zeros(0, dtype=np.float32), rate_hz) == ()
    assert detector.speech(np.zeros(3 * rate_hz, dtype=np.float32), rate_hz) == ()


@pytest.mark.models
def test_one_long_pass_agrees_with_the_packages_own_chunk_by_chunk_reading(detector, rng):
    import warnings

    import torch

    from transcribe.silero_network import silero_weights

    sound = (0.02 * rng.standard_normal(64_000)).astype(np.float32)
    sound[16_000:48_000] += np.repeat(voiced(rng, seconds=2.0), 2)
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        theirs = torch.jit.load(str(silero_weights())).audio_forward(torch.from_numpy(sound), 16_000)[0]
    ours, hop_s = detector.probabilities(sound, 16_000)
    assert hop_s == 0.016
    np.testing.assert_allclose(ours[::2], theirs.numpy(), atol=1e-4)


@pytest.mark.models
@pytest.mark.parametrize("call", ["ru01", "en01"])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_sound_of_8_khz_is_heard_as_if_it_had_been_brought_to_16(detector, call, noise, rng):
    import soundfile
    from scipy.signal import resample_poly

    spoken, rate_hz = soundfile.read(DEMO_CALLS / f"{call}_stereo.flac", dtype="float32", frames=30 * 8000)
    sound = (spoken[:, 1] + noise * rng.standard_normal(spoken.shape[0])).astype(np.float32)
    narrow, _ = detector.probabilities(sound, rate_hz)
    wide, _ = detector.probabilities(resample_poly(sound, 2, 1).astype(np.float32), 16_000)
    assert np.abs(narrow - wide).mean() < 0.004
    assert np.mean((narrow > 0.5) != (wide > 0.5)) < 0.004
    assert (narrow > 0.5).sum() > 100


DEMO_CALLS = Path(__file__).parents[1] / "insights" / "demo" / "calls"
SHARED = os.environ.get("EARFUL_SHARED_DATA")


@pytest.mark.models
@pytest.mark.skipif(not SHARED, reason="EARFUL_SHARED_DATA names no folder with noise/")
@pytest.mark.parametrize("between", [False, True])
def test_nobody_speaks_in_ringback_tones_hum_or_hold_music(detector, between):
    import soundfile

    spoken, rate_hz = soundfile.read(DEMO_CALLS / "ru01_stereo.flac", dtype="float32", always_2d=True)
    turn = made.telephone(spoken[: 5 * rate_hz, 0], rate_hz)
    quiet = np.zeros(2 * made.RATE_HZ, dtype=np.float32)
    for path in sorted((Path(str(SHARED)) / "noise").glob("*.wav")):
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        sound = made.telephone(samples[: 20 * rate_hz, 0], rate_hz)
        edge = turn if between else quiet
        heard = detector.speech(np.concatenate([edge, quiet, sound, quiet, edge]), made.RATE_HZ)
        start_s = edge.shape[0] / made.RATE_HZ + 1.0
        middle = Span(start_s, start_s + 2.0 + sound.shape[0] / made.RATE_HZ)
        assert sum(span.overlap_s(middle) for span in heard) == 0.0, path.name
        assert not between or sum(span.duration_s for span in heard) > 4.0
