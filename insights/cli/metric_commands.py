"""earful metrics, change, drivers, explain: figures with n, interval and method, and how each came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from insights.cli.context import json_option, print_json, stop, study_option

if TYPE_CHECKING:
    from insights.statistics.change import Change
    from insights.statistics.figure import Figure
    from insights.statistics.waves import WaveChange
    from insights.store import Row, Store

WRONG_USAGE = 2
MOST_HIDDEN = 10
Result = TypeVar("Result")


@click.command()
@study_option
@click.option("--by", default="", metavar="A,B", help="segment, role, operator-team, mode, requester, event-age, ...")
@click.option("--wave", "waves", multiple=True, help="Only this wave; may be repeated. Default: all.")
@json_option
def metrics(study_dir: Path, *, by: str, waves: tuple[str, ...], as_json: bool) -> None:
    r"""NPS, satisfaction, readiness and the rest, each with n, interval and method.

    Phone and online stand apart. Slices under 10 interviews are hidden, those under 30 marked (few).

    \b
    Examples:
      earful metrics
      earful metrics --by segment,role --wave 2026Q4 --json
    """
    from insights.cases import case_figures
    from insights.statistics.metrics import metrics as compute

    dimensions = _dimensions(by)
    command = " ".join(
        ["earful metrics", *([f"--by {by}"] if by else []), *(f"--wave {wave}" for wave in waves), *_more(study_dir)]
    )

    def work(store: Store) -> tuple[Sequence[Figure], Sequence[str], Sequence[tuple[str, int]]]:
        from insights.statistics.frame import collector_at_rest
        from insights.statistics.provenance import keep
        from insights.store.metric_queries import erased_by_wave

        chosen = _known(store, waves)
        with collector_at_rest():
            report = compute(store, waves=chosen, by=dimensions)
        figures = (*report.figures, *case_figures(store, waves=chosen))
        return keep(store, figures, command=command), report.hidden, erased_by_wave(store, waves=chosen)

    figures, hidden, erased = with_store(study_dir, work)
    if as_json:
        _print_figures_json(figures)
        return
    _print_figures(figures)
    if hidden:
        more = [f"and {len(hidden) - MOST_HIDDEN} more"] if len(hidden) > MOST_HIDDEN else []
        click.echo("\nhidden, fewer than 10 interviews: " + "; ".join([*hidden[:MOST_HIDDEN], *more]))
    if erased:
        click.echo("\nerased interviews, in no figure: " + "; ".join(f"{wave} n={n}" for wave, n in erased))


@click.command()
@click.argument("first")
@click.argument("second")
@study_option
@json_option
def change(study_dir: Path, *, first: str, second: str, as_json: bool) -> None:
    r"""How every figure changed from wave FIRST to wave SECOND, and what change could have been seen.

    \b
    Examples:
      earful change 2026Q3 2026Q4
      earful change 2026Q3 2026Q4 --json
    """
    from insights.statistics.waves import change_json, wave_changes

    command = " ".join(["earful change", first, second, *_more(study_dir)])

    def work(store: Store) -> tuple[Sequence[WaveChange], list[int]]:
        from insights.statistics.provenance import keep_changes

        _known(store, (first, second))
        found = wave_changes(store, first, second)
        return found, keep_changes(store, found, command=command)

    found, ids = with_store(study_dir, work)
    if as_json:
        print_json([{**change_json(one), "metric_id": metric_id} for one, metric_id in zip(found, ids, strict=True)])
        return
    for one, metric_id in zip(found, ids, strict=True):
        _print_change(one, metric_id)
    if not found:
        click.echo("no figure has answers in both waves")


@click.command()
@click.argument("target", default="nps")
@study_option
@click.option("--wave", "waves", multiple=True, help="Only this wave; may be repeated. Default: all.")
@json_option
def drivers(study_dir: Path, *, target: str, waves: tuple[str, ...], as_json: bool) -> None:
    r"""Show what goes with a score: attributes, importance gaps, coded reasons. TARGET: a question's id.

    Or what goes with money: TARGET revenue, orders or churned, by segment. Association, never a proven cause.

    \b
    Examples:
      earful drivers
      earful drivers nps --wave 2026Q4 --json
      earful drivers revenue
    """
    command = " ".join(["earful drivers", target, *(f"--wave {wave}" for wave in waves), *_more(study_dir)])

    def work(store: Store) -> Sequence[Figure]:
        from insights.statistics.provenance import keep

        return keep(store, _drivers_of(store, target, _known(store, waves)), command=command)

    figures = with_store(study_dir, work)
    if as_json:
        _print_figures_json(figures)
        return
    if not figures:
        click.echo("not enough complete interviews: at least 10, and 5 for each attribute, are needed")
        return
    click.echo("What goes with the score; association, not proven cause.\n")
    _print_figures(figures)


@click.command()
@click.argument("metric_id", type=int)
@study_option
@json_option
def explain(study_dir: Path, *, metric_id: int, as_json: bool) -> None:
    r"""How a figure came about: formula, filter, n, hash of its rows, versions, and the command for it.

    \b
    Examples:
      earful explain 12
      earful explain 12 --json
    """

    def work(store: Store) -> Row | None:
        from insights.store.metric_queries import metric_row

        return metric_row(store, metric_id)

    row = with_store(study_dir, work, readonly=True)
    if row is None:
        stop(f"no figure {metric_id}; `earful metrics` prints the ids", code=WRONG_USAGE)
    for name in ("filter_json", "versions_json", "extra_json"):
        row[name.removesuffix("_json")] = json.loads(row.pop(name))
    if as_json:
        print_json(row)
        return
    for name in (
        "metric", "wave", "slice", "mode", "value", "low", "high", "n", "n_eff", "method", "formula", "filter",
        "rows_sha256", "versions", "extra", "computed_at", "command",
    ):  # fmt: skip
        if row[name] not in (None, "", {}, []):
            click.echo(f"{name:12} {plain(row[name])}")


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


def _drivers_of(store: Store, target: str, waves: Sequence[str] | None) -> Sequence[Figure]:
    """Return the figures of ``earful drivers``: of money or of a score."""
    from insights.statistics.money import OUTCOMES, money_links
    from insights.statistics.score_drivers import score_drivers

    for outcome in OUTCOMES:
        if target == outcome:
            return money_links(store, outcome, waves=waves)
    try:
        return score_drivers(store, target, waves=waves)
    except KeyError as error:
        stop(str(error.args[0]), code=WRONG_USAGE)


def with_store(study_dir: Path, work: Callable[[Store], Result], *, readonly: bool = False) -> Result:
    """Run ``work`` on the study's store; what makes it impossible becomes one clear line and exit code 4."""
    from insights.settings import SettingsError, StudyFolder
    from insights.store import StoreError, open_store

    path = StudyFolder(study_dir).store
    try:
        if not path.is_file():
            open_store(path, readonly=True)
        store = open_store(path, readonly=readonly)
        try:
            return work(store)
        finally:
            store.close()
    except (SettingsError, StoreError) as error:
        stop(str(error))


def _dimensions(by: str) -> tuple[str, ...]:
    """Return the dimensions of ``--by``; exit 2 for an unknown one."""
    from insights.statistics.frame import DIMENSIONS

    chosen = tuple(name.strip().replace("_", "-") for name in by.split(",") if name.strip())
    unknown = [name for name in chosen if name not in DIMENSIONS]
    if unknown:
        stop(f"--by {unknown[0]}: choose from {', '.join(DIMENSIONS)}", code=WRONG_USAGE)
    return chosen


def _known(store: Store, waves: Sequence[str]) -> Sequence[str] | None:
    """Return the waves asked for (None = all); exit 2 for one that holds no interview."""
    from insights.store.metric_queries import wave_ids

    there = wave_ids(store)
    missing = [wave for wave in waves if wave not in there]
    if missing:
        stop(f"no wave {missing[0]!r}; waves: {', '.join(there) or 'none yet'}", code=WRONG_USAGE)
    return waves or None


def _more(study_dir: Path) -> list[str]:
    """Return the study option as typed, so that a stored command can be repeated."""
    return [] if study_dir == Path() else [f"--study {study_dir}"]


def _print_figures_json(figures: Sequence[Figure]) -> None:
    """Print figures as a JSON list."""
    from insights.statistics.figure import figure_json

    print_json([figure_json(figure) for figure in figures])


def _print_figures(figures: Sequence[Figure]) -> None:
    """Print figures as a table, a heading for each wave."""
    wave = None
    width = max((len(figure.metric) for figure in figures), default=0)
    sliced = max((len(f"{figure.slice} {figure.mode}") for figure in figures), default=0)
    intervals = [f"[{figure.low:.1f}; {figure.high:.1f}]" for figure in figures]
    widest, counted = (max(map(len, texts), default=0) for texts in (intervals, [str(one.n) for one in figures]))
    for figure, interval in zip(figures, intervals, strict=True):
        if figure.wave != wave:
            wave = figure.wave
            click.echo(f"\nwave {wave}" if figure is not figures[0] else f"wave {wave}")
        few = "  (few)" if figure.greyed else ""
        rest = f"  p against the rest {figure.p_rest:.3f}" if figure.p_rest is not None else ""
        place = f"{figure.slice} {figure.mode}"
        click.echo(
            f"  {figure.metric:{width}}  {place:{sliced}}  {figure.value:6.1f}  {interval:>{widest}}"
            f"  n={figure.n:<{counted}}{few}{rest}  {figure.method}  #{figure.metric_id}"
        )
    if not figures:
        click.echo("no answers yet; `earful ingest` reads responses/")


def _print_change(found: WaveChange, metric_id: int) -> None:
    """Print one change: the sentence, then the figures behind it, each line with n, interval and method."""
    from insights.statistics.sentences import change_sentence

    one = found.change
    click.echo(f"[{found.mode}] {change_sentence(one, language='en')} Method: {one.method}.")
    shifts = ""
    if found.promoters is not None and found.detractors is not None and one.metric.startswith("nps"):
        shifts = f", promoters {_shift(found.promoters)}, detractors {_shift(found.detractors)}"
    verdict = "change" if one.significant else "no detectable change"
    click.echo(
        f"    {verdict}: {found.values[0]:.1f} (n={one.n[0]}) -> {found.values[1]:.1f} (n={one.n[1]}),"
        f" difference {one.difference:+.1f} [{one.low:+.1f}; {one.high:+.1f}]{shifts};"
        f" p={one.p_value:.3f}; detectable {one.detectable_difference:.1f} points; {one.method};"
        f" family: {found.family}  #{metric_id}"
    )
    for wave, part in zip(found.waves, found.estimates, strict=True):
        click.echo(f"    {wave}: {part.value:.1f}  [{part.low:.1f}; {part.high:.1f}]  n={part.n}  {part.method}")


def _shift(one: Change) -> str:
    """Return the change of a share with its interval."""
    return f"{one.difference:+.1f} [{one.low:+.1f}; {one.high:+.1f}]"
