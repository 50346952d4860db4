"""Speech detection: neural frames to spans whose ends are where a person starts and stops speaking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from audio.activity_energy import refined_edges, sound_islands
from audio.level import mask_runs
from audio.pitch import track_pitch
from audio.quality import tonal_spans
from audio.recording import Samples
from audio.span import Span, merged
from transcribe.silero_network import (
    CHUNK,
    NARROW_RATE_HZ,
    PHASES,
    RATE_HZ,
    SILERO_SHA256,
    Probabilities,
    checked,
    frame_probabilities,
    load_weights,
    narrowed,
    silero_weights,
)

if TYPE_CHECKING:
    from transcribe.silero_network import NetworkWeights

_BLIP_S = 0.25
_SURE = 0.85
_COMPANY_S = 1.0
_FAINT = 0.1
_NEAR_S = 3.0
_VOICED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """How frames become spans, with the detector's own lateness taken out.

    Attributes
    ----------
    on, off:
        Probabilities at which speech begins and ends (hysteresis).
    min_silence_s, min_speech_s:
        Shorter gaps are closed, then shorter spans dropped.
    onset_bias_s, end_bias_s:
        Seconds by which the detector hears speech begin and end too late; subtracted. Medians measured by
        ``tests/benchmarks/delivery.py`` on voices that are not used for reporting.
    """

    on: float
    off: float
    min_silence_s: float
    min_speech_s: float
    onset_bias_s: float
    end_bias_s: float


SILERO_EDGES = EdgeRule(on=0.5, off=0.5, min_silence_s=0.1, min_speech_s=0.06, onset_bias_s=0.0, end_bias_s=0.08)
SEGMENTATION_EDGES = EdgeRule(
    on=0.7, off=0.7, min_silence_s=0.1, min_speech_s=0.06, onset_bias_s=-0.07, end_bias_s=0.02
)


class SpeechDetector(Protocol):
    """Tells where somebody speaks in one channel."""

    name: str

    def speech(self, samples: Samples, rate_hz: int) -> tuple[Span, ...]:
        """Return sorted, disjoint spans of speech; ``samples``: shape (n,), float32 in [-1, 1], at 8 or 16 kHz."""
        ...


def frames_to_spans(
    probabilities: npt.NDArray[np.floating[Any]], *, hop_s: float, rule: EdgeRule, duration_s: float
) -> tuple[Span, ...]:
    """Return spans of speech from one probability a frame; the edges' measured bias is removed.

    ``probabilities``: shape (frames,), in [0, 1], frame ``k`` starting at ``k * hop_s``. Spans are sorted,
    disjoint and lie inside ``[0, duration_s)``.

    >>> rule = EdgeRule(on=0.5, off=0.5, min_silence_s=0.1, min_speech_s=0.0, onset_bias_s=0.0, end_bias_s=0.0)
    >>> frames_to_spans(np.array([0, 1, 1, 0, 0]), hop_s=0.25, rule=rule, duration_s=1.25)
    (Span(start_s=0.25, end_s=0.75),)
    """
    runs = _hysteresis(np.asarray(probabilities, dtype=np.float64), on=rule.on, off=rule.off)
    joined: list[tuple[float, float]] = []
    for first, last in runs:
        if joined and first * hop_s - joined[-1][1] < rule.min_silence_s:
            joined[-1] = (joined[-1][0], last * hop_s)
        else:
            joined.append((first * hop_s, last * hop_s))
    spans: list[Span] = []
    for start_s, end_s in joined:
        if end_s - start_s < rule.min_speech_s:
            continue
        left_s = max(0.0, start_s - rule.onset_bias_s, spans[-1].end_s if spans else 0.0)
        # A short word would be eaten whole by the correction: half of what was heard always stays.
        right_s = min(duration_s, max(end_s - rule.end_bias_s, (start_s + end_s) / 2))
        if right_s > left_s:
            spans.append(Span(left_s, right_s))
    return tuple(spans)


def _hysteresis(values: npt.NDArray[np.float64], *, on: float, off: float) -> list[tuple[int, int]]:
    """Return [first, last) frame runs that rise to ``on`` and last until below ``off``."""
    runs: list[tuple[int, int]] = []
    for start, end in zip(*mask_runs(values >= off), strict=True):
        risen = np.flatnonzero(values[start:end] >= on)
        if risen.size:
            runs.append((int(start + risen[0]), int(end)))
    return runs


def segmentation_speech(
    probabilities: npt.NDArray[np.floating[Any]], *, hop_s: float, duration_s: float
) -> tuple[Span, ...]:
    """Return spans of speech from one voice's activation of segmentation-3.0, its own bias removed.

    This network hears speech begin early and end nearly in time.

    Parameters
    ----------
    probabilities:
        Shape (frames,), the voice's activation (or the maximum over voices) in [0, 1].
    hop_s, duration_s:
        Seconds between frames, and of the whole sound.

    >>> segmentation_speech(np.zeros(10), hop_s=0.017, duration_s=0.17)
    ()
    """
    return frames_to_spans(probabilities, hop_s=hop_s, rule=SEGMENTATION_EDGES, duration_s=duration_s)


def _without_blips(spans: Sequence[Span], probabilities: Probabilities, *, hop_s: float) -> tuple[Span, ...]:
    """Drop lone spans under ``_BLIP_S`` of which the network was never sure: a note of hold music, a knock."""
    kept: list[Span] = []
    for span in spans:
        surest = probabilities[int(span.start_s / hop_s) : int(span.end_s / hop_s) + 8].max(initial=0.0)
        lone = all(other is span or other.gap_s(span) > _COMPANY_S for other in spans)
        if not (lone and span.duration_s < _BLIP_S and surest < _SURE):
            kept.append(span)
    return tuple(kept)


def overlooked_voices(
    samples: Samples, rate_hz: int, speech: Sequence[Span], probabilities: Probabilities, *, hop_s: float
) -> tuple[Span, ...]:
    """Return short voices near speech of which the network was not sure: a lone "er", an "oh" before a sentence.

    Such a sound stands well out of the line's noise, is voiced for most of its length, is no tone, lies within
    ``_NEAR_S`` seconds of speech, and the network gave it at least ``_FAINT`` somewhere.

    ``samples``: shape (n,); ``probabilities``: shape (frames,), every ``hop_s`` seconds.

    >>> overlooked_voices(np.zeros(8000, dtype=np.float32), 8000, [], np.zeros(63, dtype=np.float32), hop_s=0.016)
    ()
    """
    found: list[Span] = []
    for island in sound_islands(samples, rate_hz, speech):
        first = max(0, int(island.start_s / hop_s) - 1)
        surest = probabilities[first : int(island.end_s / hop_s) + 2].max(initial=0.0)
        if surest < _FAINT or min(island.gap_s(span) for span in speech) > _NEAR_S:
            continue
        cut = samples[round(island.start_s * rate_hz) : round(island.end_s * rate_hz)]
        tonal_s = sum(span.duration_s for span in tonal_spans(cut, rate_hz))
        voiced_s = track_pitch(cut, rate_hz).voiced_s
        if voiced_s >= _VOICED_SHARE * island.duration_s and tonal_s < island.duration_s / 2:
            found.append(island)
    return tuple(found)


class SileroDetector:
    """silero-vad's 16 kHz network in plain torch, a whole channel at once.

    The package's own loop runs one 32 ms chunk at a time through a deprecated loader. The weights are the same,
    here the encoder sees hundreds of chunks in a batch and the recurrent layer one long sequence, and the
    sound is heard in two phases, so edges fall on a 16 ms grid. It hears sound of 8 and
    of 16 kHz.

    Parameters
    ----------
    weights:
        The package's safetensors file; default: where the package is installed.
    rule:
        Thresholds and measured bias.

    Raises
    ------
    WeightsError
        At the first use, when the weights are missing or others than the measured ones.

    References
    ----------
    Silero Team, silero-vad 6.2 (MIT), https://github.com/snakers4/silero-vad
    """

    name = "silero-vad-6.2-16k"
    model_sha256 = SILERO_SHA256

    def __init__(self, *, weights: Path | None = None, rule: EdgeRule = SILERO_EDGES) -> None:
        self._path = weights
        self._rule = rule
        self._weights: dict[int, NetworkWeights] = {}

    def speech(self, samples: Samples, rate_hz: int) -> tuple[Span, ...]:
        """Return sorted, disjoint spans in which somebody speaks.

        ``samples``: shape (n,), float32 in [-1, 1]; () for an empty array. ValueError for any rate but 8 and 16 kHz.
        """
        probabilities, hop_s = self.probabilities(samples, rate_hz)
        duration_s = samples.shape[0] / rate_hz
        spans = frames_to_spans(probabilities, hop_s=hop_s, rule=self._rule, duration_s=duration_s)
        spans = _without_blips(spans, probabilities, hop_s=hop_s)
        spans = merged([*spans, *overlooked_voices(samples, rate_hz, spans, probabilities, hop_s=hop_s)])
        return refined_edges(spans, samples, rate_hz)

    def probabilities(self, samples: Samples, rate_hz: int) -> tuple[Probabilities, float]:
        """Return the speech probability of each frame, shape (frames,), and the hop in seconds."""
        if rate_hz not in (NARROW_RATE_HZ, RATE_HZ):
            raise ValueError(f"sound at {rate_hz} Hz, expected {NARROW_RATE_HZ} or {RATE_HZ}; resample it first")
        hop_s = CHUNK / PHASES / RATE_HZ
        if samples.shape[0] == 0:
            return np.zeros(0, dtype=np.float32), hop_s
        if not self._weights:
            weights = load_weights(checked(self._path or silero_weights()))
            self._weights = {RATE_HZ: weights, NARROW_RATE_HZ: narrowed(weights)}
        found = frame_probabilities(samples, self._weights[rate_hz], rate_hz=rate_hz)
        return found[: -(-samples.shape[0] // round(hop_s * rate_hz))], hop_s
