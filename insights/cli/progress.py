"""The progress bar of long work: counts and an honest time left, never words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


@dataclass(slots=True)
class NightBar:
    """A bar over the night's calls; time left goes by the bytes of sound still to do."""

    bar: Progress
    counts: Counter[str] = field(default_factory=Counter)
    task: TaskID | None = None
    calls: int = 0

    def begin(self, amount: int, *, calls: int) -> None:
        """Start the bar."""
        self.calls = calls
        self.task = self.bar.add_task(f"0 of {calls} calls", total=max(amount, 1))

    def advance(self, amount: int, *, status: str) -> None:
        """Move the bar by one call."""
        self.counts[status] += 1
        if self.task is None:
            return
        text = f"{self.counts.total()} of {self.calls} calls"
        bad = self.counts["failed"] + self.counts["quarantined"]
        self.bar.update(self.task, advance=amount, description=text + (f", {bad} failed" if bad else ""))


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
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        yield NightBar(bar)
