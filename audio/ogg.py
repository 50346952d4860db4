"""Ogg pages: the format checks itself, so that lost and altered pages show even where decoders keep silent."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_CAPTURE = b"OggS"
_HEADER_BYTES = 27
_LONGEST_PAGE = _HEADER_BYTES + 255 + 255 * 255
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: which stream, which number, whether it closes the stream, whether its checksum holds."""

    serial: int
    number: int
    is_first: bool
    is_last: bool
    intact: bool


@dataclass(frozen=True, slots=True)
class OggHealth:
    """What the pages show.

    Attributes
    ----------
    ended:
        Every stream has its last page, and the file stops at a page's end.
    lost_pages:
        Pages missing from the count, or with a wrong checksum.
    streams:
        Logical streams that begin in the file: more than one where recordings were chained.
    """

    ended: bool
    lost_pages: int
    streams: int


def ogg_health(file: BinaryIO) -> OggHealth:
    """Walk all pages of an open Ogg file; the position moves."""
    file.seek(0)
    next_number: dict[int, int] = {}
    closed: set[int] = set()
    lost = streams = 0
    for page in _pages(file):
        if page is None or not page.intact:
            lost += 1
            continue
        lost += max(0, page.number - next_number.get(page.serial, page.number))
        next_number[page.serial] = page.number + 1
        streams += page.is_first
        if page.is_last:
            closed.add(page.serial)
    return OggHealth(ended=bool(closed) and closed == set(next_number), lost_pages=lost, streams=streams)


def _pages(file: BinaryIO) -> Iterator[Page | None]:
    """Yield pages in file order; None for a stretch that is no page and had to be skipped."""
    rest = b""
    while True:
        if len(rest) < _LONGEST_PAGE:
            rest += file.read(4 * _LONGEST_PAGE)
        if not rest:
            return
        length = _page_length(rest)
        if length:
            yield _page(rest[:length])
            rest = rest[length:]
            continue
        yield None
        found = rest.find(_CAPTURE, 1)
        rest = rest[found:] if found > 0 else rest[-3:] if len(rest) > _LONGEST_PAGE else b""


def _page_length(data: bytes) -> int:
    """Return the length of the page at the start of ``data``; 0 when no whole page starts there."""
    if not data.startswith(_CAPTURE) or len(data) < _HEADER_BYTES:
        return 0
    lacing = data[_HEADER_BYTES : _HEADER_BYTES + data[26]]
    length = _HEADER_BYTES + data[26] + sum(lacing)
    return length if len(data) >= length else 0


def _page(data: bytes) -> Page:
    """Read one whole page."""
    stored = int.from_bytes(data[22:26], "little")
    return Page(
        serial=int.from_bytes(data[14:18], "little"),
        number=int.from_bytes(data[18:22], "little"),
        is_first=bool(data[5] & 2),
        is_last=bool(data[5] & 4),
        intact=_checksum(data[:22] + bytes(4) + data[26:]) == stored,
    )


def _checksum(data: bytes) -> int:
    """Return Ogg's CRC (RFC 3533): zlib's polynomial run over mirrored bits, started and ended at zero."""
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
