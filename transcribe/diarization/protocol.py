"""What every diarizer takes and gives, so that engines can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from audio.recording import Samples
from audio.span import Span

DIARIZATION_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Diarized:
    """Who speaks when in one channel.

    Attributes
    ----------
    voices:
        For each voice, loudest talker first, its sorted, disjoint spans of speech; overlap is in both. Empty when
        nobody speaks.
    path:
        What decided: ``segmentation``, ``votes`` (short windows), ``one_voice``, ``nobody`` or an engine's own name.
    flags:
        ``one_voice`` (a voicemail, an announcement, a monologue), ``third_voice``.
    evidence:
        Named figures: purity, similarity, shares. NaN where undefined.
    """

    voices: tuple[tuple[Span, ...], ...]
    path: str
    flags: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)


class Diarizer(Protocol):
    """Tells voices apart in one channel."""

    name: str

    def diarize(self, samples: Samples) -> Diarized:
        """Return who speaks when; ``samples``: shape (n,), float32 in [-1, 1], at ``DIARIZATION_RATE_HZ``."""
        ...
