"""earful morning, draw, hearing import, serve: the page of the morning meeting, its proof and its notes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from insights.cli.context import EXIT_SOME_FAILED, counted, json_option, print_json, stop, study_option

if TYPE_CHECKING:
    from insights.meeting.drawing import Verified
    from insights.settings import Settings
    from insights.store import Store

Result = TypeVar("Result")
WRONG_USAGE = 2
MOST_LISTED = 12


DAY = click.DateTime(["%Y-%m-%d", "%d.%m.%Y"])


def with_study(study_dir: Path, work: Callable[[Store, Settings], Result]) -> Result:
    """Run work on a study's store; whatever makes it impossible becomes one clear line and exit code 4."""
    from insights.meeting.drawing import MeetingError
    from insights.settings import SettingsError, StudyFolder, load_settings
    from insights.store import StoreError, open_store
    from insights.store.connection import NO_STORE

    folder = StudyFolder(study_dir)
    if not folder.store.is_file():
        stop(NO_STORE.format(path=folder.store))
    try:
        settings = load_settings(study_dir)
        store = open_store(folder.store)
        try:
            return work(store, settings)
        finally:
            store.close()
    except (SettingsError, StoreError, MeetingError) as error:
        stop(str(error))


@click.command()
@click.option("--date", "meeting", type=DAY, help="The meeting's day; today by default.")
@click.option("--k", type=click.IntRange(0, 20), help="Calls to draw; [meeting] calls in earful.toml by default.")
@study_option
@json_option
def morning(study_dir: Path, *, meeting: datetime | None, k: int | None, as_json: bool) -> None:
    r"""Build the page of a morning's meeting into pages/: drawn calls, cases, mismatches, the wave so far.

    The page is built whatever happened in the night; what is missing is said at its top.

    \b
    Examples:
      earful morning
      earful morning --date 2026-11-21 --k 3
    """
    from insights.meeting.building import build_morning

    try:
        found = build_morning(study_dir, meeting=meeting.date() if meeting else None, k=k)
    except OSError as error:
        stop(f"the page can't be written ({error.strerror or error}); make {study_dir} writable and run again")
    if as_json:
        print_json({"path": found.path, "calls": found.calls, "problems": found.problems_en})
        return
    for problem in found.problems_en:
        click.echo(f"! {problem}")
    click.echo(f"{counted(len(found.calls), 'call')}; open {found.path.resolve()}")


@click.command()
@click.option("--date", "meeting", type=DAY, help="The meeting's day; today by default.")
@click.option("--verify", "verify_day", type=DAY, help="Recompute the draws stored for this day.")
@study_option
@json_option
def draw(study_dir: Path, *, meeting: datetime | None, verify_day: datetime | None, as_json: bool) -> None:
    r"""Show whom a draw would choose from, or verify one that was made.

    Exit code 3 where a stored draw does not hold.

    \b
    Examples:
      earful draw
      earful draw --verify 2026-11-21
    """
    if verify_day is not None:
        from insights.meeting.drawing import verify_draw

        day = verify_day.date()
        found = with_study(study_dir, lambda store, settings: verify_draw(store, day, settings.meeting))
        print_verified(found, as_json=as_json)
        raise SystemExit(EXIT_SOME_FAILED if any(each.faults for each in found) else 0)
    show_frame(study_dir, (meeting or datetime.now().astimezone()).date(), as_json=as_json)


def show_frame(study_dir: Path, meeting: date, *, as_json: bool) -> None:
    """Print the eligible calls of a day and those left out; commit the wave's key where it has none."""
    from insights.meeting.drawing import frame_for, wave_and_key

    def work(store: Store, settings: Settings) -> dict[str, object]:
        frame, key = frame_for(store, meeting, settings.meeting), wave_and_key(store, meeting)
        return {
            "date": meeting.isoformat(),
            "wave": key["wave_id"],
            "key_sha256": key["key_sha256"],
            "committed_at": key["committed_at"],
            "eligible": [[call.recording_id, call.stratum] for call in frame.eligible],
            "excluded": [list(each) for each in frame.excluded],
        }

    found = with_study(study_dir, work)
    if as_json:
        print_json(found)
        return
    eligible, excluded = found["eligible"], found["excluded"]
    click.echo(f"meeting of {found['date']}, wave {found['wave'] or '-'}")
    click.echo(f"key committed {found['committed_at']}, sha256 {found['key_sha256']}")
    if isinstance(eligible, list) and isinstance(excluded, list):
        more = f" and {len(eligible) - MOST_LISTED} more (--json lists all)" if len(eligible) > MOST_LISTED else ""
        named = ", ".join(row[0] for row in eligible[:MOST_LISTED])
        click.echo(f"{counted(len(eligible), 'eligible call')}{': ' if eligible else ''}{named}{more}")
        for recording_id, rule in excluded:
            click.echo(f"  left out: {recording_id} ({rule})")


def print_verified(found: list[Verified], *, as_json: bool) -> None:
    """Print what recomputing found."""
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        verdict = "DOES NOT HOLD" if each.faults else "holds"
        click.echo(f"{each.draw_id}: {verdict}; {', '.join(each.chosen)} of {each.frame_n} eligible calls")
        click.echo(f"  frame sha256 {each.frame_sha256}\n  key sha256   {each.key_sha256}")
        for line in (*each.faults, *each.remarks):
            click.echo(f"  {line}")


@click.group()
def hearing() -> None:
    r"""Store notes that were made at a meeting.

    \b
    Examples:
      earful hearing import notes-2026-11-23.json
    """


@hearing.command("import", short_help="Store the notes that a page exported.")
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@study_option
@json_option
def import_command(files: tuple[Path, ...], study_dir: Path, *, as_json: bool) -> None:
    r"""Store notes that a page exported; a note that was stored before is not stored again.

    \b
    Examples:
      earful hearing import ~/Downloads/notes-2026-11-21.json
    """
    from insights.meeting.hearing import HearingError, import_notes

    results = []
    for file in files:
        try:
            content = file.read_bytes()
            found = with_study(study_dir, lambda store, _: import_notes(store, content, source=file.name))  # noqa: B023
        except (HearingError, OSError) as error:
            stop(f"{file}: {error}")
        results.append({"file": str(file), **asdict(found)})
        if not as_json:
            new = counted(found.new, "new note")
            click.echo(f"{file.name}: {new}, {found.known} known, {len(found.refused)} refused")
            for line in found.refused:
                click.echo(f"  {line}")
    if as_json:
        print_json(results)
    raise SystemExit(EXIT_SOME_FAILED if any(result["refused"] for result in results) else 0)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8321, show_default=True)
@study_option
def serve(study_dir: Path, *, port: int) -> None:
    r"""Serve the morning pages on this machine only; notes made there are stored at once.

    \b
    Examples:
      earful serve
      earful serve --port 9000
    """
    import uvicorn

    from insights.meeting.serve import HOST, make_app
    from insights.settings import StudyFolder

    if not StudyFolder(study_dir).pages.is_dir():
        stop(f"{study_dir}: no pages yet; `earful morning` builds one")
    server = uvicorn.Server(uvicorn.Config(make_app(study_dir), log_level="warning", server_header=False))
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError as error:
            stop(f"port {port}: {error.strerror}; is it served already? Choose another with --port")
        click.echo(f"http://{HOST}:{port}/  (this machine only; Ctrl-C ends)")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[door])
