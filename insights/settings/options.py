"""Every setting of a study, with its default and the comment that `earful init` writes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from insights.settings.values import device_fault, pattern_fault, time_format_fault


def option(default: Any, comment: str, **limits: Any) -> Any:  # noqa: ANN401 - like dataclasses.field, for any type
    """Return a dataclass field with a default and the comment written into earful.toml.

    ``limits``: ``least`` and ``most`` of a number; ``check``, which returns what is wrong with a value, or None.
    """
    metadata = {"comment": comment, **limits}
    if isinstance(default, dict | tuple | list):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """``[study]``: what holds for the whole study."""

    title: str = option("", "shown on pages and reports")
    language: Literal["ru", "en"] = option("ru", "of pages, plots and reports: ru or en")


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """``[recordings]``: how files in calls/ are read and linked."""

    operator_channel: int = option(
        -1, "0 or 1 where the exchange always puts the operator there; -1 = not known. A prior only", least=-1, most=1
    )
    pattern: str = option(
        "",
        "regular expression with groups client and time (and format below) for files that no row names",
        check=pattern_fault,
    )
    time_format: str = option("%Y%m%d-%H%M%S", "how the pattern's time group is written", check=time_format_fault)
    match_minutes: int = option(
        30, "a file and a row of one client belong together when at most this far apart", least=0
    )
    raw_format: Literal["none", "mulaw", "alaw", "s16le"] = option(
        "none", "how headerless files (.ul, .al, .raw) are coded: mulaw, alaw or s16le; none = they are refused"
    )
    raw_rate_hz: int = option(8000, "sampling rate of headerless files", least=4000, most=192_000)
    max_hours: float = option(2.0, "longer recordings are refused", least=0.01)


@dataclass(frozen=True, slots=True)
class RecognitionSettings:
    """``[recognition]``: which recogniser, and its words."""

    engine: Literal["whisper", "faster-whisper"] = option(
        "whisper", "whisper, or faster-whisper (pip install 'earful[faster-whisper]')"
    )
    model: str = option(
        "whisper-base", "a name that `earful models` lists, or the path of an openai-whisper checkpoint"
    )
    language: Literal["auto", "ru", "en"] = option(
        "auto", "auto = found for each call; a language column in responses/ goes first"
    )
    device: str = option("auto", "auto, cpu or cuda", check=device_fault)
    batch: int = option(16, "windows recognised together", least=1)
    beams: int = option(4, "readings of a window followed side by side: 4 reads best, 1 is fastest", least=1)


@dataclass(frozen=True, slots=True)
class DiarizationSettings:
    """``[diarization]``: who speaks when on mono recordings."""

    pipeline: str = option("offline", "offline, or the folder of pyannote/speaker-diarization-community-1")


@dataclass(frozen=True, slots=True)
class NightOptions:
    """``[night]``: how the night run uses the machine."""

    workers: int = option(0, "processes; 0 = one for each core", least=0)
    call_minutes: float = option(
        20.0, "a call that takes longer than this to process is stopped and tried once more alone", least=0.01
    )
    worker_gb: float = option(4.0, "memory limit of a worker", least=0.1)
    batch_calls: int = option(4, "calls whose windows are recognised together in a worker", least=1)


@dataclass(frozen=True, slots=True)
class RayOptions:
    """``[ray]``: how `earful night --executor ray` uses a cluster."""

    calls_at: str = option(
        "", "where its machines read calls/: a folder all share, or a URL (s3://bucket/calls); empty = sent to them"
    )
    cards_a_worker: float = option(
        0.25, "share of a graphics card a worker takes where there are any; 0 = none", least=0, most=64
    )


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """``[cases]``: when an unhappy customer gets a case."""

    low_score: int = option(6, "a recorded NPS up to this opens a case", least=0, most=10)
    due_minutes: int = option(30, "first contact is due this long after the case opened", least=0)
    owner: str = option("", "who gets new cases")


@dataclass(frozen=True, slots=True)
class MeetingOptions:
    """``[meeting]``: the morning page and its draw."""

    calls: int = option(3, "calls drawn for a morning", least=0, most=20)
    min_seconds: float = option(30.0, "shorter calls are not drawn; listed as excluded", least=0)
    exclude_played: bool = option(False, "true = a call that was played is not drawn again")
    strata: Literal["", "segment", "nps"] = option(
        "", "empty, segment or nps: draw at least one from each, with stated probabilities"
    )
    audio: Literal["opus", "mp3"] = option("opus", "opus, or mp3 for old Safari")


@dataclass(frozen=True, slots=True)
class PrivacyOptions:
    """``[privacy]``: what is masked and how long things are kept."""

    redact: bool = option(True, "true = names, numbers and addresses are masked and bleeped")
    company_names: tuple[str, ...] = option((), "company and product names that are no persons")
    keep_days: int = option(0, "proposed age limit for `earful retain`; 0 = none", least=0, most=36_500)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in earful.toml.

    ``columns`` maps our column names to the headings of your files; ``models`` maps model names to paths.
    """

    study: StudyOptions = field(default_factory=StudyOptions)
    recordings: RecordingOptions = field(default_factory=RecordingOptions)
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)
    diarization: DiarizationSettings = field(default_factory=DiarizationSettings)
    night: NightOptions = field(default_factory=NightOptions)
    ray: RayOptions = field(default_factory=RayOptions)
    cases: CaseOptions = field(default_factory=CaseOptions)
    meeting: MeetingOptions = field(default_factory=MeetingOptions)
    privacy: PrivacyOptions = field(default_factory=PrivacyOptions)
    columns: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
