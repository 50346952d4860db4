"""earful now and earful cases: a case for every unhappy customer, followed up to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from insights.cli.context import command_here, counted, json_option, print_json, print_lines, stop, study_option
from insights.cli.metric_commands import with_store
from insights.cli.problem_text import problem_lines

if TYPE_CHECKING:
    from datetime import datetime

    from insights.cases import Opened
    from insights.store import Row, Store
    from insights.survey.delimited import Problem

WRONG_USAGE = 2
MOST_LISTED = 20
STEPS = {"contact": '--told "..."', "close": "--outcome recovered --root-cause CODE"}
READINESS = {1.0: "ready", 0.0: "unsure", -1.0: "not ready"}
OUTCOMES = ("recovered", "explained", "mistaken_identity", "not_recovered", "no_contact")


@click.command()
@study_option
@json_option
def now(study_dir: Path, *, as_json: bool) -> None:
    r"""Read new responses and open a case for every recorded low score; no audio is touched.

    Runs beside a night. The rule is [cases] in earful.toml: by default a recorded 0-6, due in 30 minutes.

    \b
    Examples:
      earful now
      earful now --study my-study --json
    """
    from insights.cli.night_commands import guarded

    opened, problems = guarded(lambda: _now(study_dir))
    if as_json:
        print_json(
            {"opened": opened.count, "interviews": opened.interviews, "without_case": opened.without_case,
             "problems": [str(problem) for problem in problems]}
        )  # fmt: skip
        return
    print_lines(problem_lines(problems, all_of_them=command_here("earful gaps", study_dir)))
    for interview_id in opened.interviews["low_score"][:MOST_LISTED]:
        click.echo(f"case     {interview_id}")
    if opened.count > MOST_LISTED:
        click.echo(f"         and {opened.count - MOST_LISTED} more")
    click.echo(f"{counted(opened.count, 'new case')}; recorded low scores without a case: {opened.without_case}")


def _now(study_dir: Path) -> tuple[Opened, list[Problem]]:
    """Bring responses in and open cases."""
    from insights.cases import open_recorded_cases
    from insights.night.frame import load_frame
    from insights.night.ingestion import new_responses
    from insights.store import open_store

    frame = load_frame(study_dir)
    store = open_store(frame.folder.store)
    try:
        problems = [problem for file in new_responses(store, frame) for problem in file.problems]
        return open_recorded_cases(store, frame.settings.cases), problems
    finally:
        store.close()


@click.group(invoke_without_command=True)
@click.option("--overdue", is_flag=True, help="Only cases past their due time without a contact.")
@click.option("--all", "every", is_flag=True, help="Closed cases too.")
@study_option
@json_option
@click.pass_context
def cases(context: click.Context, study_dir: Path, *, overdue: bool, every: bool, as_json: bool) -> None:
    r"""List open cases, the earliest due first; show, contact and close them.

    \b
    Examples:
      earful cases --overdue
      earful cases show 12
      earful cases contact 12 --told "new date agreed"
      earful cases close 12 --outcome recovered --root-cause delivery
    """
    if context.invoked_subcommand is not None:
        context.obj = study_dir
        return

    def work(store: Store) -> list[Row]:
        from insights.cases.opening import stamp
        from insights.store.case_queries import case_rows

        return case_rows(store, now=stamp(_clock()), overdue=overdue, closed=every)

    rows = with_store(study_dir, work, readonly=True)
    if as_json:
        print_json([{**row, "overdue": bool(row["overdue"])} for row in rows])
        return
    print_cases(rows, study_dir)


def print_cases(rows: list[Row], study_dir: Path) -> None:
    """Print one line a case in columns, and how to go on."""
    heads = ("case", "state", "why", "score", "due", "client", "interview", "owner")
    lines = [
        (
            f"#{row['case_id']}",
            state_of(row),
            row["trigger"],
            _mark(row["score"]),
            local_minute(row["due_at"]),
            row["client_id"] or "-",
            row["interview_id"],
            row["owner"] or "-",
        )
        for row in rows
    ]
    widths = [max(len(line[at]) for line in (heads, *lines)) for at in range(len(heads))]
    for line in (heads, *lines) if lines else ():
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    overdue = sum(bool(row["overdue"]) for row in rows)
    waiting = [row["case_id"] for row in rows if not row["closed_at"]]
    step = f"; next: {command_here(f'earful cases show {waiting[0]}', study_dir)}" if waiting else ""
    click.echo(f"{counted(len(rows), 'case')}, {overdue} overdue{step}")


def state_of(row: Row) -> str:
    """Return where a case stands.

    >>> state_of({"closed_at": None, "overdue": 0, "first_contact_at": "2026-11-22T01:04:28+00:00"})
    'contacted'
    """
    if row["closed_at"]:
        return "closed"
    return "OVERDUE" if row["overdue"] else "contacted" if row["first_contact_at"] else "open"


def local_minute(stamp: str) -> str:
    """Return a stored moment to the minute, on this machine's clock."""
    from datetime import datetime

    return f"{datetime.fromisoformat(stamp).astimezone():%Y-%m-%d %H:%M}"


@cases.command(short_help="Show a case: answers, quotes, history.")
@click.argument("case_id", type=int)
@click.option("--originals", is_flag=True, help="Show personal data unmasked; that you did is written to logs/.")
@study_option
@json_option
@click.pass_context
def show(context: click.Context, case_id: int, study_dir: Path, *, originals: bool, as_json: bool) -> None:
    """Show a case's dossier: answers, quotes, clips, the client's history."""
    root = _study(context, study_dir)
    masked = not originals and _redact(root)

    def work(store: Store) -> dict[str, Any]:
        from insights.cases import CaseError, dossier
        from insights.cli.masked_dossier import masked_dossier

        try:
            found = dossier(store, case_id)
        except CaseError as error:
            stop(str(error), code=WRONG_USAGE)
        return masked_dossier(store, found) if masked else found

    found = with_store(root, work, readonly=True)
    if originals:
        from insights.privacy import note_originals_shown
        from insights.settings import StudyFolder

        note_originals_shown(StudyFolder(root), command=f"earful cases show {case_id} --originals", n=1)
    if as_json:
        print_json(found)
        return
    print_dossier(found, root)


def print_dossier(found: dict[str, Any], study_dir: Path) -> None:
    """Print all that is known for a first call back, and the command that follows it."""
    case = found["case"]
    click.echo(f"case #{case['case_id']}: {case['trigger']}, {state_of(case)}, due {local_minute(case['due_at'])}")
    click.echo(f"client {case['client_id'] or '-'}, interview {case['interview_id']}, wave {case['wave_id'] or '-'}")
    for name in ("owner", "told", "outcome", "root_cause_code"):
        if case[name]:
            click.echo(f"{name.replace('_code', '').replace('_', ' ')}: {case[name]}")
    width = max((len(answer["question_id"]) for answer in found["answers"]), default=0)
    for answer in found["answers"]:
        heard = f" (spoken {_score(answer, 'spoken_value')})" if answer["agreement"] == "mismatch" else ""
        words = f"“{answer['text']}”" if answer["text"] else ""
        parts = (f"{_score(answer, 'value')}{heard}".ljust(5), words, answer["clip"] or "")
        click.echo(f"  {answer['question_id'].ljust(width)}  {'  '.join(part for part in parts if part)}".rstrip())
    for quote in found["quotes"]:
        sign = {1: "+", 0: "·", -1: "−"}[quote["polarity"]]
        click.echo(f"  {sign} {quote['code_id']}: “{quote['quote']}”  {quote['clip'] or ''}".rstrip())
    for past in found["history"]:
        click.echo(f"  earlier: {past['wave_id']}, score {_mark(past['score'])} {past['cases'] or ''}".rstrip())
    if not case["closed_at"]:
        step = "close" if case["first_contact_at"] else "contact"
        command = f"earful cases {step} {case['case_id']} {STEPS[step]}"
        click.echo(f"next: {command_here(command, study_dir)}")


@cases.command(short_help="Note the first contact.")
@click.argument("case_id", type=int)
@click.option("--told", help="What the customer was told.")
@click.option("--owner", help="Who follows the case up.")
@study_option
@click.pass_context
def contact(context: click.Context, case_id: int, study_dir: Path, *, told: str | None, owner: str | None) -> None:
    """Note the first contact with the customer."""

    def work(store: Store) -> None:
        from insights.cases import CaseError, contact_case

        try:
            contact_case(store, case_id, told=told, owner=owner)
        except CaseError as error:
            stop(str(error), code=WRONG_USAGE)

    with_store(_study(context, study_dir), work)
    click.echo(f"case #{case_id}: contact noted")


@cases.command(short_help="Close a case with its outcome.")
@click.argument("case_id", type=int)
@click.option("--outcome", required=True, type=click.Choice(OUTCOMES))
@click.option("--told", help="What the customer was told.")
@click.option("--root-cause", help="A code of the codebook.")
@click.option("--by", "closed_by", help="Who closes it.")
@study_option
@click.pass_context
def close(
    context: click.Context,
    case_id: int,
    study_dir: Path,
    *,
    outcome: Any,  # noqa: ANN401 - click.Choice checked it
    told: str | None,
    root_cause: str | None,
    closed_by: str | None,
) -> None:
    """Close a case with its outcome, what the customer was told, and the root cause."""

    def work(store: Store) -> None:
        from insights.cases import CaseError, close_case

        try:
            close_case(store, case_id, outcome=outcome, told=told, root_cause=root_cause, closed_by=closed_by)
        except CaseError as error:
            stop(str(error), code=WRONG_USAGE)

    with_store(_study(context, study_dir), work)
    click.echo(f"case #{case_id}: closed as {outcome}")


def _study(context: click.Context, study_dir: Path) -> Path:
    """Return the study named at the subcommand, else the one named at ``cases``."""
    return study_dir if study_dir != Path() else Path(context.obj or Path())


def _redact(study_dir: Path) -> bool:
    """Return whether the study masks personal data; True where its settings can't be read."""
    from insights.settings import SettingsError, load_settings

    try:
        return load_settings(study_dir).privacy.redact
    except SettingsError:
        return True


def _mark(value: float | None) -> str:
    """Return a number without needless decimals, a dash for none."""
    return "-" if value is None else f"{value:g}"


def _score(answer: Row, name: str) -> str:
    """Return an answer's value; readiness in words."""
    value = answer[name]
    return READINESS.get(value, _mark(value)) if answer["kind"] == "ncs" else _mark(value)


def _clock() -> datetime:
    """Return the time now, with its zone."""
    from datetime import UTC, datetime

    return datetime.now(UTC)
