"""Hashes of model files: of one file, of parts joined, of a folder; each file is read once a process."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

_BLOCK_BYTES = 1 << 20
# The coarsest times of files in use (FAT): two changes within one such step can leave the same times behind.
_TIME_STEP_NS = 2_000_000_000


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def joined_sha256(paths: Sequence[Path]) -> str:
    """Return the sha256 of the files' bytes in their order; files seen unchanged before aren't read again.

    Files changed a moment ago are always read: their times don't show yet whether they change once more.

    Raises
    ------
    OSError
        When a file can't be read.

    Examples
    --------
    >>> joined_sha256([])[:8]
    'e3b0c442'
    """
    stamped = tuple((str(path), *_stamp(path)) for path in paths)
    settled = time.time_ns() - _TIME_STEP_NS
    known = all(changed_ns < settled for *_, changed_ns in stamped)
    return (_remembered_sha256 if known else _joined_sha256)(stamped)


def _stamp(path: Path) -> tuple[int, int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _joined_sha256(stamped: tuple[tuple[str, int, int, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in stamped:
        for block in _blocks(Path(path)):
            digest.update(block)
    return digest.hexdigest()


# Keyed by inode, size and both times: whoever writes to the file changes the key, so the memory can't hide it.
_remembered_sha256 = lru_cache(maxsize=256)(_joined_sha256)


def tree_files(folder: Path) -> tuple[Path, ...]:
    """Return a folder's files in a fixed order, Python's own caches left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return tuple(sorted(files, key=lambda path: path.relative_to(folder).as_posix()))


def tree_sha256(folder: Path) -> str:
    """Return one sha256 for a folder: that of the lines ``relative/path<TAB>sha256<LF>``, sorted by path."""
    digest = hashlib.sha256()
    for path in tree_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\t{joined_sha256([path])}\n".encode())
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, or of a folder as by `tree_sha256`."""
    return tree_sha256(path) if path.is_dir() else joined_sha256([path])


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    return sum(file.stat().st_size for file in tree_files(path)) if path.is_dir() else path.stat().st_size
