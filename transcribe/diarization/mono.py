"""Voices in one channel: pyannote's diarization where its local speakers are pure, window votes elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audio.recording import Samples
from audio.span import Span, merged, shared
from transcribe.detection import segmentation_speech
from transcribe.diarization.embedding import RATE_HZ, CamPlus
from transcribe.diarization.protocol import Diarized
from transcribe.diarization.pyannote_pipeline import Listened, PyannotePass, activity_of
from transcribe.diarization.seeds import local_votes, lone_frames
from transcribe.diarization.tracks import Floats, Tracks
from transcribe.diarization.votes import Voices, purity, spread_ratio, spread_scores, voices_of


@dataclass(frozen=True, slots=True)
class MonoOptions:
    """Thresholds, chosen on generated calls of other voices than those reported by ``tests/benchmarks/parties.py``.

    Attributes
    ----------
    pure_from:
        Share of pure local speakers from which the segmentation's edges and labels are believed.
    vote_weight, far_vote_weight:
        Weight of the window votes beside the segmentation where it is believed, inside windows and between them.
    one_voice_spread, one_voice_spread_less, one_voice_chunks, one_voice_chunks_more:
        One voice speaks where dividing it in two leaves at least ``one_voice_spread`` of the spread, and the
        segmentation hears two people in less than ``one_voice_chunks`` of its chunks; few windows tell less, so the
        limits move by the other two over the number of windows.
    least_share:
        A voice with less of the speech than this is no party.
    third_similarity, third_share, third_windows:
        A third voice is one when all three differ by more than this, it holds at least this share, and there are
        enough windows to tell.
    """

    pure_from: float = 0.95
    vote_weight: float = 1.5
    far_vote_weight: float = 0.3
    one_voice_spread: float = 0.86
    one_voice_spread_less: float = 2.5
    one_voice_chunks: float = 0.15
    one_voice_chunks_more: float = 2.0
    least_share: float = 0.03
    third_similarity: float = 0.76
    third_share: float = 0.07
    third_windows: int = 25


class MonoDiarizer:
    """pyannote's SpeakerDiarization for two given voices, with segmentation-3.0 and CAM++, guarded by window votes.

    Models are loaded at the first call and kept. Parameters: ``configured`` model paths by name, ``options``.
    """

    name = "segmentation-3.0+campplus"

    def __init__(self, *, configured: Mapping[str, str] | None = None, options: MonoOptions = MonoOptions()) -> None:
        self._configured = configured
        self._options = options
        self._pass: PyannotePass | None = None

    def diarize(self, samples: Samples) -> Diarized:
        """Return who speaks when; ``samples``: shape (n,), float32 in [-1, 1], at 16 kHz."""
        if self._pass is None:
            self._pass = PyannotePass(CamPlus(configured=self._configured), configured=self._configured)
        listened = self._pass.listen(samples) if len(samples) else None
        if listened is None:
            return Diarized((), "nobody")
        return decided(listened, duration_s=len(samples) / RATE_HZ, options=self._options)


def decided(listened: Listened, *, duration_s: float, options: MonoOptions = MonoOptions()) -> Diarized:
    """Return who speaks when, from one pass: by the segmentation, by votes, or one voice only."""
    tracks = listened.tracks
    speech = segmentation_speech(tracks.speech, hop_s=tracks.hop_s, duration_s=duration_s)
    if not speech:
        return Diarized((), "nobody")
    if len(listened.windows) <= 1:
        return Diarized((speech,), "one_voice", ("one_voice",))
    found = voices_of(listened.vectors, listened.windows, tracks)
    evidence = {
        "windows": float(len(listened.windows)),
        "similarity": found.similarity,
        "second_share": float(found.shares[1]),
        "spread_ratio": spread_ratio(listened.vectors, found),
        "two_heard": two_heard(tracks),
    }
    if _one_voice(evidence, options):
        return Diarized((speech,), "one_voice", ("one_voice",), evidence)
    flags: tuple[str, ...] = ()
    third = _third_voice(listened, options)
    if third is not None:
        found, flags = third, ("third_voice",)
        evidence["third_share"] = float(third.shares[2])
    path, scores = _scored(listened, found, evidence, options)
    both = shared(segmentation_speech(tracks.overlap, hop_s=tracks.hop_s, duration_s=duration_s), speech)
    return Diarized(_divided(scores, speech, both, tracks.hop_s), path, flags, evidence)


def two_heard(tracks: Tracks, *, least_s: float = 0.4) -> float:
    """Return the share of chunks in which the segmentation hears two people for at least ``least_s`` each."""
    heard_s = np.sort(tracks.chunks.sum(axis=1) * tracks.hop_s, axis=1)
    return float((heard_s[:, -2] >= least_s).mean())


def _one_voice(evidence: Mapping[str, float], options: MonoOptions) -> bool:
    if evidence["second_share"] < options.least_share:
        return True
    spread = options.one_voice_spread - options.one_voice_spread_less / evidence["windows"]
    chunks = options.one_voice_chunks + options.one_voice_chunks_more / evidence["windows"]
    return evidence["spread_ratio"] >= spread and evidence["two_heard"] < chunks


def _third_voice(listened: Listened, options: MonoOptions) -> Voices | None:
    """Return three voices where there are three for certain, else None."""
    if len(listened.windows) < options.third_windows:
        return None
    found = voices_of(listened.vectors, listened.windows, listened.tracks, voices=3)
    certain = found.similarity < options.third_similarity and found.shares.min() >= options.third_share
    return found if certain else None


def _scored(listened: Listened, found: Voices, evidence: dict[str, float], options: MonoOptions) -> tuple[str, Floats]:
    """Return (path, score of each voice in each frame); puts the purity into ``evidence``."""
    tracks = listened.tracks
    votes = spread_scores(listened.windows, found.scores, tracks.frames)
    evidence["purity"] = purity(tracks, votes.argmax(axis=1))
    if len(found.centres) != listened.activity.shape[1] or evidence["purity"] < options.pure_from:
        return "votes", votes
    weight = np.full((tracks.frames, 1), options.far_vote_weight)
    for window in listened.windows:
        weight[window.first : window.last] = options.vote_weight
    return "segmentation", _relabelled(listened, votes) + weight * votes


def _relabelled(listened: Listened, votes: Floats) -> Floats:
    """Return the share of chunks that hear each voice, shape (frames, voices), each local speaker named by the votes.

    pyannote leaves out who says little before it clusters, and then numbers its voices by chance; its label stays
    where a local speaker never speaks alone.
    """
    tracks = listened.tracks
    # Turn pyannote's numbers the way the votes point.
    lead = listened.activity[:, 0] - listened.activity[:, 1]
    same_way = float(lead @ (votes[:, 0] - votes[:, 1])) >= 0
    theirs = listened.labels if same_way else np.where(listened.labels >= 0, 1 - listened.labels, listened.labels)
    labels = np.where(lone_frames(tracks) > 0, local_votes(tracks, votes).argmax(axis=2), theirs)
    return activity_of(tracks, labels, voices=votes.shape[1])


def _divided(
    scores: Floats, speech: tuple[Span, ...], both: tuple[Span, ...], hop_s: float
) -> tuple[tuple[Span, ...], ...]:
    """Return each voice's speech: spans cut where another voice leads, overlap given to the two that lead."""
    ranked = np.argsort(-scores, axis=1)
    spans: list[list[Span]] = [[] for _ in range(scores.shape[1])]
    for voice, piece in _led(ranked[:, 0], speech, hop_s):
        spans[voice].append(piece)
    for voice, piece in _led(ranked[:, 1], both, hop_s):
        spans[voice].append(piece)
    return tuple(merged(found) for found in spans)


def _led(leader: npt.NDArray[np.int64], within: tuple[Span, ...], hop_s: float) -> list[tuple[int, Span]]:
    """Return (voice, span) for every stretch of ``within`` that one voice leads."""
    pieces: list[tuple[int, Span]] = []
    for span in within:
        first = min(len(leader) - 1, int(span.start_s / hop_s))
        here = leader[first : max(first + 1, int(np.ceil(span.end_s / hop_s)))]
        bounds = [0, *(np.flatnonzero(here[1:] != here[:-1]) + 1).tolist(), len(here)]
        for left, right in pairwise(bounds):
            start_s = span.start_s if left == 0 else (first + left) * hop_s
            end_s = span.end_s if right == len(here) else (first + right) * hop_s
            if end_s > start_s:
                pieces.append((int(here[left]), Span(start_s, end_s)))
    return pieces
