"""What every command shares: the study folder, JSON or text, and errors that end with the right code."""

from __future__ import annotations

import errno
import json
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_SOME_FAILED = 3
EXIT_NOTHING_POSSIBLE = 4


def study_option(command: Command) -> Command:
    """Add ``--study DIR``, by default the current folder."""
    return click.option(
        "--study",
        "study_dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        show_default="the current folder",
        help="The study's folder.",
    )(command)


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
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "a folder is needed there: move away what lies in its place"
    return "see that the disk is healthy and run again"
