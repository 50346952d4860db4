"""Speech that yielded no words: found, and heard again alone before it is given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audio.recording import Samples
from audio.span import Span, gaps_between, merged
from transcribe.recognition.protocol import RECOGNITION_RATE_HZ, Recognised, Window

# Pieces of speech this close together are one stretch.
_JOINED_S = 0.3
# Shorter stretches are clicks and breaths; inside a stretch that has words, only a long hole is suspicious.
SHORTEST_S = 0.25
_HOLE_S = 2.0
# How far a word's times may be off.
_WORD_EDGE_S = 0.25
_PAD_S = 0.15
_PEAK = 0.5
# A stretch heard alone is believed only where the network is rather sure: it invents most in short sounds.
_BELIEVED_LOGPROB = -0.7
_BELIEVED_NO_SPEECH = 0.4


def unheard(result: Recognised) -> tuple[Span, ...]:
    """Return stretches of the window's speech without words."""
    words = [word.span.padded(_WORD_EDGE_S, within=result.window.span) for word in result.words]
    found: list[Span] = []
    for stretch in merged(result.window.speech, gap_s=_JOINED_S):
        holes = gaps_between(words, within=stretch)
        limit_s = SHORTEST_S if holes == (stretch,) else _HOLE_S
        found += [hole for hole in holes if hole.duration_s >= limit_s]
    return tuple(found)


def window_alone(window: Window, stretch: Span) -> Window:
    """Return a window of one stretch, its level raised to what the network is used to."""
    span = stretch.padded(_PAD_S, within=window.span)
    first = round((span.start_s - window.span.start_s) * RECOGNITION_RATE_HZ)
    last = round((span.end_s - window.span.start_s) * RECOGNITION_RATE_HZ)
    return Window(window.call_id, window.lane, span, (stretch,), _levelled(window.samples[first:last]))


def _levelled(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(_PEAK / peak) if peak > 0 else samples


def with_second_hearing(result: Recognised, again: Sequence[Recognised]) -> Recognised:
    """Return the result with the words of stretches heard alone, where they are believed."""
    believed = [
        word
        for second in again
        if second.dropped is None
        and second.quality.mean_logprob >= _BELIEVED_LOGPROB
        and second.quality.no_speech <= _BELIEVED_NO_SPEECH
        for word in second.words
    ]
    if not believed:
        return result
    return replace(result, words=tuple(sorted((*result.words, *believed), key=lambda word: word.span)))
