"""The user's cache of models: converted or fetched files, each with its hash recorded beside it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from transcribe.models.errors import ModelAlteredError
from transcribe.models.hashing import sha256_of


@dataclass(frozen=True, slots=True)
class CacheNote:
    """What is recorded beside a cached file.

    Attributes
    ----------
    sha256:
        Of the cached file or folder.
    source_sha256:
        Of what it was made from.
    origin, licence:
        As shown by ``earful models``.
    """

    sha256: str
    source_sha256: str
    origin: str
    licence: str


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of cached models: under ``EARFUL_CACHE``, else ``XDG_CACHE_HOME``, else ``~/.cache``.

    >>> cache_folder({"EARFUL_CACHE": "/tmp/cache"}).as_posix()
    '/tmp/cache/models'
    """
    if environment.get("EARFUL_CACHE"):
        return Path(environment["EARFUL_CACHE"]).expanduser() / "models"
    base = environment.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "earful" / "models"


def note_path(path: Path) -> Path:
    """Return where a cached file's note lies: ``whisper-base.pt`` -> ``whisper-base.pt.json``."""
    return path.with_name(path.name + ".json")


def read_note(path: Path) -> CacheNote | None:
    """Return a cached file's note, or None where file or note is absent.

    Raises
    ------
    ModelAlteredError
        When the note is there and can't be read as one.
    """
    if not path.exists() or not note_path(path).exists():
        return None
    try:
        return CacheNote(**json.loads(note_path(path).read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ModelAlteredError(
            f"{note_path(path)}: not a note of earful's cache; delete it and {path.name}"
        ) from error


def checked(path: Path, note: CacheNote, *, source_sha256: frozenset[str]) -> CacheNote:
    """Return the note after comparing the file with it; an empty ``source_sha256`` accepts any source.

    Raises
    ------
    ModelAlteredError
        When the file's hash isn't the recorded one, or it was made from another source.
    """
    cure = f"delete it: {path.name} is made or fetched anew"
    found = sha256_of(path)
    if found != note.sha256:
        raise ModelAlteredError(f"{path}: sha256 {found}, expected {note.sha256}; the file was altered, {cure}")
    if source_sha256 and note.source_sha256 not in source_sha256:
        expected = ", ".join(sorted(source_sha256))
        raise ModelAlteredError(f"{path}: made from sha256 {note.source_sha256}, expected one of {expected}; {cure}")
    return note


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path`` and move it there in one step.

    Two workers may do so at once: each moves a whole file, the later one wins, and both are equal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def keep(path: Path, write: Callable[[Path], None], *, source_sha256: str, origin: str, licence: str) -> CacheNote:
    """Write a file into the cache, then its note; return the note."""
    write_atomically(path, write)
    return record(path, source_sha256=source_sha256, origin=origin, licence=licence)


def record(path: Path, *, source_sha256: str, origin: str, licence: str) -> CacheNote:
    """Write the note of a file or folder that lies in the cache; return it."""
    note = CacheNote(sha256_of(path), source_sha256, origin, licence)
    text = json.dumps(asdict(note), indent=2) + "\n"
    write_atomically(note_path(path), lambda temporary: _write_text(temporary, text))
    return note


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
