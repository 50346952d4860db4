"""A redacted copy for colleagues on other machines: masked texts, and only the seconds around answers and quotes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from audio.encode import encode
from audio.failures import AudioError
from audio.loudness import amplified, levelling_gain_db
from audio.recording import Recording
from audio.span import Span, gaps_between, merged
from insights.export.sources import Export
from insights.export.tables import all_turns, shown_answers, shown_reasons
from insights.export.texts import ShownTurn
from insights.settings import make_private, write_private
from insights.settings.decoding import load_recording
from insights.store import StoreError, hidden_spans, lemma_text, personal_spans
from insights.store.export_queries import copy_store, export_calls, heard_stretches, replace_texts, seal_copy
from insights.survey import SurveyError, load_survey

PAD_S = 2.0
BLEEP_PAD_S = 0.15
KBPS = 16.0


def write_snapshot(export: Export) -> list[Path]:
    """Write a study of its own: ``study.db`` as one plain file, ``calls/*.ogg`` silent but for answers and quotes."""
    keep_apart(export)
    make_private(export.target)
    make_private(export.target / "calls")
    paths = {row["recording_id"]: _sound(export, row) for row in export_calls(export.store)}
    store = write_store(export, {one: path for one, path in paths.items() if path})
    for name, source in _own_files(export.folder.root).items():
        write_private(export.target / name, source.read_bytes())
    return [store, *(export.target / path for path in paths.values() if path)]


def keep_apart(export: Export) -> None:
    """Refuse to write a masked copy over the study itself, whose words would be lost for good."""
    if export.target.resolve() == export.folder.root.resolve():
        raise StoreError(f"{export.target} is the study itself; name another folder with --out")


def _own_files(root: Path) -> dict[str, Path]:
    """Return the study's settings, survey and codebook by the names they get in a copy."""
    try:
        codebook = load_survey(root).codebook
    except SurveyError:
        codebook = "codebook.toml"
    found = {name: root / name for name in ("survey.toml", "earful.toml", codebook)}
    return {name: path for name, path in found.items() if path.is_file() and path.parent == root}


def write_store(export: Export, paths: dict[str, str]) -> Path:
    """Write the masked copy of the store; ``paths`` are the recordings' new places."""
    keep_apart(export)
    target = export.target / "study.db"
    copy = copy_store(export.store, target)
    turns = all_turns(export)
    answers = shown_answers(export, turns)
    replace_texts(
        copy,
        turns=[_turn(turn) for turn in turns.values()],
        answers=[_answer(row) for row in answers],
        reasons=shown_reasons(export, turns, answers),
        paths=paths,
    )
    seal_copy(copy)
    target.chmod(0o600)
    return target


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's masked texts; the typed cell only where the interview was typed."""
    return {"answer_id": row["answer_id"], "text": row["text"], "typed": None if row["recording_id"] else row["text"]}


def _turn(turn: ShownTurn) -> dict[str, Any]:
    """Return a turn's masked row."""
    packed = json.dumps(turn.words, ensure_ascii=False, separators=(",", ":"))
    lemmas = lemma_text(turn.text, turn.language)
    return {"turn_id": turn.row["turn_id"], "text": turn.text, "lemmas": lemmas, "words_json": packed}


def _sound(export: Export, row: dict[str, Any]) -> str:
    """Write a call's sound, silent outside answers and quotes; return its path in the copy, ``""`` without sound."""
    path = (export.folder.root / row["path"]).resolve()
    if not path.is_relative_to(export.folder.root.resolve()) or not path.is_file():
        return ""
    try:
        recording = load_recording(path, export.settings.recordings, call_id=row["recording_id"])
    except (AudioError, OSError):
        return ""
    kept = [
        Span(a, b).padded(PAD_S, within=recording.span) for a, b in heard_stretches(export.store, row["recording_id"])
    ]
    silent = list(gaps_between(kept, within=recording.span)) + list(hidden_spans(export.store, row["recording_id"]))
    if export.redact:
        silent += [
            one.padded(BLEEP_PAD_S, within=recording.span) for one in personal_spans(export.store, row["recording_id"])
        ]
    target = f"calls/{row['recording_id']}.ogg"
    write_private(
        export.target / target,
        encode(silenced(recording, silent), recording.rate_hz, codec="opus", bit_rate_kbps=KBPS),
    )
    return target


def silenced(recording: Recording, spans: list[Span]) -> np.ndarray[Any, Any]:
    """Return a call mixed to one channel, shape (n,), with nothing left inside the spans.

    Examples
    --------
    >>> call = Recording("c", np.ones((1, 8000), np.float32), 8000)
    >>> float(abs(silenced(call, [Span(0.0, 0.5)])[:4000]).max())
    0.0
    """
    parts = [amplified(one, levelling_gain_db(one, recording.rate_hz)) for one in recording.samples]
    mono = amplified(np.sum(parts, axis=0, dtype=np.float32), 0.0).copy()
    for span in merged(spans):
        mono[max(0, int(span.start_s * recording.rate_hz)) : int(np.ceil(span.end_s * recording.rate_hz))] = 0.0
    return mono
