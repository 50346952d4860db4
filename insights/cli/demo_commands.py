"""earful demo: the example study, its night, and a table a person wants to read."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import click

from insights.cli.context import stop


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-study"))
def demo(directory: Path) -> None:
    r"""Make an example study from calls that ship with earful, run its night, and show what came out.

    Russian and English calls, stereo and mono, and two typed interviews. A second call does no work again.

    \b
    Examples:
      earful demo
      earful demo somewhere/else
    """
    from insights.cli.night_commands import guarded, print_report
    from insights.cli.progress import night_progress
    from insights.demo.create import create_demo
    from insights.demo.summary import summary_of
    from insights.night.processing import NightOptions
    from insights.night.run import run_night

    click.echo(f"example study: {directory}")
    try:
        create_demo(directory)
    except OSError as error:
        stop(f"{directory}: {error.strerror or error}; name a folder that can be written")
    with night_progress(shown=True) as progress:
        report = guarded(lambda: run_night(directory, NightOptions(progress=progress)))
    print_report(report, directory)
    click.echo("")
    for line in summary_of(directory):
        click.echo(line)
    page = demo_page(directory)
    click.echo(f"morning page {page}  (open it with a double click)")
    click.echo("\nNext, try:")
    for line in next_steps(directory):
        click.echo(f"  {line}")
    raise SystemExit(report.exit_code)


def next_steps(directory: Path) -> list[str]:
    """Return commands that can be pasted, each with what it gives."""
    program, typed = "earful" if shutil.which("earful") else ".venv/bin/earful", shlex.quote(str(directory))
    steps = {
        f"{program} metrics --study {typed}": "NPS and the rest, each with n and interval",
        f"{program} cases --study {typed}": "unhappy customers, and who calls them",
        "make notebook": "hear the answer behind any number",
    }
    width = max(map(len, steps))
    return [f"{command.ljust(width)}   {gives}" for command, gives in steps.items()]


def demo_page(directory: Path) -> Path:
    """Return the example's morning page, built where it is not there yet."""
    from insights.meeting import build_morning, next_meeting
    from insights.settings import StudyFolder

    built = sorted(StudyFolder(directory).pages.glob("*.html"))
    return built[0] if built else build_morning(directory, meeting=next_meeting(directory)).path
