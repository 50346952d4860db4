"""One frame grid for a whole call: chunks of segmentation laid together, changes of voice, windows of one voice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audio.level import mask_runs
from audio.span import Span

Floats = npt.NDArray[np.float64]
Chunks = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """What the segmentation says about every frame of a call.

    Attributes
    ----------
    chunks:
        Shape (chunks, frames, local speakers), 0 or 1.
    first:
        Shape (chunks,): where each chunk begins on the call's frame grid.
    speech, overlap, change:
        Shape (n,), in [0, 1]: the share of chunks that hear anybody, that hear two or more, and that hear another
        voice from this frame on than before it.
    hop_s:
        Seconds between frames.
    """

    chunks: Chunks
    first: npt.NDArray[np.int64]
    speech: Floats
    overlap: Floats
    change: Floats
    hop_s: float

    @property
    def frames(self) -> int:
        """Number of frames of the call."""
        return len(self.speech)

    def laid(self, values: npt.NDArray[np.floating]) -> Floats:
        """Return the mean over chunks of ``values`` (chunks, frames) at each of the call's frames; 0 where none."""
        return _laid(values, self.first, self.frames)


def tracks_of(chunks: Chunks, *, starts_s: npt.NDArray[np.float64], hop_s: float, duration_s: float) -> Tracks:
    """Lay chunk-wise segmentation onto one grid.

    ``chunks``: shape (chunks, frames, local speakers), binary; ``starts_s``: shape (chunks,).
    """
    first = np.round(starts_s / hop_s).astype(np.int64)
    frames = max(1, int(np.ceil(duration_s / hop_s)))
    count = chunks.sum(axis=2)
    change = np.stack([_changes(chunk) for chunk in chunks])
    return Tracks(
        chunks,
        first,
        _laid((count > 0).astype(np.float64), first, frames),
        _laid((count > 1).astype(np.float64), first, frames),
        _laid(change, first, frames),
        hop_s,
    )


def _laid(values: npt.NDArray[np.floating], first: npt.NDArray[np.int64], frames: int) -> Floats:
    total, seen = np.zeros(frames), np.zeros(frames)
    for row, at in zip(values, first, strict=True):
        end = min(frames, int(at) + len(row))
        total[at:end] += row[: end - at]
        seen[at:end] += 1
    return np.asarray(total / np.maximum(seen, 1), dtype=np.float64)


def _changes(chunk: Chunks) -> Floats:
    """Return 1 at the frames where the one voice heard is another than the one heard before; shape (frames,)."""
    found = np.zeros(len(chunk))
    solo = chunk.sum(axis=1) == 1
    at = np.flatnonzero(solo)
    who = chunk[at].argmax(axis=1)
    found[at[1:][who[1:] != who[:-1]]] = 1
    return found


@dataclass(frozen=True, slots=True)
class Window:
    """Frames ``[first, last)`` in which one voice speaks alone, so far as the segmentation can tell."""

    first: int
    last: int

    def span(self, hop_s: float) -> Span:
        """Return the window in seconds."""
        return Span(self.first * hop_s, self.last * hop_s)


def solo_windows(tracks: Tracks, *, window_s: float, least_s: float, change: float = 0.34) -> list[Window]:
    """Cut single speech into windows of about ``window_s`` that cross no change of voice.

    Stretches shorter than ``least_s`` give none; a change counts where that share of chunks hears it nearby.
    """
    solo = (tracks.speech >= 0.5) & (tracks.overlap < 0.5)  # noqa: PLR2004 -- half of the chunks
    near = np.convolve(tracks.change, np.ones(9), "same")[: tracks.frames]
    peak = (near >= change) & (near == _local_max(near, 15))
    windows: list[Window] = []
    for start, end in zip(*mask_runs(solo), strict=True):
        cuts = [int(start), *_thinned(np.flatnonzero(peak[start:end]) + start), int(end)]
        for left, right in pairwise(cuts):
            windows.extend(_split(left, right, round(window_s / tracks.hop_s), round(least_s / tracks.hop_s)))
    return windows


def _local_max(values: Floats, reach: int) -> Floats:
    padded = np.pad(values, reach, constant_values=-np.inf)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1), dtype=np.float64)


def _thinned(frames: npt.NDArray[np.int64]) -> list[int]:
    """Return the middle of each run of neighbouring frames: one change, one cut."""
    runs = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1) if len(frames) else []
    return [int(run[len(run) // 2]) for run in runs]


def _split(left: int, right: int, window: int, least: int) -> list[Window]:
    """Return equal pieces of ``[left, right)`` of at most about ``window`` frames; none below ``least``."""
    if right - left < least:
        return []
    pieces = max(1, round((right - left) / window))
    bounds = np.linspace(left, right, pieces + 1).round().astype(int)
    return [Window(int(a), int(b)) for a, b in pairwise(bounds)]
