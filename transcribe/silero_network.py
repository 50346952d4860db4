"""silero-vad's 16 kHz network in plain torch: hundreds of chunks encoded at once, then one long sequence."""

from __future__ import annotations

import hashlib
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from audio.recording import Samples

if TYPE_CHECKING:
    import torch

    NetworkWeights = dict[str, torch.Tensor]

CHUNK = 512  # samples the network judges at a time
_CONTEXT = 64  # samples of the chunk before that it sees as well
PHASES = 2  # the same sound heard again half a chunk later: 16 ms steps instead of 32 ms
_BLOCK = 512  # chunks encoded at once: what lies between the layers stays in the processor's cache
SILERO_FILE = "silero_vad.jit"
SILERO_SHA256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"

Probabilities = npt.NDArray[np.float32]


class WeightsError(RuntimeError):
    """The detector's weights are missing or not the ones that were measured."""


def silero_weights() -> Path:
    """Return the path of the weights inside the installed silero-vad package.

    Raises
    ------
    WeightsError
        When the package or its file is not there.
    """
    spec = find_spec("silero_vad")
    if spec is None or spec.origin is None:
        raise WeightsError("the package silero-vad is not installed; install earful's locked requirements")
    path = Path(spec.origin).parent / "data" / SILERO_FILE
    if not path.is_file():
        raise WeightsError(f"{path} is missing; reinstall silero-vad in the locked version")
    return path


def checked(path: Path) -> Path:
    """Return ``path`` if its contents are the measured ones; other weights would move every edge."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SILERO_SHA256:
        raise WeightsError(f"{path}: sha256 {found}, expected {SILERO_SHA256}; reinstall silero-vad")
    return path


def load_weights(path: Path) -> NetworkWeights:
    """Return the 16 kHz network's weights by their last two names ("0.bias" of the encoder, "rnn.bias_ih", ...)."""
    import torch

    with warnings.catch_warnings():
        # Only the weights are read: the package offers these in no other format.
        warnings.simplefilter("ignore", DeprecationWarning)
        state = torch.jit.load(str(path), map_location="cpu").state_dict()  # type: ignore[no-untyped-call]
    return {name.removeprefix("_model."): value for name, value in state.items() if name.startswith("_model.")}


def frame_probabilities(samples: Samples, weights: NetworkWeights) -> Probabilities:
    """Return the speech probability every ``CHUNK / PHASES`` samples: the sound is heard ``PHASES`` times, shifted.

    ``samples``: shape (n,), float32 in [-1, 1], at 16 kHz; the result: shape (n / CHUNK, rounded up, * PHASES,).
    """
    import torch

    chunks = -(-samples.shape[0] // CHUNK)
    padded = np.zeros(_CONTEXT + (chunks + 1) * CHUNK, dtype=np.float32)
    padded[_CONTEXT : _CONTEXT + samples.shape[0]] = samples
    pieces = torch.from_numpy(padded).unfold(0, _CONTEXT + CHUNK, CHUNK // PHASES)[: chunks * PHASES]
    with torch.inference_mode():
        encoded = torch.cat([_encode(pieces[i : i + _BLOCK], weights) for i in range(0, len(pieces), _BLOCK)])
        return _decide(encoded.reshape(chunks, PHASES, -1), weights).reshape(-1)


def _encode(pieces: torch.Tensor, weights: NetworkWeights) -> torch.Tensor:
    """Return the encoder's output of each chunk, shape (chunks, 128).

    The network's own first layer multiplies by a table of windowed sines and cosines; the table's row of frequency 0
    is the window, and a fast Fourier transform gives the same numbers.
    """
    import torch
    from torch.nn.functional import conv1d

    window = weights["stft.forward_basis_buffer"][0, 0]
    # The end mirrored, and the magnitude from its two parts: what torch has for either takes twice as long.
    mirrored = torch.cat([pieces, pieces[:, -1 - _CONTEXT : -1].flip(1)], dim=1)
    spectrum = torch.fft.rfft(mirrored.unfold(1, window.shape[0], window.shape[0] // 2) * window)
    hidden: torch.Tensor = (spectrum.real.square() + spectrum.imag.square()).sqrt().transpose(1, 2)
    for layer, stride in enumerate((1, 2, 2, 1)):
        name = f"encoder.{layer}.reparam_conv"
        hidden = conv1d(hidden, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=stride, padding=1).relu()
    return hidden.squeeze(-1)


def _decide(encoded: torch.Tensor, weights: NetworkWeights) -> Probabilities:
    """Return the recurrent layer's verdict on each chunk; ``encoded``: (chunks, phases, 128) -> (chunks, phases)."""
    import torch

    cell = torch.nn.LSTM(encoded.shape[2], encoded.shape[2])
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict({f"{name}_l0": weights[f"decoder.rnn.{name}"] for name in names})
    hidden, _ = cell(encoded)
    logits = hidden.relu() @ weights["decoder.decoder.2.weight"].reshape(-1) + weights["decoder.decoder.2.bias"]
    return np.asarray(logits.sigmoid().numpy(), dtype=np.float32)
