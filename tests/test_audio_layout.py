import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.layout import RULES, channel_layout, frame_level_db
from audio.recording import Recording

RATE_HZ = 8000


def talk(seed, *, duration_s=24.0, starts_s=0.0, every_s=6.0, turn_s=2.6):
    """A voice-like sound: noise shaped in syllables, in turns, silent between."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    syllables = np.clip(np.sin(2 * np.pi * 3.7 * t + seed), 0, 1) ** 0.5
    speaks = ((t - starts_s) % every_s < turn_s) & (t >= starts_s)
    sound = np.convolve(rng.standard_normal(len(t)), np.ones(4) / 4, "same")
    return 0.2 * sound * syllables * speaks


def noise(seed, level_db, *, duration_s=24.0):
    return np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ)) * 10 ** (level_db / 20)


def recording(*sides):
    return Recording("call", np.ascontiguousarray(np.stack(sides), dtype=np.float32), RATE_HZ)


def delayed(sound, samples):
    return np.concatenate([np.zeros(samples), sound[:-samples]])


FIRST, SECOND = talk(1), talk(2, starts_s=3.0)
MIX = FIRST + SECOND + noise(3, -60)

CASES = {
    "separated": (FIRST + noise(4, -60), SECOND + noise(5, -60)),
    "separated, one side 20 dB quieter": (FIRST + noise(4, -60), 0.1 * SECOND + noise(5, -75)),
    "separated, bleed -20 dB": (FIRST + 0.1 * SECOND + noise(4, -60), SECOND + 0.1 * FIRST + noise(5, -60)),
    "crosstalk -6 dB": (FIRST + 0.5 * SECOND, SECOND + 0.5 * FIRST),
    "crosstalk -6 dB, late": (FIRST + 0.5 * delayed(SECOND, 96), SECOND + 0.5 * delayed(FIRST, 96)),
    "crosstalk -3 dB": (FIRST + 0.7 * SECOND, SECOND + 0.7 * FIRST),
    "identical": (MIX, MIX),
    "identical through two lines": (MIX + noise(6, -55), MIX + noise(7, -55)),
    "gain_copy": (MIX, 0.4 * MIX),
    "gain_copy 20 dB down": (0.1 * MIX, MIX),
    "flipped": (MIX, -MIX),
    "flipped and quieter": (MIX, -0.5 * MIX),
    "delayed by 5 ms": (MIX, delayed(MIX, 40)),
    "delayed by 100 ms": (delayed(MIX, 800), MIX),
    "one_silent, digital": (MIX, 0 * MIX),
    "one_silent, noise": (noise(8, -45), MIX),
    "one_silent, the customer never speaks": (FIRST + noise(4, -60), noise(5, -60)),
    "silent": (0 * MIX, noise(9, -80)),
}


@pytest.mark.parametrize("case", CASES)
def test_each_layout_is_named(case):
    found = channel_layout(recording(*CASES[case]))
    assert found.kind == case.split(",")[0].split(" ")[0]
    assert found.rule in {name for name, _ in RULES}


@pytest.mark.parametrize(
    ("case", "live"), [("one_silent, digital", 0), ("one_silent, noise", 1), ("gain_copy 20 dB down", 1)]
)
def test_the_live_channel_is_the_one_that_holds_the_speech(case, live):
    assert channel_layout(recording(*CASES[case])).live_channel == live


@pytest.mark.parametrize("first_s", [0.0, 6.5])
@pytest.mark.parametrize("length_s", [1.5, 3.0, 5.0])
def test_a_short_piece_of_a_call_is_too_short_to_tell(first_s, length_s):
    piece = slice(round(first_s * RATE_HZ), round((first_s + length_s) * RATE_HZ))
    found = channel_layout(recording(*(side[piece] for side in CASES["separated"])))
    assert found.kind == "too_short"
    assert found.separate


@pytest.mark.parametrize("case", ["separated", "crosstalk -6 dB", "separated, one side 20 dB quieter"])
def test_channels_of_their_own_are_heard_one_by_one(case):
    assert channel_layout(recording(*CASES[case])).separate


@pytest.mark.parametrize("case", ["flipped", "identical", "delayed by 5 ms", "one_silent, noise", "crosstalk -3 dB"])
def test_copies_and_mixes_go_to_the_diarizer(case):
    assert not channel_layout(recording(*CASES[case])).separate


@pytest.mark.parametrize("case", CASES)
def test_swapped_channels_have_the_same_layout(case):
    first, second = CASES[case]
    assert channel_layout(recording(second, first)).kind == channel_layout(recording(first, second)).kind


def test_the_evidence_measures_the_delay_and_the_gain():
    evidence = channel_layout(recording(MIX, 0.5 * delayed(MIX, 80))).evidence
    assert evidence["lag_s"] == pytest.approx(0.01)
    assert evidence["correlation"] > 0.99
    assert channel_layout(recording(MIX, 0.5 * MIX)).evidence["gain_db"] == pytest.approx(6.0, abs=0.2)


def test_one_channel_is_mono():
    assert channel_layout(recording(MIX)).kind == "mono"


def test_an_empty_recording_is_silent():
    assert channel_layout(recording(np.zeros(0), np.zeros(0))).kind == "silent"


def test_three_channels_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="3 channels, expected 1 or 2; split"):
        channel_layout(recording(MIX, MIX, MIX))


@settings(max_examples=12)
@given(st.floats(0.05, 1.0), st.integers(0, 1))
def test_loudness_never_changes_the_layout(gain, side):
    sides = [MIX.copy(), 0 * MIX]
    sides[side], sides[1 - side] = gain * MIX, 0 * MIX
    found = channel_layout(recording(*sides))
    assert (found.kind, found.live_channel) == ("one_silent", side)


def test_level_of_a_known_sine():
    sine = np.sin(2 * np.pi * 100 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    level = frame_level_db(sine[None], RATE_HZ)
    assert level.shape == (1, 50)
    assert level.mean() == pytest.approx(10 * math.log10(0.5), abs=0.05)
