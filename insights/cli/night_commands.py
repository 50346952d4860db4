"""earful night, status, gaps: process everything new, and see how things stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from insights.cli.context import command_here, counted, json_option, print_json, stop, stop_for_file, study_option

if TYPE_CHECKING:
    from insights.night.processing import NightReport

Result = TypeVar("Result")

STOPPED = "stopped by {signal}; every call done so far is stored, `earful night` goes on with the rest"


def guarded(work: Callable[[], Result]) -> Result:
    """Run the work of a command; whatever makes it impossible becomes one clear line and exit code 4."""
    from insights.night.executors import ExecutorUnusableError
    from insights.settings import SettingsError
    from insights.store import StoreError
    from insights.survey import SurveyError
    from transcribe.models import ModelError

    try:
        return work()
    except (SettingsError, SurveyError, StoreError, ModelError, ExecutorUnusableError) as error:
        stop(str(error))
    except OSError as error:
        stop_for_file(error)


@click.command()
@study_option
@click.option("--by", metavar="HH:MM", help="Begin no further call after this time of day; the rest waits.")
@click.option("--retry", is_flag=True, help="Try failed and quarantined recordings again.")
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--address", help="Address of the Ray cluster, with --executor ray.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default: one for each core.")
@json_option
def night(
    study_dir: Path,
    *,
    by: str | None,
    retry: bool,
    executor: str,
    address: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    r"""Process everything new under calls/ and responses/; what was done before is not done again.

    Calls of the next morning's draw go first, then recorded detractors, then the newest. It may be stopped at any
    moment by Ctrl-C or SIGTERM: what is done is stored.

    Exit codes: 0 all done or nothing new, 3 at least one recording failed, 4 nothing could be done, 130 and 143
    stopped by a signal.

    \b
    Examples:
      earful night
      earful night --study my-study --by 08:00
      earful night --executor ray --address auto
    """
    from insights.cli.progress import night_progress
    from insights.cli.stopping import StoppedBySignal, stoppable
    from insights.night.executor_choice import choose_executor
    from insights.night.processing import NightOptions
    from insights.night.run import run_night

    if address and executor != "ray":
        stop("--address needs --executor ray", code=2)
    stop_at = moment(by) if by else None
    try:
        with stoppable(), night_progress(shown=not as_json) as progress:
            options = NightOptions(
                executor=choose_executor(executor, address=address, workers=workers),
                stop_at=stop_at,
                retry=retry,
                progress=progress,
            )
            report = guarded(lambda: run_night(study_dir, options))
    except StoppedBySignal as stopped:
        stop(STOPPED.format(signal=stopped), code=stopped.exit_code)
    if as_json:
        print_json(report_json(report))
    else:
        print_report(report, study_dir)
    raise SystemExit(report.exit_code)


def moment(clock: str) -> datetime:
    """Return the next time the clock shows ``HH:MM``."""
    try:
        wanted = datetime.strptime(clock, "%H:%M").time()  # noqa: DTZ007 - a time of day on this machine's clock
    except ValueError:
        stop(f"--by {clock!r}: write a time of day such as 08:00", code=2)
    now = datetime.now().astimezone()
    days = (now.date(), now.date() + timedelta(days=1))
    # Each day is given its own offset: clocks may be changed between now and then.
    return next(found for day in days if (found := datetime.combine(day, wanted).astimezone()) > now)


def report_json(report: NightReport) -> dict[str, Any]:
    """Return a night's counts as JSON can hold them."""
    names = ("done", "failed", "quarantined", "waiting", "unchanged", "typed", "left")
    counts = {name: getattr(report, name) for name in names}
    seconds = {name: round(getattr(report, name), 1) for name in ("seconds", "sound_s", "left_s")}
    return {**counts, **seconds, "response_problems": len(report.problems)}


def print_report(report: NightReport, study_dir: Path) -> None:
    """Print what a night did: counts, never words."""
    if not (report.done or report.failed or report.quarantined or report.typed or report.left):
        click.echo(f"nothing new: {counted(report.unchanged, 'recording')} up to date, {report.waiting} waiting")
    else:
        sound = f"{report.sound_s / 60:.1f} minutes of sound in {report.seconds / 60:.1f} minutes"
        click.echo(
            f"{counted(report.done, 'call')} done ({sound}), {counted(report.typed, 'written interview')}, "
            f"{report.failed} failed, {report.quarantined} quarantined, {report.waiting} waiting"
        )
    if report.left:
        click.echo(
            f"{counted(report.left, 'call')} left for the next run, about {report.left_s / 60:.0f} minutes of sound"
        )
    if report.problems or report.failed or report.quarantined:
        problems = f", {counted(len(report.problems), 'problem')} in responses/" if report.problems else ""
        gaps_here = command_here("earful gaps", study_dir)
        click.echo(f"what is missing or doubtful, and what to do{problems}: {gaps_here}")


@click.command()
@study_option
@json_option
def status(study_dir: Path, *, as_json: bool) -> None:
    r"""Show how a study stands: what is done, waiting, failed, unmatched; layouts and last night.

    \b
    Examples:
      earful status
      earful status --study my-study --json
    """
    from insights.cli.state_text import status_lines
    from insights.night.status import status_of

    state = guarded(lambda: status_of(study_dir, evidence=as_json))
    if as_json:
        print_json(state)
        return
    for line in status_lines(state):
        click.echo(line)


@click.command()
@study_option
@json_option
def gaps(study_dir: Path, *, as_json: bool) -> None:
    r"""List everything that is missing or doubtful, each with what to do about it.

    \b
    Examples:
      earful gaps
      earful gaps --json
    """
    from insights.cli.state_text import gap_lines
    from insights.night.status import gaps_of

    found = guarded(lambda: gaps_of(study_dir))
    if as_json:
        print_json([{"kind": gap.kind, "where": gap.where, "cure": gap.cure} for gap in found])
        return
    for line in gap_lines(found):
        click.echo(line)
