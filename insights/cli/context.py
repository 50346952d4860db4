"""What every command shares: the study folder, JSON or text, and errors that end with the right code."""

from __future__ import annotations

import difflib
import errno
import json
import math
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_SOME_FAILED = 3
EXIT_NOTHING_POSSIBLE = 4


def folder_there(_context: click.Context, _parameter: click.Parameter, folder: Path) -> Path:
    """Return a study's folder; one clear line and exit code 4 where there is no such folder."""
    if not folder.is_dir():
        beside = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
        near = did_you_mean(folder.name, beside)
        stop(f"{folder}: no such folder{near or '; `earful init` makes a study'}")
    return folder


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return which known word may be meant, as the end of a message; empty where none is near.

    >>> did_you_mean("segmnt", ["segment", "role"]), did_you_mean("colour", ["segment"])
    ('; did you mean segment?', '')
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""


def study_option(command: Command) -> Command:
    """Add ``--study DIR``, by default the current folder."""
    return click.option(
        "--study",
        "study_dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        callback=folder_there,
        show_default="the current folder",
        help="The study's folder.",
    )(command)


class Finite(click.FloatRange):
    """A number within a range; "inf" and "nan" are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click's
        """Return the number; wrong usage where it is none."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number that can be counted with.", param, ctx)
        return number


def json_option(command: Command) -> Command:
    """Add ``--json`` as the keyword ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def print_json(value: object) -> None:
    """Print ``value`` as JSON, Cyrillic letters kept readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_lines(lines: Iterable[str]) -> None:
    """Print line by line."""
    for line in lines:
        click.echo(line)


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "call"), counted(0, "call")
    ('1 call', '0 calls')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def command_here(command: str, study_dir: Path) -> str:
    """Return a command with the study it is meant for, to be pasted.

    >>> command_here("earful gaps", Path("my study"))
    "earful gaps --study 'my study'"
    """
    return command if study_dir == Path() else f"{command} --study {shlex.quote(str(study_dir))}"


def stop(message: str, *, code: int = EXIT_NOTHING_POSSIBLE) -> NoReturn:
    """Print one clear line to standard error and end with ``code``."""
    click.echo(f"earful: {message}", err=True)
    raise SystemExit(code)


def stop_for_file(error: OSError) -> NoReturn:
    """End with one clear line about a file, folder or disk that failed, and what to do."""
    stop(f"{error.filename or 'a file of the study'}: {error.strerror or error}; {cure_of_file(error)}")


def cure_of_file(error: OSError) -> str:
    """Return what to do about a file or folder that cannot be read or written.

    Examples
    --------
    >>> cure_of_file(OSError(errno.ENOSPC, "No space left on device"))
    'free some disk space and run again: what was stored is whole'
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some disk space and run again: what was stored is whole"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "give the user who runs earful permission"
    if error.errno == errno.EISDIR:
        return "a file is needed there: move the folder away"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "a folder is needed there: move away what lies in its place"
    return "see that the disk is healthy and run again"
