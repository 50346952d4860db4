"""Decode a file of sound into a Recording, with the facts about the file and signs of silent loss."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np

from audio.damage import DAMAGE_FLAGS, Trace, flags_of
from audio.failures import (
    BadRateError,
    NoAudioError,
    NotFiniteError,
    PlaylistError,
    TooBigError,
    TooLongError,
    TooManyChannelsError,
    TooShortError,
    TruncatedHeaderError,
    UndeclaredError,
    UnreadableError,
)
from audio.formats import HEAD_BYTES, PERMITTED_DEMUXERS, RAW_SUFFIXES, container_of, looks_like_playlist, suffix_of
from audio.opening import DeadlineReader, open_regular, sha256_of_open
from audio.recording import Recording, Samples

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

# PyAV raises these besides its own errors on broken headers (no codec context, no stream, absurd numbers).
_BROKEN = (OSError, ValueError, AttributeError, IndexError, OverflowError, TypeError)
_MOST_RESTARTS = 20
_LEAST_HEADER = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """How much a single file may cost; a survey call is far below every one of them.

    Attributes
    ----------
    max_duration_s:
        Decoded seconds; hours of silence fit into kilobytes.
    max_sound_bytes:
        Decoded float32 bytes over all channels; two hours of stereo at 8 kHz are 461 million.
    max_wall_s:
        Seconds on the clock for opening and decoding together.
    max_channels:
        1 or 2: a channel a party.
    min_duration_s:
        Less is no conversation.
    rates_hz:
        Lowest and highest believable sample rate, both included.
    """

    max_duration_s: float = 7200.0
    max_sound_bytes: int = 800_000_000
    max_wall_s: float = 25.0
    max_channels: int = 2
    min_duration_s: float = 1.0
    rates_hz: tuple[int, int] = (4000, 192_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFormat:
    """What somebody declared about headerless files, which say nothing themselves.

    Attributes
    ----------
    codec:
        ``"mulaw"``, ``"alaw"`` or ``"s16le"``.
    rate_hz:
        Samples a second.
    channels:
        1 or 2, interleaved.
    """

    codec: Literal["mulaw", "alaw", "s16le"]
    rate_hz: int = 8000
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the file is, says of itself, and shows of loss.

    Attributes
    ----------
    container, codec:
        As ffmpeg calls them, such as ``"wav"`` and ``"pcm_mulaw"``.
    rate_hz, channels:
        As decoded.
    declared_duration_s:
        Seconds by the header; None when the format has none worth trusting (raw AAC, AMR, GSM,
        mp3 without a frame table).
    decoded_duration_s:
        Seconds that came out.
    flags:
        Names of signs, sorted; see ``audio.damage.FLAGS`` for their meanings.
    sha256:
        Of the file's bytes, 64 hex digits.
    size_bytes:
        Of the file.
    """

    codec: str
    rate_hz: int
    channels: int
    declared_duration_s: float | None
    decoded_duration_s: float
    container: str
    flags: tuple[str, ...] = ()
    sha256: str = ""
    size_bytes: int = 0

    @property
    def damaged(self) -> bool:
        """Whether any flag is a sign of lost or altered sound, as against an oddity of the file."""
        return not DAMAGE_FLAGS.isdisjoint(self.flags)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording and the facts about the file it came from."""

    recording: Recording
    facts: FileFacts


def load(
    path: str | os.PathLike[str],
    *,
    call_id: str = "",
    limits: DecodeLimits | None = None,
    raw: RawFormat | None = None,
) -> Recording:
    """Return only the recording of ``decode``; same parameters, same errors.

    Examples
    --------
    >>> import tempfile
    >>> from audio.encode import encode
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "call.flac"
    ...     _ = path.write_bytes(encode(np.zeros((2, 16000), np.float32), 8000, codec="flac"))
    ...     load(path).samples.shape
    (2, 16000)
    """
    return decode(path, call_id=call_id, limits=limits, raw=raw).recording


def decode(
    path: str | os.PathLike[str],
    *,
    call_id: str = "",
    limits: DecodeLimits | None = None,
    raw: RawFormat | None = None,
) -> Decoded:
    """Decode one file: every channel, at its own rate, nothing resampled, nothing else opened.

    Parameters
    ----------
    path:
        A regular file in a permitted format, whatever its name ends in. Time runs from the first decoded sample.
    call_id:
        Goes into the recording; the file's name without its suffix when empty.
    limits:
        What the file may cost; the defaults of ``DecodeLimits`` when None.
    raw:
        Used only for names that end like headerless sound (``.ul``, ``.al``, ``.raw`` ...) and hold no known header.

    Returns
    -------
    Decoded
        Samples (channels, n) float32 in [-1, 1]; values beyond full scale are cut there, with a flag when far beyond.

    Raises
    ------
    AudioError
        Its subclass and ``kind`` say what is wrong, see ``audio.failures``. Damaged sound that still decodes is
        returned with flags instead.
    """
    path, limits = Path(path), limits or DecodeLimits()
    with open_regular(path) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        _refuse_by_head(path, head, raw=raw)
        declared = raw if suffix_of(path) in RAW_SUFFIXES and container_of(head) is None else None
        reader = DeadlineReader(file, path=path, wall_s=limits.max_wall_s)
        with _opened(reader, path, head, raw=declared) as container:
            stream = _sound_stream(container, path, limits)
            trace = Trace(
                container=container.format.name.split(",")[0], codec=stream.codec_context.codec.canonical_name
            )
            trace.declared_s = None if declared else _declared_s(container, stream)
            _refuse_long(container, stream, path, trace, limits)
            samples, rate_hz = _decode_all(_Source(container, stream, reader, path), trace, limits)
        _refuse_useless(path, samples, rate_hz, trace, limits)
        facts = _facts(path, file, head, samples, rate_hz, trace)
    return Decoded(Recording(call_id or path.stem, samples, rate_hz), facts)


def _refuse_by_head(path: Path, head: bytes, *, raw: RawFormat | None) -> None:
    """Raise for playlists and for headerless sound that nobody declared."""
    if looks_like_playlist(head):
        raise PlaylistError(
            f"{path}: a list of other files or addresses, never followed; put the recording itself there"
        )
    if raw is None and suffix_of(path) in RAW_SUFFIXES and container_of(head) is None:
        raise UndeclaredError(
            f"{path}: headerless .{suffix_of(path)}; declare its codec, rate and channels in earful.toml"
        )


@contextmanager
def _opened(reader: DeadlineReader, path: Path, head: bytes, *, raw: RawFormat | None) -> Iterator[InputContainer]:
    """Open the container by its content, with nothing but permitted demuxers and no protocol at all."""
    import av

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


def _sound_stream(container: InputContainer, path: Path, limits: DecodeLimits) -> AudioStream:
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
        raise TooManyChannelsError(
            f"{path}: {channels} channels, expected 1 to {limits.max_channels}; split conference recordings first"
        )
    low, high = limits.rates_hz
    if not low <= rate_hz <= high:
        raise BadRateError(f"{path}: {rate_hz} samples a second, expected {low} to {high}; export it again")


def _declared_s(container: InputContainer, stream: AudioStream) -> float | None:
    """Return the seconds the header declares; None where ffmpeg only guesses them from the bit rate."""
    if container.format.name in {"aac", "amr", "amrnb", "amrwb", "gsm"}:
        return None
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _refuse_long(
    container: InputContainer, stream: AudioStream, path: Path, trace: Trace, limits: DecodeLimits
) -> None:
    """Raise TooLongError before decoding when the header says so and the packets bear it out; headers lie both ways."""
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
class _Source:
    """An open file on its way through the decoder."""

    container: InputContainer
    stream: AudioStream
    reader: DeadlineReader
    path: Path


def _decode_all(source: _Source, trace: Trace, limits: DecodeLimits) -> tuple[Samples, int]:
    """Decode every packet; returns samples (channels, n) float32, cut to [-1, 1], and their rate."""
    chunks: list[Samples] = []
    channels, rate_hz, count = 0, 0, 0
    for frame in _frames(source, trace):
        if not chunks:
            channels, rate_hz = frame.layout.nb_channels, frame.sample_rate
            _check_shape(source.path, channels, rate_hz, limits)
        elif (frame.layout.nb_channels, frame.sample_rate) != (channels, rate_hz):
            trace.changed_frames += 1
            continue
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


def _frames(source: _Source, trace: Trace) -> Iterator[AudioFrame]:
    """Yield decoded frames in order, noting in ``trace`` what packets and clocks show of loss."""
    for packet in _packets(source, trace):
        source.reader.check()
        trace.see_packet(packet)
        try:
            frames = packet.decode()
        except _BROKEN:
            trace.errors += 1
            continue
        for frame in frames:
            trace.see_frame(frame.time, frame.samples / (frame.sample_rate or 1))
            yield frame


def _packets(source: _Source, trace: Trace) -> Iterator[Packet[AudioStream]]:
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


def _refuse_useless(path: Path, samples: Samples, rate_hz: int, trace: Trace, limits: DecodeLimits) -> None:
    """Raise when nothing, or too little to be a call, came out."""
    if not samples.size:
        if trace.errors:
            raise UnreadableError(
                f"{path}: none of its {trace.packets} packets decodes; copy it again from the recorder"
            )
        raise TruncatedHeaderError(f"{path}: {trace.container} that ends before its first sound; copy it again")
    if trace.errors > trace.decoded_frames:
        raise UnreadableError(
            f"{path}: {trace.errors} of {trace.packets} packets do not decode; copy it again from the recorder"
        )
    duration_s = samples.shape[1] / rate_hz
    if duration_s < limits.min_duration_s:
        raise TooShortError(
            f"{path}: {duration_s:.2f} s of sound, expected {limits.min_duration_s:g} s or more; no call"
        )


def _facts(path: Path, file: BinaryIO, head: bytes, samples: Samples, rate_hz: int, trace: Trace) -> FileFacts:
    """Return the facts, the flags worked out from trace, samples and bytes."""
    trace.decoded_s = samples.shape[1] / rate_hz
    trace.size_bytes = os.fstat(file.fileno()).st_size
    return FileFacts(
        codec=trace.codec,
        rate_hz=rate_hz,
        channels=samples.shape[0],
        declared_duration_s=trace.declared_s,
        decoded_duration_s=trace.decoded_s,
        container=trace.container,
        flags=flags_of(path, file, head, samples=samples, rate_hz=rate_hz, trace=trace),
        sha256=sha256_of_open(file),
        size_bytes=trace.size_bytes,
    )
