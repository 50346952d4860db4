"""What `earful metrics`, `change` and `explain` print, and how a figure's command is typed again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from insights.cli.context import command_here

if TYPE_CHECKING:
    from insights.statistics.change import Change
    from insights.statistics.figure import Figure
    from insights.statistics.metrics import Report
    from insights.statistics.waves import WaveChange

MOST_NAMED = 10


def plain(value: object) -> str:
    """Return what JSON held as a person reads it.

    Examples
    --------
    >>> plain({"wave": "2026Q4", "modes": ["phone", "online"]})
    'wave 2026Q4, modes phone online'
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(one)}" for name, one in value.items())
    return " ".join(map(plain, value)) if isinstance(value, list) else str(value)


def typed(*words: str) -> str:
    """Return a command as it can be pasted into a shell.

    Examples
    --------
    >>> typed("change", "2026 Q3", "2026Q4")
    "earful change '2026 Q3' 2026Q4"
    """
    return shlex.join(["earful", *words])


def typed_here(command: str, study_dir: Path) -> str:
    """Return a figure's command with the study as it is named now: where one was called from may be gone.

    Examples
    --------
    >>> typed_here("earful metrics --study old/place", Path("my study"))
    "earful metrics --study 'my study'"
    """
    plain = command.partition(" --study ")[0]  # which figures kept by early versions still carry
    return command_here(plain, study_dir) if plain else ""


def left_out_lines(report: Report) -> Iterator[str]:
    r"""Yield what `earful metrics` cannot show: slices of few interviews, response where only answers are in the file.

    Examples
    --------
    >>> from insights.statistics.metrics import Report
    >>> list(left_out_lines(Report((), ("nps 2026Q4 phone segment=small",))))
    ['\nhidden, fewer than 10 interviews: nps 2026Q4 phone segment=small']
    """
    from insights.statistics.sentences import unread_sentence

    for what, names in (
        ("hidden, fewer than 10 interviews", report.hidden),
        (
            "no response rates, nobody who did not answer is in the file",
            [f"{gap.wave} {gap.mode}" for gap in report.unanswered],
        ),
    ):
        if names:
            more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
            yield f"\n{what}: " + "; ".join([*names[:MOST_NAMED], *more])
    if report.unread:
        yield f"\n{unread_sentence(report.unread, 'en')}"


def figure_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield figures as a table, a heading for each wave."""
    wave = None
    width = max((len(figure.metric) for figure in figures), default=0)
    sliced = max((len(f"{figure.slice} {figure.mode}") for figure in figures), default=0)
    intervals = [f"[{figure.low:.1f}; {figure.high:.1f}]" for figure in figures]
    widest, counted = (max(map(len, texts), default=0) for texts in (intervals, [str(one.n) for one in figures]))
    for figure, interval in zip(figures, intervals, strict=True):
        if figure.wave != wave:
            wave = figure.wave
            yield f"\nwave {wave}" if figure is not figures[0] else f"wave {wave}"
        few = "  (few)" if figure.greyed else ""
        rest = f"  p against the rest {figure.p_rest:.3f}" if figure.p_rest is not None else ""
        place = f"{figure.slice} {figure.mode}"
        yield (
            f"  {figure.metric:{width}}  {place:{sliced}}  {figure.value:6.1f}  {interval:>{widest}}"
            f"  n={figure.n:<{counted}}{few}{rest}  {figure.method}  #{figure.metric_id}"
        )
    if not figures:
        yield "no answers yet; `earful ingest` reads responses/"


def change_lines(found: WaveChange, metric_id: int) -> Iterator[str]:
    """Yield one change: the sentence, then the figures behind it, each line with n, interval and method."""
    from insights.statistics.sentences import change_sentence

    one = found.change
    yield f"[{found.mode}] {change_sentence(one, language='en')} Method: {one.method}."
    shifts = ""
    if found.promoters is not None and found.detractors is not None and one.metric.startswith("nps"):
        shifts = f", promoters {_shift(found.promoters)}, detractors {_shift(found.detractors)}"
    verdict = "change" if one.significant else "no detectable change"
    yield (
        f"    {verdict}: {found.values[0]:.1f} (n={one.n[0]}) -> {found.values[1]:.1f} (n={one.n[1]}),"
        f" difference {one.difference:+.1f} [{one.low:+.1f}; {one.high:+.1f}]{shifts};"
        f" p={one.p_value:.3f}; detectable {one.detectable_difference:.1f} points; {one.method};"
        f" family: {found.family}  #{metric_id}"
    )
    for wave, part in zip(found.waves, found.estimates, strict=True):
        yield f"    {wave}: {part.value:.1f}  [{part.low:.1f}; {part.high:.1f}]  n={part.n}  {part.method}"


def _shift(one: Change) -> str:
    """Return the change of a share with its interval."""
    return f"{one.difference:+.1f} [{one.low:+.1f}; {one.high:+.1f}]"
