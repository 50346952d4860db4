"""The night's log: one JSON object a line, ids and figures only."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from insights.settings import StudyFolder, make_private

# Nothing else is ever written: a value that could hold a customer's words has no key to travel under.
PERMITTED_KEYS = frozenset(
    {"night", "recording", "interview", "stage", "status", "kind", "seconds", "duration_s", "n", "left", "workers"}
)


@dataclass(frozen=True, slots=True)
class NightLog:
    """A file of JSON lines under ``logs/``, readable by its owner alone."""

    path: Path

    def write(self, event: str, **fields: str | float | None) -> None:
        """Append one event.

        Raises
        ------
        ValueError
            For a key that is not known to be free of content.
        """
        unknown = set(fields) - PERMITTED_KEYS
        if unknown:
            raise ValueError(f"log keys {sorted(unknown)} are not known to be free of customers' words")
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **fields})
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(line + "\n")


def open_log(folder: StudyFolder) -> NightLog:
    """Return today's log of a study."""
    make_private(folder.logs)
    return NightLog(folder.logs / f"night-{datetime.now(UTC):%Y-%m-%d}.jsonl")
