import sys
from pathlib import Path

import numpy as np
import pytest

from audio.activity import Lane
from audio.foreground import background_of, foreground, lane_backgrounds
from audio.recording import Recording
from audio.span import Span

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made

SECONDS = 24
SPOKEN = tuple(Span(float(at), at + 2.0) for at in range(1, SECONDS - 2, 4))
WHOLE = (Span(0.0, float(SECONDS)),)


def talk(rng, spans, *, hz):
    """Syllables of changing pitch and vowel, with short stops between them."""
    sound = np.zeros(SECONDS * made.RATE_HZ)
    for span in spans:
        at = int(span.start_s * made.RATE_HZ)
        while at < int(span.end_s * made.RATE_HZ):
            count = min(int(rng.uniform(0.1, 0.2) * made.RATE_HZ), int(span.end_s * made.RATE_HZ) - at)
            formants_hz = (rng.uniform(300, 800), rng.uniform(900, 2300), 2600)
            sound[at : at + count] += made.sung(np.full(count, hz), formants_hz=formants_hz, rng=rng)
            at += count + int(0.03 * made.RATE_HZ)
    return sound + 1e-5 * rng.standard_normal(sound.shape[0])


def room(rng, *, below_db):
    """A voice at the telephone and another that talks through the whole call behind it."""
    near, far = talk(rng, SPOKEN, hz=120), talk(rng, WHOLE, hz=210)
    return (near + far * 10 ** (-below_db / 20)).astype(np.float32)


def edges(spans):
    return [second for span in spans for second in (span.start_s, span.end_s)]


@pytest.mark.parametrize("below_db", [15, 20, 25])
def test_a_voice_behind_the_speaker_is_left_out(below_db, rng):
    sound = room(rng, below_db=below_db)
    found = background_of(sound, made.RATE_HZ, WHOLE)
    assert found.voices
    assert found.separable
    assert found.gap_db == pytest.approx(below_db, abs=5)
    assert edges(foreground(sound, made.RATE_HZ, WHOLE, found)) == pytest.approx(edges(SPOKEN), abs=0.08)


def test_voices_as_near_as_the_speakers_own_are_said_and_not_cut(rng):
    sound = room(rng, below_db=6)
    found = background_of(sound, made.RATE_HZ, WHOLE)
    assert (found.voices, found.separable) == (True, False)
    assert foreground(sound, made.RATE_HZ, WHOLE, found) == WHOLE


@pytest.mark.parametrize("noise_db", [-70, -40, -30])
def test_noise_is_no_voice_however_loud(noise_db, rng):
    noise = 10 ** (noise_db / 20) * rng.standard_normal(SECONDS * made.RATE_HZ)
    sound = (talk(rng, SPOKEN, hz=120) + noise).astype(np.float32)
    found = background_of(sound, made.RATE_HZ, SPOKEN)
    assert not found.voices
    assert foreground(sound, made.RATE_HZ, SPOKEN, found) == SPOKEN


def test_a_quiet_party_in_a_shared_channel_is_not_the_other_partys_background(rng):
    answers = tuple(Span(span.end_s + 0.3, span.end_s + 1.5) for span in SPOKEN[:-1])
    sound = talk(rng, SPOKEN, hz=210) + 0.15 * talk(rng, answers, hz=120)
    recording = Recording("mono", sound[None].astype(np.float32), made.RATE_HZ)
    lanes = (Lane("speaker0", 0, SPOKEN), Lane("speaker1", 0, answers))
    found = lane_backgrounds(recording, lanes)
    assert [found[lane.key].voices for lane in lanes] == [False, False]


def test_too_little_speech_tells_nothing(rng):
    sound = room(rng, below_db=20)
    assert background_of(sound, made.RATE_HZ, [Span(1.0, 1.1)]) is None
    assert background_of(np.zeros(0, dtype=np.float32), made.RATE_HZ, []) is None
