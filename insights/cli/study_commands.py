"""earful init, check, ingest: a study's folder, its questionnaire, its responses."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insights.cli.context import (
    EXIT_NOTHING_POSSIBLE,
    command_here,
    counted,
    json_option,
    print_json,
    print_lines,
    stop,
    study_option,
)
from insights.cli.problem_text import problem_lines

if TYPE_CHECKING:
    from insights.night.inspection import Inspection


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--template", default="voice-of-customer", show_default=True, help="voice-of-customer, written or after-service."
)
def init(directory: Path, template: str) -> None:
    r"""Make a study folder: settings with every default explained, a questionnaire, a codebook.

    Nothing that is there already is changed.

    \b
    Examples:
      earful init my-study
      earful init online-study --template written
      earful init service-study --template after-service
    """
    from insights.settings import StudyFolder, settings_text, write_private
    from insights.survey.templates import template_files

    try:
        files = {"earful.toml": settings_text(), **template_files(template)}
    except KeyError as error:
        stop(str(error.args[0]), code=2)
    folder = StudyFolder(directory)
    try:
        folder.make()
        for name, text in files.items():
            path = folder.root / name
            if path.exists():
                click.echo(f"kept   {path}")
                continue
            write_private(path, text)
            click.echo(f"wrote  {path}")
    except OSError as error:
        stop(f"{directory}: {error.strerror or error}; name a folder that can be written")
    typed = shlex.quote(str(directory))  # a folder's name may hold spaces
    click.echo(
        f"\nNext: put recordings into {folder.calls} and response tables into {folder.responses}, then\n"
        f"  earful check --study {typed}\n  earful night --study {typed}"
    )


@click.command()
@study_option
@json_option
def check(study_dir: Path, *, as_json: bool) -> None:
    r"""Check earful.toml, survey.toml, codebook.toml and responses/; name every fault, its place and the cure.

    Exit code 0 when all can be used, 4 when something must be mended first.

    \b
    Examples:
      earful check
      earful check --study my-study --json
    """
    from insights.night.inspection import inspect_study

    inspection = inspect_study(study_dir)
    if as_json:
        warnings = [*inspection.warnings, *map(str, inspection.problems)]
        print_json({"usable": inspection.usable, "faults": inspection.faults, "warnings": warnings})
    else:
        for fault in inspection.faults:
            click.echo(f"fault    {fault}")
        for warning in inspection.warnings:
            click.echo(f"warning  {warning}")
        print_lines(problem_lines(inspection.problems, all_of_them=command_here("earful check --json", study_dir)))
        click.echo(check_line(inspection))
    if not inspection.usable:
        raise SystemExit(EXIT_NOTHING_POSSIBLE)


def check_line(inspection: Inspection) -> str:
    """Return what a check found, in one line."""
    doubts = f"{counted(len(inspection.warnings), 'warning')}, {counted(len(inspection.problems), 'problem')}"
    if not inspection.usable:
        return f"{len(inspection.faults)} to mend before a run, {doubts} in responses/"
    found = f"{counted(inspection.questions, 'question')}, {counted(inspection.codes, 'code')}"
    return f"usable: {found}, {doubts} in responses/"


@click.command()
@study_option
@json_option
def ingest(study_dir: Path, *, as_json: bool) -> None:
    r"""Read survey, codebook and responses/ into the store; no audio is touched.

    A later file wins over an earlier one for the same interview, and the earlier row is kept as history.

    \b
    Examples:
      earful ingest
      earful ingest --study my-study --json
    """
    from insights.cli.night_commands import guarded
    from insights.night.ingestion import ingest_study

    result = guarded(lambda: ingest_study(study_dir))
    if as_json:
        problems = [str(problem) for problem in result.problems]
        print_json({"interviews": result.interviews, "files": result.files, "problems": problems})
        return
    print_lines(problem_lines(result.problems, all_of_them=command_here("earful gaps", study_dir)))
    files, interviews = counted(result.files, "new response file"), counted(result.interviews, "interview")
    found = f"; {counted(len(result.problems), 'problem')} in responses/" if result.problems else ""
    click.echo(f"{files}, {interviews} in the store{found}")
    if not (result.files or result.interviews or result.problems):
        click.echo(
            f"next: put tables (.csv, one row an interview) into {study_dir / 'responses'}, then run this again"
        )
