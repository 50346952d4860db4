"""A worker on another machine: it needs the same earful and its models there, everything else is sent to it.

The study's few text files and the sound travel with the work, so that no folder has to be shared. Where the machines
can read the recordings themselves (``[ray] calls_at``: a folder they share, or an fsspec URL), only the name travels;
what is found there counts only if it is, byte for byte, the file under ``calls/``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import fsspec
from fsspec.implementations.local import LocalFileSystem

from audio.opening import open_regular
from insights.night.executors import WorkerPlan, run_batch, start_worker, worker_process
from insights.night.jobs import Job, Outcome
from insights.night.tools import STAGE_VERSIONS, version_of
from insights.settings import StudyFolder

CALLS = "calls"


class UnfitWorkerError(RuntimeError):
    """A machine that would not do what the driver asks; the message says what to install or mend there."""


class OtherSoundError(ValueError):
    """What lies at ``[ray] calls_at`` is not the file under ``calls/``."""


class Worker:
    """One actor: it starts once, keeps its models, and takes batch after batch."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._plan: WorkerPlan | None = None
        self._calls_at = ""

    def start(self, plan: WorkerPlan, study: Mapping[str, bytes], *, release: str, calls_at: str) -> str:
        """Get ready for work and return the machine's id; one that cannot says so before a call is given to it.

        Parameters
        ----------
        study:
            The study's files by their names, as ``study_files`` returns them.
        release:
            The driver's ``release_here()``.
        calls_at:
            Where this machine reads recordings; empty = they come with the jobs.

        Raises
        ------
        UnfitWorkerError
            Where another release is installed, or ``calls_at`` cannot be read.
        ModelError
            Where a model is missing or altered.
        """
        if release != release_here():
            raise UnfitWorkerError(f"it runs {release_here()}, the driver {release}; install the same on both")
        refuse_unreadable(calls_at)
        start_worker(plan.memory_gb)
        self._folder = TemporaryDirectory(prefix="earful-")
        for name, content in study.items():
            path = Path(self._folder.name) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        self._plan, self._calls_at = replace(plan, study_dir=self._folder.name), calls_at
        worker_process(self._plan)
        return machine_here()

    def run(self, batch: Sequence[Job]) -> list[Outcome]:
        """Process one batch; the sound does not travel back."""
        if self._plan is None:
            raise UnfitWorkerError("it was given calls before it was started")
        here = [job if job.sound is not None else with_sound_from(self._calls_at, job) for job in batch]
        outcomes = run_batch(self._plan, here)
        return [replace(outcome, job=replace(outcome.job, sound=None)) for outcome in outcomes]


def machine_here() -> str:
    """Return Ray's id of the machine that runs this."""
    import ray

    return str(ray.get_runtime_context().get_node_id())


def release_here() -> str:
    """Return which earful is installed, to the version of every stage.

    Examples
    --------
    >>> release_here().startswith("earful ")
    True
    """
    return f"earful {version_of('earful')} with stages {json.dumps(STAGE_VERSIONS)}"


def study_files(study_dir: Path) -> dict[str, bytes]:
    """Return what a worker needs of a study, by name: settings, questions, codebooks, the newest refit; no data."""
    learned = sorted(StudyFolder(study_dir).coders.glob("refit-*.npz"))[-1:]
    files = [*sorted(study_dir.glob("*.toml")), *learned]
    return {file.relative_to(study_dir).as_posix(): file.read_bytes() for file in files}


def with_sound(job: Job) -> Job:
    """Return the job with its file's bytes, to be sent.

    Raises
    ------
    AudioError
        Where the file has gone, or is no regular file any more.
    """
    with open_regular(Path(job.file)) as file:
        return replace(job, sound=file.read())


def with_sound_from(calls_at: str, job: Job) -> Job:
    """Return the job with the bytes read at ``calls_at``.

    Raises
    ------
    OtherSoundError
        Where other bytes lie there than under ``calls/``.
    OSError
        And what else a file system raises where nothing can be read.

    Examples
    --------
    >>> from insights.store import RecordingFacts
    >>> _ = fsspec.filesystem("memory").pipe("bucket/monday/1.wav", b"sound")
    >>> facts = RecordingFacts("calls/monday/1.wav", sha256=hashlib.sha256(b"sound").hexdigest(), size_bytes=5)
    >>> job = Job(facts, file="calls/monday/1.wav", keys={}, todo=frozenset())
    >>> with_sound_from("memory://bucket", job).sound
    b'sound'
    """
    facts = job.facts
    files, root = fsspec.url_to_fs(calls_at)
    # Joined to a path, never to a URL: a recording's name may hold what means something in one.
    with files.open(f"{root.rstrip('/')}/{PurePosixPath(facts.path).relative_to(CALLS)}", "rb") as file:
        sound: bytes = file.read((facts.size_bytes or 0) + 1)  # a byte more tells a longer file, however long
    if hashlib.sha256(sound).hexdigest() != facts.sha256:
        raise OtherSoundError(f"{facts.path}: other bytes lie at [ray] calls_at; copy calls/ there again")
    return replace(job, sound=sound)


def refuse_unreadable(calls_at: str) -> None:
    """Raise UnfitWorkerError where a folder is not there, or nothing that speaks a URL's protocol is installed."""
    if not calls_at:
        return
    try:
        files, root = fsspec.url_to_fs(calls_at)
    except (ImportError, ValueError) as error:
        raise UnfitWorkerError(f"[ray] calls_at = {calls_at!r} cannot be read there ({error})") from error
    if isinstance(files, LocalFileSystem) and not files.isdir(root):
        raise UnfitWorkerError(f"[ray] calls_at = {calls_at!r} is no folder there; mount it, or leave it empty")
