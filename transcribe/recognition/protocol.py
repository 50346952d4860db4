"""What every recogniser takes and gives, so that engines can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from audio.recording import Samples
from audio.span import Span
from transcribe.dialogue import Language, Word

RECOGNITION_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A stretch of one voice to be recognised, its original gaps kept.

    Attributes
    ----------
    call_id, lane:
        Whose voice it is.
    span:
        Where the samples lie in the call; at most 30 s.
    speech:
        The lane's speech inside ``span``.
    samples:
        Shape (n,), float32 in [-1, 1], at ``RECOGNITION_RATE_HZ``.
    """

    call_id: str
    lane: str
    span: Span
    speech: tuple[Span, ...]
    samples: Samples


@dataclass(frozen=True, slots=True)
class WindowQuality:
    """How sure the recogniser was of one window.

    ``no_speech`` and ``mean_logprob`` as in Whisper; ``compression`` = gzip ratio of the text.
    """

    no_speech: float
    mean_logprob: float
    compression: float
    temperature: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """The words of one window, times in the call's seconds; ``dropped`` names why text was cut, else None."""

    window: Window
    words: tuple[Word, ...]
    quality: WindowQuality
    dropped: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NumberRequest:
    """An answer's sound and the closed set of phrases that would say a number.

    ``samples``: shape (n,), float32, at ``RECOGNITION_RATE_HZ``; ``phrases`` maps each phrase to its number.
    """

    samples: Samples
    language: Language
    phrases: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NumberPosterior:
    """What the sound says about the closed set.

    Attributes
    ----------
    values:
        Probability of each number, summing to 1 over the set.
    mass:
        Probability that any phrase of the set comes there at all, in [0, 1]; the gate.
    phrase:
        The most probable phrase.
    after:
        What was heard before the number, decoded freely; empty where the answer opens with it.
    """

    values: Mapping[float, float]
    mass: float
    phrase: str
    after: str = ""


class Recogniser(Protocol):
    """An engine that turns windows into words."""

    @property
    def name(self) -> str:
        """Engine and model, as stored with every run."""
        ...

    @property
    def model_sha256(self) -> str:
        """Hash of the model's file."""
        ...

    def transcribe(self, windows: Sequence[Window], *, language: Language, prompt: str = "") -> list[Recognised]:
        """Return one result for each window, in order, whatever the batch."""
        ...

    def detect_language(self, windows: Sequence[Window]) -> Mapping[str, float]:
        """Return probabilities of ``ru`` and ``en`` over these windows of one call."""
        ...


class NumberListener(Protocol):
    """Scores a closed set of number phrases against an answer's sound."""

    def number_posteriors(self, requests: Sequence[NumberRequest]) -> list[NumberPosterior]:
        """Return one posterior for each request, in order."""
        ...
