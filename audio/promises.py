"""What a file's header says should be there, against what is there: still being written, cut, or whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Literal

from audio.failures import AudioError
from audio.formats import HEAD_BYTES, container_of
from audio.mpeg import frame_table
from audio.opening import open_regular

# Recorders that cannot go back to fill in a size leave 0 or a value near the field's limit: no promise at all.
NO_PROMISE = 0x7FFF0000
_MOST_CHUNKS = 10_000
_CHUNK_HEAD, _AU_FIELDS = 8, 12
_PADDING_BYTES = 1  # RIFF chunks are padded to even lengths; writers forget the last one
_MP4_BOXES = frozenset(b"ftyp styp moov moof mdat free skip wide sidx mfra uuid udta meta pdin emsg prft".split())

ByteOrder = Literal["little", "big"]


def still_growing(path: str | os.PathLike[str], *, first_size: int, now_size: int) -> bool:
    """Tell whether a recording is still being written: waiting, not failed.

    Parameters
    ----------
    first_size, now_size:
        Bytes seen at two looks some seconds apart.

    Returns
    -------
    bool
        True when the size moved in between, or when the header promises more than is there.
    """
    return first_size != now_size or header_promises_more(path)


def header_promises_more(path: str | os.PathLike[str]) -> bool:
    """Tell whether the header announces bytes that the file does not hold (yet).

    Read are the sizes in wav, w64, aiff, au, mp4/m4a, webm/mka and the frame table of mp3; other formats carry none.
    Sizes of 0 and near a field's limit are placeholders of recorders that stream, not promises.
    False for links, pipes, folders and whatever may not be read: those fail by themselves, with their own message.

    Examples
    --------
    >>> import struct, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "half.wav"
    ...     _ = path.write_bytes(b"RIFF" + struct.pack("<I", 1036) + b"WAVE" + bytes(100))
    ...     header_promises_more(path)
    True
    """
    try:
        file = open_regular(Path(path))
    except AudioError:
        return False
    with file:
        return promised_end(file) > os.fstat(file.fileno()).st_size + _PADDING_BYTES


def promised_end(file: BinaryIO) -> int:
    """Return the byte at which the file ends by its own header; 0 when the header does not say."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    reader = _READERS.get(container_of(head) or "")
    return reader(file, head) if reader else 0


def _wav_end(file: BinaryIO, head: bytes) -> int:
    """Return the end of the data chunk; of the whole RIFF when the file stops before it."""
    return _sound_chunk_end(file, order="little") or _believed(head, at=4, base=8, order="little")


def _aiff_end(file: BinaryIO, head: bytes) -> int:
    """Return the end of the SSND chunk; of the whole FORM when the file stops before it."""
    return _sound_chunk_end(file, order="big") or _believed(head, at=4, base=8, order="big")


def _believed(head: bytes, *, at: int, base: int, order: ByteOrder) -> int:
    """Return ``base`` plus the 32-bit size at ``at``; 0 for placeholders."""
    size = int.from_bytes(head[at : at + 4], order) if len(head) >= at + 4 else 0
    return base + size if 0 < size < NO_PROMISE else 0


def _sound_chunk_end(file: BinaryIO, *, order: ByteOrder) -> int:
    """Walk four-letter chunks to the one that holds the sound and return its end; 0 when not reached.

    What follows the sound is not looked at, nor is the size of the whole: tools that append tags get both wrong.
    """
    at = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(_CHUNK_HEAD)
        if len(head) < _CHUNK_HEAD:
            return 0
        if head[:4] in {b"data", b"SSND"}:
            # A placeholder still says that the header is whole: the sound's first byte is all it promises.
            return _believed(head, at=4, base=at + 8, order=order) or at + 8
        size = int.from_bytes(head[4:], order)
        at += 8 + size + size % 2
    return 0


def _au_end(file: BinaryIO, head: bytes) -> int:
    """Return header size plus data size."""
    if len(head) < _AU_FIELDS:
        return _AU_FIELDS
    return _believed(head, at=8, base=int.from_bytes(head[4:8], "big"), order="big")


def _w64_end(file: BinaryIO, head: bytes) -> int:
    """Return the 64-bit size of the whole file."""
    size = int.from_bytes(head[16:24], "little")
    return size if 0 < size < 1 << 62 else 0


def _mp4_end(file: BinaryIO, head: bytes) -> int:
    """Walk the known top boxes and return where the last one should end."""
    at = 0
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        box = file.read(16)
        size = int.from_bytes(box[:4], "big")
        if size == 1:
            size = int.from_bytes(box[8:16], "big")
        # Size 0 means "to the end of the file"; an unknown name is what some tool hung behind the last box.
        if min(len(box), size) < _CHUNK_HEAD or box[4:8] not in _MP4_BOXES:
            break
        at += size
    return at


def _matroska_end(file: BinaryIO, head: bytes) -> int:
    """Return the end of the segment, the one big element after the EBML header."""
    body, header_size = _ebml_size(head, 4)
    segment = body + header_size
    if head[segment : segment + 4] != b"\x18\x53\x80\x67":
        return 0
    start, size = _ebml_size(head, segment + 4)
    return start + size if size else 0


def _ebml_size(head: bytes, at: int) -> tuple[int, int]:
    """Return where an element's body begins, and its size; 0 for "unknown"."""
    if at >= len(head) or not head[at]:
        return at + 1, 0
    length = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + length], "big") & ((1 << 7 * length) - 1)
    return at + length, 0 if value == (1 << 7 * length) - 1 else value


def _mp3_end(file: BinaryIO, head: bytes) -> int:
    """Return the byte count of a table in the first frame; 0 without one.

    A tag before the first frame is not added: some writers count it in, and a whole file must not wait for ever.
    """
    table = frame_table(file)
    return table.bytes_declared if table else 0


_READERS = {
    "wav": _wav_end,
    "aiff": _aiff_end,
    "au": _au_end,
    "w64": _w64_end,
    "mov": _mp4_end,
    "matroska": _matroska_end,
    "mp3": _mp3_end,
}
