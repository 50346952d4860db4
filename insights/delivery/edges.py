"""Edges: the speech map as measuring needs it, each span begun and ended by the voice itself.

Recognition wants generous spans, measuring exact ones: these edges are drawn for pauses and latency alone, windows
are cut by those of the detector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audio.activity import Lane, SpeechMap
from audio.activity_energy import refined_edges
from audio.recording import Recording, Samples
from audio.span import Span, merged


def measuring_map(recording: Recording, speech_map: SpeechMap) -> SpeechMap:
    """Return the map with the edges of voices that share a channel drawn to the sound.

    A channel of one voice keeps its edges: its detector has drawn them to the sound already. Lanes keep their order.

    >>> import numpy as np
    >>> recording = Recording("call", np.zeros((1, 8000), dtype=np.float32), 8000)
    >>> measuring_map(recording, SpeechMap("call", (Lane("speaker0", 0, (Span(0.1, 0.5),)),), "any")).anyone
    (Span(start_s=0.1, end_s=0.5),)
    """
    lanes = speech_map.lanes
    for channel in range(recording.channels):
        shared = [lane for lane in lanes if lane.channel == channel]
        if len(shared) > 1:
            drawn = _drawn(shared, recording.samples[channel], recording.rate_hz)
            lanes = tuple(drawn.get(lane.key, lane) for lane in lanes)
    return replace(speech_map, lanes=lanes)


def _drawn(lanes: Sequence[Lane], samples: Samples, rate_hz: int) -> dict[str, Lane]:
    """Return the lanes of one channel by key, edges of anyone's speech moved to where the sound rises and falls.

    Where one voice takes over from another nothing rises or falls, and the edge stays.
    """
    anyone = merged(span for lane in lanes for span in lane.speech)
    moved = refined_edges(anyone, samples, rate_hz)
    starts = {old.start_s: new.start_s for old, new in zip(anyone, moved, strict=True)}
    ends = {old.end_s: new.end_s for old, new in zip(anyone, moved, strict=True)}
    return {
        lane.key: replace(lane, speech=tuple(_between(span, starts, ends) for span in lane.speech)) for lane in lanes
    }


def _between(span: Span, starts: dict[float, float], ends: dict[float, float]) -> Span:
    start_s, end_s = starts.get(span.start_s, span.start_s), ends.get(span.end_s, span.end_s)
    return Span(start_s, end_s) if end_s > start_s else span
