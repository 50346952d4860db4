"""Recording: the decoded sound of one call, channels kept apart, at its own rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.span import Span

Samples = npt.NDArray[np.float32]
AXES = 2  # channels, samples


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One call as sound.

    Attributes
    ----------
    call_id:
        The recording's id in the store; never a customer's name.
    samples:
        Shape (channels, n), float32 in [-1, 1].
    rate_hz:
        Samples a second, as recorded; nothing resamples silently.
    """

    call_id: str
    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        """Refuse arrays of another shape or type before they travel on."""
        if self.samples.ndim != AXES or self.samples.dtype != np.float32:
            raise ValueError(
                f"{self.call_id}: samples of shape {self.samples.shape} and type {self.samples.dtype}; "
                "expected (channels, n) float32"
            )

    @property
    def channels(self) -> int:
        """Number of channels, 1 or more."""
        return int(self.samples.shape[0])

    @property
    def duration_s(self) -> float:
        """Length of the decoded sound in seconds."""
        return float(self.samples.shape[1]) / self.rate_hz

    @property
    def span(self) -> Span:
        """The whole call as a span."""
        return Span(0.0, self.duration_s)

    def cut(self, span: Span, *, channel: int) -> Samples:
        """Return one channel's samples inside ``span``; shape (n,), a view where possible."""
        start = max(0, round(span.start_s * self.rate_hz))
        return self.samples[channel, start : max(start, round(span.end_s * self.rate_hz))]
