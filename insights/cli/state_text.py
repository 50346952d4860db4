"""What `earful status` and `earful gaps` print: short however large the study is, and never a customer's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from insights.cli.context import counted

if TYPE_CHECKING:
    from insights.night.status import Gap

TO_MEND = (
    "not_done",
    "doubtful",
    "unmatched_recordings",
    "interviews_without_recording",
    "response_problems",
)
MOST_NAMED = 10  # of each kind; `earful gaps` names all
EACH_LAYOUT = 20  # calls whose layouts are listed one by one; of more, only how many there are of each


def status_lines(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield a study's state, line by line, under names in a first column."""
    counts, totals = state["recordings"], state["totals"]
    yield line("recordings", ", ".join(f"{n} {name}" for name, n in counts.items()))
    phone, online = totals["phone_interviews"], totals["online_interviews"]
    yield line(
        "interviews",
        f"{phone} by phone, {online} written; {totals['minutes']:.1f} minutes heard, {totals['reasons']} reasons, "
        f"{counted(totals['mismatches'], 'mismatched score')}",
    )
    yield from night_lines(state)
    yield from layout_lines(state["layouts"])
    for status, rows in groupby(state["not_done"], key=lambda row: str(row["status"])):
        yield from first_lines(status, [f"{row['path']}: {row['error']}" for row in rows])
    yield from first_lines("doubtful", [f"{row['path']}: {', '.join(row['flags'])}" for row in state["doubtful"]])
    yield from unlinked_lines(state)
    if any(state[kind] for kind in TO_MEND):
        yield line("to do", "earful gaps: everything that is missing or doubtful, each with its cure")


def night_lines(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield who works on the study now, or else how the last night went."""
    running = state["running"]
    if running:
        why, pid, since = (running.get(key, "?") for key in ("why", "pid", "since"))
        yield line("running", f"{why} (process {pid}) since {since}")
    elif state["last_night"]:
        yield line("last night", night_text(state["last_night"]))


def unlinked_lines(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield recordings without a row, rows without a recording, and how many rows could not be used."""
    unmatched = [(row["path"], row["candidates"]) for row in state["unmatched_recordings"]]
    named = [path + (f" (might be {candidates})" if candidates else "") for path, candidates in unmatched]
    yield from first_lines("unmatched", named)
    yield from first_lines("no sound", [f"interview {one}" for one in state["interviews_without_recording"]])
    if state["response_problems"]:
        yield line("responses", counted(state["response_problems"], "problem"))


def first_lines(name: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield the first of many lines under one name, and how many more there are."""
    yield from (line(name, text) for text in texts[:MOST_NAMED])
    if len(texts) > MOST_NAMED:
        yield line("", f"and {len(texts) - MOST_NAMED} more {name}")


def line(name: str, text: str) -> str:
    """Return one line of the status."""
    return f"{name:<11} {text}"


def night_text(night: Mapping[str, Any]) -> str:
    """Return when the last night ran, how it ended, and its counts; one that was killed never wrote its end."""
    if night["ended_at"] is None:
        return f"{night['started_at']}, broken off; what it stored is whole, `earful night` goes on with the rest"
    counts = ", ".join(f"{n} {name}" for name, n in night["counts"].items() if n)
    return f"{night['started_at']} to {night['ended_at']}, {night['status']}" + (f": {counts}" if counts else "")


def layout_lines(layouts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how the channels of the calls are used: one by one, or how many of each."""
    if len(layouts) > EACH_LAYOUT:
        for name in ("layout", "language"):
            found = Counter(str(row[name]) for row in layouts).most_common()
            yield line(name, ", ".join(f"{count} {value}" for value, count in found))
        return
    for row in layouts:
        margin = row["role_margin"]
        sure = f", roles by a margin of {margin:.2f}" if isinstance(margin, float) else ""
        yield line("layout", f"{row['path']}: {row['layout']}, {row['language']}{sure}")


def gap_lines(gaps: Sequence[Gap]) -> Iterator[str]:
    """Yield the gaps in the order of the first of each kind: those with one cure under it, the others line by line."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for gap in gaps:
        kinds.setdefault(gap.kind, {}).setdefault(gap.cure, []).append(gap.where)
    for kind, cures in kinds.items():
        alone = {cure: where for cure, (where, *more) in cures.items() if not more}
        listed = alone if len(alone) > 1 else {}
        for cure, places in cures.items():
            if cure not in listed:
                yield f"{kind.replace('_', ' ')}: {cure}"
                yield from (f"    {where}" for where in places)
        if listed:
            yield f"{kind.replace('_', ' ')}: to each its own"
            yield from (f"    {where}: {cure}" for cure, where in listed.items())
    again = "; a file that is replaced is taken up by the next `earful night` by itself" if "failed" in kinds else ""
    yield counted(len(gaps), "gap") + again
