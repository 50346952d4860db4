"""earful redact, forget, retain: mask personal data, erase a person, erase by age."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from insights.cli.context import EXIT_SOME_FAILED, command_here, counted, json_option, print_json, stop, study_option

if TYPE_CHECKING:
    from insights.privacy import Aged, Erased, Subject
    from insights.store.erasure_queries import SubjectKind
    from transcribe.dialogue import Language

WRONG_USAGE = 2
LONGEST_DAYS = 36_500
MOST_LISTED = 20


@click.command()
@study_option
@click.option(
    "--text", "text_file", type=click.File("rb"), help="Mask this file, UTF-8 or cp1251; - for standard input."
)
@click.option("--language", type=click.Choice(["ru", "en"]), help="Of --text; by default told from its letters.")
@json_option
def redact(study_dir: Path, *, text_file: Any, language: str | None, as_json: bool) -> None:  # noqa: ANN401 - a file
    r"""Mask names, phones, cards, e-mails, addresses and document numbers.

    Without --text: looks for them anew in every stored call and typed answer (the night does so for new ones) and
    prints how many there are; pages, clips and exports made afterwards mask and bleep them.

    \b
    Examples:
      earful redact
      echo "меня зовут иван петров" | earful redact --text -
    """
    from insights.cli.night_commands import guarded
    from insights.settings import load_settings

    if text_file is not None:
        company_names = guarded(lambda: load_settings(study_dir)).privacy.company_names
        mask_lines(text_file, language, company_names=company_names)
        return
    counts = guarded(lambda: redact_study(study_dir))
    if as_json:
        print_json(counts)
    else:
        click.echo(", ".join(f"{n} {kind}" for kind, n in counts.items()))


def mask_lines(lines: Iterable[bytes], language: str | None, *, company_names: tuple[str, ...]) -> None:
    """Print each line with what is personal in it masked, its blanks and its ending as they were."""
    from insights.language import language_of
    from insights.privacy import find_personal, mask
    from insights.survey.delimited import decoded

    for line in lines:
        text = decoded(line)
        spoken: Language = "en" if (language or language_of(text)) == "en" else "ru"
        masked = mask(text, find_personal(text, spoken, company_names=company_names), spoken)
        click.echo(masked.encode("utf-8"), nl=False)


def redact_study(study_dir: Path) -> dict[str, int]:
    """Find personal data anew in a study; return how many spans there are by kind."""
    from insights.privacy import redact_store
    from insights.settings import StudyFolder, load_settings
    from insights.store import StoreError, open_store, run_lock
    from insights.store.connection import NO_STORE

    path = StudyFolder(study_dir).store
    if not path.is_file():
        raise StoreError(NO_STORE.format(path=path))
    with run_lock(study_dir, why="masking personal data"):
        store = open_store(path)
        try:
            return dict(redact_store(store, company_names=load_settings(study_dir).privacy.company_names))
        finally:
            store.close()


@click.command()
@study_option
@click.option("--respondent", metavar="ID", help="Every interview of this respondent.")
@click.option("--client", metavar="ID", help="Every interview of this client and its respondents, and its outcomes.")
@click.option("--interview", metavar="ID", help="One interview.")
@click.option("--keep-recording", is_flag=True, help="Leave the sound in calls/; it is not listened to again.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def forget(
    study_dir: Path,
    *,
    respondent: str | None,
    client: str | None,
    interview: str | None,
    keep_recording: bool,
    yes: bool,
    as_json: bool,
) -> None:
    r"""Erase a person from the store, responses/, pages, exports, logs and calls/, then search every byte.

    Exit code 3 where something of the person is left; the places are named.

    \b
    Examples:
      earful forget --respondent R1042
      earful forget --client C7 --keep-recording --yes
    """
    from insights.cli.night_commands import guarded
    from insights.privacy import UnknownPersonError
    from insights.privacy import forget as erase

    subject = subject_of(respondent=respondent, client=client, interview=interview)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Erase {subject.kind} {subject.ident} for good?", abort=True)
    require_store(study_dir)
    try:
        done = guarded(lambda: erase(study_dir, subject, keep_recordings=keep_recording))
    except UnknownPersonError as error:
        stop(str(error))
    report(done, as_json=as_json)


def subject_of(*, respondent: str | None, client: str | None, interview: str | None) -> Subject:
    """Return whom to erase; wrong usage unless exactly one is named."""
    from insights.privacy import Subject

    given: tuple[tuple[SubjectKind, str | None], ...] = (
        ("respondent", respondent),
        ("client", client),
        ("interview", interview),
    )
    named = [Subject(kind, ident.strip()) for kind, ident in given if ident and ident.strip()]
    if len(named) != 1:
        stop("name one of --respondent, --client, --interview", code=WRONG_USAGE)
    return named[0]


def require_store(study_dir: Path) -> None:
    """End with one clear line where there is no store."""
    from insights.settings import StudyFolder
    from insights.store.connection import NO_STORE

    path = StudyFolder(study_dir).store
    if not path.is_file():
        stop(NO_STORE.format(path=path))


def nothing_ages(*, as_json: bool) -> None:
    """Say that no age limit is set, so that nothing is erased; a nightly timer goes on."""
    if as_json:
        print_json({"dry_run": True, "before": None, "interviews": [], "recordings": []})
        return
    click.echo("no age limit, nothing to erase; name --days, or set keep_days in [privacy] of earful.toml")


def report(done: Erased, *, as_json: bool) -> None:
    """Print what was erased and the proof; end with 3 where something is left."""
    if as_json:
        print_json(report_json(done))
    else:
        click.echo(
            f"erased: {len(done.interviews)} interviews, {done.rows} rows of the store, "
            f"{sum(done.response_rows.values())} lines of responses/, {len(done.recordings)} recordings, "
            f"{len(done.cleared.deleted)} files deleted, {len(done.cleared.rewritten)} rewritten"
        )
        for what, names in (
            ("deleted", (*done.recordings, *done.cleared.deleted)),
            ("rewritten", done.cleared.rewritten),
        ):
            for name in names:
                click.echo(f"{what:<12}{name}")
        click.echo(f"searched every byte of the study for {done.searched} phrases and ids: {len(done.left)} left")
        for place in sorted({f"{hit.path} (byte {hit.offset})" if hit.offset >= 0 else hit.path for hit in done.left}):
            click.echo(f"left        {place}: edit or delete it, then run the same command again")
    raise SystemExit(EXIT_SOME_FAILED if done.left else 0)


def report_json(done: Erased) -> dict[str, Any]:
    """Return an erasure as JSON can hold it."""
    return {
        "interviews": list(done.interviews),
        "rows": done.rows,
        "response_rows": done.response_rows,
        "recordings": list(done.recordings),
        "deleted": list(done.cleared.deleted),
        "rewritten": list(done.cleared.rewritten),
        "searched": done.searched,
        "left": [{"path": hit.path, "offset": hit.offset} for hit in done.left],
    }


@click.command()
@study_option
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), help="Age limit; default: keep_days of earful.toml.")
@click.option("--keep-recording", is_flag=True, help="Leave the sound in calls/; it is not listened to again.")
@click.option("--yes", is_flag=True, help="Erase; without it this is a dry run.")
@json_option
def retain(study_dir: Path, *, days: int | None, keep_recording: bool, yes: bool, as_json: bool) -> None:
    r"""Erase interviews and unmatched recordings older than so many days; a dry run unless --yes.

    \b
    Examples:
      earful retain --days 365
      earful retain --days 365 --yes
    """
    from insights.cli.night_commands import guarded
    from insights.privacy import aged
    from insights.privacy import retain as erase
    from insights.settings import load_settings

    limit = min(LONGEST_DAYS, days or guarded(lambda: load_settings(study_dir).privacy.keep_days))
    if not limit:
        nothing_ages(as_json=as_json)
        return
    require_store(study_dir)
    found = guarded(lambda: aged(study_dir, days=limit))
    if yes:
        report(guarded(lambda: erase(study_dir, days=limit, keep_recordings=keep_recording)), as_json=as_json)
    if as_json:
        names = {"interviews": list(found.interviews), "recordings": list(found.recordings)}
        print_json({"dry_run": True, "before": found.before, **names})
        return
    print_aged(found, repeat=command_here(f"earful retain --days {limit} --yes", study_dir))


def print_aged(found: Aged, *, repeat: str) -> None:
    """Print what age would erase, the first of it by name, and the command that erases it."""
    interviews, recordings = counted(len(found.interviews), "interview"), counted(len(found.recordings), "recording")
    click.echo(f"before {found.before}: {interviews}, {recordings}")
    for interview_id in found.interviews[:MOST_LISTED]:
        click.echo(f"would erase interview {interview_id}")
    if len(found.interviews) > MOST_LISTED:
        click.echo(f"and {len(found.interviews) - MOST_LISTED} more; --json lists all")
    if found.interviews or found.recordings:
        click.echo(f"this was a dry run; to erase them: {repeat}")
    else:
        click.echo("nothing is that old")
