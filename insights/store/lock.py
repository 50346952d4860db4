"""The run lock: one process at a time works on a study, and everybody else learns who it is."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from insights.store.failures import StoreError, StudyLockedError

LOCK_NAME = ".earful.lock"
TRIES = 6
TRY_AGAIN_S = 0.1


@contextmanager
def run_lock(study_dir: Path, *, why: str = "the night run") -> Iterator[Path]:
    """Hold the study for one process; the lock dies with it, also by kill -9.

    A process that holds the lock already may take it again inside.

    Parameters
    ----------
    study_dir:
        The study's folder, on a local disk.
    why:
        What the holder does, shown to whoever comes second.

    Yields
    ------
    Path
        The lock file.

    Raises
    ------
    StudyLockedError
        When another process holds it; names its id, its work and since when.
    """
    path = study_dir / LOCK_NAME
    with _opened(path) as file:
        if not _taken(file):
            holder = _read_holder(file)
            if holder.get("pid") != os.getpid():
                raise StudyLockedError(_refusal(study_dir, holder))
            yield path
            return
        _write_holder(file, why)
        try:
            yield path
        finally:
            file.truncate(0)


def _opened(path: Path) -> IO[str]:
    """Open the lock file for reading and writing, private when new."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, mode=0o600)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: the study cannot be locked ({error.strerror}); make the folder writable for this user"
        ) from error
    return os.fdopen(descriptor, "a+", encoding="utf-8")


def _taken(file: IO[str]) -> bool:
    """Return whether the lock is ours now; a look by `lock_holder` holds it for an instant, so try for a second."""
    for attempt in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _read_holder(file).get("pid") == os.getpid() or attempt == TRIES - 1:
                return False
            time.sleep(TRY_AGAIN_S)
        else:
            return True
    return False


def lock_holder(study_dir: Path) -> dict[str, Any] | None:
    """Return ``pid``, ``why`` and ``since`` of who holds the study now, or None when nobody does."""
    path = study_dir / LOCK_NAME
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_holder(file)
    return None


def _write_holder(file: IO[str], why: str) -> None:
    """Leave a note about this process in the lock file."""
    file.truncate(0)
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    file.write(json.dumps({"pid": os.getpid(), "why": why, "since": since}))
    file.flush()


def _read_holder(file: IO[str]) -> dict[str, Any]:
    """Return the holder's note; {} where it is just being written."""
    file.seek(0)
    try:
        note = json.loads(file.read() or "{}")
    except json.JSONDecodeError:
        return {}
    return note if isinstance(note, dict) else {}


def _refusal(study_dir: Path, holder: dict[str, Any]) -> str:
    """Say who holds the study and what to do."""
    if not holder:
        return f"{study_dir}: another process has just taken the study; try again when it has ended"
    return (
        f"{study_dir}: held by process {holder.get('pid')} ({holder.get('why')}) since {holder.get('since')}; "
        f"wait for it, or end that process"
    )
