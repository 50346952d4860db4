"""Play a few seconds of a call on this machine, or say where the clip lies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insights.store import Store

# Quiet, no window, ends with the clip; the first that is installed plays.
PLAYERS: tuple[tuple[str, ...], ...] = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpv", "--no-video", "--really-quiet"),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
)
HALF_S = 2.5
LONGEST_S = 20.0


def play_score(store: Store, study_dir: Path, row: dict[str, Any]) -> str:
    """Play five seconds around a spoken number; return a line about it.

    Personal data is bleeped; a stretch that a person hid is not played. The clip is written inside the study.
    """
    from audio.failures import AudioError
    from audio.span import Span
    from insights.store import hidden_spans

    start_s, end_s = row["value_start_s"], row["value_end_s"]
    if start_s is None:
        start_s, end_s = row["start_s"], row["end_s"]
    if row["path"] is None or start_s is None:
        return "no sound: the recording of this answer is not in the study"
    middle_s = (start_s + end_s) / 2
    span = Span(max(0.0, middle_s - HALF_S), middle_s + HALF_S)
    if any(span.overlap_s(hidden) > 0 for hidden in hidden_spans(store, row["recording_id"])):
        return "hidden: somebody asked that this stretch be played to nobody"
    try:
        path = write_clip(store, study_dir, row, span)
    except (AudioError, OSError) as error:
        return f"no sound: {error}"
    return f"played {path}" if played(path) else f"no player found here; the clip: {path}"


def write_clip(store: Store, study_dir: Path, row: dict[str, Any], span: Any) -> Path:  # noqa: ANN401 - a Span, imported late
    """Write the clip of a score into the study's exports and return its path."""
    from audio.clips import clip
    from insights.settings import StudyFolder
    from insights.settings.folder import make_private, write_private
    from insights.store import personal_spans

    folder = StudyFolder(study_dir).exports / "clips"
    make_private(folder)
    path = folder / f"answer-{row['answer_id']}.wav"
    bleep = personal_spans(store, row["recording_id"])
    write_private(path, clip(study_dir / row["path"], span, pad_s=0.0, format="wav", bleep=bleep))
    return path


def played(path: Path) -> bool:
    """Play a file by the first player installed; False where there is none or it fails."""
    for player in PLAYERS:
        if shutil.which(player[0]):
            try:
                done = subprocess.run([*player, str(path)], timeout=LONGEST_S, check=False, capture_output=True)
            except (OSError, subprocess.TimeoutExpired):
                return False
            return done.returncode == 0
    return False
