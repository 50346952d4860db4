"""Decode a file of sound into a Recording, with the facts about the file and signs of silent loss."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from audio.damage import Trace, flags_of
from audio.facts import Decoded, DecodeLimits, FileFacts, RawFormat
from audio.failures import PlaylistError, TooShortError, TruncatedHeaderError, UndeclaredError, UnreadableError
from audio.formats import HEAD_BYTES, RAW_SUFFIXES, container_of, looks_like_playlist, suffix_of
from audio.opening import DeadlineReader, open_bytes, open_regular, sha256_of, sha256_of_open
from audio.promises import header_promises_more, still_growing
from audio.recording import Recording, Samples
from audio.stream import Source, declared_seconds, decode_all, opened, refuse_long, sound_stream

__all__ = [
    "DecodeLimits",
    "Decoded",
    "FileFacts",
    "RawFormat",
    "decode",
    "header_promises_more",
    "load",
    "sha256_of",
    "still_growing",
]


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
    >>> import numpy as np, tempfile
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
    content: bytes | None = None,
) -> Decoded:
    """Decode one file: every channel, at its own rate, nothing resampled, nothing else opened.

    Parameters
    ----------
    path:
        A regular file in a permitted format, whatever its name ends in. Time runs from the first decoded
        sample; where packets are lost, silence of their length keeps later times right.
    call_id:
        Goes into the recording; the file's name without its suffix when empty.
    limits:
        What the file may cost; the defaults of ``DecodeLimits`` when None.
    raw:
        Used only for names that end like headerless sound (``.ul``, ``.al``, ``.raw`` ...) and hold no known header.
    content:
        The file's bytes where they came another way; ``path`` is then only their name and nothing is opened.

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
    with open_regular(path) if content is None else open_bytes(path, content) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        _refuse_by_head(path, head, raw=raw)
        declared = raw if suffix_of(path) in RAW_SUFFIXES and container_of(head) is None else None
        reader = DeadlineReader(file, path=path, wall_s=limits.max_wall_s)
        with opened(reader, path, head, raw=declared) as container:
            stream = sound_stream(container, path, limits)
            trace = Trace(
                container=container.format.name.split(",")[0], codec=stream.codec_context.codec.canonical_name
            )
            trace.declared_s = None if declared else declared_seconds(container, stream)
            refuse_long(container, stream, path, trace, limits)
            samples, rate_hz = decode_all(Source(container, stream, reader, path), trace, limits)
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
    trace.size_bytes = file.seek(0, os.SEEK_END)
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
