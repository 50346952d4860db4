"""Where to start when voices are told apart: what the segmentation's local speakers sound like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from transcribe.diarization.embedding import Vectors
from transcribe.diarization.tracks import Floats, Tracks, Window

# Local speakers with less speech of their own say little about a voice.
LEAST_SEED_S = 0.5
MOST_SEEDS = 6
PAIR = 2


def windowed_vectors(tracks: Tracks, windows: Sequence[Window], vectors: Vectors) -> npt.NDArray[np.float32]:
    """Return each local speaker's vector: the mean of the call's windows, weighted by the frames it speaks alone.

    Shape (chunks, local speakers, dimension); NaN where it has no window.
    """
    chunks = tracks.chunks
    found = np.full((*chunks.shape[:1], chunks.shape[2], vectors.shape[1]), np.nan, dtype=np.float32)
    bounds = np.array([(window.first, window.last) for window in windows], dtype=np.int64).reshape(-1, 2)
    for c, chunk in enumerate(chunks):
        alone = (chunk * (chunk.sum(axis=1, keepdims=True) == 1)).astype(np.float64)
        summed = np.vstack([np.zeros((1, alone.shape[1])), np.cumsum(alone, axis=0)])
        local = np.clip(bounds - tracks.first[c], 0, len(chunk))
        weight = summed[local[:, 1]] - summed[local[:, 0]]
        total = weight.sum(axis=0)
        for s in np.flatnonzero(total > 0):
            found[c, s] = (weight[:, s] @ vectors) / total[s]
    return found


def first_centres(
    vectors: Vectors, windows: Sequence[Window], tracks: Tracks, seconds: Floats, voices: int
) -> list[npt.NDArray[np.float64]]:
    """Return several places to start from, each of shape (voices, dimension).

    K-means finds voices that share the talk; a customer who only says "yes" and "nine" is found from two people
    whom the segmentation hears side by side in one chunk.
    """
    from sklearn.cluster import KMeans

    starts = []
    for weights in (seconds, np.ones_like(seconds)):
        fitted = KMeans(voices, n_init=10, random_state=0).fit(vectors, sample_weight=weights)
        starts.append(np.asarray(fitted.cluster_centers_, dtype=np.float64))
    return starts + (_side_by_side(vectors, windows, tracks) if voices == PAIR else [])


def _side_by_side(vectors: Vectors, windows: Sequence[Window], tracks: Tracks) -> list[npt.NDArray[np.float64]]:
    """Return the vectors of the pairs of local speakers that differ most within their chunk."""
    local = windowed_vectors(tracks, windows, vectors)
    spoken_s = lone_frames(tracks) * tracks.hop_s
    pairs: list[tuple[float, npt.NDArray[np.float64]]] = []
    for found, length_s in zip(local, spoken_s, strict=True):
        ranked = [s for s in np.argsort(-length_s) if length_s[s] >= LEAST_SEED_S and not np.isnan(found[s]).any()]
        if len(ranked) >= PAIR:
            pair = found[ranked[:PAIR]].astype(np.float64)
            pair /= np.maximum(np.linalg.norm(pair, axis=1, keepdims=True), 1e-9)
            pairs.append((float(pair[0] @ pair[1]), pair))
    return [pair for _, pair in sorted(pairs, key=lambda item: item[0])[:MOST_SEEDS]]


def lone_frames(tracks: Tracks) -> npt.NDArray[np.int64]:
    """Return how many frames each local speaker speaks alone; shape (chunks, local speakers)."""
    alone = tracks.chunks * (tracks.chunks.sum(axis=2, keepdims=True) == 1)
    return np.asarray(alone.sum(axis=1), dtype=np.int64)


def local_votes(tracks: Tracks, scores: Floats) -> Floats:
    """Return the sum of the frames' scores while each local speaker speaks alone; (chunks, local speakers, voices).

    ``scores``: shape (frames, voices).
    """
    found = np.zeros((tracks.chunks.shape[0], tracks.chunks.shape[2], scores.shape[1]))
    for c, (chunk, first) in enumerate(zip(tracks.chunks, tracks.first, strict=True)):
        here = scores[int(first) : int(first) + len(chunk)]
        seen = chunk[: len(here)]
        found[c] = (seen * (seen.sum(axis=1, keepdims=True) == 1)).T @ here
    return found
