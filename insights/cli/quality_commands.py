"""earful quality: how well everything works, on calls with known truth."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import click

from insights.cli.context import EXIT_SOME_FAILED, counted, json_option, print_json, stop


@click.command()
@click.option(
    "--gold",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    show_default="the calls that ship with earful",
    help="Folder of recordings with truth files, survey.toml and codebook.toml.",
)
@click.option(
    "--channels",
    type=click.Choice(["stereo", "mono", "swapped"]),
    default="stereo",
    show_default=True,
    help="How stereo calls are fed: as they are, mixed to one channel, or with channels exchanged.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make the study in this folder and keep it; by default a temporary one.",
)
@json_option
def quality(gold: Path | None, channels: str, keep: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click
    r"""Run the night on calls with known truth and print what was right, per call and pooled.

    \b
    Examples:
      earful quality                          the calls that ship with earful
      earful quality --channels mono          the same calls, mixed to one channel
      earful quality --gold DIR --json        your own calls, for programs
    """
    from insights.night.run import run_night
    from insights.quality.gold import measure_gold
    from insights.quality.measures import pooled
    from insights.quality.report import report_json, report_table
    from insights.quality.truth import TruthError

    with ExitStack() as stack:
        shipped = resources.files("insights.demo") / "calls"
        folder = gold if gold is not None else stack.enter_context(resources.as_file(shipped))
        try:
            report = measure_gold(folder, channels=channels, run_night=run_night, study_dir=keep)  # type: ignore[arg-type]
        except TruthError as error:
            stop(str(error))
    if not report.calls:
        stop(f"none of the calls in {folder} could be processed: {report.failed}")
    totals = [pooled(report.calls)]
    languages = sorted({call.language for call in report.calls})
    if len(languages) > 1:
        totals += [pooled([c for c in report.calls if c.language == one], one) for one in languages]
    if as_json:
        about = {"gold": gold or "shipped", "channels": channels, "failed": report.failed}
        print_json(report_json(report.calls, totals, about))
    else:
        click.echo(f"{counted(len(report.calls), 'call')}, {channels}; figure (n)\n")
        click.echo(report_table([*report.calls, *totals]))
        for name, why in report.failed.items():
            click.echo(f"not processed: {name}: {why}", err=True)
    if report.failed:
        raise SystemExit(EXIT_SOME_FAILED)
