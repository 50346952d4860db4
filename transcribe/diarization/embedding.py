"""Voices as vectors: CAM++ over short windows of one voice's speech."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from audio.recording import Samples
from transcribe.models import quiet, resolve

Vectors = npt.NDArray[np.float32]

RATE_HZ = 16_000
MEL_BINS = 80
DIMENSION = 192
# Windows of one length run together; lengths are rounded to this so that few batches are needed.
GRAIN = RATE_HZ // 5
BATCH = 16
LEAST_FEATURES = 20


class Embedder(Protocol):
    """Turns pieces of speech into unit vectors that are near for one voice."""

    def vectors(self, pieces: Sequence[Samples]) -> Vectors:
        """Return shape (pieces, dimension), unit length; ``pieces`` at 16 kHz, at least 0.2 s each."""
        ...


class CamPlus:
    """3D-Speaker's CAM++, Chinese and English voices at 16 kHz, 192 dimensions.

    References
    ----------
    Wang et al., CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking, 2023.
    """

    def __init__(self, *, configured: Mapping[str, str] | None = None) -> None:
        quiet()
        import torch

        architecture = _module(str(resolve("campplus-architecture", configured=configured).path))
        # Any: the network's class comes from a file outside the typed code.
        self._net: Any = architecture.CAMPPlus(feat_dim=MEL_BINS, embedding_size=DIMENSION)
        weights = resolve("campplus", configured=configured).path
        self._net.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True), strict=True)
        self._net.eval()

    def vectors(self, pieces: Sequence[Samples]) -> Vectors:
        """Return one unit vector a piece; see ``Embedder``."""
        import torch

        found = np.zeros((len(pieces), DIMENSION), dtype=np.float32)
        by_length: dict[int, list[int]] = {}
        for i, piece in enumerate(pieces):
            by_length.setdefault(max(GRAIN, len(piece) // GRAIN * GRAIN), []).append(i)
        with torch.inference_mode():
            for length, members in by_length.items():
                for first in range(0, len(members), BATCH):
                    batch = members[first : first + BATCH]
                    features = torch.stack([_features(pieces[i], length) for i in batch])
                    found[batch] = self._net(features).float().numpy()
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def chunk_vector(self, wave: Any, active: Any) -> Any:  # noqa: ANN401 -- torch tensors
        """Return the vector of a chunk's ``active`` frames, or None where too few are; the way pyannote asks."""
        import torch

        features = _log_mel(wave)
        if active is not None:
            at = torch.linspace(0, len(active) - 1, len(features)).round().long()
            features = features[active[at]]
        if len(features) < LEAST_FEATURES:
            return None
        return self._net((features - features.mean(dim=0, keepdim=True))[None])[0].float()


def _features(piece: Samples, length: int) -> Any:  # noqa: ANN401 -- a torch tensor; torch is not imported here
    """Return mean-free log mel energies of the middle ``length`` samples; shape (frames, mel bins)."""
    import torch

    spare = max(0, (len(piece) - length) // 2)
    cut = np.ascontiguousarray(piece[spare : spare + length])
    if len(cut) < length:
        cut = np.pad(cut, (0, length - len(cut)))
    features = _log_mel(torch.from_numpy(cut))
    return features - features.mean(dim=0, keepdim=True)


def _log_mel(wave: Any) -> Any:  # noqa: ANN401 -- torch tensors
    """Return log mel energies of one signal; shape (frames, mel bins)."""
    from torchaudio.compliance import kaldi

    return kaldi.fbank(wave[None], num_mel_bins=MEL_BINS, sample_frequency=RATE_HZ, dither=0.0)


def _module(path: str) -> ModuleType:
    """Import one file by its path, without the package it lies in."""
    spec = importlib.util.spec_from_file_location("earful_campplus_architecture", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: not a Python file; reinstall the package that holds it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
