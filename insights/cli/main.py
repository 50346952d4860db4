"""The earful command: a group that imports a command's module only when it is called."""

from __future__ import annotations

import importlib
import os

import click

COMMANDS: dict[str, str] = {
    "init": "insights.cli.study_commands:init",
    "check": "insights.cli.study_commands:check",
    "ingest": "insights.cli.study_commands:ingest",
    "night": "insights.cli.night_commands:night",
    "status": "insights.cli.night_commands:status",
    "gaps": "insights.cli.night_commands:gaps",
    "plan": "insights.cli.plan_commands:plan",
    "models": "insights.cli.model_commands:models",
    "demo": "insights.cli.demo_commands:demo",
    "quality": "insights.cli.quality_commands:quality",
    "now": "insights.cli.case_commands:now",
    "cases": "insights.cli.case_commands:cases",
    "metrics": "insights.cli.metric_commands:metrics",
    "change": "insights.cli.metric_commands:change",
    "drivers": "insights.cli.metric_commands:drivers",
    "explain": "insights.cli.metric_commands:explain",
    "settle": "insights.cli.correction_commands:settle",
    "correct": "insights.cli.correction_commands:correct",
    "code": "insights.cli.coding_commands:code",
    "agree": "insights.cli.coding_commands:agree",
    "morning": "insights.cli.meeting_commands:morning",
    "draw": "insights.cli.meeting_commands:draw",
    "hearing": "insights.cli.meeting_commands:hearing",
    "serve": "insights.cli.meeting_commands:serve",
    "redact": "insights.cli.privacy_commands:redact",
    "forget": "insights.cli.privacy_commands:forget",
    "retain": "insights.cli.privacy_commands:retain",
    "export": "insights.cli.export_commands:export",
}

# One thread a process, nothing on the network: set before any library is imported.
QUIET_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYANNOTE_METRICS_ENABLED": "0",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TOKENIZERS_PARALLELISM": "false",
}


class LazyGroup(click.Group):
    """A command group whose members are imported when they are asked for, so that --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name, in the order of a study's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is {type(command).__name__}; expected a click command")
        return command


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


def main() -> None:
    """Run the command line."""
    for name, value in QUIET_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    cli()
