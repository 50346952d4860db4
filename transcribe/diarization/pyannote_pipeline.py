"""pyannote's SpeakerDiarization with segmentation-3.0 and one embedding pass a call instead of one a local speaker."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audio.recording import Samples
from transcribe.diarization.assembly import assembled, load_segmentation
from transcribe.diarization.embedding import RATE_HZ, Embedder, Vectors
from transcribe.diarization.seeds import windowed_vectors
from transcribe.diarization.tracks import Tracks, Window, solo_windows, tracks_of

WINDOW_S = 1.5
LEAST_S = 0.35
STEP = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Listened:
    """What one pass over a call found.

    Attributes
    ----------
    tracks:
        The segmentation on the call's grid.
    windows, vectors:
        Windows of one voice and their unit vectors, shape (windows, dimension).
    labels:
        Shape (chunks, local speakers): the cluster pyannote gave each, negative for the silent.
    activity:
        Shape (n, voices): share of chunks that hear the voice at each frame.
    """

    tracks: Tracks
    windows: tuple[Window, ...]
    vectors: Vectors
    labels: npt.NDArray[np.int64]
    activity: npt.NDArray[np.float64]


class PyannotePass:
    """One pass of segmentation and one of embeddings over a call, clustered by pyannote for given voices."""

    def __init__(self, embedder: Embedder, *, configured: Mapping[str, str] | None = None, step: float = STEP) -> None:
        self._embedder = embedder
        self._pipeline = _one_pass_pipeline(load_segmentation(configured=configured), step=step)

    def listen(self, samples: Samples, *, voices: int = 2) -> Listened | None:
        """Return what the pass found, or None when nobody speaks; ``samples``: shape (n,), at 16 kHz."""
        import torch

        kept: dict[str, Any] = {}

        def vectors_of(chunks: Any, starts_s: npt.NDArray[np.float64], hop_s: float) -> npt.NDArray[np.float32]:  # noqa: ANN401
            tracks = tracks_of(chunks, starts_s=starts_s, hop_s=hop_s, duration_s=len(samples) / RATE_HZ)
            windows = solo_windows(tracks, window_s=WINDOW_S, least_s=LEAST_S)
            vectors = self._embedder.vectors([_cut(samples, window, hop_s) for window in windows])
            kept.update(tracks=tracks, windows=tuple(windows), vectors=vectors)
            return windowed_vectors(tracks, windows, vectors)

        waveform = torch.from_numpy(np.ascontiguousarray(samples))[None]
        sound = {"waveform": waveform, "sample_rate": RATE_HZ, "uri": "call", "vectors_of": vectors_of, "kept": kept}
        with torch.inference_mode(), warnings.catch_warnings():
            # pyannote warns where one voice is all there is; the guard on the result says so better.
            warnings.simplefilter("ignore")
            self._pipeline(sound, num_speakers=voices)
        if "labels" not in kept:
            return None
        tracks: Tracks = kept["tracks"]
        labels = np.asarray(kept["labels"], dtype=np.int64)
        return Listened(tracks, kept["windows"], kept["vectors"], labels, activity_of(tracks, labels, voices=voices))


def _cut(samples: Samples, window: Window, hop_s: float) -> Samples:
    span = window.span(hop_s)
    return samples[round(span.start_s * RATE_HZ) : round(span.end_s * RATE_HZ)]


def activity_of(tracks: Tracks, labels: npt.NDArray[np.int64], *, voices: int) -> npt.NDArray[np.float64]:
    """Return the share of chunks that hear each voice; shape (n, voices)."""
    heard = [
        tracks.laid((tracks.chunks * (labels == voice)[:, None, :]).max(axis=2).astype(np.float64))
        for voice in range(voices)
    ]
    return np.stack(heard, axis=1)


def _one_pass_pipeline(segmentation: Any, *, step: float) -> Any:  # noqa: ANN401 -- pyannote's own classes
    """Return pyannote's SpeakerDiarization, told to take its vectors from one pass over the call."""
    from pyannote.audio.pipelines import SpeakerDiarization

    class OnePassDiarization(SpeakerDiarization):
        # pyannote hands over more than is needed here, and has no types to speak of.
        def get_embeddings(self, file: Any, binary_segmentations: Any, **_options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
            window = binary_segmentations.sliding_window
            chunks = np.nan_to_num(binary_segmentations.data).astype(np.int8)
            starts_s = np.array([window[i].start for i in range(len(chunks))])
            return file["vectors_of"](chunks, starts_s, self._segmentation.model.receptive_field.step)

        def apply(self, file: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
            self._kept = file["kept"]
            return super().apply(file, **options)

        def reconstruct(self, segmentations: Any, hard_clusters: Any, count: Any) -> Any:  # noqa: ANN401
            self._kept["labels"] = hard_clusters.copy()
            return super().reconstruct(segmentations, hard_clusters, count)

    return assembled(OnePassDiarization, segmentation, step=step)
