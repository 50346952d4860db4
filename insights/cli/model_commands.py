"""earful models: which models are used, from where, and how fast they are here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audio.failures import AudioError
from insights.cli.context import EXIT_NOTHING_POSSIBLE, json_option, print_json, stop, study_option
from insights.settings import SettingsError, load_settings
from transcribe.models import ModelError, ModelFile, catalogue, fetched, prepare, resolve

if TYPE_CHECKING:
    from transcribe.recognition.speed import Speed

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
    width = max(len(str(row["name"])) for row in rows)
    for row in rows:
        if row["error"]:
            click.echo(f"{row['name']:{width}} MISSING OR ALTERED: {row['error']}")
            continue
        megabytes = int(str(row["size_bytes"])) / MEGABYTE
        sha256 = str(row["sha256"])[:12]
        click.echo(f"{row['name']:{width}} {row['source']:10} {megabytes:7.1f} MB  {row['licence']:11} {sha256}")
        click.echo(f"{'':{width}} {': '.join(str(row[name]) for name in ('purpose', 'origin') if row[name])}")


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
    r"""Measure this machine on RECORDINGS or on two calls that ship with earful; `earful plan` reckons with it.

    The recogniser by itself, then a whole night with one worker in a temporary folder. Needs no study; with one, its
    settings and questions are used and nothing in it is changed.

    \b
    Examples:
      earful models bench
      earful models bench calls/monday/*.wav --json
    """
    from insights.cli.model_bench import bench_night, bench_path, bench_recogniser
    from insights.cli.night_commands import guarded

    try:
        heard = bench_recogniser(study_dir, recordings)
    except (ModelError, AudioError, SettingsError) as error:
        stop(str(error))
    night = guarded(lambda: bench_night(study_dir, recordings))
    if as_json:
        print_json([{**_heard_json(heard), "night": asdict(night)}])
        return
    click.echo(
        f"recogniser   {heard.cpu_s_per_s:.3f} CPU seconds a second of one channel"
        f" ({heard.engine}; {heard.audio_s / 60:.1f} minutes, {heard.words} words)"
    )
    if not night.calls:
        stop("whole night: none of these recordings could be used; see `earful check`, or name others")
    click.echo(
        f"whole night  {night.cpu_s / night.sound_s:.3f} CPU seconds a second of call"
        f" (n = {night.calls} calls, {night.sound_s / 60:.1f} minutes)"
    )
    click.echo(f"memory       {night.worker_gb:.1f} GB a worker at its peak")
    click.echo(f"kept for `earful plan` in {bench_path()}")


def _heard_json(heard: Speed) -> dict[str, object]:
    return {
        "engine": heard.engine,
        "cpu_s_per_audio_s": round(heard.cpu_s_per_s, 4),
        "hours_of_channel_per_core_hour": round(1 / heard.cpu_s_per_s) if heard.cpu_s else None,
        "audio_s": round(heard.audio_s, 1),
        "windows": heard.windows,
        "words": heard.words,
        "cores": os.cpu_count(),
    }


def _say(model: ModelFile) -> None:
    click.echo(f"{model.name}: {model.size_bytes / MEGABYTE:.1f} MB in {model.path}")
    click.echo(f'to use it, set in earful.toml under [recognition]: model = "{model.name}"')
