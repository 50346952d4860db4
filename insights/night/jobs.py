"""Job and its outcomes: what travels to a worker and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audio.activity import SpeechMap
from audio.failures import AudioError
from insights.answers import Answer
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.store import CallRecord, RecordingFacts, RunRecord
from transcribe.dialogue import Dialogue, Language

# Groups of stages that are done again together; each group's key covers all its result depends on.
HEARING = ("decode", "layout", "speech", "parties", "recognition", "roles", "turns")
ANSWERING = ("questions", "answers")
DELIVERY = ("delivery",)
REASONS = ("reasons",)
PRIVACY = ("privacy",)
GROUPS = (HEARING, ANSWERING, DELIVERY, REASONS, PRIVACY)


# What in earful.toml lets such a file in; the sound's own rooms know no settings.
SETTINGS = {"too_long": "max_hours", "undeclared": "raw_format, raw_rate_hz"}


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What an earlier night found in the same bytes, to build on.

    ``dialogue`` carries people's corrections, ``heard`` is the machine's own.
    """

    heard: Dialogue
    dialogue: Dialogue
    lemmas: tuple[str, ...]
    speech: SpeechMap
    answers: tuple[Answer, ...]
    deliveries: tuple[Delivery, ...]
    pauses: tuple[PauseRow, ...]
    reasons: tuple[Reason, ...]
    runs: tuple[RunRecord, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One recording to process.

    Attributes
    ----------
    facts:
        What is known of the file before anybody listens; its path is what the store holds.
    file:
        Where it lies on the machine that plans the night.
    keys:
        Key of each stage, stored with its run.
    todo:
        Stages to do, in order; what is not in it is taken from ``stored``.
    language:
        As the response row says, or None = found from the sound.
    stored:
        The recording's earlier result where the words need not be heard again, else None.
    sound:
        The file's bytes where the worker sits on another machine; None = it reads ``file``.
    """

    facts: RecordingFacts
    file: str
    keys: Mapping[str, str]
    todo: frozenset[str]
    language: Language | None = None
    stored: Stored | None = None
    sound: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A recording that went through the whole chain; ``flags`` are named doubts for `earful status`."""

    job: Job
    record: CallRecord
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A recording that cannot be used: ``kind`` for programs, ``message`` with what to do for people."""

    job: Job
    kind: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Quarantined:
    """A recording that took its worker down twice."""

    job: Job
    kind: str
    message: str


Outcome = Done | Failed | Quarantined


def failed(job: Job, error: AudioError) -> Failed:
    """Return a job whose file cannot be used, named as the store knows it, with the setting that would let it in."""
    message = str(error).removeprefix(f"{job.file}: ").replace(job.file, job.facts.path)
    setting = SETTINGS.get(error.kind)
    return Failed(job, error.kind, f"{message} ([recordings] {setting})" if setting else message)
