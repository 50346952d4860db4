"""The night's log: one JSON object a line, ids and figures only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from insights.settings import StudyFolder, make_private

# Nothing else is ever written: a value that could hold a customer's words has no key to travel under.
COUNTS = ("done", "failed", "quarantined", "waiting", "typed", "left")
PERMITTED_KEYS = frozenset(
    {"night", "by", "calls", "unchanged", "recording", "status", "kind", "seconds", "sound_s", "stages", *COUNTS}
)
# File names can name people: a log is no archive.
KEPT_DAYS = 90

Value = str | float | Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class NightLog:
    """A file of JSON lines under ``logs/``, readable by its owner alone.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = NightLog(Path(folder) / "night.jsonl")
    ...     log.write("call", recording="calls/a.flac", status="done", stages={"decode": 0.2})
    ...     json.loads(log.path.read_text())["stages"]
    {'decode': 0.2}
    """

    path: Path

    def write(self, event: str, **fields: Value) -> None:
        """Append one event; a log that cannot be written stops no night, the store holds what became of every call.

        Raises
        ------
        ValueError
            For a key that is not known to be free of content.
        """
        unknown = set(fields) - PERMITTED_KEYS
        if unknown:
            raise ValueError(f"log keys {sorted(unknown)} are not known to be free of customers' words")
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields})
        with suppress(OSError):
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(line + "\n")


def open_log(folder: StudyFolder) -> NightLog:
    """Return today's log of a study; of the earlier ones the newest are kept."""
    make_private(folder.logs)
    log = NightLog(folder.logs / f"night-{datetime.now(UTC):%Y-%m-%d}.jsonl")
    earlier = sorted(path for path in folder.logs.glob("night-????-??-??.jsonl") if path != log.path)
    for path in earlier[: 1 - KEPT_DAYS]:
        path.unlink(missing_ok=True)
    return log


@contextmanager
def night_logged(folder: StudyFolder, night_id: int, *, by: datetime | None) -> Iterator[NightLog]:
    """Yield the log of a night whose start stands in it; an end by a fault or a signal will stand there too."""
    log = open_log(folder)
    log.write("start", night=night_id, by=by.isoformat() if by else None)
    try:
        yield log
    except BaseException as error:
        status = "failed" if isinstance(error, Exception) else "stopped"
        log.write("end", night=night_id, status=status, kind=type(error).__name__)
        raise
