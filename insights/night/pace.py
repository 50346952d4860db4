"""SoundLeft: how many seconds of sound a night has still to hear, guessed from bytes until a file has been opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from insights.night.jobs import Job

BYTES_A_SECOND = 16_000.0  # 8 kHz, 16 bits, one channel: until the first file of a kind has told better


class SoundLeft:
    """Seconds of sound done and left; what a second takes in bytes is learned for each kind of file as calls end.

    Examples
    --------
    >>> from insights.store import RecordingFacts
    >>> facts = [RecordingFacts(f"calls/{name}.opus", size_bytes=6000) for name in "abc"]
    >>> left = SoundLeft(Job(one, file="", keys={}, todo=frozenset()) for one in facts)
    >>> left.end(facts[0].path, size_bytes=6000, duration_s=3.0)
    >>> left.left_s, left.done_s
    (6.0, 3.0)
    """

    def __init__(self, jobs: Iterable[Job]) -> None:
        self.done_s = 0.0
        self._waiting: Counter[str] = Counter()  # bytes by suffix
        self._heard_bytes: Counter[str] = Counter()
        self._heard_s: dict[str, float] = {}
        for job in jobs:
            self._waiting[suffix_of(job.facts.path)] += job.facts.size_bytes or 0

    def end(self, path: str, *, size_bytes: int | None, duration_s: float | None) -> None:
        """Count a call that has ended; ``duration_s`` is None where its file could not be used."""
        kind = suffix_of(path)
        self._waiting[kind] -= size_bytes or 0
        if duration_s:
            self.done_s += duration_s
            self._heard_bytes[kind] += size_bytes or 0
            self._heard_s[kind] = self._heard_s.get(kind, 0.0) + duration_s

    @property
    def left_s(self) -> float:
        """Seconds of sound in the calls that have not ended."""
        return sum(count / self._bytes_a_second(kind) for kind, count in self._waiting.items())

    def _bytes_a_second(self, kind: str) -> float:
        heard_bytes = self._heard_bytes[kind]
        return heard_bytes / self._heard_s[kind] if heard_bytes else BYTES_A_SECOND


def suffix_of(path: str) -> str:
    """Return a recording's suffix in lower case: files of one kind take much the same bytes a second."""
    return PurePosixPath(path).suffix.lower()
