"""Damage that shows in the samples themselves: holes of one value, and single samples that stick out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audio.recording import Samples

SAMPLEWISE_CODECS = frozenset(
    {"pcm_mulaw", "pcm_alaw", "pcm_u8", "pcm_s8"}
    | {f"pcm_{kind}{order}" for kind in ("s16", "s24", "s32", "f32", "f64") for order in ("le", "be")}
)

_BLOCK_S = 0.05
_HOLE_S = 0.25
_OTHER_SILENCE_S = 0.1
_EDGE_S = 0.005
_SILENT = 0.01  # offsets of A-law, 8-bit and cheap cards lie below; a hole in their bytes lies at 0.17 or more
_FAINT = 1e-4  # about 3 steps of 16 bits: what a fade to digital silence ends in
_LOUD = 0.02
_CLICK_BLOCK = 32
_CLICK_OVER_SURROUNDINGS = 25.0
_CLICK_LEAST = 0.03
_CLICK_REACH = 2
_CLICK_STRETCH = 480_000
_CLICK_MISFIT = 0.12


def has_hole(samples: Samples, rate_hz: int) -> bool:
    """Tell whether all channels stand still, inside the call, where neither a voice nor a line does.

    A stretch of one value away from zero, 0.25 s or longer, always counts. Digital silence counts when it breaks off
    the sound abruptly and is the only one of its kind, or breaks off loud sound on both sides: gates and mixers write
    digital silence too, but many times a call and between words. Silence at the very start or end never counts.

    Parameters
    ----------
    samples:
        Shape (channels, n), float32 in [-1, 1].
    """
    runs = constant_runs(samples, rate_hz, least_s=_OTHER_SILENCE_S)
    count = samples.shape[1]
    silences = [run for run in runs if abs(float(np.abs(samples[:, run[0]]).max())) < _SILENT]
    for start, end in runs:
        if end - start < _HOLE_S * rate_hz or start == 0 or end == count:
            continue
        if (start, end) not in silences:
            return True
        edges = _edge_levels(samples, start, end, width=max(1, round(_EDGE_S * rate_hz)))
        if min(edges) > _LOUD or (max(edges) > _FAINT and len(silences) == 1):
            return True
    return False


def _edge_levels(samples: Samples, start: int, end: int, *, width: int) -> tuple[float, float]:
    """Return the greatest magnitude just before and just after a run."""
    before, after = samples[:, max(0, start - width) : start], samples[:, end : end + width]
    return float(np.abs(before).max(initial=0.0)), float(np.abs(after).max(initial=0.0))


def constant_runs(samples: Samples, rate_hz: int, *, least_s: float) -> list[tuple[int, int]]:
    """Return [start, end) of the runs in which no channel changes its value, in samples, ``least_s`` or longer.

    Whole blocks are looked at first, so that an hour costs no more memory than its extremes a block.

    >>> constant_runs(np.array([[0.1] + [0.5] * 40 + [0.2, 0.3]], np.float32), 100, least_s=0.1)
    [(1, 41)]
    """
    size = max(1, round(min(_BLOCK_S, least_s / 2) * rate_hz))
    blocks = samples.shape[1] // size
    cut = samples[:, : blocks * size].reshape(samples.shape[0], blocks, size)
    still = (cut.max(axis=2) == cut.min(axis=2)).all(axis=0)
    found: list[tuple[int, int]] = []
    for block in np.flatnonzero(still):
        start = int(block) * size
        if found and start < found[-1][1]:
            continue
        run = _grown(samples, start, start + size)
        if run[1] - run[0] >= least_s * rate_hz:
            found.append(run)
    return found


def _grown(samples: Samples, start: int, end: int) -> tuple[int, int]:
    """Grow [start, end) as far as every channel keeps its value."""
    value = samples[:, start : start + 1]
    step = max(64, end - start)
    while start > 0:
        low = max(0, start - step)
        other = np.flatnonzero((samples[:, low:start] != value).any(axis=0))
        if other.size:
            start = low + int(other[-1]) + 1
            break
        start = low
    while end < samples.shape[1]:
        high = min(samples.shape[1], end + step)
        other = np.flatnonzero((samples[:, end:high] != value).any(axis=0))
        if other.size:
            end += int(other[0])
            break
        end = high
    return start, end


def clicks(samples: Samples) -> int:
    """Count single samples that stick out of their surroundings in any channel.

    A lone wrong sample leaves the pattern -1/2, 1, -1/2 in the second difference; voices, noise and clicks of
    a line (they ring for several samples) do not, however loud.
    """
    # A minute at a time, so that an hour costs no more memory than a minute.
    return sum(
        _clicks_in(channel[at : at + _CLICK_STRETCH])
        for channel in samples
        for at in range(0, channel.size, _CLICK_STRETCH)
    )


def _clicks_in(channel: npt.NDArray[np.float32]) -> int:
    """Count lone wrong samples in one channel; shape (n,)."""
    bend = channel[1:-1] - (channel[:-2] + channel[2:]) / 2
    blocks = bend.size // _CLICK_BLOCK
    if blocks == 0:
        return 0
    typical = np.median(np.abs(bend[: blocks * _CLICK_BLOCK].reshape(blocks, _CLICK_BLOCK)), axis=1)
    padded = np.pad(typical, 1, mode="edge")
    around = np.repeat(np.maximum(np.maximum(padded[:-2], padded[2:]), typical), _CLICK_BLOCK)
    size = np.abs(bend[: around.size])
    at = np.flatnonzero(size > np.maximum(_CLICK_LEAST, _CLICK_OVER_SURROUNDINGS * around))
    at = at[(at >= _CLICK_REACH) & (at < bend.size - _CLICK_REACH)]
    peak = bend[at]
    misfit = [
        np.abs(bend[at + offset] / peak - expected)
        for offset, expected in ((-2, 0.0), (-1, -0.5), (1, -0.5), (2, 0.0))
    ]
    return int(np.count_nonzero(np.max(misfit, axis=0) < _CLICK_MISFIT)) if at.size else 0
