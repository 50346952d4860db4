"""pyannote/speaker-diarization-community-1, fetched once by token, behind the same seam."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from audio.recording import Samples
from audio.span import Span, merged
from transcribe.diarization.assembly import import_pyannote
from transcribe.diarization.protocol import DIARIZATION_RATE_HZ, Diarized
from transcribe.models import ModelError, resolve

NAME = "community-1"


class CommunityDiarizer:
    """pyannote's own pipeline with its own models, out of a local folder; two voices given.

    Nothing is fetched here: ``earful models fetch community-1`` does that once, with a token.
    """

    name = "pyannote-community-1"

    def __init__(self, *, configured: Mapping[str, str] | None = None) -> None:
        self._configured = configured
        self._pipeline: Any = None  # Any: pyannote has no types

    def diarize(self, samples: Samples) -> Diarized:
        """Return who speaks when; ``samples``: shape (n,), float32 in [-1, 1], at 16 kHz.

        Raises
        ------
        transcribe.models.ModelError
            When the pipeline is not there; the message names the offline way.
        """
        if self._pipeline is None:
            self._pipeline = _loaded(self._configured)
        if len(samples) == 0:
            return Diarized((), "nobody")
        import torch

        waveform = torch.from_numpy(np.ascontiguousarray(samples))[None]
        with torch.inference_mode():
            output = self._pipeline(
                {"waveform": waveform, "sample_rate": DIARIZATION_RATE_HZ, "uri": "call"}, num_speakers=2
            )
        return from_annotation(output.speaker_diarization)


def from_annotation(annotation: Any) -> Diarized:  # noqa: ANN401 -- pyannote has no types
    """Return pyannote's annotation as voices, the one that speaks longest first."""
    spans: dict[str, list[Span]] = {}
    for segment, _, label in annotation.itertracks(yield_label=True):
        spans.setdefault(label, []).append(Span(float(segment.start), float(segment.end)))
    voices = sorted((merged(found) for found in spans.values()), key=lambda found: -sum(s.duration_s for s in found))
    flags = ("one_voice",) if len(voices) == 1 else ()
    return Diarized(tuple(voices), NAME if voices else "nobody", flags)


def _loaded(configured: Mapping[str, str] | None) -> Any:  # noqa: ANN401 -- a pyannote pipeline
    try:
        folder = resolve(NAME, configured=configured).path
    except ModelError as error:
        raise ModelError(
            f"{NAME} is not on this machine ({error}); fetch it with a token (earful models fetch {NAME}), "
            'or set pipeline = "offline" under [diarization], which needs neither'
        ) from error
    import_pyannote()
    from pyannote.audio import Pipeline

    return Pipeline.from_pretrained(str(folder))
