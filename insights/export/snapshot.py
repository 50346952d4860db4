"""A redacted copy for colleagues on other machines: masked texts, and only the seconds around answers and quotes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from audio.decode import load
from audio.encode import encode
from audio.failures import AudioError
from audio.loudness import amplified, levelling_gain_db
from audio.recording import Recording
from audio.span import Span, gaps_between, merged
from insights.export.sources import Export
from insights.export.tables import exported_tables
from insights.export.texts import joined, language_from
from insights.settings import make_private, write_private
from insights.store import hidden_spans, lemma_text, personal_spans
from insights.store.export_queries import (
    call_turns,
    copy_store,
    export_calls,
    heard_stretches,
    replace_texts,
    seal_copy,
    table_rows,
)

PAD_S = 2.0
BLEEP_PAD_S = 0.15
KBPS = 16.0
COPIED = ("survey.toml", "codebook.toml", "earful.toml")


def write_snapshot(export: Export) -> list[Path]:
    """Write a study of its own: ``study.db`` as one plain file, ``calls/*.ogg`` silent but for answers and quotes."""
    make_private(export.target)
    make_private(export.target / "calls")
    paths = {row["recording_id"]: _sound(export, row) for row in export_calls(export.store)}
    store = write_store(export, {one: path for one, path in paths.items() if path})
    for name in COPIED:
        if (export.folder.root / name).is_file():
            shutil.copyfile(export.folder.root / name, export.target / name)
            (export.target / name).chmod(0o600)
    return [store, *(export.target / path for path in paths.values() if path)]


def write_store(export: Export, paths: dict[str, str]) -> Path:
    """Write the masked copy of the store; ``paths`` are the recordings' new places."""
    target = export.target / "study.db"
    copy = copy_store(export.store, target)
    tables = exported_tables(export)
    quotes = {row["reason_id"]: row["quote"] for row in tables["reasons"]}
    turns, places = _turns(export)
    replace_texts(
        copy,
        turns=turns,
        answers=[_answer(row) for row in tables["answers"]],
        reasons=[
            {
                "reason_id": row["reason_id"],
                "quote": quotes[row["reason_id"]],
                "start_char": max(
                    0, places.get((row["recording_id"], row["turn_idx"]), "").find(quotes[row["reason_id"]])
                ),
            }
            for row in table_rows(export.store, "reasons")
        ],
        paths=paths,
    )
    seal_copy(copy)
    target.chmod(0o600)
    return target


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's masked texts; the typed cell only where the interview was typed."""
    return {"answer_id": row["answer_id"], "text": row["text"], "typed": None if row["recording_id"] else row["text"]}


def _turns(export: Export) -> tuple[list[dict[str, Any]], dict[tuple[str, int], str]]:
    """Return every turn's masked row, and its text by recording and index."""
    rows: list[dict[str, Any]] = []
    said: dict[tuple[str, int], str] = {}
    texts = export.texts
    for call in export_calls(export.store):
        language = language_from(call["language"], "")
        for turn in call_turns(export.store, call["recording_id"]):
            words = texts.words(call["recording_id"], turn, language)
            text = joined(words)
            said[call["recording_id"], turn["idx"]] = text
            lemmas = lemma_text(text, language)
            packed = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
            rows.append({"turn_id": turn["turn_id"], "text": text, "lemmas": lemmas, "words_json": packed})
    return rows, said


def _sound(export: Export, row: dict[str, Any]) -> str:
    """Write a call's sound, silent outside answers and quotes; return its path in the copy, ``""`` without sound."""
    path = (export.folder.root / row["path"]).resolve()
    if not path.is_relative_to(export.folder.root.resolve()) or not path.is_file():
        return ""
    try:
        recording = load(path, call_id=row["recording_id"])
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
