import sys
from pathlib import Path

import numpy as np
import pytest

from audio.pitch import PitchTrack, summarised_pitch, track_pitch

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made


def glide(start_hz, end_hz, seconds=1.2):
    return np.geomspace(start_hz, end_hz, int(seconds * made.RATE_HZ))


def gross_error(track, truth_hz):
    at = np.minimum((np.arange(track.f0_hz.shape[0]) * track.hop_s * made.RATE_HZ).astype(int), truth_hz.shape[0] - 1)
    known = truth_hz[at]
    both = np.isfinite(track.f0_hz) & np.isfinite(known)
    return float(np.mean(np.abs(track.f0_hz[both] / known[both] - 1) > 0.2)), float(np.mean(both))


@pytest.mark.parametrize(("start_hz", "end_hz"), [(90, 130), (120, 100), (180, 260), (230, 190), (280, 330)])
def test_pitch_of_a_telephone_voice_is_followed_without_octave_jumps(start_hz, end_hz, rng):
    truth_hz = glide(start_hz, end_hz)
    samples = made.coded(made.telephone(made.sung(truth_hz, rng=rng), made.RATE_HZ), "mulaw")
    wrong, heard = gross_error(track_pitch(samples, made.RATE_HZ), truth_hz)
    assert wrong <= 0.02
    assert heard >= 0.8


def test_breath_and_silence_have_no_pitch(rng):
    noise = (0.05 * rng.standard_normal(8000)).astype(np.float32)
    assert np.isfinite(track_pitch(noise, 8000).f0_hz).mean() < 0.1
    assert not np.isfinite(track_pitch(np.zeros(8000, dtype=np.float32), 8000).f0_hz).any()


def test_a_click_does_not_make_the_whole_turn_unvoiced(rng):
    truth_hz = glide(150, 140)
    samples = made.sung(truth_hz, rng=rng) * 0.1
    samples[2000:2004] = 1.0
    assert track_pitch(samples, made.RATE_HZ).voiced_s > 0.9


def test_samples_shorter_than_a_few_periods_give_no_frames():
    assert track_pitch(np.ones(100, dtype=np.float32), 8000).f0_hz.shape == (0,)


def test_pyin_can_be_chosen_and_agrees_on_a_plain_voice(rng):
    truth_hz = glide(140, 150)
    track = track_pitch(made.sung(truth_hz, rng=rng), made.RATE_HZ, tracker="pyin")
    assert track.tracker == "pyin"
    assert np.nanmedian(track.f0_hz) == pytest.approx(145, rel=0.05)


@pytest.mark.parametrize(("start_hz", "end_hz", "sign"), [(120, 180, 1), (180, 120, -1)])
def test_the_final_movement_tells_rise_from_fall(start_hz, end_hz, sign):
    f0_hz = np.concatenate([np.full(60, float(start_hz)), np.geomspace(start_hz, end_hz, 20)])
    summary = summarised_pitch(PitchTrack(0.0, 0.01, f0_hz))
    assert summary is not None
    assert summary.final_st is not None
    assert sign * summary.final_st > 2


def test_too_little_voice_gives_no_summary_instead_of_a_number():
    assert summarised_pitch(PitchTrack(0.0, 0.01, np.full(39, 120.0))) is None
