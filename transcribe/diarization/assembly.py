"""pyannote's pipeline put together from local parts: segmentation-3.0, any embedding, no hub."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from typing import Any

from transcribe.diarization.embedding import DIMENSION, RATE_HZ, CamPlus
from transcribe.models import quiet, resolve

CHUNK_S = 10.0


def import_pyannote() -> None:
    """Import pyannote.audio without its page-long warning where torchcodec finds no FFmpeg.

    Sound is always handed over as arrays, so nothing it warns of is ever used.
    """
    quiet()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("pyannote.audio")


def load_segmentation(*, configured: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 -- a pyannote Model
    """Return segmentation-3.0: PyanNet over 10 s, three local speakers, at most two at once."""
    import_pyannote()
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    network = PyanNet(
        sincnet={"stride": 10},
        lstm={"hidden_size": 128, "num_layers": 4, "bidirectional": True, "monolithic": True},
        linear={"hidden_size": 128, "num_layers": 2},
    )
    network.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=CHUNK_S,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    network.build()  # type: ignore[no-untyped-call]  # untyped in pyannote
    path = resolve("segmentation-3.0", configured=configured).path
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


def assembled(
    pipeline_class: Any,  # noqa: ANN401 -- pyannote's SpeakerDiarization or a class made of it
    segmentation: Any,  # noqa: ANN401 -- a pyannote Model
    *,
    step: float,
    embedding: Any = None,  # noqa: ANN401 -- a pyannote Model
    clustering: str = "KMeansClustering",
) -> Any:  # noqa: ANN401
    """Return an instance of pyannote's pipeline class from local parts.

    ``step``: share of a chunk between two chunks; ``embedding``: None where the class makes its own vectors.
    """
    from pyannote.audio.core.plda import PLDA

    class NoPlda(PLDA):
        """pyannote 4.0.7 asks for a PLDA even where the clustering has no use for one."""

        def __init__(self) -> None:
            self.lda_dimension = 128

    pipeline = pipeline_class(
        segmentation=segmentation,
        segmentation_step=step,
        embedding=embedding if embedding is not None else chunk_embedding(None),
        embedding_exclude_overlap=True,
        plda=NoPlda(),
        clustering=clustering,
        segmentation_batch_size=8,
        embedding_batch_size=32,
    )
    parameters: dict[str, dict[str, object]] = {"segmentation": {"min_duration_off": 0.0}}
    if clustering == "AgglomerativeClustering":
        parameters["clustering"] = {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7}
    pipeline.instantiate(parameters)
    return pipeline


def chunk_embedding(voice_print: CamPlus | None) -> Any:  # noqa: ANN401 -- a pyannote Model
    """Return CAM++ as a pyannote Model, one vector for the active frames of each local speaker of each chunk.

    That is how pyannote's own pipeline asks for vectors, and what ours is compared with. None makes a model that
    only fills the place: pyannote's constructor asks for one.
    """
    import torch
    from pyannote.audio.core.model import Model

    class ChunkEmbedding(Model):
        dimension = DIMENSION

        def forward(self, waveforms: Any, weights: Any = None) -> Any:  # type: ignore[override]  # noqa: ANN401
            if voice_print is None:
                raise RuntimeError("this pipeline takes its vectors from one pass over the call, not from chunks")
            found = torch.full((len(waveforms), DIMENSION), float("nan"))
            for i, wave in enumerate(waveforms[:, 0]):
                mask = None if weights is None else weights[i] > 0
                vector = voice_print.chunk_vector(wave, mask)
                if vector is not None:
                    found[i] = vector
            return found

    return ChunkEmbedding(sample_rate=RATE_HZ)
