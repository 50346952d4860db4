"""earful metrics, change, drivers, explain: figures with n, interval and method, and how each came about."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from insights.cli.context import did_you_mean, json_option, print_json, print_lines, stop, study_option
from insights.cli.figure_text import change_lines, figure_lines, left_out_lines, plain, typed, typed_here

if TYPE_CHECKING:
    from insights.statistics.figure import Figure
    from insights.statistics.metrics import Report
    from insights.statistics.waves import WaveChange
    from insights.store import Row, Store

WRONG_USAGE = 2
Result = TypeVar("Result")


@click.command()
@study_option
@click.option("--by", default="", metavar="A,B", help="segment, role, operator-team, mode, requester, event-age, ...")
@click.option("--wave", "waves", multiple=True, help="Only this wave; may be repeated. Default: all.")
@json_option
def metrics(study_dir: Path, *, by: str, waves: tuple[str, ...], as_json: bool) -> None:
    r"""NPS, satisfaction, readiness, response and the rest, each with n, interval and method.

    Phone and online stand apart. Slices under 10 interviews are hidden, those under 30 marked (few). Response rates
    (AAPOR) need the rows of those who did not answer, with their disposition.

    \b
    Examples:
      earful metrics
      earful metrics --by segment,role --wave 2026Q4 --json
    """
    from insights.cases import case_figures
    from insights.statistics.metrics import metrics as compute

    dimensions = _dimensions(by)
    command = typed("metrics", *(("--by", ",".join(dimensions)) if dimensions else ()), *_wave_options(waves))

    def work(store: Store) -> tuple[Sequence[Figure], Report, Sequence[tuple[str, int]]]:
        from insights.statistics.frame import collector_at_rest
        from insights.statistics.provenance import keep
        from insights.store.metric_queries import erased_by_wave

        chosen = _known(store, waves)
        with collector_at_rest():
            report = compute(store, waves=chosen, by=dimensions)
        figures = (*report.figures, *case_figures(store, waves=chosen))
        return keep(store, figures, command=command), report, erased_by_wave(store, waves=chosen)

    figures, report, erased = with_store(study_dir, work)
    if as_json:
        _print_figures_json(figures)
        return
    print_lines(figure_lines(figures))
    print_lines(left_out_lines(report))
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

    if first == second:
        stop(f"{first} twice; name two waves, the earlier first", code=WRONG_USAGE)
    command = typed("change", first, second)

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
        print_lines(change_lines(one, metric_id))
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
    command = typed("drivers", target, *_wave_options(waves))

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
    print_lines(figure_lines(figures))


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
    row["command"] = typed_here(row["command"], study_dir)
    if as_json:
        print_json(row)
        return
    for name in (
        "metric", "wave", "slice", "mode", "value", "low", "high", "n", "n_eff", "method", "formula", "filter",
        "rows_sha256", "versions", "extra", "computed_at", "command",
    ):  # fmt: skip
        if row[name] not in (None, "", {}, []):
            click.echo(f"{name:12} {plain(row[name])}")


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
        near = did_you_mean(unknown[0], DIMENSIONS)
        stop(f"--by {unknown[0]}: choose from {', '.join(DIMENSIONS)}{near}", code=WRONG_USAGE)
    return chosen


def _known(store: Store, waves: Sequence[str]) -> Sequence[str] | None:
    """Return the waves asked for (None = all); exit 2 for one that holds no interview."""
    from insights.store.metric_queries import wave_ids

    there = wave_ids(store)
    missing = [wave for wave in waves if wave not in there]
    if missing:
        near = did_you_mean(missing[0], there)
        stop(f"no wave {missing[0]!r}; waves: {', '.join(there) or 'none yet'}{near}", code=WRONG_USAGE)
    return waves or None


def _wave_options(waves: Sequence[str]) -> list[str]:
    """Return the waves asked for as options."""
    return [word for wave in waves for word in ("--wave", wave)]


def _print_figures_json(figures: Sequence[Figure]) -> None:
    """Print figures as a JSON list."""
    from insights.statistics.figure import figure_json

    print_json([figure_json(figure) for figure in figures])
