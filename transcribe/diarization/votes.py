"""Short windows vote which of two voices speaks: what holds where the segmentation takes two voices for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from transcribe.diarization.embedding import Vectors
from transcribe.diarization.tracks import Floats, Tracks, Window

# A local speaker is pure when this share of its frames votes one way.
PURE_SHARE = 0.8
LEAST_SOLO_S = 1.0
ROUNDS = 3
USUAL_S, LONGEST_S = 1.5, 2.0
# The segmentation hears a change within this many frames (0.1 s) of where the window was cut.
CHANGE_FRAMES = 6


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


def two_voices(
    vectors: Vectors, windows: Sequence[Window], tracks: Tracks, *, continuity: Continuity = Continuity()
) -> TwoVoices:
    """Divide the windows between two voices: likeness to the centres, and who spoke just before.

    Centres and labels take turns, starting from k-means, since alike voices pull each other's centre over.
    """
    seconds = np.array([window.last - window.first for window in windows]) * tracks.hop_s
    costs = _costs(windows, tracks, continuity)
    centres = two_centres(vectors, seconds)
    for _ in range(ROUNDS):
        second = _smoothest(_emissions(vectors, centres, seconds), costs)
        if second.all() or not second.any():
            break
        centres = np.stack([(vectors[mine] * seconds[mine, None]).sum(axis=0) for mine in (~second, second)])
        centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    emissions = _emissions(vectors, centres, seconds)
    second = _smoothest(emissions, costs)
    size = np.abs(emissions)
    return TwoVoices(centres, np.where(second, -size, size), seconds)


@dataclass(frozen=True, slots=True, eq=False)
class TwoVoices:
    """Two voices found among windows.

    ``centres``: shape (2, dimension), unit length; ``margins``: shape (windows,), above 0 for the first voice, in
    medians of a window's vote; ``seconds``: length of each window.
    """

    centres: npt.NDArray[np.float64]
    margins: Floats
    seconds: Floats

    @property
    def similarity(self) -> float:
        """Cosine of the two centres."""
        return float(self.centres[0] @ self.centres[1])

    @property
    def second_share(self) -> float:
        """Share of the windows' seconds that the second voice holds."""
        return float(self.seconds[self.margins < 0].sum() / self.seconds.sum())


def _emissions(vectors: Vectors, centres: npt.NDArray[np.float64], seconds: Floats) -> Floats:
    """Return each window's vote for the first voice; long windows weigh more, the median is about 1."""
    margins = vectors @ (centres[0] - centres[1])
    scale = float(np.median(np.abs(margins))) or 1.0
    return np.asarray(margins / scale * np.sqrt(np.minimum(seconds, LONGEST_S) / USUAL_S), dtype=np.float64)


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


def _smoothest(emissions: Floats, costs: Floats) -> npt.NDArray[np.bool_]:
    """Return True for the windows of the second voice on the cheapest path (Viterbi, two states)."""
    best = np.array([emissions[0], -emissions[0]])
    came: list[tuple[bool, bool]] = []
    for emission, cost in zip(emissions[1:], costs, strict=True):
        from_other = (bool(best[1] - cost > best[0]), bool(best[0] - cost > best[1]))
        stay_or_change = np.array([max(best[0], best[1] - cost), max(best[1], best[0] - cost)])
        best = stay_or_change + np.array([emission, -emission])
        came.append(from_other)
    state = bool(best[1] > best[0])
    path = [state]
    for from_first, from_second in reversed(came):
        state = state ^ (from_second if state else from_first)
        path.append(state)
    return np.array(path[::-1])


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
