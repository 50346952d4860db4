"""Open a file of sound safely: regular files only, nothing followed, reads that end at a deadline."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from audio.failures import EmptyFileError, ForbiddenError, MissingFileError, NotRegularError, TooSlowError

_HASH_BLOCK = 1 << 20

_KINDS = (
    (stat.S_ISLNK, "a symbolic link; put the recording itself there, links are not followed"),
    (stat.S_ISDIR, "a folder; rename it, or move the recordings inside to names of their own"),
    (stat.S_ISFIFO, "a named pipe; let the recorder write a file instead"),
    (stat.S_ISSOCK, "a socket; let the recorder write a file instead"),
    (stat.S_ISCHR, "a device; copy the sound into a file"),
    (stat.S_ISBLK, "a device; copy the sound into a file"),
)


def open_regular(path: Path) -> BinaryIO:
    """Open ``path`` for reading, only if it is a regular file of at least one byte.

    Raises
    ------
    MissingFileError, ForbiddenError, NotRegularError, EmptyFileError
        With what lies there instead. The file is looked at before and after opening, so that a link or a pipe put in
        its place in between is not opened either.
    """
    try:
        _refuse_irregular(path, path.lstat().st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError as error:
        raise ForbiddenError(f"{path}: may not be read; give the user who runs earful permission") from error
    except (OSError, ValueError) as error:
        raise MissingFileError(f"{path}: cannot be opened ({error}); check the path") from error
    file = os.fdopen(descriptor, "rb")
    try:
        status = os.fstat(descriptor)
        _refuse_irregular(path, status.st_mode)
        if status.st_size == 0:
            raise EmptyFileError(f"{path}: 0 bytes; copy it again from the recorder")
    except BaseException:
        file.close()
        raise
    return file


def open_bytes(path: Path, content: bytes) -> BinaryIO:
    """Return bytes that are already here as an open file; ``path`` is their name.

    Raises
    ------
    EmptyFileError
        When there are none.
    """
    if not content:
        raise EmptyFileError(f"{path}: 0 bytes; copy it again from the recorder")
    return BytesIO(content)


def _refuse_irregular(path: Path, mode: int) -> None:
    """Raise NotRegularError naming what ``mode`` says is there instead of a file."""
    if stat.S_ISREG(mode):
        return
    found = next((text for test, text in _KINDS if test(mode)), "no regular file; replace it by one")
    raise NotRegularError(f"{path}: {found}")


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a regular file's bytes, 64 hex digits; refuses links and pipes like ``open_regular``."""
    with open_regular(Path(path)) as file:
        return sha256_of_open(file)


def sha256_of_open(file: BinaryIO) -> str:
    """Return the SHA-256 of an open file from its first byte; the position moves."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(_HASH_BLOCK):
        digest.update(block)
    return digest.hexdigest()


class DeadlineReader:
    """A nameless view of an open file whose reads fail once a deadline has passed.

    The decoder gets this instead of a path: without a name it judges by content alone, and names that look like
    addresses (``concat:...``) mean nothing to it.
    """

    def __init__(self, file: BinaryIO, *, path: Path, wall_s: float) -> None:
        self._file = file
        self._path = path
        self._wall_s = wall_s
        self._deadline = time.monotonic() + wall_s

    def check(self) -> None:
        """Raise TooSlowError once the deadline has passed."""
        if time.monotonic() > self._deadline:
            raise TooSlowError(
                f"{self._path}: decoding took over {self._wall_s:g} s; listen to the file, then raise the limit"
            )

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes."""
        self.check()
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as files do."""
        self.check()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._file.tell()
