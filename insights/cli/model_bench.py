"""Measuring this machine: the recogniser by itself, and a whole night over the same calls; `earful plan` uses it."""

from __future__ import annotations

import json
import platform
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from audio.decode import load
from insights.night.executors import LocalExecutor, Process
from insights.night.jobs import Job, Outcome
from insights.night.models import recognition_options
from insights.night.processing import NightOptions
from insights.night.ray_worker import release_here, study_files
from insights.night.run import run_night
from insights.night.worker import real_process
from insights.settings import Settings, StudyFolder, load_settings, write_private
from insights.store import open_store
from insights.store.capacity_queries import processed
from transcribe.models.cache import cache_folder
from transcribe.recognition import load_recogniser, measure_speed
from transcribe.recognition.speed import Speed

# One call in each language is enough for a figure, and short.
SHIPPED = ("ru01_stereo.flac", "en01_stereo.flac")
FILE_NAME = "bench.json"
BYTES_A_KB = 1024  # of ru_maxrss on Linux


@dataclass(frozen=True, slots=True)
class NightSpeed:
    """What a whole night took here with one worker.

    Attributes
    ----------
    made_on:
        Day, as 2026-11-22.
    machine, release, engine, model, device, beams, diarizer:
        What it holds for.
    calls, sound_s, cpu_s:
        Calls that were done, their length, and the CPU seconds of all their stages.
    worker_gb:
        The worker's peak.
    """

    made_on: str
    machine: str
    release: str
    engine: str
    model: str
    device: str
    beams: int
    diarizer: str
    calls: int
    sound_s: float
    cpu_s: float
    worker_gb: float


def bench_recogniser(study_dir: Path, paths: Sequence[Path]) -> Speed:
    """Return how fast the study's recogniser is by itself.

    Raises
    ------
    transcribe.models.ModelError, audio AudioError, SettingsError
        What can't be loaded, read or understood.
    """
    options = recognition_options(load_settings(study_dir))
    with measured_calls(paths) as files:
        recordings = [load(path, call_id=path.stem) for path in files]
    return measure_speed(load_recogniser(options), recordings)


def bench_night(study_dir: Path, paths: Sequence[Path]) -> NightSpeed:
    """Run a night over the calls in a folder of its own, with the study's settings and questions; keep what it took.

    Without a study the example's questions are asked. Nothing of the study is changed, the folder is removed.
    """
    with TemporaryDirectory(prefix="earful-bench-") as name, measured_calls(paths) as files:
        folder = StudyFolder(Path(name))
        folder.make()
        for file_name, content in questions_of(study_dir).items():
            (folder.root / file_name).parent.mkdir(exist_ok=True)
            (folder.root / file_name).write_bytes(content)
        for number, file in enumerate(files):  # numbered: two folders may hold files of one name
            (folder.calls / f"{number}{file.suffix}").write_bytes(file.read_bytes())
        run_night(folder.root, NightOptions(executor=LocalExecutor(1), maker=f"{__name__}:{warm_process.__name__}"))
        store = open_store(folder.store, readonly=True)
        try:
            took = processed(store)
        finally:
            store.close()
    peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    speed = NightSpeed(
        made_on=f"{datetime.now(UTC):%Y-%m-%d}",
        **validity(load_settings(study_dir)),
        calls=took.calls,
        sound_s=round(took.sound_s, 1),
        cpu_s=round(took.cpu_s, 1),
        worker_gb=round(peak_kb * BYTES_A_KB / 1e9, 2),
    )
    if speed.calls:
        path = bench_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(asdict(speed), indent=1) + "\n")
    return speed


def warm_process(study_dir: str) -> Process:
    """Return the night's chain, warmed by its first call: over thousands, loading models is nothing."""
    process, warm = real_process(study_dir), False

    def measured(jobs: Sequence[Job]) -> list[Outcome]:
        nonlocal warm
        if not warm:
            process(jobs[:1])
            warm = True
        return process(jobs)

    return measured


def kept_bench(settings: Settings) -> NightSpeed | None:
    """Return the last bench of this machine, or None where there is none for this release and these settings."""
    try:
        speed = NightSpeed(**json.loads(bench_path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    wanted = validity(settings)
    return speed if all(getattr(speed, name) == value for name, value in wanted.items()) else None


def validity(settings: Settings) -> dict[str, Any]:  # Any: fields of NightSpeed
    """Return what a measurement holds for: another machine, release, recogniser or diarizer makes another figure."""
    chosen = settings.recognition
    return {
        "machine": platform.node(),
        "release": release_here(),
        **{name: getattr(chosen, name) for name in ("engine", "model", "device", "beams")},
        "diarizer": settings.diarization.pipeline,
    }


def bench_path() -> Path:
    """Return where the last bench is kept: beside the user's cache of models."""
    return cache_folder().parent / FILE_NAME


def questions_of(study_dir: Path) -> dict[str, bytes]:
    """Return the study's settings, survey and codebook, or the example's where there is no survey."""
    found = study_files(study_dir)
    if "survey.toml" in found:
        return found
    shipped = resources.files("insights.demo") / "calls"
    return {**found, **{name: (shipped / name).read_bytes() for name in ("survey.toml", "codebook.toml")}}


@contextmanager
def measured_calls(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the files to measure on: those given, or the calls that ship with earful."""
    if paths:
        yield list(paths)
        return
    with resources.as_file(resources.files("insights.demo") / "calls") as folder:
        yield [folder / name for name in SHIPPED]
