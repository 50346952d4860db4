"""The progress bar of long work: counts and an honest time left, never words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

HOURS_FROM_MINUTES = 90
UNKNOWN = "time left unknown until the first call is done"


@dataclass(slots=True)
class NightBar:
    """A bar over the night's sound; the time left goes by the seconds of sound still to hear, not by calls."""

    bar: Progress
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    task: TaskID | None = None
    calls: int = 0
    began_s: float = 0.0

    def begin(self, *, calls: int) -> None:
        """Start the bar."""
        self.calls, self.began_s = calls, self.clock()
        self.task = self.bar.add_task(f"0 of {calls} calls", total=1.0, left=UNKNOWN)

    def advance(self, *, done_s: float, left_s: float, status: str) -> None:
        """Move the bar to the seconds of sound done, of those and the ones left."""
        self.counts[status] += 1
        if self.task is None:
            return
        text = f"{self.counts.total()} of {self.calls} calls"
        bad = self.counts["failed"] + self.counts["quarantined"]
        self.bar.update(
            self.task,
            completed=done_s,
            total=max(done_s + left_s, 1e-9),
            description=text + (f", {bad} failed" if bad else ""),
            left=time_left(done_s, left_s, spent_s=self.clock() - self.began_s),
        )


def time_left(done_s: float, left_s: float, *, spent_s: float) -> str:
    """Return how much longer ``left_s`` seconds of sound take at the pace of those done so far.

    Examples
    --------
    >>> time_left(600.0, 1200.0, spent_s=60.0), time_left(600.0, 36000.0, spent_s=120.0)
    ('about 2 min left', 'about 2 h left')
    """
    if not done_s:
        return UNKNOWN
    minutes = spent_s * left_s / done_s / 60
    if minutes < 1:
        return "less than a minute left"
    return f"about {minutes:.0f} min left" if minutes < HOURS_FROM_MINUTES else f"about {minutes / 60:.0f} h left"


@contextmanager
def night_progress(*, shown: bool) -> Iterator[NightBar | None]:
    """Yield a bar on standard error, or None where none is wanted."""
    if not shown:
        yield None
        return
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield NightBar(bar)
