"""Clips: a stretch of a call as a small file that plays anywhere, levelled, with names bleeped out."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from audio.decode import load
from audio.encode import encode
from audio.failures import CannotEncodeError
from audio.loudness import amplified, levelling_gain_db
from audio.recording import Recording, Samples
from audio.span import Span, merged

ClipFormat = Literal["opus", "mp3", "wav"]

MEDIA_TYPES: dict[str, str] = {"opus": "audio/ogg; codecs=opus", "mp3": "audio/mpeg", "wav": "audio/wav"}

# Word times of recognisers are off by this much at worst on telephone speech; a bleep must cover the whole name.
BLEEP_PAD_S = 0.15
_TONE_HZ = 1000.0
_TONE_AMPLITUDE = 0.07
_RAMP_S = 0.005
# Correlation below which two channels hold one voice with opposite signs, and would cancel in a sum.
_FLIPPED = -0.5
_BIT_RATES_KBPS = {"opus": 16.0, "mp3": 24.0}


def clip(
    source: Recording | str | os.PathLike[str],
    span: Span,
    *,
    pad_s: float = 1.0,
    format: ClipFormat = "opus",
    bleep: Sequence[Span] = (),
    level: bool = True,
    channels: Literal["mix"] | int = "mix",
) -> bytes:
    """Return a stretch of a call as the bytes of a mono file.

    Parameters
    ----------
    source:
        A recording, or a path that ``audio.decode.load`` takes; hand in the recording when cutting several clips.
    span:
        Seconds of the call.
    pad_s:
        Seconds kept before and after, as far as the call goes.
    format:
        ``"opus"`` (in ogg, 16 kbit/s: 2 kB a second), ``"mp3"`` (24 kbit/s, for old Safari) or ``"wav"``.
    bleep:
        Spans of the call, 0.15 s added on both sides, in which a tone takes the place of every sample before encoding:
        nothing of what was said there is left, however the clip is processed.
    level:
        Bring every channel to the same speech level, measured over the whole call, so that quiet words stay quiet
        beside loud ones of the same person.
    channels:
        ``"mix"`` adds all channels up (the louder alone where they are one voice with opposite signs); a number takes
        that channel alone.

    Raises
    ------
    CannotEncodeError
        For a span outside the call, an unknown format or channel.
    AudioError
        What ``audio.decode.load`` raises, for paths.

    Examples
    --------
    >>> call = Recording("c1", np.zeros((2, 8000), np.float32), 8000)
    >>> clip(call, Span(0.2, 0.4), pad_s=0.1, format="wav")[:4]
    b'RIFF'
    """
    if format not in MEDIA_TYPES:
        raise CannotEncodeError(f"clip format {format!r}; known: {', '.join(MEDIA_TYPES)}")
    recording = source if isinstance(source, Recording) else load(Path(source))
    whole = span.padded(pad_s, within=recording.span)
    if not round(whole.duration_s * recording.rate_hz):
        raise CannotEncodeError(
            f"{recording.call_id}: no sound from {span.start_s:g} to {span.end_s:g} s; "
            f"the call lasts {recording.duration_s:g} s"
        )
    mono = _mono(recording, whole, level=level, channels=channels)
    _bleep(mono, recording.rate_hz, spans=bleep, start_s=whole.start_s)
    return encode(mono, recording.rate_hz, codec=format, bit_rate_kbps=_BIT_RATES_KBPS.get(format))


def whole_call(
    source: Recording | str | os.PathLike[str],
    *,
    format: ClipFormat = "opus",
    bleep: Sequence[Span] = (),
    level: bool = True,
    channels: Literal["mix"] | int = "mix",
) -> bytes:
    """Return the whole call as one clip; parameters and errors as for ``clip``. Four minutes of opus are 480 kB."""
    recording = source if isinstance(source, Recording) else load(Path(source))
    return clip(recording, recording.span, pad_s=0.0, format=format, bleep=bleep, level=level, channels=channels)


def _mono(recording: Recording, span: Span, *, level: bool, channels: Literal["mix"] | int) -> Samples:
    """Return the stretch as one channel, shape (n,), a copy."""
    chosen = _chosen(recording, channels)
    parts: list[Samples] = []
    for channel in chosen:
        whole = recording.samples[channel]
        gain_db = levelling_gain_db(whole, recording.rate_hz) if level else 0.0
        parts.append(amplified(recording.cut(span, channel=channel), gain_db))
    if len(parts) == 1:
        return parts[0]
    return amplified(np.sum(parts, axis=0, dtype=np.float32), 0.0)


def _chosen(recording: Recording, channels: Literal["mix"] | int) -> tuple[int, ...]:
    """Return the channels to add up."""
    if channels == "mix":
        return _mixable(recording)
    if isinstance(channels, bool) or not isinstance(channels, int) or not 0 <= channels < recording.channels:
        raise CannotEncodeError(f"{recording.call_id}: channel {channels!r}; 'mix' or 0 to {recording.channels - 1}")
    return (channels,)


def _mixable(recording: Recording) -> tuple[int, ...]:
    """Return all channels, or the loudest alone where a pair is one voice with opposite signs or one voice twice."""
    if recording.channels == 1:
        return (0,)
    first, second = recording.samples
    power = float(np.vdot(first, first)) * float(np.vdot(second, second))
    same = float(np.vdot(first, second)) / math.sqrt(power) if power else 0.0
    if _FLIPPED < same < -_FLIPPED:
        return (0, 1)
    return (0,) if np.vdot(first, first) >= np.vdot(second, second) else (1,)


def _bleep(mono: Samples, rate_hz: int, *, spans: Sequence[Span], start_s: float) -> None:
    """Overwrite the spans of ``mono`` (shape (n,), begins at ``start_s`` of the call) with a tone, in place."""
    padded = (Span(span.start_s - BLEEP_PAD_S, span.end_s + BLEEP_PAD_S) for span in spans)
    for span in merged(padded):
        low = max(0, math.floor((span.start_s - start_s) * rate_hz))
        high = min(mono.size, math.ceil((span.end_s - start_s) * rate_hz))
        if low < high:
            mono[low:high] = _tone(high - low, rate_hz)


def _tone(count: int, rate_hz: int) -> npt.NDArray[np.float32]:
    """Return a soft tone with ramps at both ends, shape (count,)."""
    at = np.arange(count)
    ramp = np.minimum(1.0, np.minimum(at + 1, count - at) / max(1.0, _RAMP_S * rate_hz))
    tone = _TONE_AMPLITUDE * ramp * np.sin(2 * np.pi * _TONE_HZ * at / rate_hz)
    return np.asarray(tone, dtype=np.float32)
