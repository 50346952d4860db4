"""Measuring the recogniser that a study uses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

from audio.decode import load
from audio.recording import Recording
from insights.settings import load_settings
from transcribe.recognition import RecognitionOptions, load_recogniser, measure_speed

# One call in each language is enough for a figure, and short.
SHIPPED = ("ru01_stereo.flac", "en01_stereo.flac")


def bench(study_dir: Path, paths: Sequence[Path]) -> list[dict[str, object]]:
    """Return one row of figures for the study's recogniser.

    Raises
    ------
    transcribe.models.ModelError, audio AudioError, SettingsError
        What can't be loaded, read or understood.
    """
    settings = load_settings(study_dir)
    chosen = settings.recognition
    options = replace(
        RecognitionOptions(engine=chosen.engine, model=chosen.model, device=chosen.device, batch=chosen.batch),
        configured=settings.models,
    )
    recogniser = load_recogniser(options)
    speed = measure_speed(recogniser, [load(path, call_id=path.stem) for path in paths] or shipped())
    return [
        {
            "engine": speed.engine,
            "cpu_s_per_audio_s": round(speed.cpu_s_per_s, 4),
            "hours_of_channel_per_core_hour": round(1 / speed.cpu_s_per_s) if speed.cpu_s else None,
            "audio_s": round(speed.audio_s, 1),
            "windows": speed.windows,
            "words": speed.words,
            "cores": os.cpu_count(),
        }
    ]


def shipped() -> list[Recording]:
    """Return the calls that ship with earful and are used for measuring."""
    recordings = []
    for name in SHIPPED:
        with resources.as_file(resources.files("insights.demo") / "calls" / name) as path:
            recordings.append(load(path, call_id=path.stem))
    return recordings
