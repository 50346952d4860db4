"""The earful command: a group that imports a command's module only when it is called."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

from insights.cli.context import did_you_mean, stop_for_file

# name -> (where the command is, its line in --help: known here so that --help imports nothing)
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("study_commands:init", "Make a study folder with every setting explained."),
    "check": ("study_commands:check", "Check settings, survey and codebook; say what to mend."),
    "ingest": ("study_commands:ingest", "Read responses/ into the store, no audio needed."),
    "night": ("night_commands:night", "Process everything new; resumable."),
    "now": ("case_commands:now", "Open cases from recorded low scores, in seconds."),
    "status": ("night_commands:status", "Show what is done, waiting, failed, unmatched."),
    "gaps": ("night_commands:gaps", "List what is missing and the cure for each."),
    "settle": ("correction_commands:settle", "Listen to mismatched scores and settle them."),
    "correct": ("correction_commands:correct", "Swap parties, mend a turn or quote, hide a clip; undo."),
    "code": ("coding_commands:code", "Human coding out and in; themes; refit."),
    "agree": ("coding_commands:agree", "Agreement of coders, with intervals."),
    "metrics": ("metric_commands:metrics", "NPS and the rest, each with n, interval, method."),
    "change": ("metric_commands:change", "Has anything changed between two waves?"),
    "drivers": ("metric_commands:drivers", "What goes with a score, with intervals."),
    "explain": ("metric_commands:explain", "How a figure came about."),
    "cases": ("case_commands:cases", "Unhappy customers: who, since when, what next."),
    "morning": ("meeting_commands:morning", "Build the morning page with its drawn calls."),
    "draw": ("meeting_commands:draw", "Show or verify a morning's draw."),
    "hearing": ("meeting_commands:hearing", "Import notes made at a meeting."),
    "serve": ("meeting_commands:serve", "Serve the pages on this machine only."),
    "quality": ("quality_commands:quality", "Measure earful on calls with known truth."),
    "redact": ("privacy_commands:redact", "Mask personal data in the store or in text."),
    "forget": ("privacy_commands:forget", "Erase a person, and prove it."),
    "retain": ("privacy_commands:retain", "Erase by age; dry run first."),
    "export": ("export_commands:export", "The store in other tools' formats."),
    "models": ("model_commands:models", "What models are used, from where, with hashes."),
    "plan": ("plan_commands:plan", "Hours, machines and disk for many calls."),
    "demo": ("demo_commands:demo", "Make the example study and run its night."),
}

# One thread a process unless the shell asks for more; nothing on the network, whatever it says. Libraries read these
# as they are imported.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
QUIET_ENVIRONMENT = {
    **THREADS,
    "PYANNOTE_METRICS_ENABLED": "0",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",  # a head that is told "disabled" would report just that
    "TOKENIZERS_PARALLELISM": "false",
}


def keeping_lines(command: click.Command) -> click.Command:
    r"""Return the command, its examples printed line by line.

    click keeps lines as they are after a backspace character; our docstrings are raw text and spell it ``\b``.
    """
    if command.help:
        command.help = command.help.replace("\\b\n", "\b\n")
    for member in getattr(command, "commands", {}).values():
        keeping_lines(member)
    return command


class LazyGroup(click.Group):
    """A command group whose members are imported when they are asked for, so that --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name, in the order of a study's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"insights.cli.{module}"), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is {type(command).__name__}; expected a click command")
        return keeping_lines(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; an unknown name ends with the one that may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"{error.message.rstrip('.')}{near or '.'}", error.ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what click.Group.invoke returns
        """Run a command; a file, folder or disk that fails it becomes one clear line and exit code 4."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if "unexpected extra argument" not in error.message:
                raise
            raise click.UsageError(f"{error.message}; a study's folder is named with --study", error.ctx) from error
        except BrokenPipeError:
            raise  # whoever read the output has seen enough: click ends quietly
        except OSError as error:
            stop_for_file(error)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(package_name="earful")
def cli() -> None:
    r"""Listen to recorded survey calls: who said what, how, and why.

    \b
    Examples:
      earful init my-study            a folder to put recordings and responses into
      earful night                    everything new in the study here
      earful metrics --by segment     NPS and the rest, each with n and interval
    """


keeping_lines(cli)


def main() -> None:
    """Run the command line."""
    wished = {name: os.environ[name] for name in THREADS if name in os.environ}
    os.environ.update(QUIET_ENVIRONMENT | wished)
    for stream in (sys.stdout, sys.stderr):  # where a terminal knows no Cyrillic, a word must not end a command
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli()
