"""earful plan: what a large number of calls would need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from insights.cli.context import json_option, print_json, stop, study_option

if TYPE_CHECKING:
    from insights.night.capacity import Capacity, Speed


@click.command()
@study_option
@click.option("--calls", type=click.IntRange(1), default=130_000, show_default=True, help="How many calls.")
@click.option("--minutes", type=click.FloatRange(0.1), default=4.0, show_default=True, help="Length of a call.")
@click.option("--night-hours", type=click.FloatRange(0.1), default=8.0, show_default=True, help="Hours a night has.")
@click.option("--cores", type=click.IntRange(1), help="Cores of one machine; default: this one's.")
@json_option
def plan(study_dir: Path, *, calls: int, minutes: float, night_hours: float, cores: int | None, as_json: bool) -> None:
    r"""Say how many hours, machines, gigabytes and how much memory so many calls need.

    The speed is that of the nights already run in the study here; without one, a figure measured elsewhere is used
    and said to be so. Figures for graphics cards are published ones and marked as assumptions.

    \b
    Examples:
      earful plan --calls 130000 --minutes 4
      earful plan --calls 400 --study my-study --json
    """
    from insights.night.capacity import Load, capacity_for

    found = capacity_for(Load(calls, minutes, night_hours), speed_here(study_dir), cores=cores)
    if as_json:
        print_json(capacity_json(found))
        return
    load = found.load
    click.echo(f"load        {load.calls} calls of {load.minutes:g} minutes: {load.sound_hours:,.0f} hours of sound")
    click.echo(f"speed       {found.speed.cpu_per_s:.3f} CPU seconds per second of call ({found.speed.source})")
    click.echo(f"work        {found.core_hours:,.1f} core hours")
    click.echo(f"one machine {found.hours_here:,.1f} hours on {found.cores} cores")
    click.echo(
        f"one night   {found.machines} such machines for {load.night_hours:g} hours (earful night --executor ray)"
    )
    click.echo(
        f"disk        {found.store_gb:.1f} GB store, {found.sound_gb:,.0f} GB recordings as stereo mu-law at 8 kHz"
    )
    click.echo(f"memory      {found.memory_gb:.1f} GB on a machine, one worker a core")
    for card, hours in found.gpu_hours.items():
        click.echo(f"assumed     {hours:,.0f} hours of recognition on one {card} (published speed of large-v3-turbo)")


def speed_here(study_dir: Path) -> Speed:
    """Return the speed of this study's nights, or the shipped figure where there were none."""
    from insights.night.capacity import SHIPPED_CPU_PER_S, Speed
    from insights.settings import StudyFolder
    from insights.store import StoreError, open_store
    from insights.store.status_queries import processing_speed

    path = StudyFolder(study_dir).store
    if not path.is_file():
        return Speed(SHIPPED_CPU_PER_S, "measured on another machine; run a night here for your own")
    try:
        store = open_store(path, readonly=True)
    except StoreError as error:
        stop(str(error))
    try:
        spent_s, sound_s = processing_speed(store)
    finally:
        store.close()
    if not spent_s or not sound_s:
        return Speed(SHIPPED_CPU_PER_S, "measured on another machine; run a night here for your own")
    return Speed(spent_s / sound_s, f"measured here over {sound_s / 60:.0f} minutes of calls", sound_s)


def capacity_json(found: Capacity) -> dict[str, object]:
    """Return a plan as JSON can hold it, assumptions apart."""
    return {
        "calls": found.load.calls,
        "minutes": found.load.minutes,
        "cpu_seconds_per_second": round(found.speed.cpu_per_s, 4),
        "source": found.speed.source,
        "core_hours": round(found.core_hours, 1),
        "cores": found.cores,
        "hours_here": round(found.hours_here, 1),
        "machines": found.machines,
        "store_gb": round(found.store_gb, 2),
        "sound_gb": round(found.sound_gb, 1),
        "memory_gb": round(found.memory_gb, 1),
        "assumed_gpu_hours": {card: round(hours, 1) for card, hours in found.gpu_hours.items()},
    }
