"""What the night hands to the store: one frozen record a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from audio.activity import SpeechMap
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from transcribe.dialogue import Dialogue

RunStatus = Literal["done", "failed", "skipped"]
PiiKind = Literal["person", "phone", "card", "email", "address", "document"]
FailureStatus = Literal["failed", "quarantined", "waiting"]

MACHINE_CODER = "machine"

# Which stage fills which table; the nearest earlier stage of the record stands in where one is missing.
STAGES = (
    "decode",
    "layout",
    "speech",
    "parties",
    "recognition",
    "roles",
    "turns",
    "questions",
    "answers",
    "delivery",
    "reasons",
    "privacy",
)
STAGE_OF = {
    "turn": "turns",
    "pause": "delivery",
    "asked": "questions",
    "answer": "answers",
    "delivery": "delivery",
    "reason": "reasons",
    "pii_span": "privacy",
}
AFTER_CORRECTION = ("questions", "answers", "delivery", "reasons", "privacy")


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What is known about a file before anybody listens.

    Attributes
    ----------
    path:
        Relative to the study's folder, with forward slashes.
    sha256:
        Of the file's bytes; None where nothing was read. The hash is the recording, the name an alias.
    quality:
        Flags and measures of the sound, stored as JSON.
    modified_ns:
        The file's time stamp, so that an unchanged file need not be hashed again.
    interview_id, matched_by:
        The interview that ``match_recordings`` found; None lets the store look for a row that names the file.
    """

    path: str
    sha256: str | None = None
    duration_s: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
    codec: str | None = None
    layout: str | None = None
    quality: Mapping[str, object] = field(default_factory=dict)
    size_bytes: int | None = None
    modified_ns: int | None = None
    interview_id: str | None = None
    matched_by: Literal["name", "pattern"] | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One stage as it ran on one recording.

    Attributes
    ----------
    stage:
        One of ``STAGES``.
    stage_key:
        Hash of everything the stage's result depends on (see ``stage_key``); equal key = nothing to do.
    seconds:
        CPU seconds, None where not measured.
    """

    stage: str
    stage_key: str
    tool: str
    version: str
    model_sha256: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    seconds: float | None = None
    status: RunStatus = "done"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PiiRow:
    """Where personal data stands; never the words themselves.

    ``turn_idx`` for what was said, ``question_id`` for a typed answer: one of the two.
    ``start_char, end_char`` count in that text; ``span`` is None when written.
    """

    kind: PiiKind
    start_char: int
    end_char: int
    turn_idx: int | None = None
    question_id: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Everything about one processed recording, saved whole or not at all.

    Attributes
    ----------
    dialogue:
        As heard by the machine, before anybody's corrections: the store applies those itself.
    lemmas:
        One string for each turn, lemmas joined by blanks, ё folded to е; () leaves full text to the words alone.
        Stored are those that the turn's own words do not hold already.
    asked:
        Probes (``probe=True``) are not stored.
    coder:
        Who coded ``reasons``; its version is kept with it.
    """

    facts: RecordingFacts
    dialogue: Dialogue
    lemmas: tuple[str, ...] = ()
    speech: SpeechMap | None = None
    pauses: tuple[PauseRow, ...] = ()
    asked: tuple[Asked, ...] = ()
    answers: tuple[Answer, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    reasons: tuple[Reason, ...] = ()
    pii: tuple[PiiRow, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    coder: str = MACHINE_CODER
    coder_version: str = ""


@dataclass(frozen=True, slots=True)
class TypedRecord:
    """A written interview's coded answers; the texts themselves came by ``ingest``."""

    interview_id: str
    reasons: tuple[Reason, ...] = ()
    pii: tuple[PiiRow, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    coder: str = MACHINE_CODER
    coder_version: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that was not processed: what is wrong and what to do.

    ``kind`` is a short stable name (``too_short``, ``worker_died``), ``error`` a sentence with the cure.
    """

    facts: RecordingFacts
    status: FailureStatus
    kind: str
    error: str
    runs: tuple[RunRecord, ...] = ()
