"""A worker's chain: models loaded once, then call after call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from insights.night.chain import process_jobs
from insights.night.executors import Process
from insights.night.frame import load_frame
from insights.night.jobs import Job, Outcome
from insights.night.models import load_models


def real_process(study_dir: str) -> Process:
    """Return the chain of a study with its real models; called once in each worker."""
    frame = load_frame(Path(study_dir))
    models = load_models(frame)

    def process(jobs: Sequence[Job]) -> list[Outcome]:
        return process_jobs(jobs, frame=frame, models=models)

    return process
