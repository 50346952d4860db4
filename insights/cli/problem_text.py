"""What commands print of faults in responses/: how many of each kind, the first of them, and where all are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from insights.cli.context import counted

if TYPE_CHECKING:
    from insights.survey.delimited import Problem

MOST_SHOWN = 5  # of each kind; a file exported wrongly has the same fault in every line


def problem_lines(problems: Sequence[Problem], *, all_of_them: str) -> Iterator[str]:
    """Yield faults under their cures, the first few of each; ``all_of_them`` is the command that lists every one."""
    by_cure: dict[str, dict[str, None]] = {}
    for problem in problems:
        by_cure.setdefault(problem.cure, {})[f"{problem.place}: {problem.problem}"] = None
    for cure, found in by_cure.items():
        lines = list(found)
        yield f"{counted(len(lines), 'problem')}: {cure}"
        yield from (f"    {line}" for line in lines[:MOST_SHOWN])
        if len(lines) > MOST_SHOWN:
            yield f"    and {len(lines) - MOST_SHOWN} more"
    if any(len(found) > MOST_SHOWN for found in by_cure.values()):
        yield f"all of them: {all_of_them}"
