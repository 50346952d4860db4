"""Short windows vote which of two voices speaks: what holds where the segmentation takes two voices for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from transcribe.diarization.embedding import Vectors
from transcribe.diarization.tracks import Floats, Tracks, Window

# A local speaker is pure when this share of its frames votes one way.
PURE_SHARE = 0.8
LEAST_SOLO_S = 1.0


def two_centres(vectors: Vectors, weights: Floats) -> npt.NDArray[np.float64]:
    """Return the unit centres of two voices, the one with more weight first; shape (2, dimension).

    ``vectors``: shape (windows, dimension), unit length, at least two; ``weights``: seconds of each window.
    """
    from sklearn.cluster import KMeans

    fitted = KMeans(2, n_init=10, random_state=0).fit(vectors, sample_weight=weights)
    centres = np.asarray(fitted.cluster_centers_, dtype=np.float64)
    share = [weights[fitted.labels_ == k].sum() for k in (0, 1)]
    centres = centres[np.argsort(share)[::-1]]
    return np.asarray(centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9))


def votes(windows: Sequence[Window], margins: Floats, frames: int) -> Floats:
    """Return each frame's vote: its own window's margin, else that of the nearest window; shape (frames,).

    >>> votes([Window(0, 1), Window(3, 4)], np.array([0.5, -0.5]), 4).tolist()
    [0.5, 0.5, -0.5, -0.5]
    """
    known = np.full(frames, np.nan)
    for window, margin in zip(windows, margins, strict=True):
        known[window.first : window.last] = margin
    at = np.flatnonzero(~np.isnan(known))
    if len(at) == 0:
        return np.zeros(frames)
    here = np.arange(frames)
    right = np.clip(np.searchsorted(at, here), 0, len(at) - 1)
    left = np.maximum(right - 1, 0)
    nearer_left = np.abs(here - at[left]) <= np.abs(at[right] - here)
    return np.asarray(known[np.where(nearer_left, at[left], at[right])], dtype=np.float64)


def purity(tracks: Tracks, vote: Floats) -> float:
    """Return the share of local speakers whose lone frames vote one way; NaN where nobody speaks long enough."""
    least = LEAST_SOLO_S / tracks.hop_s
    pure = []
    for chunk, first in zip(tracks.chunks, tracks.first, strict=True):
        seen = chunk[: max(0, tracks.frames - int(first))]
        alone = seen * (seen.sum(axis=1, keepdims=True) == 1)
        signs = np.sign(vote[int(first) : int(first) + len(seen)])
        for speaker in np.flatnonzero(alone.sum(axis=0) >= least):
            pure.append(abs(signs[alone[:, speaker] == 1].mean()) >= 2 * PURE_SHARE - 1)
    return float(np.mean(pure)) if pure else float("nan")
