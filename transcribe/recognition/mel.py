"""Mel spectrograms of windows, as long as the window needs and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audio.recording import Samples
from transcribe.recognition.protocol import RECOGNITION_RATE_HZ

if TYPE_CHECKING:
    import torch

_FRAMES_PER_S = 50
_LONGEST_S = 30.0


def frames_for(samples: Samples, *, tail_s: float, step: int = 10) -> int:
    """Return the encoder's frames for a window and the silence kept behind it, rounded up to ``step``.

    >>> frames_for(np.zeros(16000, dtype=np.float32), tail_s=1.0)
    100
    """
    wanted_s = min(samples.size / RECOGNITION_RATE_HZ + tail_s, _LONGEST_S)
    return int(-(-wanted_s * _FRAMES_PER_S // step) * step)


def mel_of(samples: Samples, *, frames: int, n_mels: int) -> torch.Tensor:
    """Return whisper's log mel spectrogram, shape (n_mels, 2 x frames), silence behind the samples.

    ``samples``: shape (n,), float32 in [-1, 1], at ``RECOGNITION_RATE_HZ``; cut where longer than ``frames``.
    """
    import torch
    from whisper.audio import log_mel_spectrogram

    padded = np.zeros(frames * RECOGNITION_RATE_HZ // _FRAMES_PER_S, dtype=np.float32)
    kept = samples[: padded.size]
    padded[: kept.size] = kept
    mel: torch.Tensor = log_mel_spectrogram(torch.from_numpy(padded), n_mels=n_mels)
    return mel
