"""Foreground: the voice at the telephone, told by its level from voices in the room behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audio.activity import Lane
from audio.level import Frames, frame_mask, level_frames, mask_spans
from audio.recording import Recording, Samples
from audio.span import Span, merged

_HOP_S = 0.01
_SMOOTH_S = 0.1  # a syllable's length: stops and dips inside a word stay with it
_REACH_DB = 40.0  # what lies further below the voice is silence, however deep
_FEWEST_FRAMES = 20
_LONG_S = 0.5  # soft syllables of the voice itself, and stops, are shorter
_LEAST_S = 2.0
_CLEAR_DB = 10.0
# Share of quiet stretches heard as speech from which there are voices: a detector hears some in noise too, and more
# where the gap isn't clear. ``tests/benchmarks/delivery.py`` counts the lines left unmeasured that only hold noise.
_HEARD_SHARE = 0.2
_HEARD_SHARE_NEAR = 0.6
_GAP_S = 0.2
_WORD_S = 0.1


@dataclass(frozen=True, slots=True)
class Background:
    """How the quiet stretches of a channel compare with its voice.

    Attributes
    ----------
    gap_db:
        Mean level of the loud frames above that of the quiet ones.
    limit_db:
        Level that parts the two best (Otsu's threshold), in dB below full scale.
    heard_share:
        Share of the long quiet stretches that the detector took for speech, in [0, 1].
    quiet_s:
        Seconds of long quiet stretches.
    """

    gap_db: float
    limit_db: float
    heard_share: float
    quiet_s: float

    @property
    def voices(self) -> bool:
        """Whether somebody else talks behind the speaker: its quiet stretches sound like speech."""
        least = _HEARD_SHARE if self.separable else _HEARD_SHARE_NEAR
        return self.quiet_s >= _LEAST_S and self.heard_share >= least

    @property
    def separable(self) -> bool:
        """Whether the two lie far enough apart for the level to tell them."""
        return self.gap_db >= _CLEAR_DB


def background_of(
    samples: Samples, rate_hz: int, speech: Sequence[Span], *, others: Sequence[Span] = ()
) -> Background | None:
    """Return how a channel's quiet stretches compare with its voice; None where there is too little speech to tell.

    A detector of speech knows no distance: a television or a colleague 20 dB below the speaker fills every pause.
    Frames are parted by their level into loud and quiet; on a line with mere noise the detector hears nothing in the
    quiet stretches, with voices in the room it hears speech in them.

    Parameters
    ----------
    samples:
        Shape (n,), float32 in [-1, 1].
    rate_hz:
        Samples a second.
    speech:
        One voice as a detector heard it in this channel.
    others:
        Speech of the call's other voices, left out of the comparison: in a shared channel it is no background, and
        elsewhere what the channel overhears then was taken out of ``speech`` before.

    References
    ----------
    Otsu (1979), "A threshold selection method from gray-level histograms".
    """
    levels = _smooth_levels(samples, rate_hz)
    spoken = frame_mask(speech, levels.shape[0], hop_s=_HOP_S)
    apart = ~frame_mask(others, levels.shape[0], hop_s=_HOP_S) | spoken
    if spoken.sum() < _FEWEST_FRAMES:
        return None
    top_db = float(np.percentile(levels[spoken], 90))
    within = np.clip(levels, top_db - _REACH_DB, top_db)
    limit_db, gap_db = _parted(within[apart])
    quiet = frame_mask(
        (span for span in mask_spans((within < limit_db) & apart, hop_s=_HOP_S) if span.duration_s >= _LONG_S),
        levels.shape[0],
        hop_s=_HOP_S,
    )
    quiet_s = float(quiet.sum()) * _HOP_S
    return Background(gap_db, limit_db, float(spoken[quiet].mean()) if quiet_s else 0.0, quiet_s)


def foreground(samples: Samples, rate_hz: int, speech: Sequence[Span], background: Background) -> tuple[Span, ...]:
    """Return ``speech`` without the voices of the room; as it came where there are none or they are too near.

    ``samples``, ``rate_hz`` and ``speech`` are those ``background_of`` was asked about.

    >>> quiet = Background(gap_db=30.0, limit_db=-40.0, heard_share=0.0, quiet_s=9.0)
    >>> foreground(np.zeros(8000, dtype=np.float32), 8000, [Span(0.2, 0.8)], quiet)
    (Span(start_s=0.2, end_s=0.8),)
    """
    if not (background.voices and background.separable):
        return tuple(speech)
    levels = _smooth_levels(samples, rate_hz)
    loud = frame_mask(speech, levels.shape[0], hop_s=_HOP_S) & (levels >= background.limit_db)
    return tuple(span for span in merged(mask_spans(loud, hop_s=_HOP_S), gap_s=_GAP_S) if span.duration_s >= _WORD_S)


def lane_backgrounds(recording: Recording, lanes: Sequence[Lane]) -> dict[str, Background]:
    """Return what lies behind each lane's voice, by key; a lane with too little speech to tell is left out."""
    found: dict[str, Background] = {}
    for lane in lanes:
        others = merged(span for other in lanes if other.key != lane.key for span in other.speech)
        sound = recording.samples[min(lane.channel, recording.channels - 1)]
        background = background_of(sound, recording.rate_hz, lane.speech, others=others)
        if background is not None:
            found[lane.key] = background
    return found


def _smooth_levels(samples: Samples, rate_hz: int) -> Frames:
    """Return the level of 0.1 s around every hundredth of a second, in dB below full scale."""
    return level_frames(samples, rate_hz, hop_s=_HOP_S, frame_s=_SMOOTH_S)


def _parted(levels: Frames) -> tuple[float, float]:
    """Return the threshold that parts levels into two classes of least spread, and how far their means lie apart."""
    ordered = np.sort(levels)
    below = np.arange(1, ordered.shape[0])
    summed = np.cumsum(ordered)
    low = summed[:-1] / below
    high = (summed[-1] - summed[:-1]) / (ordered.shape[0] - below)
    best = int(np.argmax(below * (ordered.shape[0] - below) * (high - low) ** 2))
    return float(ordered[best] + ordered[best + 1]) / 2, float(high[best] - low[best])
