"""Filled pauses by their sound: a held vowel or hum - voiced, flat in pitch, steady in spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.level import level_frames, mask_runs
from audio.pitch import PitchTrack, track_pitch
from audio.recording import Samples
from audio.span import Span

Frames = npt.NDArray[np.float64]

_HOP_S = 0.01
_SIDE = 3  # frames to each side that the spectral measure compares
_MAJORITY = 3  # of five frames
_LOUD_DB = 25.0  # under the turn's loud frames nothing is a held voice


@dataclass(frozen=True, slots=True)
class HeldSound:
    """A stretch of held voice that may be a filled pause or a lengthened vowel.

    Attributes
    ----------
    span:
        Seconds of the call.
    unsteadiness:
        Mean change of the spectrum's shape over 60 ms (distance of cepstra in dB); small = held.
    apart:
        True where silence lies before it, so that it does not merely end a word.
    firm:
        True where it meets the firm limits; the others need a second witness.
    """

    span: Span
    unsteadiness: float
    apart: bool
    firm: bool


@dataclass(frozen=True, slots=True)
class HeldLimits:
    """What counts as held: change of spectrum, slope and range of pitch, duration.

    Long, flat or slightly falling pitch and steady formants after O'Shaughnessy (1992) and Zhu et al. (2022); the
    numbers were chosen on voices the benchmark does not report.
    """

    max_change: float
    max_unsteadiness: float
    min_s: float
    max_slope_st_s: float = 45.0
    max_range_st: float = 6.0
    max_s: float = 2.0


FIRM = HeldLimits(max_change=26.0, max_unsteadiness=20.0, min_s=0.3)
LOOSE = HeldLimits(max_change=32.0, max_unsteadiness=26.0, min_s=0.2)


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """Pitch in semitones, change of spectrum and level of each 10 ms of one turn."""

    semitones: Frames
    change: Frames
    levels: Frames


def held_sounds(
    samples: Samples,
    rate_hz: int,
    speech: Sequence[Span],
    *,
    start_s: float = 0.0,
    pitch: PitchTrack | None = None,
) -> tuple[HeldSound, ...]:
    """Return the held voices of one turn, in order, disjoint.

    Parameters
    ----------
    samples:
        Shape (n,), float32 in [-1, 1], one voice.
    rate_hz:
        Samples a second, 8000 or more.
    speech:
        The voice's speech in seconds of the call; tells which held sounds stand apart.
    start_s:
        Where the samples begin in the call.
    pitch:
        The track of the same samples, by autocorrelation, where it is at hand already.

    Examples
    --------
    >>> held_sounds(np.zeros(80, dtype=np.float32), 8000, [])
    ()
    """
    if samples.shape[0] < round(0.1 * rate_hz):
        return ()
    track = pitch if pitch is not None else track_pitch(samples, rate_hz)
    change = _spectral_change(samples, rate_hz)
    levels = level_frames(samples, rate_hz, hop_s=_HOP_S)
    count = min(track.f0_hz.shape[0], change.shape[0], levels.shape[0])
    sound = _Sound(track.semitones[:count], change[:count], levels[:count])
    firm = [(span, steadiness, True) for span, steadiness in _within(sound, FIRM, start_s=start_s)]
    loose = [
        (span, steadiness, False)
        for span, steadiness in _within(sound, LOOSE, start_s=start_s)
        if not any(span.overlap_s(known) > 0 for known, _, _ in firm)
    ]
    return tuple(
        HeldSound(span, steadiness, _apart(span, speech), is_firm)
        for span, steadiness, is_firm in sorted([*firm, *loose], key=lambda found: found[0])
    )


def _within(sound: _Sound, limits: HeldLimits, *, start_s: float) -> list[tuple[Span, float]]:
    """Return the stretches that keep the limits, with their mean change of spectrum."""
    count = sound.levels.shape[0]
    slope = np.full(count, np.inf)
    slope[_SIDE : count - _SIDE] = np.abs(sound.semitones[2 * _SIDE :] - sound.semitones[: -2 * _SIDE])
    slope /= 2 * _SIDE * _HOP_S
    steady = (sound.change < limits.max_change) & (np.nan_to_num(slope, nan=np.inf) < limits.max_slope_st_s)
    steady &= np.isfinite(sound.semitones) & (sound.levels > np.percentile(sound.levels, 95) - _LOUD_DB)
    found: list[tuple[Span, float]] = []
    for first, last in _closed_runs(steady):
        # The measures look 30 ms to both sides and so lose that much at each end of a held sound.
        span = Span(start_s + max(0, first - _SIDE) * _HOP_S, start_s + min(count, last + _SIDE) * _HOP_S)
        low, high = np.nanpercentile(sound.semitones[first:last], [10, 90])
        unsteadiness = float(np.mean(sound.change[first:last]))
        kept = limits.min_s <= span.duration_s <= limits.max_s and high - low <= limits.max_range_st
        if kept and unsteadiness <= limits.max_unsteadiness:
            found.append((span, unsteadiness))
    return found


def _spectral_change(samples: Samples, rate_hz: int) -> Frames:
    """Return how far the cepstrum moves within 60 ms around each frame of 10 ms; infinite at both ends."""
    import librosa

    hop = round(_HOP_S * rate_hz)
    mel = librosa.feature.melspectrogram(
        y=np.asarray(samples), sr=rate_hz, n_fft=round(0.032 * rate_hz), hop_length=hop, n_mels=24, fmin=200, fmax=3500
    )
    cepstra = librosa.feature.mfcc(S=10 * np.log10(mel + 1e-10), n_mfcc=13)[1:]
    change = np.full(cepstra.shape[1], np.inf)
    if cepstra.shape[1] > 2 * _SIDE:
        change[_SIDE:-_SIDE] = np.linalg.norm(cepstra[:, 2 * _SIDE :] - cepstra[:, : -2 * _SIDE], axis=0)
    middle = np.lib.stride_tricks.sliding_window_view(np.pad(change, 1, mode="edge"), 3)
    return np.asarray(np.median(middle, axis=1), dtype=np.float64)


def _closed_runs(steady: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return [first, last) runs of steady frames, holes of a frame or two closed by a vote over five."""
    votes = np.convolve(steady, np.ones(5), "same") >= _MAJORITY
    return [
        (int(a), int(b))
        for a, b in zip(*mask_runs(votes), strict=True)
        if steady[a:b].any()  # votes may come from the frames beside
    ]


def _apart(span: Span, speech: Sequence[Span], *, reach_s: float = 0.12) -> bool:
    """Tell whether the sound begins where speech begins: silence, not a word, lies before it."""
    return any(abs(span.start_s - stretch.start_s) <= reach_s for stretch in speech)
