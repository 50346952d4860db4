"""earful models: which models are used, from where, and how fast they are here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from audio.failures import AudioError
from insights.cli.context import EXIT_NOTHING_POSSIBLE, json_option, print_json, stop, study_option
from insights.settings import SettingsError, load_settings
from transcribe.models import ModelError, ModelFile, catalogue, fetched, prepare, resolve

MEGABYTE = 1_000_000


@click.group(invoke_without_command=True)
@study_option
@json_option
@click.pass_context
def models(context: click.Context, *, study_dir: Path, as_json: bool) -> None:
    r"""List every model: name, source, licence, size and hash.

    \b
    Sources, in this order: a path under [models] in earful.toml, your cache, hash-checked packages.
    Nothing is downloaded but by `earful models fetch`.

    \b
    Examples:
      earful models
      earful models --json
      earful models prepare
    """
    if context.invoked_subcommand is not None:
        return
    configured = _configured(study_dir)
    rows = [_row(name, configured) for name in dict.fromkeys((*catalogue(), *configured, *fetched()))]
    if as_json:
        print_json(rows)
    else:
        _print_table(rows)
    if any(row["error"] for row in rows):
        raise SystemExit(EXIT_NOTHING_POSSIBLE)


def _configured(study_dir: Path) -> Mapping[str, str]:
    try:
        return load_settings(study_dir).models
    except SettingsError as error:
        stop(str(error))


def _row(name: str, configured: Mapping[str, str]) -> dict[str, object]:
    purpose = catalogue()[name].purpose if name in catalogue() else ""
    try:
        model = resolve(name, configured=configured)
    except ModelError as error:
        return {"name": name, "purpose": purpose, "source": None, "error": str(error)}
    return {**asdict(model), "path": str(model.path), "purpose": purpose, "error": None}


def _print_table(rows: list[dict[str, object]]) -> None:
    for row in rows:
        if row["error"]:
            click.echo(f"{row['name']:22} MISSING OR ALTERED: {row['error']}")
            continue
        megabytes = int(str(row["size_bytes"])) / MEGABYTE
        sha256 = str(row["sha256"])[:12]
        click.echo(f"{row['name']:22} {row['source']:10} {megabytes:7.1f} MB  {row['licence']:11} {sha256}")
        click.echo(f"{'':22} {row['purpose']}: {row['origin']}")


@models.command("prepare")
def prepare_command() -> None:
    """Check every packaged model and convert, once, those that need it."""
    try:
        ready = prepare(lambda model: click.echo(f"{model.name:22} {model.source:8} {model.sha256[:12]}"))
    except ModelError as error:
        stop(str(error))
    click.echo(f"{len(ready)} models ready")


@models.command("fetch")
@click.argument("name")
@click.option("--token", envvar="HF_TOKEN", default="", help="Hugging Face token, for community-1 only.")
def fetch_command(name: str, token: str) -> None:
    r"""Download a model: whisper-small, whisper-medium, whisper-turbo, ... or community-1.

    \b
    Examples:
      earful models fetch whisper-small
      earful models fetch community-1 --token hf_...
    """
    from transcribe.models.fetch import fetch

    try:
        model = fetch(name, token=token, report=click.echo)
    except ModelError as error:
        stop(str(error))
    _say(model)


@models.command("bench")
@study_option
@json_option
@click.argument("recordings", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def bench_command(*, study_dir: Path, as_json: bool, recordings: tuple[Path, ...]) -> None:
    r"""Measure the study's recogniser on this machine, on RECORDINGS or on the calls that ship with earful.

    \b
    Example:
      earful models bench calls/monday/*.wav
    """
    from insights.cli.model_bench import bench

    try:
        rows = bench(study_dir, recordings)
    except (ModelError, AudioError, SettingsError) as error:
        stop(str(error))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo("  ".join(f"{name} {value}" for name, value in row.items()))


def _say(model: ModelFile) -> None:
    click.echo(f"{model.name}: {model.size_bytes / MEGABYTE:.1f} MB in {model.path}")
    click.echo(f'to use it, set in earful.toml under [recognition]: model = "{model.name}"')
