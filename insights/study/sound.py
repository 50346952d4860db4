"""Sound and words of a study's calls as they may be heard and read: levelled, bleeped, masked."""

from __future__ import annotations

import base64
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from audio.clips import MEDIA_TYPES, clip
from audio.failures import AudioError
from audio.recording import Recording
from audio.span import Span
from insights.privacy import PiiSpan, masked_part, spans_of_call
from insights.settings import Settings, StudyFolder
from insights.settings.decoding import load_recording
from insights.store import Row, Store, hidden_spans, personal_spans
from insights.store.study_queries import recording_facts, turns_between
from transcribe.dialogue import Language

KEPT_CALLS = 6  # a four-minute stereo call takes 15 MB
HIDDEN = "[…]"


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word as it may be read; ``start_s`` from the call's first sample."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """One turn, or the part of it inside a stretch, masked."""

    party: str
    start_s: float
    end_s: float
    words: tuple[HeardWord, ...]

    @property
    def text(self) -> str:
        """The words joined by blanks."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Listening:
    """A study's sound and words, read-only; keeps the last few decoded calls."""

    store: Store
    folder: StudyFolder
    settings: Settings
    kept: OrderedDict[str, Recording] = field(default_factory=OrderedDict, repr=False)

    def recording(self, recording_id: str) -> Recording:
        """Return a decoded call.

        Raises
        ------
        AudioError, OSError
            Where the file is missing or cannot be decoded.
        """
        if recording_id in self.kept:
            self.kept.move_to_end(recording_id)
            return self.kept[recording_id]
        found = load_recording(self.path(recording_id), self.settings.recordings, call_id=recording_id)
        self.kept[recording_id] = found
        if len(self.kept) > KEPT_CALLS:
            self.kept.popitem(last=False)
        return found

    def path(self, recording_id: str) -> Path:
        """Return where a recording lies; never outside the study's folder."""
        facts = recording_facts(self.store, recording_id)
        path = (self.folder.root / (facts["path"] if facts else recording_id)).resolve()
        if not path.is_relative_to(self.folder.root.resolve()):
            raise OSError(f"{path.name} lies outside the study's folder")
        if not path.is_file():
            raise OSError(f"{path.name} is not in calls/; fetch the recording from your archive")
        return path

    def silenced(self, recording_id: str) -> tuple[Span, ...]:
        """Return what must not be heard: hidden stretches, and personal data where redaction is on."""
        hidden = hidden_spans(self.store, recording_id)
        return (*hidden, *personal_spans(self.store, recording_id)) if self.settings.privacy.redact else hidden

    def clip_source(self, recording_id: str, span: Span, *, pad_s: float) -> str:
        """Return a stretch as a ``data:`` address, or ``""`` with no sound to play there."""
        kind = self.settings.meeting.audio
        try:
            recording = self.recording(recording_id)
            content = clip(recording, span, pad_s=pad_s, format=kind, bleep=self.silenced(recording_id))
        except (AudioError, OSError):
            return ""
        return f"data:{MEDIA_TYPES[kind].partition(';')[0]};base64,{base64.b64encode(content).decode('ascii')}"

    def turns(self, recording_id: str, span: Span) -> list[HeardTurn]:
        """Return who said what inside a stretch, masked; words that begin outside are left out."""
        personal = spans_of_call(self.store, recording_id) if self.settings.privacy.redact else {}
        hidden = hidden_spans(self.store, recording_id)
        language = self.language(recording_id)
        rows = turns_between(self.store, recording_id, span.start_s, span.end_s)
        return [
            HeardTurn(row["party"], row["start_s"], row["end_s"], tuple(words))
            for row in rows
            if (words := shown_words(row, personal.get(row["idx"], ()), hidden, language, span))
        ]

    def language(self, recording_id: str) -> Language:
        """Return the language a call is spoken in."""
        facts = recording_facts(self.store, recording_id)
        return "en" if facts is not None and facts["language"] == "en" else "ru"


def shown_words(
    row: Row, personal: tuple[PiiSpan, ...], hidden: tuple[Span, ...], language: Language, span: Span
) -> list[HeardWord]:
    """Return the words of a turn inside a stretch; personal ones masked, hidden ones replaced by one ``[…]``."""
    words: list[HeardWord] = []
    at = 0
    for text, start_ms, end_ms, *_ in row["words"]:
        start_s, end_s = start_ms / 1000, end_ms / 1000
        shown = masked_part(row["text"], personal, language, start_char=at, end_char=at + len(text))
        at += len(text) + 1
        if any(one.start_s < end_s and start_s < one.end_s for one in hidden):
            shown = HIDDEN
        if not span.start_s <= start_s < span.end_s or (shown == HIDDEN and words and words[-1].text == HIDDEN):
            continue
        words.append(HeardWord(shown, start_s, end_s))
    return words
