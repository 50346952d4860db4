"""Two channels, a party each: what a channel only overhears is taken out, overlap stays overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audio.layout import ChannelLayout, frame_level_db
from audio.level import mask_runs
from audio.recording import Recording
from audio.span import Span, merged

Mask = npt.NDArray[np.bool_]

HOP_S = 0.01
# Half the lead that the other side has while it speaks alone, within these bounds: half way between a pure
# bleed and two voices of one loudness.
MIN_DOMINANCE_DB = 3.0
MAX_DOMINANCE_DB = 16.0
DEFAULT_DOMINANCE_DB = 10.0
# An echo from the far end comes late; the other side's level is held that long.
HOLD_S = 0.12
SMOOTH_S = 0.14
# What the rule leaves behind between two bleeds is no word.
MIN_ISLAND_S = 0.18
CLOSE_S = 0.15


def without_bleed(
    recording: Recording, layout: ChannelLayout, speech: Sequence[tuple[Span, ...]]
) -> tuple[tuple[Span, ...], ...]:
    """Return each channel's speech without the stretches in which it only overhears the other.

    A frame is bleed when the other channel is louder by half the lead it has while it speaks alone, measured on
    this very call by ``channel_layout``, so a quiet customer under a loud operator is kept where the bleed is weak.

    Parameters
    ----------
    recording:
        Two channels.
    layout:
        With ``lead_db_0``, ``lead_db_1`` and ``centre_db`` in its evidence; NaN or absent means not measured.
    speech:
        Per channel, as a detector heard it.
    """
    level = frame_level_db(recording.samples, recording.rate_hz, frame_s=HOP_S)
    centre_db = layout.evidence.get("centre_db", 0.0)
    level = level - np.array([[centre_db / 2], [-centre_db / 2]])
    smooth = np.stack([_running_mean(side, round(SMOOTH_S / HOP_S)) for side in level])
    kept: list[tuple[Span, ...]] = []
    for channel in (0, 1):
        other = 1 - channel
        limit_db = dominance_db(layout.evidence.get(f"lead_db_{other}", math.nan))
        bleed = _held(smooth[other], round(HOLD_S / HOP_S)) - smooth[channel] > limit_db
        kept.append(_cut(speech[channel], bleed))
    return tuple(kept)


def dominance_db(lead_db: float) -> float:
    """Return how much louder the other channel must be for a frame to be its bleed.

    >>> dominance_db(20.0), dominance_db(6.0), dominance_db(float("nan"))
    (10.0, 3.0, 10.0)
    """
    if math.isnan(lead_db):
        return DEFAULT_DOMINANCE_DB
    return min(MAX_DOMINANCE_DB, max(MIN_DOMINANCE_DB, lead_db / 2))


def _running_mean(values: npt.NDArray[np.float64], frames: int) -> npt.NDArray[np.float64]:
    """Return the centred running mean, same length."""
    kernel = np.ones(max(1, frames)) / max(1, frames)
    return np.asarray(np.convolve(values, kernel, "same")[: len(values)], dtype=np.float64)


def _held(values: npt.NDArray[np.float64], frames: int) -> npt.NDArray[np.float64]:
    """Return the maximum over the last ``frames`` frames up to each frame."""
    padded = np.concatenate([np.full(frames, -np.inf), values])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, frames + 1).max(axis=1), dtype=np.float64)


def _cut(speech: Sequence[Span], bleed: Mask) -> tuple[Span, ...]:
    """Return ``speech`` without its bleed frames; edges that the detector drew stay where it drew them."""
    kept: list[Span] = []
    for span in speech:
        first, last = int(span.start_s / HOP_S), min(len(bleed), math.ceil(span.end_s / HOP_S))
        if not bleed[first:last].any():
            kept.append(span)
            continue
        pieces = merged(_clear_runs(bleed, first, last, span), gap_s=CLOSE_S)
        kept.extend(piece for piece in pieces if piece.duration_s >= MIN_ISLAND_S)
    return tuple(kept)


def _clear_runs(bleed: Mask, first: int, last: int, span: Span) -> list[Span]:
    """Return the runs of frames in ``[first, last)`` that are no bleed, clipped to ``span``."""
    runs = []
    for start, end in zip(*mask_runs(~bleed[first:last]), strict=True):
        start_s = max(span.start_s, (first + int(start)) * HOP_S)
        end_s = min(span.end_s, (first + int(end)) * HOP_S)
        if end_s > start_s:
            runs.append(Span(start_s, end_s))
    return runs
