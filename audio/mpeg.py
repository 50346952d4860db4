"""The table that mp3 encoders put into the first frame: how many bytes there are, and their checksum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from audio.formats import HEAD_BYTES

_ID3_HEAD = 10
_TABLE_WITHIN = 64  # frame header, checksum and side information are shorter
_LAME_AT = 120  # behind flags, frames, bytes, the seek table and the quality
_LAME_LENGTH = 36
_CHECKSUM_WRITERS = frozenset({b"LAME", b"Lavf", b"Lavc"})
_LARGEST_CHECKED = 8_000_000  # pure Python: about a second


@dataclass(frozen=True, slots=True)
class FrameTable:
    """A Xing or Info table.

    Attributes
    ----------
    bytes_declared:
        Bytes of sound from the table's own frame to the last; 0 when it does not say.
    sound_bytes, sound_checksum:
        Length and CRC-16 of the frames behind the table's own; 0 where no encoder known to write them did.
    frame_at, frame_bytes:
        Where the table's frame begins in the file, and how long it is.
    """

    bytes_declared: int
    sound_bytes: int
    sound_checksum: int
    frame_at: int
    frame_bytes: int


def id3_bytes(head: bytes) -> int:
    """Return the length of an ID3v2 tag at the start of an mp3, header included; 0 without one."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEAD:
        return 0
    return _ID3_HEAD + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def frame_table(file: BinaryIO) -> FrameTable | None:
    """Read the table of an open mp3; None without one. The position moves."""
    file.seek(0)
    start = 0
    while tag := id3_bytes(file.read(_ID3_HEAD)):  # a tagger may put its own tag before the one that is there
        start += tag
        file.seek(start)
    file.seek(start)
    head = file.read(HEAD_BYTES)
    at = max(head[:_TABLE_WITHIN].find(b"Xing"), head[:_TABLE_WITHIN].find(b"Info"))
    lame = at + _LAME_AT
    if at < 0 or len(head) < lame + _LAME_LENGTH:
        return None
    has_frames, has_bytes = head[at + 7] & 1, head[at + 7] & 2
    field = at + 8 + 4 * has_frames
    declared = int.from_bytes(head[field : field + 4], "big") if has_bytes else 0
    tag_end = lame + _LAME_LENGTH - 2
    # The extension's own checksum is no use: encoders disagree on which bytes it covers.
    valid = head[lame : lame + 4] in _CHECKSUM_WRITERS
    length = _frame_bytes(head)
    valid = valid and length > 0  # padding behind a tag: where the sound begins is not known
    total = int.from_bytes(head[tag_end - 6 : tag_end - 2], "big") if valid else 0
    checksum = int.from_bytes(head[tag_end - 2 : tag_end], "big") if valid else 0
    return FrameTable(declared, max(0, total - length), checksum, start, length)


def checksum_broken(file: BinaryIO) -> bool:
    """Tell whether the encoder left a checksum of the sound that no longer holds; False where it left none."""
    table = frame_table(file)
    if not table or not table.sound_checksum or not 0 < table.sound_bytes <= _LARGEST_CHECKED:
        return False
    file.seek(table.frame_at + table.frame_bytes)
    return _crc16(file.read(table.sound_bytes)) != table.sound_checksum


def _frame_bytes(head: bytes) -> int:
    """Return the length of the layer III frame at the start of ``head``; 0 for reserved fields."""
    if len(head) < _ID3_HEAD or head[0] != _SYNC:
        return 0
    version, rate_code, bits_code = head[1] >> 3 & 3, head[2] >> 2 & 3, head[2] >> 4
    rate_hz = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}.get(version, ())
    kbps = _KBPS_V1 if version == _VERSION_1 else _KBPS_V2
    if rate_code >= len(rate_hz) or bits_code >= len(kbps):
        return 0
    slots = 144_000 if version == _VERSION_1 else 72_000
    return slots * kbps[bits_code] // rate_hz[rate_code] + (head[2] >> 1 & 1)


_SYNC, _VERSION_1 = 0xFF, 3
_KBPS_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_V2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _crc_table() -> tuple[int, ...]:
    """Return the 256 remainders of the reflected polynomial 0xA001 (CRC-16/ARC)."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)  # noqa: PLW2901 - the remainder is shifted out bit by bit
        table.append(value)
    return tuple(table)


_CRC_TABLE = _crc_table()


def _crc16(data: bytes) -> int:
    """Return CRC-16/ARC of ``data``."""
    remainder, table = 0, _CRC_TABLE
    for byte in data:
        remainder = remainder >> 8 ^ table[(remainder ^ byte) & 0xFF]
    return remainder
