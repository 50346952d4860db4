import numpy as np
import pytest

from audio.activity_energy import refined_edges, sound_islands
from audio.span import Span

RATE_HZ = 8000


def bursts(rng, *spans, seconds=6.0, noise=1e-3):
    sound = noise * rng.standard_normal(int(seconds * RATE_HZ))
    for start_s, end_s in spans:
        first, last = int(start_s * RATE_HZ), int(end_s * RATE_HZ)
        sound[first:last] += 0.1 * rng.standard_normal(last - first)
    return sound.astype(np.float32)


def close(found, planted, *, within_s):
    assert len(found) == len(planted)
    for span, (start_s, end_s) in zip(found, planted, strict=True):
        assert span.start_s == pytest.approx(start_s, abs=within_s)
        assert span.end_s == pytest.approx(end_s, abs=within_s)


def test_late_edges_move_to_where_the_sound_begins_and_ends(rng):
    planted = [(1.0, 2.0), (3.0, 3.4)]
    late = [Span(1.08, 2.1), Span(3.06, 3.5)]
    close(refined_edges(late, bursts(rng, *planted), RATE_HZ), planted, within_s=0.02)


def test_an_early_end_runs_out_with_the_sound(rng):
    close(refined_edges([Span(1.0, 1.8)], bursts(rng, (1.0, 2.0)), RATE_HZ), [(1.0, 2.0)], within_s=0.02)


def test_in_noise_the_detectors_edges_stay_as_they_are(rng):
    late = (Span(1.08, 2.1),)
    assert refined_edges(late, bursts(rng, (1.0, 2.0), noise=0.05), RATE_HZ) == late


def test_refined_spans_never_overlap(rng):
    close_by = [Span(1.0, 2.0), Span(2.02, 3.0)]
    first, second = refined_edges(close_by, bursts(rng, (1.0, 3.0)), RATE_HZ)
    assert first.end_s <= second.start_s


def test_a_short_sound_beside_speech_is_an_island_and_long_music_is_not(rng):
    sound = bursts(rng, (1.0, 2.0), (3.0, 3.5), (4.0, 5.9))
    (island,) = sound_islands(sound, RATE_HZ, [Span(1.0, 2.0)])
    assert island.start_s == pytest.approx(3.0, abs=0.03)
