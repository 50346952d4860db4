"""Which files are sound: by their first bytes where there are any, by their name where there are not."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

# Demuxers that read one self-contained file. Left out on purpose: everything that opens other files (hls, dash,
# concat, image sequences), everything that listens to the network, and raw formats, which any bytes at all would fit.
PERMITTED_DEMUXERS = "wav,w64,aiff,au,caf,mp3,ogg,mov,matroska,webm,flac,amr,aac,gsm,asf,wv"

CONTAINER_SUFFIXES: dict[str, frozenset[str]] = {
    "wav": frozenset({"wav", "wave", "rf64", "bwf"}),
    "w64": frozenset({"w64"}),
    "aiff": frozenset({"aif", "aiff", "aifc"}),
    "au": frozenset({"au", "snd"}),
    "caf": frozenset({"caf"}),
    "mp3": frozenset({"mp3", "mp2", "mpga"}),
    "ogg": frozenset({"ogg", "oga", "opus", "spx"}),
    "mov": frozenset({"mp4", "m4a", "m4b", "mov", "3gp", "3g2", "3ga"}),
    "matroska": frozenset({"webm", "weba", "mka", "mkv"}),
    "flac": frozenset({"flac"}),
    "amr": frozenset({"amr", "awb"}),
    "aac": frozenset({"aac", "adts"}),
    "gsm": frozenset({"gsm"}),
    "asf": frozenset({"wma", "asf"}),
    "wv": frozenset({"wv"}),
}

RAW_SUFFIXES = frozenset({"ul", "ulaw", "mulaw", "al", "alaw", "raw", "pcm", "sln", "vox", "g722", "g729"})
PLAYLIST_SUFFIXES = frozenset(
    {"m3u", "m3u8", "pls", "asx", "wax", "xspf", "wpl", "cue", "ffconcat", "mpd", "sdp", "ram"}
)
SOUND_SUFFIXES = RAW_SUFFIXES.union(*CONTAINER_SUFFIXES.values())

HEAD_BYTES = 4096


def suffix_of(path: Path) -> str:
    """Return the name's last suffix in lower case without its dot; ``""`` without one.

    >>> suffix_of(Path("calls/Ivanov 2026.11.03.WAV"))
    'wav'
    """
    return path.suffix[1:].lower()


def container_of(head: bytes) -> str | None:
    """Return the container that the first bytes announce, a key of ``CONTAINER_SUFFIXES``; None for any others.

    Only signatures that ordinary text and tables cannot carry count; raw GSM has none worth trusting.

    >>> container_of(b"RIFF" + bytes(4) + b"WAVEfmt "), container_of(b"wave,client")
    ('wav', None)
    """
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mov"
    for magic, container in _MAGIC:
        if head.startswith(magic):
            return container
    return _frame_sync(head)


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"#!AMR", "amr"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"caff", "caf"),
    (b".snd", "au"),
    (b"riff\x2e\x91\xcf\x11", "w64"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"wvpk", "wv"),
)


def _frame_sync(head: bytes) -> str | None:
    """Return ``"mp3"`` or ``"aac"`` when the bytes begin with that format's frame header."""
    if re.match(rb"\xff[\xf0\xf1\xf8\xf9]", head):
        return "aac"
    # Layers II and III only: with layer I the mark of UTF-16 text would pass for sound. The third byte holds the bit
    # rate (0xF. is none) and the sample rate (its bits 11.. are none).
    return "mp3" if re.match(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd](?![\xf0-\xff]|[\x0c-\x0f])", head) else None


def looks_like_playlist(head: bytes) -> bool:
    r"""Tell whether the first bytes are a list of other files or addresses.

    >>> looks_like_playlist(b"#EXTM3U\n#EXTINF:10,"), looks_like_playlist(b"RIFF")
    (True, False)
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    starts = (b"#extm3u", b"ffconcat", b"[playlist]", b"<asx", b"<?wpl", b"[reference]", b"v=0\r", b"v=0\n")
    xml = text.startswith(b"<") and any(tag in text for tag in (b"<playlist", b"<mpd", b"<smil"))
    return text.startswith(starts) or xml


def wrong_suffix(path: Path, container: str) -> bool:
    """Tell whether the name promises another known format than ``container``; unknown suffixes promise nothing.

    >>> wrong_suffix(Path("a.mp3"), "wav"), wrong_suffix(Path("a.oga"), "ogg"), wrong_suffix(Path("a.part"), "wav")
    (True, False, False)
    """
    suffix, expected = suffix_of(path), CONTAINER_SUFFIXES.get(container)
    return expected is not None and suffix in SOUND_SUFFIXES and suffix not in expected


def looks_like_sound(path: str | os.PathLike[str]) -> bool:
    """Tell whether an entry under ``calls/`` deserves a row of its own, good or bad.

    True for names that end like sound or a playlist (folders too), for everything that is neither file nor folder
    (links, pipes, devices, sockets: they hide what they lead to), and for files whose first bytes announce sound.
    False for ordinary folders, tables, notes, and paths where nothing lies. Links and pipes are never opened.
    """
    path = Path(path)
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    if suffix_of(path) in SOUND_SUFFIXES | PLAYLIST_SUFFIXES:
        return True
    if stat.S_ISDIR(mode):
        return False
    if not stat.S_ISREG(mode):
        return True
    head = _head_of(path)
    return container_of(head) is not None or looks_like_playlist(head)


def _head_of(path: Path) -> bytes:
    """Return the first bytes of a regular file; ``b""`` when it may not be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(HEAD_BYTES)
