"""Making the example study: shipped calls, stereo and mono, Russian and English, and two typed interviews."""

from __future__ import annotations

import csv
import io
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from audio.decode import load
from audio.encode import encode
from insights.settings import Settings, StudyFolder, settings_text, write_private
from insights.settings.options import PrivacyOptions

# The clerk of these two delivered one mixed channel; the others came with a channel for each party.
MONO_CALLS = ("en01", "ru05")
COMPANIES = ("North Star Supplies", "Baltic Tools", "Северный склад", "Зелёный офис", "Мегаполис Снаб")
PHONE_RESPONSES = "2026-11-20.csv"
TYPED_RESPONSES = "2026-11-20-online.csv"


def shipped_calls() -> Traversable:
    """Return the folder of calls, truth and survey that ships with the package."""
    return resources.files("insights.demo") / "calls"


def create_demo(root: Path) -> StudyFolder:
    """Write the example study and return its folder; files that are there already stay as they are.

    Parameters
    ----------
    root:
        The folder to create.

    Raises
    ------
    OSError
        Where the folder cannot be written.
    """
    folder = StudyFolder(root)
    folder.make()
    shipped = shipped_calls()
    put(folder.root / "earful.toml", settings_text(Settings(privacy=PrivacyOptions(company_names=COMPANIES))).encode())
    for name in ("survey.toml", "codebook.toml"):
        put(folder.root / name, (shipped / name).read_bytes())
    for item in sorted(shipped.iterdir(), key=lambda item: item.name):
        if item.name.endswith("_stereo.flac"):
            put_call(folder, item)
    put(folder.responses / PHONE_RESPONSES, phone_rows((shipped / "responses" / PHONE_RESPONSES).read_text("utf-8")))
    put(folder.responses / TYPED_RESPONSES, (resources.files("insights.demo") / "typed.csv").read_bytes())
    return folder


def put(path: Path, content: bytes) -> None:
    """Write a file unless it is there."""
    if not path.exists():
        write_private(path, content)


def put_call(folder: StudyFolder, item: Traversable) -> None:
    """Copy one shipped call, mixed to one channel where the example wants a mono recording."""
    call_id = item.name.removesuffix("_stereo.flac")
    if call_id not in MONO_CALLS:
        put(folder.calls / item.name, item.read_bytes())
        return
    target = folder.calls / f"{call_id}_mono.flac"
    if not target.exists():
        with resources.as_file(item) as path:
            recording = load(path, call_id=call_id)
        mixed = recording.samples.mean(axis=0, keepdims=True).astype(np.float32)
        write_private(target, encode(mixed, recording.rate_hz, codec="flac"))


def phone_rows(text: str) -> bytes:
    """Return the shipped responses with the recordings' names as the example study has them."""
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        kind = "mono" if row["interview_id"] in MONO_CALLS else "stereo"
        row["recording"] = f"{row['interview_id']}_{kind}.flac"
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
