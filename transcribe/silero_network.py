"""silero-vad's 16 kHz network in plain torch: hundreds of chunks encoded at once, then one long sequence.

Sound of 8 kHz is heard as it is: brought to 16 kHz, the upper half of its spectrum would follow from the lower.
"""

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

RATE_HZ = 16_000
NARROW_RATE_HZ = 8_000
CHUNK = 512  # samples the network judges at a time, at 16 kHz
_CONTEXT = 64  # samples of the chunk before that it sees as well
PHASES = 2  # the same sound heard again half a chunk later: 16 ms steps instead of 32 ms
_BLOCK = 512  # pieces encoded at once: what lies between the layers stays in the processor's cache
_WINDOW = "stft.forward_basis_buffer"
_FIRST_LAYER = "encoder.0.reparam_conv.weight"
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


def narrowed(weights: NetworkWeights) -> NetworkWeights:
    """Return the weights that hear sound of 8 kHz as the network hears it brought to 16 kHz.

    There the upper half of a spectrum mirrors the lower, as far as the resampler's filter lets it through: its weights
    are added to those of the lower half. Only where the network mirrors the end of a chunk does something else sound
    up there, a kink whose spectrum has one form and the height of the step to the next sample: a 66th input.
    Against the long way round, probabilities differ by .001 in the mean (.007 in babble): one edge in a hundred of
    quiet calls and three of noisy ones move by over 10 ms, as often to the right place as from it.
    """
    import torch
    from scipy.signal import resample_poly

    window, wide = weights[_WINDOW][:1, :1], weights[_FIRST_LAYER]
    middle = wide.shape[1] // 2
    impulse = np.zeros(window.shape[2] // 2, dtype=np.float32)
    impulse[impulse.shape[0] // 2] = 1.0
    passed = np.abs(np.fft.rfft(resample_poly(impulse, 2, 1)))
    folded = wide * torch.from_numpy(passed.astype(np.float32)).reshape(1, -1, 1)
    lower = torch.cat([folded[:, :middle] + folded[:, middle + 1 :].flip(1), folded[:, middle : middle + 1]], dim=1)
    turns = torch.arange(wide.shape[1]) / (wide.shape[1] - 1) * torch.pi
    kink = window[0, 0, -_CONTEXT - 1] / (2 - 2 * torch.cos(turns[middle + 1 :]))
    upper = (wide[:, middle + 1 :] * kink.reshape(1, -1, 1)).sum(dim=1, keepdim=True)
    return {**weights, _WINDOW: window[:, :, ::2].contiguous(), _FIRST_LAYER: torch.cat([lower, upper], dim=1)}


def frame_probabilities(samples: Samples, weights: NetworkWeights, *, rate_hz: int) -> Probabilities:
    """Return the speech probability of every half chunk (16 ms): the sound is heard ``PHASES`` times, shifted.

    Parameters
    ----------
    samples:
        Shape (n,), float32 in [-1, 1].
    weights:
        Those of ``load_weights`` for 16 kHz, those of ``narrowed`` for 8 kHz.
    rate_hz:
        16000 or 8000.

    Returns
    -------
    Probabilities
        Shape (chunks * PHASES,), in [0, 1]; the last chunk is filled up with silence.
    """
    import torch

    chunk, context = CHUNK * rate_hz // RATE_HZ, _CONTEXT * rate_hz // RATE_HZ
    chunks = -(-samples.shape[0] // chunk)
    padded = np.zeros(context + (chunks + 1) * chunk + 1, dtype=np.float32)
    padded[context : context + samples.shape[0]] = samples
    pieces = torch.from_numpy(padded).unfold(0, context + chunk + 1, chunk // PHASES)[: chunks * PHASES]
    spectra = _wide_spectra if rate_hz == RATE_HZ else _narrow_spectra
    with torch.inference_mode():
        blocks = (pieces[i : i + _BLOCK] for i in range(0, len(pieces), _BLOCK))
        encoded = torch.cat([_encode(spectra(block, weights[_WINDOW][0, 0]), weights) for block in blocks])
        return _decide(encoded.reshape(chunks, PHASES, -1), weights).reshape(-1)


def _wide_spectra(pieces: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    """Return the magnitudes of each piece's frames; its end is mirrored about the last sample but the one to come."""
    import torch

    return _magnitudes(torch.cat([pieces[:, :-1], pieces[:, -2 - _CONTEXT : -2].flip(1)], dim=1), window)


def _narrow_spectra(pieces: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    """Return the same at 8 kHz, and the height of the kink, which only the last frame holds, behind the magnitudes.

    The mirror stands half a sample further on here, where the last one of 16 kHz would be.
    """
    import torch

    found = _magnitudes(torch.cat([pieces[:, :-1], pieces[:, -1 - _CONTEXT // 2 : -1].flip(1)], dim=1), window)
    step = torch.zeros(found.shape[0], found.shape[1], 1)
    step[:, -1, 0] = (pieces[:, -1] - pieces[:, -2]).abs()
    return torch.cat([found, step], dim=2)


def _magnitudes(sound: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    """Return the magnitude spectra of each row's frames, shape (rows, frames, frequencies).

    The network's own first layer multiplies by a table of windowed sines and cosines; the table's row of frequency 0
    is the window, and a fast Fourier transform gives the same numbers.
    """
    import torch

    spectrum = torch.fft.rfft(sound.unfold(1, window.shape[0], window.shape[0] // 2) * window)
    # torch's own magnitude of complex numbers takes twice as long.
    magnitude: torch.Tensor = (spectrum.real.square() + spectrum.imag.square()).sqrt()
    return magnitude


def _encode(spectra: torch.Tensor, weights: NetworkWeights) -> torch.Tensor:
    """Return the encoder's output of each piece, shape (pieces, 128)."""
    from torch.nn.functional import conv1d

    hidden = spectra.transpose(1, 2)
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
