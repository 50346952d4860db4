import sys
from pathlib import Path

import numpy as np
import pytest

from audio.fillers import held_sounds
from audio.span import Span

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made


def held_vowel(rng, *, seconds=0.6, hz=140.0, fall_st=1.5):
    f0_hz = hz * 2 ** (-np.linspace(0, fall_st, int(seconds * made.RATE_HZ)) / 12)
    return made.sung(f0_hz, formants_hz=(500, 1500, 2500), rng=rng)


def chatter(rng, *, seconds=1.5):
    """Return a voice whose vowel changes every 80 ms: syllables, nothing held."""
    pieces = []
    for _ in range(int(seconds / 0.08)):
        f0_hz = np.full(int(0.08 * made.RATE_HZ), rng.uniform(110, 170))
        formants_hz = (rng.uniform(300, 800), rng.uniform(900, 2300), 2600)
        pieces.append(made.sung(f0_hz, formants_hz=formants_hz, rng=rng))
    return np.concatenate(pieces)


@pytest.mark.parametrize("seconds", [0.45, 0.7, 1.2])
@pytest.mark.parametrize("hz", [110.0, 210.0])
def test_a_held_vowel_before_speech_is_found_where_it_was_put(seconds, hz, rng):
    silence = np.zeros(int(0.3 * made.RATE_HZ), dtype=np.float32)
    sound = np.concatenate([silence, held_vowel(rng, seconds=seconds, hz=hz), silence, chatter(rng)])
    speech = [Span(10.3, 10.3 + seconds), Span(10.6 + seconds, 12.1 + seconds)]
    firm = [held for held in held_sounds(sound, made.RATE_HZ, speech, start_s=10.0) if held.firm and held.apart]
    assert len(firm) == 1
    assert firm[0].span.overlap_s(speech[0]) >= 0.8 * seconds


def test_syllables_are_not_held(rng):
    sound = chatter(rng, seconds=3.0)
    assert not [held for held in held_sounds(sound, made.RATE_HZ, [Span(0.0, 3.0)]) if held.firm]


def test_noise_and_silence_hold_nothing(rng):
    noise = (0.1 * rng.standard_normal(8000)).astype(np.float32)
    assert held_sounds(noise, 8000, [Span(0, 1)]) == ()
    assert held_sounds(np.zeros(8000, dtype=np.float32), 8000, []) == ()


def test_a_held_vowel_inside_a_word_does_not_stand_apart(rng):
    sound = np.concatenate([chatter(rng, seconds=1.0), held_vowel(rng), chatter(rng, seconds=0.5)])
    held = [h for h in held_sounds(sound, made.RATE_HZ, [Span(0.0, 2.1)]) if h.firm]
    assert held
    assert not any(h.apart for h in held)
