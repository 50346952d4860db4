"""From an open file to samples: permitted demuxers only, limits checked on the way, signs of loss noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from audio.damage import Trace
from audio.facts import DecodeLimits, RawFormat
from audio.failures import (
    BadRateError,
    NoAudioError,
    NotFiniteError,
    TooBigError,
    TooLongError,
    TooManyChannelsError,
    TruncatedHeaderError,
    UnreadableError,
)
from audio.formats import PERMITTED_DEMUXERS, container_of
from audio.opening import DeadlineReader
from audio.recording import Samples

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

# PyAV raises these besides its own errors on broken headers (no codec context, no stream, absurd numbers).
_BROKEN = (av.FFmpegError, OSError, ValueError, AttributeError, IndexError, OverflowError, TypeError)
_MOST_RESTARTS = 20
_LONGEST_GAP_S = 30.0
_LEAST_HEADER = 64


@contextmanager
def opened(reader: DeadlineReader, path: Path, head: bytes, *, raw: RawFormat | None) -> Iterator[InputContainer]:
    """Open the container by its content, with nothing but permitted demuxers and no protocol at all."""
    options = {"format_whitelist": PERMITTED_DEMUXERS, "protocol_whitelist": "none"}
    if raw is not None:
        layout = "mono" if raw.channels == 1 else "stereo"
        options = {"sample_rate": str(raw.rate_hz), "ch_layout": layout, "protocol_whitelist": "none"}
    try:
        container = av.open(
            reader, "r", format=raw.codec if raw else None, container_options=options, metadata_errors="replace"
        )
    except _BROKEN as error:
        raise _cannot_open(path, head, error) from error
    with container:
        yield container


def _cannot_open(path: Path, head: bytes, error: Exception) -> TruncatedHeaderError | UnreadableError:
    """Return the error that says best why the container did not open."""
    found = container_of(head)
    if found and (len(head) < _LEAST_HEADER or "moov" in str(error)):
        return TruncatedHeaderError(
            f"{path}: {found} that ends inside its header after {len(head)} bytes; copy it again"
        )
    if found == "mov":
        return TruncatedHeaderError(
            f"{path}: an mp4 without its index, as a broken-off recording leaves it; export it again"
        )
    looks = next((text for magic, text in _OTHER_CONTENT if head.lstrip()[:15].lower().startswith(magic)), None)
    what = looks or (f"a broken {found} header ({error})" if found else "no format of sound that is permitted here")
    return UnreadableError(f"{path}: {what}; export the recording again as wav, mp3, ogg or flac")


_OTHER_CONTENT = (
    (b"<!doctype html", "a web page, perhaps of a failed download"),
    (b"<html", "a web page, perhaps of a failed download"),
    (b"pk\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%pdf", "a PDF document"),
    (b"\0" * 12, "nothing but zeros where the header should be"),
)


def sound_stream(container: InputContainer, path: Path, limits: DecodeLimits) -> AudioStream:
    """Return the first sound track, refused at once when its header is beyond the limits."""
    streams = container.streams.audio
    if not streams:
        raise NoAudioError(f"{path}: {container.format.name} without a sound track; export the sound")
    stream = streams[0]
    try:
        channels, rate_hz = stream.codec_context.channels, stream.codec_context.sample_rate
    except _BROKEN as error:
        raise UnreadableError(f"{path}: no decoder for its sound; export it again as wav, mp3, ogg or flac") from error
    _check_shape(path, channels, rate_hz, limits)
    # Checksums inside the stream are compared where the format has them, so that damage turns into packet errors.
    stream.codec_context.options = {"err_detect": "crccheck+bitstream+buffer"}
    return stream


def _check_shape(path: Path, channels: int, rate_hz: int, limits: DecodeLimits) -> None:
    """Raise for channel counts and rates beyond the limits."""
    if not 1 <= channels <= limits.max_channels:
        found = f"{channels} channels" if channels > 0 else "an unusable number of channels"
        raise TooManyChannelsError(
            f"{path}: {found}, expected 1 to {limits.max_channels}; split conference calls first"
        )
    low, high = limits.rates_hz
    if not low <= rate_hz <= high:
        raise BadRateError(f"{path}: {rate_hz} samples a second, expected {low} to {high}; export it again")


def declared_seconds(container: InputContainer, stream: AudioStream) -> float | None:
    """Return the seconds the header declares; None where ffmpeg only guesses them from the bit rate."""
    if container.format.name in {"aac", "amr", "amrnb", "amrwb", "gsm"}:
        return None
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def refuse_long(
    container: InputContainer, stream: AudioStream, path: Path, trace: Trace, limits: DecodeLimits
) -> None:
    """Raise TooLongError before decoding when header and packets say so; headers alone lie both ways."""
    if trace.declared_s is None or trace.declared_s <= limits.max_duration_s:
        return
    seconds = 0.0
    try:
        for packet in container.demux(stream):
            seconds += float((packet.duration or 0) * (packet.time_base or 0))
            if seconds > limits.max_duration_s:
                break
        container.seek(0)
    except _BROKEN:
        # A header that lies is not a long file: decoding finds out what is really there.
        return
    _check_length(path, seconds, limits)


def _check_length(path: Path, seconds: float, limits: DecodeLimits) -> None:
    """Raise TooLongError beyond the limit."""
    if seconds > limits.max_duration_s:
        raise TooLongError(
            f"{path}: more than {limits.max_duration_s:g} s of sound; cut it into calls, or raise the limit"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """An open file on its way through the decoder."""

    container: InputContainer
    stream: AudioStream
    reader: DeadlineReader
    path: Path


def decode_all(source: Source, trace: Trace, limits: DecodeLimits) -> tuple[Samples, int]:
    """Decode every packet; returns samples (channels, n) float32, cut to [-1, 1], and their rate."""
    chunks: list[Samples] = []
    channels, rate_hz, count = 0, 0, 0
    for frame, missing_s in _frames(source, trace):
        if not chunks:
            channels, rate_hz = frame.layout.nb_channels, frame.sample_rate
            _check_shape(source.path, channels, rate_hz, limits)
        elif (frame.layout.nb_channels, frame.sample_rate) != (channels, rate_hz):
            trace.changed_frames += 1
            continue
        if missing_s and (gap := _gap(missing_s, count / rate_hz, rate_hz, channels, trace)) is not None:
            chunks.append(gap)
            count += gap.shape[1]
        chunk = _as_float(frame, channels)
        _check_finite(source.path, chunk, at_s=count / rate_hz)
        trace.peak = max(trace.peak, float(np.abs(chunk).max(initial=0.0)))
        count += chunk.shape[1]
        _check_length(source.path, count / rate_hz, limits)
        if count * channels * 4 > limits.max_sound_bytes:
            raise TooBigError(
                f"{source.path}: more than {limits.max_sound_bytes / 1e6:.0f} MB once decoded; "
                "export it at 8 or 16 kHz, or cut it into calls"
            )
        chunks.append(chunk)
    return _joined(chunks, channels, count), rate_hz


def _frames(source: Source, trace: Trace) -> Iterator[tuple[AudioFrame, float]]:
    """Yield decoded frames and the seconds missing before each; ``trace`` notes what shows of loss."""
    for packet in _packets(source, trace):
        source.reader.check()
        trace.see_packet(packet)
        try:
            frames = packet.decode()
        except _BROKEN:
            trace.errors += 1
            continue
        for frame in frames:
            yield frame, trace.see_frame(frame.time, frame.samples / (frame.sample_rate or 1))


def _gap(missing_s: float, at_s: float, rate_hz: int, channels: int, trace: Trace) -> Samples | None:
    """Return silence for lost packets, so that times stay those of players; None for jumps not to be believed."""
    end_s = at_s + missing_s
    believed = missing_s <= _LONGEST_GAP_S and (trace.declared_s is None or end_s <= trace.declared_s)
    return np.zeros((channels, round(missing_s * rate_hz)), np.float32) if believed else None


def _packets(source: Source, trace: Trace) -> Iterator[Packet[AudioStream]]:
    """Yield packets, going on behind places that the demuxer stumbles over."""
    for _ in range(_MOST_RESTARTS):
        try:
            yield from source.container.demux(source.stream)
        except _BROKEN:
            trace.errors += 1
        else:
            return


def _as_float(frame: AudioFrame, channels: int) -> Samples:
    """Return a frame's samples as (channels, n) float32 with full scale at 1."""
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, channels).T
    if values.dtype == np.uint8:
        return np.asarray((values.astype(np.float32) - 128) / 128, dtype=np.float32)
    if values.dtype.kind == "i":
        return np.asarray(values / np.float32(2 ** (8 * values.dtype.itemsize - 1)), dtype=np.float32)
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.float32)


def _check_finite(path: Path, chunk: Samples, *, at_s: float) -> None:
    """Raise NotFiniteError for NaN and infinity."""
    if not np.isfinite(chunk).all():
        raise NotFiniteError(f"{path}: NaN or infinite samples near {at_s:.1f} s; export it again as 16-bit wav")


def _joined(chunks: list[Samples], channels: int, count: int) -> Samples:
    """Return the chunks as one array, freeing each as it is copied so that memory is not doubled."""
    samples = np.empty((channels, count), dtype=np.float32)
    at = 0
    chunks.reverse()
    while chunks:
        chunk = chunks.pop()
        np.clip(chunk, -1.0, 1.0, out=samples[:, at : at + chunk.shape[1]])
        at += chunk.shape[1]
    return samples
