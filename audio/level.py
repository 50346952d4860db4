"""Level: how loud each hundredth of a second is, and how far speech stands above the line's noise."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

import numpy as np
import numpy.typing as npt

from audio.recording import Samples
from audio.span import Span

Frames = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HOP_S = 0.01
SILENT_DB = -120.0

_MIN_FRAMES = 20  # 0.2 s: less sound gives no level worth the name
_NOISE_FROM_DB = SILENT_DB + 20
_CLEAN_DB = 60.0


def level_frames(samples: Samples, rate_hz: int, *, hop_s: float = HOP_S, frame_s: float = 0.02) -> Frames:
    """Return the level of each frame in dB below full scale.

    Frame ``k`` covers ``frame_s`` seconds around ``(k + 0.5) * hop_s``. ``SILENT_DB`` where every sample is
    zero. ``samples``: shape (n,); the result: shape (n / hop,), rounded up, empty for no samples.

    >>> level_frames(np.ones(800, dtype=np.float32), 8000).round(1).tolist()[3:5]
    [0.0, 0.0]
    """
    hop, half = max(1, round(hop_s * rate_hz)), max(1, round(frame_s * rate_hz / 2))
    end = samples.shape[0]
    middle = np.arange(-(-end // hop)) * hop + hop // 2
    first, last = np.clip(middle - half, 0, end), np.clip(middle + half, 0, end)
    # Frames begin and end on a grid: energies summed by its blocks are far fewer than samples.
    block = gcd(hop, hop // 2, half)
    blocks = samples[: end - end % block].reshape(-1, block)
    rest = np.sum(np.square(samples[end - end % block :], dtype=np.float64))
    energy = np.cumsum(np.concatenate([[0.0], np.einsum("bn,bn->b", blocks, blocks, dtype=np.float64), [rest]]))
    power = np.maximum(energy[-(-last // block)] - energy[-(-first // block)], 0.0) / np.maximum(last - first, 1)
    return np.asarray(np.maximum(10 * np.log10(power + 1e-13), SILENT_DB), dtype=np.float64)


def frame_mask(spans: Iterable[Span], count: int, *, hop_s: float = HOP_S, offset_s: float = 0.0) -> Mask:
    """Return which of ``count`` frames have their middle inside a span.

    >>> frame_mask([Span(0.0, 0.02)], 4).tolist()
    [True, True, False, False]
    """
    mask = np.zeros(count, dtype=np.bool_)
    for span in spans:
        first = int(np.ceil((span.start_s - offset_s) / hop_s - 0.5))
        last = int(np.ceil((span.end_s - offset_s) / hop_s - 0.5))
        mask[max(0, first) : max(0, last)] = True
    return mask


def mask_runs(mask: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return where runs of true begin and where they are over: two arrays of one length, half-open.

    >>> [edge.tolist() for edge in mask_runs(np.array([True, False, True, True]))]
    [[0, 2], [1, 4]]
    """
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def mask_spans(mask: Mask, *, hop_s: float = HOP_S, offset_s: float = 0.0) -> tuple[Span, ...]:
    """Return the stretches where the mask is true.

    >>> mask_spans(np.array([False, True, True]), hop_s=0.5)
    (Span(start_s=0.5, end_s=1.5),)
    """
    return tuple(
        Span(offset_s + float(first) * hop_s, offset_s + float(last) * hop_s)
        for first, last in zip(*mask_runs(mask), strict=True)
    )


def snr_db(levels: Frames, speech: Mask) -> float | None:
    """Return how far speech stands above what is heard when nobody speaks, in dB.

    The power of the noise is taken out of the speech frames, so that 0 dB means equal powers; None with under
    0.2 s of either. Frames of digital silence are not noise; a line with nothing else counts as 60 dB.
    """
    # 50 ms beside an edge belong to neither side: speech dies away slowly, and edges are not exact.
    guard = np.convolve(speech, np.ones(11), "same") > 0
    loud, quiet = levels[speech], levels[~guard]
    if loud.size < _MIN_FRAMES:
        return None
    quiet = quiet[quiet > _NOISE_FROM_DB]
    if quiet.size < _MIN_FRAMES:
        return _CLEAN_DB if (~guard).sum() >= _MIN_FRAMES else None
    noise = 10 ** (float(np.median(quiet)) / 10)
    power = float(np.mean(10 ** (loud / 10))) - noise
    return float(np.clip(10 * np.log10(max(power, noise * 1e-2) / noise), -20.0, _CLEAN_DB))


def level_range_db(levels: Frames, speech: Mask) -> float | None:
    """Return the range of level within speech (90th minus 10th percentile), in dB; None under 0.2 s.

    >>> level_range_db(np.full(40, -20.0), np.ones(40, dtype=bool))
    0.0
    """
    heard = levels[speech]
    heard = heard[heard > SILENT_DB]
    if heard.size < _MIN_FRAMES:
        return None
    low, high = np.percentile(heard, [10, 90])
    return float(high - low)
