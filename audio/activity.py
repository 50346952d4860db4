"""SpeechMap: who could be speaking when, a lane for each channel or each diarized party."""

from __future__ import annotations

from dataclasses import dataclass

from audio.span import Span, merged, shared


@dataclass(frozen=True, slots=True)
class Lane:
    """The speech of one voice.

    Attributes
    ----------
    key:
        ``"channel0"``, ``"channel1"`` (stereo) or ``"speaker0"``, ``"speaker1"``, ... (diarized).
    channel:
        The recording's channel in which the voice is heard best.
    speech:
        Sorted, disjoint spans in which this voice speaks, ends corrected for the detector's bias.
    """

    key: str
    channel: int
    speech: tuple[Span, ...]

    @property
    def speech_s(self) -> float:
        """Seconds of speech in this lane."""
        return sum(span.duration_s for span in self.speech)


@dataclass(frozen=True, slots=True)
class SpeechMap:
    """Speech of one call by lane.

    Attributes
    ----------
    call_id:
        The recording's id.
    lanes:
        One for each voice; empty when nobody speaks.
    detector:
        Name of the detector that drew the edges, stored with every row that rests on them.
    """

    call_id: str
    lanes: tuple[Lane, ...]
    detector: str

    def lane(self, key: str) -> Lane:
        """Return the lane called ``key``; KeyError names the lanes there are."""
        for lane in self.lanes:
            if lane.key == key:
                return lane
        raise KeyError(f"no lane {key!r}; lanes: {', '.join(lane.key for lane in self.lanes) or 'none'}")

    @property
    def anyone(self) -> tuple[Span, ...]:
        """Stretches in which at least one voice speaks."""
        return merged(span for lane in self.lanes for span in lane.speech)

    @property
    def overlap(self) -> tuple[Span, ...]:
        """Stretches in which at least two voices speak."""
        found: list[Span] = []
        for i, lane in enumerate(self.lanes):
            for other in self.lanes[i + 1 :]:
                found.extend(shared(lane.speech, other.speech))
        return merged(found)
