"""Ending a long command by Ctrl-C or SIGTERM: cleanly the first time, at once the second."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNAL_BASE = 128  # what a shell reports for a process that a signal ended, and what systemd expects of SIGTERM


class StoppedBySignal(BaseException):
    """Somebody asked the command to end; like KeyboardInterrupt no error. ``exit_code`` tells how."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = SIGNAL_BASE + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise ``StoppedBySignal`` where the work stands; a second signal ends the process without tidying up.

    That is safe: what is stored is whole at any moment, and workers end when nobody asks them any more.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for one in heeded:
            signal.signal(one, leave)
        raise StoppedBySignal(number)

    def leave(number: int, frame: FrameType | None) -> None:
        os._exit(SIGNAL_BASE + number)

    before = {one: signal.getsignal(one) for one in SIGNALS}
    heeded = [one for one in SIGNALS if before[one] is not signal.SIG_IGN]  # nohup and `&` ask us to go on
    for one in heeded:
        signal.signal(one, stop)
    try:
        yield
    finally:
        for one in heeded:
            signal.signal(one, before[one])
