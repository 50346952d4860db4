import sys
from pathlib import Path

import numpy as np
import pytest

from audio.quality import dead_line, digital_silence, line_quality, nobodys_sound, tonal_spans
from audio.span import Span

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made

RATE_HZ = made.RATE_HZ
DTMF_HZ = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "0": (941, 1336)}


def tone(*hz, seconds=1.0):
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (0.2 * sum(np.sin(2 * np.pi * f * t) for f in hz)).astype(np.float32)


def line_with(sound, rng, *, before_s=1.0, after_s=1.0):
    whole = np.concatenate([np.zeros(int(before_s * RATE_HZ)), sound, np.zeros(int(after_s * RATE_HZ))])
    return (whole + 5e-4 * rng.standard_normal(whole.shape[0])).astype(np.float32)


@pytest.mark.parametrize(
    ("hz", "codec"),
    [((f,), codec) for f in (425, 1000) for codec in made.CODECS]
    + [(pair, codec) for pair in [(440, 480), *DTMF_HZ.values()] for codec in ("mulaw", "gsm")],
)
def test_tones_of_the_network_are_found_through_the_codecs_that_carry_them(hz, codec, rng):
    found = tonal_spans(made.coded(line_with(tone(*hz), rng), codec), RATE_HZ)
    assert sum(span.overlap_s(Span(1.0, 2.0)) for span in found) > 0.8


@pytest.mark.parametrize("hz", [110.0, 220.0])
def test_a_voice_is_no_tone(hz, rng):
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    voice = made.sung(hz * (1 + 0.06 * np.sin(2 * np.pi * 2.2 * t)), rng=rng)
    assert sum(span.duration_s for span in tonal_spans(voice, RATE_HZ)) < 0.3


def test_a_hum_below_the_voice_is_no_tone(rng):
    assert tonal_spans(line_with(tone(50), rng), RATE_HZ) == ()


@pytest.mark.parametrize("codec", [None, "mulaw"])
def test_digital_silence_is_found_to_the_sample(codec, rng):
    sound = (0.1 * rng.standard_normal(RATE_HZ)).astype(np.float32)
    sound[2000:6000] = 0.0
    sound = sound if codec is None else made.coded(sound, codec)
    (silence,) = digital_silence(sound, RATE_HZ)
    assert silence.start_s == pytest.approx(0.25, abs=0.002)
    assert silence.end_s == pytest.approx(0.75, abs=0.002)


def test_a_dropout_on_a_noisy_line_is_dead_and_suppressed_silence_is_not(rng):
    speech = [Span(0.0, 1.0), Span(2.0, 3.0), Span(4.0, 5.0)]
    noisy = (1e-3 * rng.standard_normal(5 * RATE_HZ)).astype(np.float32)
    for span in speech:
        noisy[int(span.start_s * RATE_HZ) : int(span.end_s * RATE_HZ)] *= 100
    dropped = noisy.copy()
    dropped[int(1.2 * RATE_HZ) : int(1.8 * RATE_HZ)] = 0.0
    assert len(dead_line(dropped, RATE_HZ, speech)) == 1
    assert dead_line(made.suppressed(noisy, speech), RATE_HZ, speech) == ()


def test_a_beep_between_turns_is_nobodys_and_a_hum_under_the_whole_call_is_not(rng):
    speech = [Span(0.0, 1.0), Span(3.0, 4.0)]
    voice = (0.1 * rng.standard_normal(RATE_HZ)).astype(np.float32)
    gap = np.zeros(2 * RATE_HZ, dtype=np.float32)
    gap[4000:8000] = tone(425, seconds=0.5)
    call = line_with(np.concatenate([voice, gap, voice]), rng, before_s=0.0, after_s=0.0)
    beep = [s for s in nobodys_sound(call, RATE_HZ, speech) if s.overlap_s(Span(1.5, 2.0)) > 0.3]
    assert beep
    quiet = line_with(np.concatenate([voice, np.zeros_like(gap), voice]), rng, before_s=0.0, after_s=0.0)
    assert nobodys_sound(quiet + 0.03 * tone(300, seconds=4.0), RATE_HZ, speech) == ()


def test_clipping_is_counted_only_where_the_wave_is_flat(rng):
    loud = np.clip(3 * made.sung(np.full(RATE_HZ, 120.0), rng=rng), -1, 1)
    assert line_quality(np.clip(loud * 4, -1, 1).astype(np.float32), RATE_HZ, [Span(0, 1)]).clipped_share > 0.01
    assert line_quality(loud * 0.3, RATE_HZ, [Span(0, 1)]).clipped_share == 0.0
