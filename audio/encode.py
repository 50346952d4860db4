"""Write samples as a file of sound in memory: opus, mp3, flac or wav."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, cast

import av
import numpy as np
import numpy.typing as npt

from audio.failures import CannotEncodeError

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

Codec = Literal["opus", "mp3", "flac", "wav", "mulaw"]

_CHUNK_S = 1.0


@dataclass(frozen=True, slots=True)
class _Format:
    """How one codec is written: container, ffmpeg's encoder, its sample format, and the rates it takes."""

    container: str
    encoder: str
    samples: str
    rates_hz: tuple[int, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


_FORMATS: dict[str, _Format] = {
    # "voip" keeps consonants at low rates; 60 ms frames spend fewer bytes on Ogg and packet headers than 20 ms ones.
    "opus": _Format(
        "ogg",
        "libopus",
        "s16",
        (8000, 12000, 16000, 24000, 48000),
        (("application", "voip"), ("frame_duration", "60")),
    ),
    "mp3": _Format("mp3", "libmp3lame", "s16p", (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)),
    "flac": _Format("flac", "flac", "s16"),
    "wav": _Format("wav", "pcm_s16le", "s16"),
    "mulaw": _Format("wav", "pcm_mulaw", "s16"),
}


def encode(
    samples: npt.ArrayLike, rate_hz: int, *, codec: Codec = "flac", bit_rate_kbps: float | None = None
) -> bytes:
    """Return ``samples`` as the bytes of a file.

    Parameters
    ----------
    samples:
        Shape (n,) or (channels, n), 1 or 2 channels, float in [-1, 1]; beyond full scale is cut there.
    rate_hz:
        Written as it is where the codec takes it; opus and mp3 take the next higher rate they know, resampled.
    codec:
        ``"opus"`` (in ogg), ``"mp3"``, ``"flac"``, ``"wav"`` (16-bit) or ``"mulaw"`` (in wav).
    bit_rate_kbps:
        For opus and mp3 over all channels; 16 for each channel when None. Lossless codecs ignore it.

    Raises
    ------
    CannotEncodeError
        For other shapes, no samples, NaN, an unknown codec or a rate below 1.

    Examples
    --------
    >>> encode(np.zeros(8000), 8000, codec="wav")[:4]
    b'RIFF'
    """
    if codec not in _FORMATS:
        raise CannotEncodeError(f"codec {codec!r}; known: {', '.join(_FORMATS)}")
    checked = _checked(np.asarray(samples, dtype=np.float32), rate_hz)
    target = _FORMATS[codec]
    buffer = io.BytesIO()
    # Bit-exact: the same samples give the same bytes, so that pages and clips can be compared and cached.
    with av.open(buffer, "w", format=target.container, options={"fflags": "+bitexact"}) as container:
        _write(container, checked, rate_hz, target=target, bit_rate_kbps=bit_rate_kbps)
    return buffer.getvalue()


def _checked(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.int16]:
    """Return int16 samples, shape (channels, n), or raise CannotEncodeError."""
    samples = np.atleast_2d(samples)
    if samples.ndim not in {1, 2} or samples.shape[0] not in {1, 2} or not samples.size or rate_hz < 1:
        raise CannotEncodeError(f"samples of shape {samples.shape} at {rate_hz} Hz; expected (1 or 2, n) with n >= 1")
    if not np.isfinite(samples).all():
        raise CannotEncodeError("NaN or infinite samples; replace them before encoding")
    # 32768 is what decoding divides by: what was read comes out as it was, but for +1.0 itself.
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def _write(
    container: OutputContainer,
    samples: npt.NDArray[np.int16],
    rate_hz: int,
    *,
    target: _Format,
    bit_rate_kbps: float | None,
) -> None:
    """Encode and mux everything, a second at a time."""
    channels = samples.shape[0]
    layout = "mono" if channels == 1 else "stereo"
    out_rate_hz = next((rate for rate in target.rates_hz if rate >= rate_hz), max(target.rates_hz, default=rate_hz))
    options = {"flags": "+bitexact", **dict(target.options)}
    # The cast: PyAV types a stream made from a name it does not know by all kinds at once.
    stream = cast(
        "AudioStream", container.add_stream(target.encoder, rate=out_rate_hz, options=options, layout=layout)
    )
    if target.encoder.startswith("lib"):
        stream.bit_rate = round(1000 * (bit_rate_kbps or 16.0 * channels))
    resampler = av.AudioResampler(format=target.samples, layout=layout, rate=out_rate_hz)
    step = max(1, round(_CHUNK_S * rate_hz))
    for at in range(0, samples.shape[1], step):
        for frame in resampler.resample(_frame(samples[:, at : at + step], rate_hz, layout=layout, at=at)):
            container.mux(stream.encode(frame))
    for frame in resampler.resample(None):
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _frame(samples: npt.NDArray[np.int16], rate_hz: int, *, layout: str, at: int) -> AudioFrame:
    """Return samples (channels, n) as one packed frame that begins at sample ``at``."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T.reshape(1, -1)), format="s16", layout=layout)
    frame.sample_rate = rate_hz
    frame.time_base = Fraction(1, rate_hz)
    frame.pts = at
    return frame
