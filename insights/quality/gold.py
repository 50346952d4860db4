"""Gold: a folder of calls with truth made into a study, processed by the night, and measured."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from audio.decode import load
from audio.encode import encode
from insights.quality.measures import CallMeasures, measure_call
from insights.quality.observed import load_observed
from insights.quality.truth import Truth, TruthError, read_truth
from insights.settings import StudyFolder, settings_text
from insights.store import open_store
from insights.store.quality_queries import done_recordings, unprocessed
from insights.survey.codebook import Codebook
from insights.survey.loading import load_codebook, load_survey
from insights.survey.questionnaire import Survey

Channels = Literal["stereo", "mono", "swapped"]
CHANNELS: tuple[Channels, ...] = ("stereo", "mono", "swapped")
SUFFIXES = (".flac", ".wav", ".mp3", ".ogg", ".opus", ".m4a")
STARTED_AT = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class GoldCall:
    """One call of the gold folder: its truth and its recording."""

    truth: Truth
    recording: Path


@dataclass(frozen=True, slots=True)
class GoldReport:
    """What was measured; ``failed`` names calls that the night could not process, and why."""

    calls: tuple[CallMeasures, ...]
    failed: dict[str, str]


def measure_gold(
    gold: Path,
    *,
    channels: Channels,
    run_night: Callable[[Path], object],
    study_dir: Path | None = None,
    settings: str | None = None,
) -> GoldReport:
    """Run the night on a folder of calls with truth and return the counts of each.

    Parameters
    ----------
    gold:
        Holds ``survey.toml``, ``codebook.toml``, ``*.json`` truth files with their recordings, and ``responses/``.
    channels:
        How stereo calls are fed: as they are, mixed to one channel (the average), or with channels exchanged.
    run_night:
        Processes the study in the folder it is given.
    study_dir:
        Where the study is made and kept; None: a temporary folder, removed afterwards.
    settings:
        Text of ``earful.toml``; None: the defaults.

    Raises
    ------
    TruthError
        When the folder holds no call with truth, or a truth file cannot be read.
    """
    calls = gold_calls(gold)
    with _study_in(study_dir) as root:
        make_study(root, gold, calls, channels=channels, settings=settings)
        run_night(root)
        return measure_study(root, calls)


def gold_calls(gold: Path) -> tuple[GoldCall, ...]:
    """Return the calls of a gold folder, in order of their names."""
    found = []
    for path in sorted(gold.glob("*.json")):
        truth = read_truth(path)
        recording = recording_of(gold, path.stem)
        if recording is None:
            raise TruthError(
                f"{path}: no recording beside it; expected {path.stem}_stereo.wav, .flac or {path.stem}.wav"
            )
        found.append(GoldCall(truth, recording))
    if not found:
        raise TruthError(f"{gold}: no truth files (*.json); name the folder that holds them with --gold")
    return tuple(found)


def recording_of(gold: Path, stem: str) -> Path | None:
    """Return the recording of a call: its stereo file first, then the plain name, then mono."""
    names = [f"{stem}{kind}{suffix}" for kind in ("_stereo", "", "_mono") for suffix in SUFFIXES]
    return next((gold / name for name in names if (gold / name).is_file()), None)


@contextmanager
def _study_in(study_dir: Path | None) -> Iterator[Path]:
    """Give a folder for the study, a temporary one where none is named."""
    if study_dir is not None:
        study_dir.mkdir(parents=True, exist_ok=True)
        yield study_dir
        return
    with tempfile.TemporaryDirectory(prefix="earful-quality-") as name:
        yield Path(name)


def make_study(
    root: Path, gold: Path, calls: Sequence[GoldCall], *, channels: Channels, settings: str | None = None
) -> None:
    """Write a study folder that holds the gold calls, fed as ``channels`` says."""
    folder = StudyFolder(root)
    folder.make()
    (root / "earful.toml").write_text(settings if settings is not None else settings_text(), encoding="utf-8")
    for name in ("survey.toml", "codebook.toml"):
        shutil.copyfile(gold / name, root / name)
    names = {call.truth.call_id: put_recording(folder.calls, call, channels=channels) for call in calls}
    rows = responses_of(gold, calls, names)
    with (folder.responses / "gold.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)


def put_recording(target: Path, call: GoldCall, *, channels: Channels) -> str:
    """Write one call into the study and return its file name."""
    recording = load(call.recording, call_id=call.truth.call_id)
    if channels == "stereo" or recording.channels == 1:
        shutil.copyfile(call.recording, target / call.recording.name)
        return call.recording.name
    mixed = recording.samples.mean(axis=0, keepdims=True)
    samples = mixed if channels == "mono" else recording.samples[::-1]
    name = f"{call.truth.call_id}_{channels}.flac"
    (target / name).write_bytes(
        encode(np.ascontiguousarray(samples, dtype=np.float32), recording.rate_hz, codec="flac")
    )
    return name


def responses_of(gold: Path, calls: Sequence[GoldCall], names: dict[str, str]) -> list[dict[str, str]]:
    """Return the interviews' rows: those of ``responses/``, else the numbers that the truth files hold."""
    told = [row for path in sorted((gold / "responses").glob("*.csv")) for row in read_rows(path)]
    by_stem = {call.recording.stem: call.truth.call_id for call in calls}
    rows: dict[str, dict[str, str]] = {}
    for row in told:
        stem = Path(row.get("recording", "")).stem
        call_id = row["interview_id"] if row["interview_id"] in names else by_stem.get(stem)
        if call_id is not None:
            rows[call_id] = {**row, "recording": names[call_id]}
    for call in calls:
        rows.setdefault(call.truth.call_id, recorded_row(call, names[call.truth.call_id]))
    return [rows[call_id] for call_id in sorted(rows)]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, comma or semicolon."""
    text = path.read_text(encoding="utf-8-sig")
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def recorded_row(call: GoldCall, name: str) -> dict[str, str]:
    """Return an interview's row made of the truth's own questionnaire."""
    recorded = {key: as_typed(value) for key, value in call.truth.recorded.items()}
    frame = {"interview_id": call.truth.call_id, "started_at": STARTED_AT, "mode": "phone", "recording": name}
    people = {"respondent_id": f"R-{call.truth.call_id}", "client_id": f"C-{call.truth.call_id}", "wave": "gold"}
    return {**frame, **people, **recorded}


def as_typed(value: float | str | None) -> str:
    """Return a truth's number or word as a clerk types it.

    Examples
    --------
    >>> as_typed(9.0), as_typed("ready"), as_typed(None)
    ('9', 'ready', '')
    """
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:g}"


def measure_study(root: Path, calls: Sequence[GoldCall]) -> GoldReport:
    """Return the counts of every gold call that a processed study holds."""
    survey: Survey = load_survey(root)
    codebook: Codebook = load_codebook(root, file_name=survey.codebook)
    no_reason = [code.code_id for code in codebook.codes if code.special == "residual"]
    store = open_store(StudyFolder(root).store)
    try:
        stored = {Path(path).name: found for path, found in done_recordings(store).items()}
        failed = {Path(path).name: why for path, why in unprocessed(store).items()}
        measured = []
        for call in calls:
            name = next((name for name in stored if _belongs(name, call)), None)
            if name is not None:
                observed = load_observed(store, stored[name])
                measured.append(measure_call(call.truth, observed, survey, leave_out=no_reason))
        return GoldReport(tuple(measured), failed)
    finally:
        store.close()


def _belongs(name: str, call: GoldCall) -> bool:
    """Return whether a file of the study is this call's."""
    made = {f"{call.truth.call_id}_{channels}.flac" for channels in CHANNELS}
    return name == call.recording.name or name in made
