import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.level import SILENT_DB, frame_mask, level_frames, level_range_db, mask_spans, snr_db
from audio.span import Span


def tone(seconds, amplitude, rate_hz=8000):
    return (amplitude * np.sin(2 * np.pi * 300 * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize(("amplitude", "level_db"), [(1.0, -3.0), (0.1, -23.0), (0.01, -43.0)])
def test_the_level_of_a_tone_is_its_power_in_decibels(amplitude, level_db):
    levels = level_frames(tone(0.5, amplitude), 8000)
    assert np.median(levels) == pytest.approx(level_db, abs=0.2)


def test_digital_silence_has_the_lowest_level_and_not_minus_infinity():
    assert level_frames(np.zeros(800, dtype=np.float32), 8000).tolist() == [SILENT_DB] * 10


def test_no_samples_have_no_frames():
    assert level_frames(np.zeros(0, dtype=np.float32), 8000).shape == (0,)


@given(
    count=st.integers(1, 3000),
    rate_hz=st.sampled_from([6000, 8000, 11025, 16_000]),
    hop_s=st.sampled_from([0.005, 0.01, 0.3]),
    frame_s=st.sampled_from([0.0001, 0.02, 0.03, 0.1]),
)
def test_each_frame_holds_the_mean_power_around_its_own_middle(count, rate_hz, hop_s, frame_s):
    sound = np.random.default_rng(count).standard_normal(count).astype(np.float32)
    hop, half = round(hop_s * rate_hz), max(1, round(frame_s * rate_hz / 2))
    middles = [k * hop + hop // 2 for k in range(-(-count // hop))]
    cuts = [sound[max(0, middle - half) : middle + half].astype(np.float64) for middle in middles]
    power = [np.mean(cut**2) if cut.size else 0.0 for cut in cuts]
    expected = np.maximum(10 * np.log10(np.array(power) + 1e-13), SILENT_DB)
    np.testing.assert_allclose(level_frames(sound, rate_hz, hop_s=hop_s, frame_s=frame_s), expected, atol=1e-6)


def test_masks_and_spans_are_each_others_inverse():
    spans = (Span(0.1, 0.2), Span(0.5, 0.9))
    found = mask_spans(frame_mask(spans, 100))
    assert [(round(s.start_s, 3), round(s.end_s, 3)) for s in found] == [(0.1, 0.2), (0.5, 0.9)]


@pytest.mark.parametrize("planted_db", [5.0, 10.0, 20.0, 35.0])
def test_the_noise_is_found_as_loud_as_it_was_made(planted_db, rng):
    sound = np.concatenate([np.zeros(8000, np.float32), tone(1.0, 0.3), np.zeros(8000, np.float32)])
    noise = rng.standard_normal(sound.shape[0]) * 0.3 / np.sqrt(2) * 10 ** (-planted_db / 20)
    levels = level_frames((sound + noise).astype(np.float32), 8000)
    assert snr_db(levels, frame_mask([Span(1.0, 2.0)], levels.shape[0])) == pytest.approx(planted_db, abs=1.0)


def test_without_speech_there_is_no_ratio_of_speech_to_noise():
    levels = np.full(100, -40.0)
    assert snr_db(levels, np.zeros(100, dtype=bool)) is None


def test_a_steady_tone_has_no_range_and_too_little_sound_none_at_all():
    assert level_range_db(level_frames(tone(1.0, 0.5), 8000), np.ones(100, dtype=bool)) == pytest.approx(0.0, abs=0.5)
    assert level_range_db(np.full(5, -20.0), np.ones(5, dtype=bool)) is None
