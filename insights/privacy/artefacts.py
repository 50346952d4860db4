"""Files that earful made of a person: pages, exports, clips, logs, backups; deleted or rewritten."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from insights.privacy.needles import Needles, scan_file
from insights.settings import StudyFolder, write_private

# A search of their bytes proves nothing: sound, and tables that are packed. They are made again in seconds.
UNSEARCHABLE = frozenset(
    {
        *(".opus", ".ogg", ".mp3", ".wav", ".flac"),
        *(".parquet", ".sav", ".zsav", ".feather", ".gz", ".7z", ".pkl", ".npy", ".pt"),
    }
)
KEPT_ON_TOP = frozenset(
    {"earful.toml", "survey.toml", "codebook.toml", "study.db", "study.db-wal", "study.db-shm", ".earful.lock"}
)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What happened to the files beside the store, by path relative to the study."""

    deleted: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()


def clear_artefacts(folder: StudyFolder, needles: Needles) -> Cleared:
    """Delete every file that holds the person or cannot be searched, clean logs and notebooks, drop backups."""
    deleted: list[str] = []
    rewritten: list[str] = []
    for path in made_files(folder):
        name = path.relative_to(folder.root).as_posix()
        if path.suffix == ".jsonl" and path.parent == folder.logs:
            if clean_log(path, needles):
                rewritten.append(name)
        elif path.suffix == ".ipynb" and folder.pages not in path.parents:
            if scan_file(path, needles):
                without_output(path)
                rewritten.append(name)
        elif _goes(path, name, needles, folder):
            path.unlink()
            deleted.append(name)
    return Cleared(tuple(deleted), tuple(rewritten))


def made_files(folder: StudyFolder) -> Iterator[Path]:
    """Yield files that earful writes: not recordings, responses, the store and the study's own TOML files."""
    for path in sorted(folder.root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        inside = path.relative_to(folder.root).parts
        if inside[0] in (folder.calls.name, folder.responses.name) or (len(inside) == 1 and inside[0] in KEPT_ON_TOP):
            continue
        yield path


def _goes(path: Path, name: str, needles: Needles, folder: StudyFolder) -> bool:
    """Return whether a file goes: a backup, one that cannot be searched, one that holds the person."""
    if path.name.startswith(f"{folder.store.name}.before-"):
        return True
    made_here = folder.pages in path.parents or folder.exports in path.parents or "/." in f"/{name}"
    if made_here and path.suffix.lower() in UNSEARCHABLE:
        return True
    return any(True for _ in needles.places(name.encode())) or bool(scan_file(path, needles))


def clean_log(path: Path, needles: Needles) -> bool:
    """Rewrite a log without the lines that name the person; return whether any did."""
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    ends = tuple(accumulate(map(len, lines)))
    theirs = {bisect_right(ends, place) for place, _ in needles.places(content)}
    if theirs:
        write_private(path, b"".join(line for number, line in enumerate(lines) if number not in theirs))
    return bool(theirs)


def without_output(path: Path) -> None:
    """Rewrite a notebook without what its cells printed."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
    write_private(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
