"""Two voices in one channel: pyannote's diarization where its local speakers are pure, window votes elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from audio.recording import Samples
from audio.span import Span, merged, shared
from transcribe.detection import segmentation_speech
from transcribe.diarization.embedding import RATE_HZ, CamPlus
from transcribe.diarization.protocol import Diarized
from transcribe.diarization.pyannote_pipeline import Listened, PyannotePass
from transcribe.diarization.tracks import Floats
from transcribe.diarization.votes import purity, two_voices, votes


@dataclass(frozen=True, slots=True)
class MonoOptions:
    """Thresholds, chosen on generated calls of other voices than those reported by ``tests/benchmarks/parties.py``.

    Attributes
    ----------
    pure_from:
        Share of pure local speakers from which the segmentation's edges and labels are believed.
    vote_weight:
        Weight of the window votes beside the segmentation where it is believed.
    alike_from:
        Similarity of the two centres from which they are taken for one voice.
    least_share:
        A voice with less of the speech than this is no party.
    """

    pure_from: float = 0.95
    vote_weight: float = 0.3
    alike_from: float = 0.93
    least_share: float = 0.03


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
    """Return who speaks when, from one pass: the votes, the segmentation, or one voice only."""
    tracks = listened.tracks
    speech = segmentation_speech(tracks.speech, hop_s=tracks.hop_s, duration_s=duration_s)
    both = segmentation_speech(tracks.overlap, hop_s=tracks.hop_s, duration_s=duration_s)
    if not speech:
        return Diarized((), "nobody")
    if len(listened.windows) <= 1:
        return Diarized((speech,), "one_voice", ("one_voice",))
    found = two_voices(listened.vectors, listened.windows, tracks)
    vote = votes(listened.windows, found.margins, tracks.frames)
    evidence = {
        "purity": purity(tracks, vote),
        "similarity": found.similarity,
        "second_share": found.second_share,
    }
    if found.similarity >= options.alike_from or found.second_share < options.least_share:
        return Diarized((speech,), "one_voice", ("one_voice",), evidence)
    path, score = _scored(listened, vote, believed=evidence["purity"] >= options.pure_from, options=options)
    first, second = _divided(score, speech, hop_s=tracks.hop_s)
    overlap = shared(both, speech)
    voices = tuple(merged([*alone, *overlap]) for alone in (first, second))
    return Diarized(voices, path, (), evidence)


def _scored(listened: Listened, vote: Floats, *, believed: bool, options: MonoOptions) -> tuple[str, Floats]:
    """Return (path, score per frame): above 0 the first voice speaks."""
    if not believed:
        return "votes", vote
    difference = listened.activity[:, 0] - listened.activity[:, 1]
    # pyannote's labels are numbered by chance: turn them the way the votes point.
    sign = 1.0 if float(difference @ vote) >= 0 else -1.0
    return "segmentation", sign * difference + options.vote_weight * vote


def _divided(score: Floats, speech: tuple[Span, ...], *, hop_s: float) -> tuple[list[Span], list[Span]]:
    """Cut the spans of speech where the score changes its sign."""
    sides: tuple[list[Span], list[Span]] = ([], [])
    for span in speech:
        first = min(len(score) - 1, int(span.start_s / hop_s))
        last = min(len(score), max(first + 1, int(np.ceil(span.end_s / hop_s))))
        signs = score[first:last] > 0
        cuts = np.flatnonzero(signs[1:] != signs[:-1]) + 1
        bounds = [0, *cuts.tolist(), len(signs)]
        for left, right in pairwise(bounds):
            start_s = span.start_s if left == 0 else (first + left) * hop_s
            end_s = span.end_s if right == len(signs) else (first + right) * hop_s
            if end_s > start_s:
                sides[0 if signs[left] else 1].append(Span(start_s, end_s))
    return sides
