"""A small Whisper network with random weights, and sounds for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from transcribe.models import quiet
from transcribe.recognition.network import Heard, encode, heard

if TYPE_CHECKING:
    import torch

    from transcribe.recognition.weights import Weights

FRAMES, STATE, VOCABULARY = 48, 128, 51865


def small_model() -> Any:
    quiet()
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(3)
    dims = ModelDimensions(80, FRAMES, STATE, 2, 2, VOCABULARY, 64, STATE, 2, 2)
    whisper = Whisper(dims).eval()
    with torch.no_grad():
        for weight in whisper.parameters():
            weight.normal_(std=0.05)
        whisper.decoder.positional_embedding.normal_(std=0.5)
    return whisper


def sound_of(weights: Weights, seed: int = 0, frames: int = FRAMES) -> tuple[torch.Tensor, Heard]:
    import torch

    mel = torch.from_numpy(np.random.default_rng(seed).normal(size=(80, 2 * frames)).astype(np.float32))
    return mel, heard(weights, *encode(weights, mel))
