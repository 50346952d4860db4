"""The sound of drawn calls: decoded once, levelled, bleeped, as small files inside the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from audio.clips import MEDIA_TYPES, clip, whole_call
from audio.failures import AudioError
from audio.recording import Recording
from audio.span import Span
from insights.settings import Settings, StudyFolder
from insights.settings.decoding import load_recording
from insights.store import Store, hidden_spans, personal_spans


@dataclass(frozen=True, slots=True)
class Sound:
    """One file of sound: media type and content in base64."""

    media_type: str
    base64: str


def open_call(folder: StudyFolder, path: str, settings: Settings) -> Recording | str:
    """Return a call's recording, or why it cannot be played."""
    file = (folder.root / path).resolve()
    if not file.is_relative_to(folder.root.resolve()):
        return "lies outside the study"
    if not file.is_file():
        return "the recording is missing"
    try:
        return load_recording(file, settings.recordings, call_id=path)
    except (AudioError, OSError) as error:
        return f"cannot be decoded ({type(error).__name__})"


def silenced(store: Store, recording_id: str, *, redact: bool) -> tuple[Span, ...]:
    """Return what must not be heard: stretches that people hid, and personal data where redaction is on."""
    hidden = hidden_spans(store, recording_id)
    return (*hidden, *personal_spans(store, recording_id)) if redact else hidden


def call_sound(recording: Recording, settings: Settings, *, bleep: Sequence[Span]) -> Sound:
    """Return a whole call, levelled and bleeped."""
    kind = settings.meeting.audio
    return as_sound(whole_call(recording, format=kind, bleep=bleep), kind)


def clip_sound(recording: Recording, span: Span, settings: Settings, *, bleep: Sequence[Span]) -> Sound:
    """Return a stretch of a call, levelled and bleeped."""
    kind = settings.meeting.audio
    return as_sound(clip(recording, span, pad_s=0.0, format=kind, bleep=bleep), kind)


def as_sound(content: bytes, kind: str) -> Sound:
    """Return the bytes of a file as the page holds them."""
    return Sound(MEDIA_TYPES[kind].partition(";")[0], base64.b64encode(content).decode("ascii"))
