"""earful plan: what a large number of calls would need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insights.cli.context import Finite, json_option, print_json, stop, study_option

if TYPE_CHECKING:
    from insights.night.capacity import Capacity, Figure, Measured
    from insights.store.capacity_queries import Processed


@click.command()
@study_option
@click.option("--calls", type=click.IntRange(1), default=130_000, show_default=True, help="How many calls.")
@click.option("--minutes", type=Finite(0.1), default=4.0, show_default=True, help="Length of a call.")
@click.option("--night-hours", type=Finite(0.1), default=8.0, show_default=True, help="Hours a night has.")
@click.option("--cores", type=click.IntRange(1), help="Cores of one machine; default: this one's.")
@json_option
def plan(study_dir: Path, *, calls: int, minutes: float, night_hours: float, cores: int | None, as_json: bool) -> None:
    r"""Say how many hours, machines, gigabytes and how much memory so many calls need.

    The figures are those of the study's own nights where they are many, else of `earful models bench` on this
    machine, else measured elsewhere; each line says which. Figures for graphics cards are published ones and marked
    as assumptions.

    \b
    Examples:
      earful plan --calls 130000 --minutes 4
      earful plan --calls 400 --study my-study --json
    """
    from insights.night.capacity import Load, capacity_for

    found = capacity_for(Load(calls, minutes, night_hours), figures_for(study_dir), cores=cores)
    if as_json:
        print_json(capacity_json(found))
        return
    for name, text in capacity_lines(found):
        click.echo(f"{name:13} {text}")


def figures_for(study_dir: Path) -> Measured:
    """Return the figures a plan rests on: those of most calls, measured nearest."""
    from insights.cli.model_bench import kept_bench
    from insights.night.capacity import TELLING_CALLS, TELLING_STORE_CALLS, Figure, Measured
    from insights.settings import SettingsError, load_settings

    try:
        bench = kept_bench(load_settings(study_dir))
    except SettingsError as error:
        stop(str(error))
    own, figures = processed_here(study_dir), Measured()
    if own.calls:
        figures = replace(
            figures,
            cpu_per_s=Figure(own.cpu_s / own.sound_s, "measured over this study's nights", own.calls),
            sound_bytes_per_s=Figure(own.sound_bytes / own.sound_s, "as this study's recordings", own.calls),
        )
    if own.calls >= TELLING_STORE_CALLS:
        figures = replace(
            figures, store_bytes_per_s=Figure(own.store_bytes / own.sound_s, "as this study's store", own.calls)
        )
    if bench is not None:
        source = f"measured by `earful models bench` here on {bench.made_on}"
        figures = replace(figures, worker_gb=Figure(bench.worker_gb, source, bench.calls))
        if own.calls < TELLING_CALLS:
            figures = replace(figures, cpu_per_s=Figure(bench.cpu_s / bench.sound_s, source, bench.calls))
    return figures


def processed_here(study_dir: Path) -> Processed:
    """Return what the nights of this study took in; nothing where there is no store."""
    from insights.settings import StudyFolder
    from insights.store import StoreError, open_store
    from insights.store.capacity_queries import Processed, processed

    path = StudyFolder(study_dir).store
    if not path.is_file():
        return Processed(0, 0.0, 0.0, 0, 0)
    try:
        store = open_store(path, readonly=True)
    except StoreError as error:
        stop(str(error))
    try:
        return processed(store)
    finally:
        store.close()


def capacity_lines(found: Capacity) -> list[tuple[str, str]]:
    """Return a plan line by line, each figure with where it is from."""
    from insights.night.capacity import ASSUMED_SHARE_OF_A_CORE

    load, measured = found.load, found.measured
    a_call_kb = found.store_gb * 1e6 / load.calls
    rate_kb = measured.sound_bytes_per_s.value / 1000
    machines = "machine" if found.machines == 1 else "machines"
    cards = ", ".join(f"{hours:,.1f} on one {card}" for card, hours in found.card_hours.items())
    share = f", each assumed to give {ASSUMED_SHARE_OF_A_CORE:.0%} when all work" if found.cores > 1 else ""
    return [
        ("load", f"{load.calls} calls of {load.minutes:g} minutes: {load.sound_hours:,.0f} hours of sound"),
        ("speed", f"{measured.cpu_per_s.value:.3f} CPU seconds a second of call ({said(measured.cpu_per_s)})"),
        ("work", f"{found.core_hours:,.1f} core hours"),
        ("one machine", f"{found.hours_here:,.1f} hours on {found.cores} cores{share}"),
        ("one night", f"{found.machines:,} {machines} of {found.cores} cores, done in {load.night_hours:g} hours"),
        ("store", f"{found.store_gb:,.2f} GB, {a_call_kb:.1f} kB a call ({said(measured.store_bytes_per_s)})"),
        ("recordings", f"{found.sound_gb:,.1f} GB, {rate_kb:.1f} kB a second ({said(measured.sound_bytes_per_s)})"),
        ("memory", f"{found.memory_gb:.1f} GB on a machine, one worker a core ({said(measured.worker_gb)})"),
        ("cards", "assumed by published speeds of large-v3-turbo, nothing measured; hours of recognition alone:"),
        ("", cards),
    ]


def said(figure: Figure) -> str:
    """Return where a figure is from, with its n."""
    return f"{figure.source}, n = {figure.n:,} calls" if figure.n else figure.source


def capacity_json(found: Capacity) -> dict[str, object]:
    """Return a plan as JSON can hold it, assumptions apart."""
    from insights.night.capacity import ASSUMED_SHARE_OF_A_CORE

    measured = found.measured
    return {
        "calls": found.load.calls,
        "minutes": found.load.minutes,
        "night_hours": found.load.night_hours,
        "cpu_seconds_per_second": round(measured.cpu_per_s.value, 4),
        "source": measured.cpu_per_s.source,
        "n": measured.cpu_per_s.n,
        "core_hours": round(found.core_hours, 1),
        "cores": found.cores,
        "hours_here": round(found.hours_here, 1),
        "machines": found.machines,
        "store_gb": round(found.store_gb, 3),
        "store_source": said(measured.store_bytes_per_s),
        "sound_gb": round(found.sound_gb, 1),
        "sound_source": said(measured.sound_bytes_per_s),
        "memory_gb": round(found.memory_gb, 1),
        "memory_source": said(measured.worker_gb),
        "assumed_share_of_a_core": ASSUMED_SHARE_OF_A_CORE,
        "assumed_gpu_hours": {card: round(hours, 1) for card, hours in found.card_hours.items()},
    }
