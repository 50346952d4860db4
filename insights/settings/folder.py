"""StudyFolder: where things lie in a study, private to its owner."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

FOLDER_MODE = 0o700
OTHERS = 0o077
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """The places of one study.

    Examples
    --------
    >>> StudyFolder(Path("my-study")).store.as_posix()
    'my-study/study.db'
    """

    root: Path

    @property
    def calls(self) -> Path:
        """Recordings, at any depth."""
        return self.root / "calls"

    @property
    def responses(self) -> Path:
        """CSV files, one row an interview."""
        return self.root / "responses"

    @property
    def store(self) -> Path:
        """The SQLite store."""
        return self.root / "study.db"

    @property
    def pages(self) -> Path:
        """Morning pages."""
        return self.root / "pages"

    @property
    def exports(self) -> Path:
        """Exports to other tools."""
        return self.root / "exports"

    @property
    def coders(self) -> Path:
        """What coders learned from corrections."""
        return self.root / "coders"

    @property
    def logs(self) -> Path:
        """Logs of the nights: ids, figures and faults, never words."""
        return self.root / "logs"

    def exists(self) -> bool:
        """Return whether this folder is a study: it holds a questionnaire."""
        return (self.root / "survey.toml").is_file()

    def make(self) -> None:
        """Create every folder of the study, readable by its owner alone; existing ones stay."""
        for folder in (self.root, self.calls, self.responses, self.pages, self.exports, self.logs):
            make_private(folder)


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can enter; one that exists keeps its content and loses other people.

    What somebody has made read-only stays so, and what others own is theirs to open.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_mode & OTHERS and status.st_uid == os.geteuid():
        folder.chmod(stat.S_IMODE(status.st_mode) & FOLDER_MODE)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone.

    The content lands beside the target first and is moved into place, so that a reader never sees half of it. On a
    full disk nothing stays behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
