"""Speech level that pauses do not pull down, and the gain that makes calls equally loud."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audio.recording import Samples

# Blocks and gates of ITU-R BS.1770-4; its frequency weighting is left out, as it is flat over the telephone band.
_BLOCK_S = 0.4
_HOP_S = 0.1
_ABSOLUTE_GATE_DB = -70.0
_RELATIVE_GATE_DB = 10.0
_KNEE = 0.8

TARGET_DB = -20.0
MOST_GAIN_DB = 20.0


def gated_level_db(channel: npt.NDArray[np.float32], rate_hz: int) -> float:
    """Return the RMS level of the louder blocks of one channel in dB of full scale.

    Blocks of 0.4 s below -70 dB, and then those 10 dB under the mean of the rest, are left out: speech
    remains.

    Parameters
    ----------
    channel:
        Shape (n,), float32 in [-1, 1].

    Returns
    -------
    float
        At most 0; NaN for digital silence and for nothing at all.

    Examples
    --------
    >>> half = np.full(80000, 0.5, np.float32)
    >>> round(gated_level_db(np.concatenate([half, 0 * half]), 8000), 1)
    -6.1
    """
    if not channel.size:
        return float("nan")
    hop = max(1, round(_HOP_S * rate_hz))
    if channel.size < hop:
        channel = np.pad(channel, (0, hop - channel.size))
    cut = channel[: channel.size // hop * hop].reshape(-1, hop)
    short = np.einsum("ij,ij->i", cut, cut, dtype=np.float64)
    hops = min(round(_BLOCK_S / _HOP_S), short.size)
    power = np.convolve(short, np.ones(hops), mode="valid") / (hops * hop)
    loud = power[power > 10 ** (_ABSOLUTE_GATE_DB / 10)]
    if not loud.size:
        return float("nan")
    kept = loud[loud > loud.mean() * 10 ** (-_RELATIVE_GATE_DB / 10)]
    return float(10 * np.log10(kept.mean()))


def levelling_gain_db(
    channel: npt.NDArray[np.float32], rate_hz: int, *, target_db: float = TARGET_DB, most_db: float = MOST_GAIN_DB
) -> float:
    """Return the gain that brings a channel's gated level to ``target_db``, at most ``most_db``; 0 for silence.

    The limit keeps a channel that holds only echo and hiss from being blown up to a voice.
    """
    level_db = gated_level_db(channel, rate_hz)
    return 0.0 if np.isnan(level_db) else min(target_db - level_db, most_db)


def amplified(samples: Samples, gain_db: float) -> Samples:
    """Return ``samples`` times the gain, peaks above 0.8 bent smoothly so that none exceeds full scale."""
    loud = samples * np.float32(10 ** (gain_db / 20))
    size = np.abs(loud)
    over = size > _KNEE
    bent = _KNEE + (1 - _KNEE) * np.tanh((size[over] - _KNEE) / (1 - _KNEE))
    loud[over] = np.sign(loud[over]) * bent
    return np.asarray(loud, dtype=np.float32)
