"""Short windows vote which voice speaks: what holds where the segmentation takes two voices for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from transcribe.diarization.embedding import Vectors
from transcribe.diarization.seeds import first_centres
from transcribe.diarization.tracks import Floats, Tracks, Window

# A local speaker is pure when this share of its frames votes one way.
PURE_SHARE = 0.8
LEAST_SOLO_S = 1.0
ROUNDS = 3
USUAL_S, LONGEST_S = 1.5, 2.0
# The segmentation hears a change within this many frames (0.1 s) of where the window was cut.
CHANGE_FRAMES = 6


@dataclass(frozen=True, slots=True)
class Continuity:
    """What it costs two neighbouring windows to be of two voices, in medians of a window's own vote.

    Attributes
    ----------
    unbroken, near:
        Where the windows touch, and where less than ``near_s`` of silence lies between; nothing beyond. A change
        that the segmentation hears there takes its share off.
    """

    unbroken: float = 1.0
    near: float = 0.5
    near_s: float = 0.3
    touching_s: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """Voices found among windows.

    Attributes
    ----------
    centres:
        Shape (voices, dimension), unit length, the voice with most speech first.
    labels:
        Shape (windows,): the voice of each window.
    scores:
        Shape (windows, voices): how much more a window is like a voice than like the mean of all, in medians of a
        window's lead; the labelled voice always scores highest.
    seconds:
        Shape (windows,): length of each window.
    """

    centres: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]
    scores: Floats
    seconds: Floats

    @property
    def similarity(self) -> float:
        """Largest cosine between two centres."""
        alike = self.centres @ self.centres.T
        return float(alike[~np.eye(len(alike), dtype=bool)].max())

    @property
    def shares(self) -> Floats:
        """Share of the windows' seconds that each voice holds."""
        held = np.bincount(self.labels, weights=self.seconds, minlength=len(self.centres))
        return np.asarray(held / self.seconds.sum(), dtype=np.float64)


def voices_of(
    vectors: Vectors,
    windows: Sequence[Window],
    tracks: Tracks,
    *,
    voices: int = 2,
    continuity: Continuity = Continuity(),
) -> Voices:
    """Divide the windows between ``voices``: likeness to the centres, and who spoke just before.

    Centres and labels take turns, starting from k-means, since alike voices pull each other's centre over. There
    must be at least as many windows as voices.
    """
    seconds = np.array([window.last - window.first for window in windows]) * tracks.hop_s
    costs = _costs(windows, tracks, continuity)
    starts = first_centres(vectors, windows, tracks, seconds, voices)
    found = [_settled(vectors, _unit(start), seconds, costs) for start in starts]
    return min(found, key=lambda one: spread_ratio(vectors, one))


def _settled(vectors: Vectors, centres: npt.NDArray[np.float64], seconds: Floats, costs: Floats) -> Voices:
    """Let centres and labels take turns from ``centres`` on."""
    voices = len(centres)
    for _ in range(ROUNDS):
        labels = _smoothest(_scores(vectors, centres, seconds), costs)
        if len(np.unique(labels)) < voices:
            break
        centres = _centres(vectors, labels, seconds, voices)
    scores = _scores(vectors, centres, seconds)
    labels = _smoothest(scores, costs)
    order = np.argsort(-np.bincount(labels, weights=seconds, minlength=voices), kind="stable")
    labels = np.argsort(order)[labels]
    scores = scores[:, order]
    # Where a neighbour outvoted a window, its own preference must not come back through the scores.
    scores[np.arange(len(labels)), labels] = scores.max(axis=1) + np.finfo(np.float64).eps
    return Voices(centres[order], labels, scores, seconds)


def spread_ratio(vectors: Vectors, found: Voices) -> float:
    """Return how far windows lie from their own voice's centre, over how far from one common centre.

    Near 0.9 for one voice divided by force, 0.5 to 0.88 for two; less where there are few windows.
    """
    common = (vectors * found.seconds[:, None]).sum(axis=0)
    common = common / max(float(np.linalg.norm(common)), 1e-9)
    own = 1 - (vectors * found.centres[found.labels]).sum(axis=1)
    return float(own.mean() / max(float((1 - vectors @ common).mean()), 1e-9))


def spread_scores(windows: Sequence[Window], scores: Floats, frames: int) -> Floats:
    """Return each frame's scores: its own window's, else those of the nearest window; shape (frames, voices).

    >>> spread_scores([Window(0, 1), Window(3, 4)], np.array([[1.0, 0.0], [0.0, 1.0]]), 4)[:, 0].tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    owner = np.full(frames, -1, dtype=np.int64)
    for i, window in enumerate(windows):
        owner[window.first : window.last] = i
    at = np.flatnonzero(owner >= 0)
    if len(at) == 0:
        return np.zeros((frames, scores.shape[1]))
    here = np.arange(frames)
    right = np.clip(np.searchsorted(at, here), 0, len(at) - 1)
    left = np.maximum(right - 1, 0)
    nearer_left = np.abs(here - at[left]) <= np.abs(at[right] - here)
    return np.asarray(scores[owner[np.where(nearer_left, at[left], at[right])]], dtype=np.float64)


def purity(tracks: Tracks, voice: npt.NDArray[np.int64]) -> float:
    """Return the share of local speakers whose lone frames are of one voice; NaN where nobody speaks long enough.

    ``voice``: shape (frames,), the voice of each frame.
    """
    least = LEAST_SOLO_S / tracks.hop_s
    pure = []
    for chunk, first in zip(tracks.chunks, tracks.first, strict=True):
        seen = chunk[: max(0, tracks.frames - int(first))]
        alone = seen * (seen.sum(axis=1, keepdims=True) == 1)
        here = voice[int(first) : int(first) + len(seen)]
        for speaker in np.flatnonzero(alone.sum(axis=0) >= least):
            mine = here[alone[:, speaker] == 1]
            pure.append(np.bincount(mine).max() >= PURE_SHARE * len(mine))
    return float(np.mean(pure)) if pure else float("nan")


def _centres(vectors: Vectors, labels: npt.NDArray[np.int64], seconds: Floats, voices: int) -> npt.NDArray[np.float64]:
    weights = np.eye(voices)[labels] * seconds[:, None]
    return _unit(weights.T @ vectors)


def _unit(centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9), dtype=np.float64)


def _scores(vectors: Vectors, centres: npt.NDArray[np.float64], seconds: Floats) -> Floats:
    """Return each window's likeness to each voice, the mean taken out; long windows weigh more."""
    alike = vectors @ centres.T
    ranked = np.sort(alike, axis=1)
    scale = float(np.median(ranked[:, -1] - ranked[:, -2])) or 1.0
    weight = np.sqrt(np.minimum(seconds, LONGEST_S) / USUAL_S) * 2 / scale
    return np.asarray((alike - alike.mean(axis=1, keepdims=True)) * weight[:, None], dtype=np.float64)


def _costs(windows: Sequence[Window], tracks: Tracks, continuity: Continuity) -> Floats:
    """Return what a change of voice costs before each window but the first; shape (windows - 1,)."""
    costs = []
    for before, after in pairwise(windows):
        gap_s = (after.first - before.last) * tracks.hop_s
        heard = tracks.change[max(0, before.last - CHANGE_FRAMES) : after.first + CHANGE_FRAMES].sum()
        near = continuity.near if gap_s < continuity.near_s else 0.0
        cost = continuity.unbroken if gap_s <= continuity.touching_s else near
        costs.append(cost * (1.0 - min(1.0, float(heard))))
    return np.array(costs, dtype=np.float64)


def _smoothest(scores: Floats, costs: Floats) -> npt.NDArray[np.int64]:
    """Return the voice of each window on the best path (Viterbi)."""
    voices = scores.shape[1]
    best = scores[0]
    came: list[npt.NDArray[np.int64]] = []
    for score, cost in zip(scores[1:], costs, strict=True):
        reached = best[None, :] - cost * (1 - np.eye(voices))
        came.append(reached.argmax(axis=1))
        best = reached.max(axis=1) + score
    path = [int(best.argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1], dtype=np.int64)
