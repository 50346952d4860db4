"""What lies under calls/: every entry that looks like sound, and what is plainly wrong with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audio.formats import looks_like_sound


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry under ``calls/``.

    Attributes
    ----------
    path:
        Relative to the study folder, with forward slashes, as the store holds it.
    file:
        Where to read it.
    size_bytes:
        At the first look; 0 for what is no regular file.
    is_file:
        Whether it is a regular file; nothing else is ever opened.
    is_shut:
        Whether it is a folder that may not be entered: what is in it cannot be known.
    """

    path: str
    file: Path
    size_bytes: int
    is_file: bool
    is_shut: bool = False


def entries_under(calls: Path) -> list[Entry]:
    """Return every entry that deserves a row, sorted by path; links are listed, never followed.

    Examples
    --------
    >>> entries_under(Path("no-such-folder"))
    []
    """
    return sorted(walk(calls, calls.parent), key=lambda entry: entry.path)


def walk(folder: Path, root: Path) -> Iterator[Entry]:
    """Yield what looks like sound at any depth; folders named like sound are yielded and not entered."""
    try:
        children = sorted(os.scandir(folder), key=lambda child: child.name)
    except PermissionError:
        yield Entry(folder.relative_to(root).as_posix(), folder, 0, is_file=False, is_shut=True)
        return
    except (FileNotFoundError, NotADirectoryError):
        return
    for child in children:
        path = Path(child.path)
        if child.name.startswith("."):
            continue
        if looks_like_sound(path):
            yield Entry(path.relative_to(root).as_posix(), path, size_of(path), is_regular(path))
        elif child.is_dir(follow_symlinks=False):
            yield from walk(path, root)


def size_of(file: Path) -> int:
    """Return a regular file's size in bytes; 0 for anything else, or where it has gone."""
    try:
        status = file.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def is_regular(file: Path) -> bool:
    """Return whether the entry is a regular file, links not followed."""
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False


def changing(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the paths of files whose size is no longer what it was at the first look."""
    return frozenset(entry.path for entry in entries if entry.is_file and size_of(entry.file) != entry.size_bytes)
