"""Pitch: f0 by autocorrelation with a best path through the candidates; librosa.pyin where asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from audio.recording import Samples

Frames = npt.NDArray[np.float64]
Tracker = Literal["autocorrelation", "pyin"]

REFERENCE_HZ = 100.0

_SILENCE = 0.03
_VOICING = 0.45
_OCTAVE_COST = 0.01
_OCTAVE_JUMP_COST = 0.35
_VOICE_CHANGE_COST = 0.14
_CANDIDATES = 6
_WEAKEST_PEAK = 0.15
_FLAT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """f0 on a regular grid.

    Attributes
    ----------
    start_s:
        Second of the call at which frame 0 is centred.
    hop_s:
        Seconds between frames.
    f0_hz:
        Shape (frames,); NaN where no voice is heard.
    tracker:
        Which method drew it.
    """

    start_s: float
    hop_s: float
    f0_hz: Frames
    tracker: Tracker = "autocorrelation"

    @property
    def voiced_s(self) -> float:
        """Seconds with a voice."""
        return float(np.isfinite(self.f0_hz).sum()) * self.hop_s

    @property
    def semitones(self) -> Frames:
        """f0 in semitones re ``REFERENCE_HZ``; NaN where unvoiced."""
        return np.asarray(12 * np.log2(self.f0_hz / REFERENCE_HZ), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PitchSummary:
    """f0 of one answer in semitones re 100 Hz: median, range (p90 - p10), movement over the last 200 ms of voice."""

    median_st: float
    range_st: float
    final_st: float | None


def track_pitch(
    samples: Samples,
    rate_hz: int,
    *,
    tracker: Tracker = "autocorrelation",
    start_s: float = 0.0,
    fmin_hz: float = 65.0,
    fmax_hz: float = 400.0,
) -> PitchTrack:
    """Return f0 every 10 ms (pyin: every 16 ms).

    Parameters
    ----------
    samples:
        Shape (n,), float32 in [-1, 1], one voice.
    rate_hz:
        Samples a second.
    tracker:
        ``autocorrelation``: normalised autocorrelation freed of the window's own, then the cheapest path through
        the candidates. ``pyin``: librosa's, gated by level; slower, misses more, and jumps an octave on
        telephone bands that lost the fundamental.
    start_s:
        Where the samples begin in the call.
    fmin_hz, fmax_hz:
        Range searched.

    References
    ----------
    P. Boersma (1993), "Accurate short-term analysis of the fundamental frequency ..."; M. Mauch and S. Dixon
    (2014), "pYIN".
    """
    if samples.shape[0] < 4 * rate_hz / fmin_hz:
        return PitchTrack(start_s, 0.01, np.full(0, np.nan), tracker)
    if tracker == "pyin":
        return _pyin(samples, rate_hz, start_s=start_s, fmin_hz=fmin_hz, fmax_hz=fmax_hz)
    hop = round(0.01 * rate_hz)
    correlation, peak = _correlation(samples, rate_hz, hop=hop, fmin_hz=fmin_hz)
    hz, score = _candidates(correlation, rate_hz, fmin_hz=fmin_hz, fmax_hz=fmax_hz)
    unvoiced = _VOICING + np.maximum(0.0, 2 - peak / _SILENCE / (1 + _VOICING))
    hz = np.concatenate([np.zeros((hz.shape[0], 1)), hz], axis=1)
    path = _cheapest_path(hz, np.concatenate([unvoiced[:, None], score], axis=1))
    f0_hz = hz[np.arange(hz.shape[0]), path]
    inside = (f0_hz > fmin_hz * 0.95) & (f0_hz < fmax_hz * 1.05)
    return PitchTrack(start_s, hop / rate_hz, np.where(inside, f0_hz, np.nan))


def _correlation(samples: Samples, rate_hz: int, *, hop: int, fmin_hz: float) -> tuple[Frames, Frames]:
    """Return each frame's autocorrelation (1 at lag 0) and its peak against the loudest of the recording."""
    import librosa

    sound = np.asarray(samples, dtype=np.float64) - float(np.mean(samples))
    width = 2 * round(1.5 / fmin_hz * rate_hz)
    frames = librosa.util.frame(np.pad(sound, width // 2), frame_length=width, hop_length=hop).T
    frames = frames - frames.mean(axis=1, keepdims=True)
    # The loudest hundredth, not the loudest sample: one click must not make a whole call unvoiced.
    loudest = max(float(np.percentile(np.abs(sound), 99.5)) * 1.4, 1e-9)
    peak = np.abs(frames[:, width // 4 : 3 * width // 4]).max(axis=1) / loudest
    window = np.hanning(width + 2)[1:-1]
    size = 1 << int(np.ceil(np.log2(1.5 * width)))
    raw = np.fft.irfft(np.abs(np.fft.rfft(frames * window, size)) ** 2)[:, : width // 2]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: width // 2]
    return raw / (raw[:, :1] + 1e-12) / (own / own[0]), peak


def _candidates(correlation: Frames, rate_hz: int, *, fmin_hz: float, fmax_hz: float) -> tuple[Frames, Frames]:
    """Return frequency and strength of each frame's best peaks, both of shape (frames, candidates)."""
    low = max(2, int(rate_hz / fmax_hz))
    high = min(correlation.shape[1] - 2, int(np.ceil(rate_hz / fmin_hz)))
    before, here, after = (correlation[:, low + step : high + step] for step in (-1, 0, 1))
    peak = (here > before) & (here >= after) & (here > _WEAKEST_PEAK)
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > _FLAT, 0.5 * (before - after) / np.where(bend == 0, 1.0, bend), 0.0)
    height = here - 0.25 * (before - after) * shift
    height = np.where(height > 1, 1 / np.maximum(height, 1e-9), height)
    lag = np.maximum(np.arange(low, high)[None] + np.clip(shift, -1, 1), 1.0)
    strength = np.where(peak, height - _OCTAVE_COST * np.log2(fmin_hz * lag / rate_hz), -9.0)
    best = np.argpartition(-strength, _CANDIDATES - 1, axis=1)[:, :_CANDIDATES]
    return np.take_along_axis(rate_hz / lag, best, axis=1), np.take_along_axis(strength, best, axis=1)


def _cheapest_path(hz: Frames, score: Frames) -> npt.NDArray[np.intp]:
    """Return the candidate of each frame on the best path: strong peaks, few octave jumps, few voice changes."""
    octave = np.log2(np.maximum(hz, 1e-3))
    voiced = hz > 0
    reached = score[0].copy()
    back = np.zeros(hz.shape, dtype=np.intp)
    columns = np.arange(hz.shape[1])
    for t in range(1, hz.shape[0]):
        jump = _OCTAVE_JUMP_COST * np.abs(octave[t][None] - octave[t - 1][:, None])
        both = voiced[t - 1][:, None] & voiced[t][None]
        change = _VOICE_CHANGE_COST * (voiced[t - 1][:, None] != voiced[t][None])
        arriving = reached[:, None] - np.where(both, jump, change)
        back[t] = arriving.argmax(axis=0)
        reached = arriving[back[t], columns] + score[t]
    path = np.zeros(hz.shape[0], dtype=np.intp)
    path[-1] = reached.argmax()
    for t in range(hz.shape[0] - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def _pyin(samples: Samples, rate_hz: int, *, start_s: float, fmin_hz: float, fmax_hz: float) -> PitchTrack:
    """Track by librosa.pyin with a window of 64 ms; quiet frames, 25 dB under the loud ones, count as unvoiced."""
    import librosa

    frame, hop = round(0.064 * rate_hz), round(0.016 * rate_hz)
    f0_hz, voiced, _ = librosa.pyin(
        np.asarray(samples), fmin=fmin_hz, fmax=fmax_hz, sr=rate_hz, frame_length=frame, hop_length=hop, resolution=0.2
    )
    rms = librosa.feature.rms(y=np.asarray(samples), frame_length=frame, hop_length=hop)[0]
    level_db = 20 * np.log10(rms[: f0_hz.shape[0]] + 1e-7)
    loud = level_db > np.percentile(level_db, 95) - 25
    return PitchTrack(start_s, hop / rate_hz, np.where(voiced & loud, f0_hz, np.nan), "pyin")


def summarised_pitch(track: PitchTrack, *, min_voiced_s: float = 0.4) -> PitchSummary | None:
    """Return median, range and final movement; None with less than ``min_voiced_s`` seconds of voice.

    >>> summarised_pitch(PitchTrack(0.0, 0.01, np.full(100, 200.0)))
    PitchSummary(median_st=12.0, range_st=0.0, final_st=0.0)
    """
    voiced = track.semitones[np.isfinite(track.f0_hz)]
    if track.voiced_s < min_voiced_s:
        return None
    low, middle, high = (float(value) for value in np.percentile(voiced, [10, 50, 90]))
    last = voiced[-max(4, round(0.2 / track.hop_s)) :]
    half = last.shape[0] // 2
    return PitchSummary(middle, high - low, float(np.median(last[half:]) - np.median(last[:half])))
