"""Quality: what the line itself does to a call - dead stretches, tones, music, clipping, noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.level import SILENT_DB, Frames, frame_mask, level_frames, mask_runs, mask_spans, snr_db
from audio.recording import Samples
from audio.span import Span, merged

_HOP_S = 0.02
_MIN_TONE_S = 0.1
_MIN_MUSIC_S = 0.4
_STILL = 1e-2  # digital silence lies near zero; a constant far from it is a stuck converter
_HALF = 0.5
_PURE = 0.97  # a held vowel reaches .95, tones through a telephone codec stay above .99
_ABOVE_BACKGROUND_DB = 10.0
_FAINTEST_TONE = 1e-6
_MIN_SPEECH_FRAMES = 10
_CLIPPED_RUN = 3


@dataclass(frozen=True, slots=True)
class LineQuality:
    """What one channel sounds like.

    Attributes
    ----------
    snr_db:
        Speech above noise in dB; None where either is too short to tell.
    clipped_share:
        Share of samples at full scale, runs of three or more only, in [0, 1].
    digital_silence_share:
        Share of the channel that is one constant value, in [0, 1].
    silence_suppressed:
        True where most silence is digital: the line transmits speech only.
    """

    snr_db: float | None
    clipped_share: float
    digital_silence_share: float
    silence_suppressed: bool


def digital_silence(samples: Samples, rate_hz: int, *, min_s: float = 0.1) -> tuple[Span, ...]:
    """Return the stretches of at least ``min_s`` seconds in which the samples don't change at all.

    Zeros after mu-law or A-law may come out as a tiny constant, hence "don't change" and not "are zero".

    >>> digital_silence(np.zeros(8000, dtype=np.float32), 8000)
    (Span(start_s=0.0, end_s=1.0),)
    """
    if samples.shape[0] == 0:
        return ()
    still = np.concatenate([[False], np.abs(np.diff(samples)) == 0])
    starts, ends = mask_runs(still)
    starts = starts - 1  # the sample before the first that does not change
    long_enough = (ends - starts) >= max(2, round(min_s * rate_hz))
    quiet = np.abs(samples[np.maximum(starts, 0)]) < _STILL
    return tuple(
        Span(float(a) / rate_hz, float(b) / rate_hz)
        for a, b in zip(starts[long_enough & quiet], ends[long_enough & quiet], strict=True)
    )


def dead_line(samples: Samples, rate_hz: int, speech: Sequence[Span], *, min_s: float = 0.2) -> tuple[Span, ...]:
    """Return the stretches in which the line was dead: digital silence on a line that otherwise has noise.

    A line with silence suppression is digitally silent in every pause, and there it is how a pause sounds:
    such a line yields (). Elsewhere zeros mean a mute, a hold or a dropout, and are nobody's pause.

    >>> dead_line(np.zeros(8000, dtype=np.float32), 8000, [])
    ()
    """
    zeros = digital_silence(samples, rate_hz, min_s=min_s)
    return () if _suppressed(samples, rate_hz, speech) else zeros


def _suppressed(samples: Samples, rate_hz: int, speech: Sequence[Span]) -> bool:
    """Tell whether most of what is not speech is digital silence."""
    count = int(np.ceil(samples.shape[0] / rate_hz / _HOP_S))
    spoken = frame_mask([span.padded(0.1, within=Span(0.0, count * _HOP_S)) for span in speech], count, hop_s=_HOP_S)
    zeros = frame_mask(digital_silence(samples, rate_hz), count, hop_s=_HOP_S)
    silent = int((~spoken).sum())
    return silent == 0 or float((zeros & ~spoken).sum()) / silent > _HALF


def tonal_spans(samples: Samples, rate_hz: int, *, min_s: float = _MIN_TONE_S) -> tuple[Span, ...]:
    """Return the stretches filled by steady tones: ringback, busy, DTMF, beeps.

    In a frame of 64 ms one or two spectral lines between 250 Hz and the upper edge of the band hold 97 % of
    the power above 200 Hz and stay where they are. Hum lies below and is left alone: people speak through it.

    Parameters
    ----------
    samples:
        Shape (n,), float32 in [-1, 1].
    rate_hz:
        Samples a second.
    min_s:
        Shortest tone.

    Examples
    --------
    >>> t = np.arange(8000) / 8000
    >>> [span.duration_s > 0.9 for span in tonal_spans(np.sin(2 * np.pi * 425 * t).astype(np.float32), 8000)]
    [True]
    """
    width, hop = round(0.064 * rate_hz), round(_HOP_S * rate_hz)
    if samples.shape[0] < width:
        return ()
    frames = np.lib.stride_tricks.sliding_window_view(samples, width)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(width).astype(np.float32), axis=1)) ** 2
    bin_hz = rate_hz / width
    power = power[:, round(200 / bin_hz) : round(min(3600.0, 0.48 * rate_hz) / bin_hz)]
    total = power.sum(axis=1)
    share, lines = _two_lines(power, total)
    # Of two equal tones either may be the stronger one: a line stays if the frame before has it at all.
    before = np.abs(lines[1:, :1] - lines[:-1]).min(axis=1)
    steady = np.concatenate([[False], before <= 1])
    steady |= np.concatenate([steady[1:], [False]])
    # A frame of zeros has no lines; 1e-6 of full-scale power is far below any tone one could hear.
    pure = (share > _PURE) & steady & (total > _FAINTEST_TONE * width)
    spans = mask_spans(np.asarray(pure, dtype=np.bool_), hop_s=_HOP_S, offset_s=(width - hop) / 2 / rate_hz)
    return tuple(span for span in merged(spans, gap_s=0.03) if span.duration_s >= min_s)


def _two_lines(power: npt.NDArray[np.floating], total: npt.NDArray[np.floating]) -> tuple[Frames, Frames]:
    """Return the share of the two strongest lines (five bins each) in every frame, and both places, (frames, 2)."""
    rows = np.arange(power.shape[0])
    padded = np.pad(power, ((0, 0), (2, 2)))
    taken = np.zeros(power.shape[0])
    places = np.zeros((power.shape[0], 2))
    for k in range(2):
        peak = padded.argmax(axis=1)
        places[:, k] = peak
        for step in (-2, -1, 0, 1, 2):
            at = np.clip(peak + step, 0, padded.shape[1] - 1)
            taken += padded[rows, at]
            padded[rows, at] = 0.0
    return taken / np.maximum(total, 1e-20), places


def sounding_spans(
    samples: Samples, rate_hz: int, speech: Sequence[Span], *, min_s: float = _MIN_MUSIC_S
) -> tuple[Span, ...]:
    """Return the stretches without speech that are nearly as loud as speech: hold music, tones, bursts of noise.

    On a line whose ordinary background is itself within 10 dB of that level nothing stands out, and () is
    returned: there a pause sounds like that.
    """
    levels = level_frames(samples, rate_hz, hop_s=_HOP_S, frame_s=0.06)
    spoken = frame_mask(speech, levels.shape[0], hop_s=_HOP_S)
    if spoken.sum() < _MIN_SPEECH_FRAMES:
        return ()
    near = np.convolve(spoken, np.ones(11), "same") > 0
    background = levels[~near & (levels > SILENT_DB)]
    limit_db = float(np.median(levels[spoken])) - 20.0
    if background.size and float(np.percentile(background, 25)) > limit_db - 10.0:
        return ()
    loud = (levels > limit_db) & ~near
    spans = merged(mask_spans(np.asarray(loud, dtype=np.bool_), hop_s=_HOP_S), gap_s=0.1)
    return tuple(span for span in spans if span.duration_s >= min_s)


def nobodys_sound(samples: Samples, rate_hz: int, speech: Sequence[Span]) -> tuple[Span, ...]:
    """Return the stretches that are neither speech nor a pause of a person: dead line, tones, music.

    Tones count only where they stand out of the line's ordinary background: people pause over a hum too.
    """
    levels = level_frames(samples, rate_hz, hop_s=_HOP_S, frame_s=0.06)
    quiet = levels[~frame_mask(speech, levels.shape[0], hop_s=_HOP_S) & (levels > SILENT_DB)]
    background_db = float(np.median(quiet)) if quiet.size else SILENT_DB
    tones = [
        span
        for span in tonal_spans(samples, rate_hz)
        if float(np.median(levels[frame_mask([span], levels.shape[0], hop_s=_HOP_S)]))
        > background_db + _ABOVE_BACKGROUND_DB
    ]
    return merged([*dead_line(samples, rate_hz, speech), *tones, *sounding_spans(samples, rate_hz, speech)])


def line_quality(samples: Samples, rate_hz: int, speech: Sequence[Span]) -> LineQuality:
    """Return what one channel sounds like; ``samples``: shape (n,), ``speech``: everything said in it."""
    levels = level_frames(samples, rate_hz)
    zeros = digital_silence(samples, rate_hz)
    duration_s = samples.shape[0] / rate_hz
    full = np.abs(samples) >= 0.98 * max(float(np.max(np.abs(samples), initial=0.0)), 0.5)
    runs = np.convolve(full, np.ones(_CLIPPED_RUN), "same") >= _CLIPPED_RUN
    return LineQuality(
        snr_db=snr_db(levels, frame_mask(speech, levels.shape[0])),
        clipped_share=float(runs.mean()) if samples.shape[0] else 0.0,
        digital_silence_share=sum(span.duration_s for span in zeros) / duration_s if duration_s else 0.0,
        silence_suppressed=bool(zeros) and _suppressed(samples, rate_hz, speech),
    )
