"""faster-whisper behind the same protocol: an extra, for comparison and for those who have it tuned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audio.span import Span
from transcribe.dialogue import Language, Word
from transcribe.models import ModelError, ModelFile, quiet
from transcribe.recognition.alignment import in_speech
from transcribe.recognition.guards import guarded
from transcribe.recognition.options import RecognitionOptions
from transcribe.recognition.protocol import RECOGNITION_RATE_HZ, Recognised, Window, WindowQuality

_LANGUAGE_S = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class FasterWhisperRecogniser:
    """Recognises windows with faster-whisper, int8, batched.

    It places words and guards them like the other engine; it can't score closed sets of numbers, so the spoken score
    rests on its text alone.
    """

    name: str
    model_sha256: str
    # faster_whisper's WhisperModel, untyped.
    model: Any
    batch: int
    beams: int

    def transcribe(self, windows: Sequence[Window], *, language: Language, prompt: str = "") -> list[Recognised]:
        """Return the words of each window, in order."""
        from faster_whisper import BatchedInferencePipeline

        if not windows:
            return []
        clips, joined = _joined(windows)
        segments, _ = BatchedInferencePipeline(self.model).transcribe(
            joined,
            language=language,
            batch_size=self.batch,
            beam_size=self.beams,
            clip_timestamps=clips,
            word_timestamps=True,
            initial_prompt=prompt or None,
        )
        found: list[list[Any]] = [[] for _ in windows]
        for segment in segments:
            found[_window_at(clips, (segment.start + segment.end) / 2)].append(segment)
        return [guarded(_recognised(window, clip["start"], own)) for window, clip, own in zip(windows, clips, found)]

    def detect_language(self, windows: Sequence[Window]) -> Mapping[str, float]:
        """Return probabilities of ``ru`` and ``en`` over these windows of one call."""
        scores = {"ru": 0.0, "en": 0.0}
        for window in windows:
            heard = window.samples[: round(_LANGUAGE_S * RECOGNITION_RATE_HZ)]
            _, _, probabilities = self.model.detect_language(heard)
            for name in scores:
                scores[name] += math.log(max(dict(probabilities)[name], 1e-9)) * min(
                    window.span.duration_s, _LANGUAGE_S
                )
        top = max(scores.values())
        shares = {name: math.exp(max(score - top, -700.0)) for name, score in scores.items()}
        return {name: share / sum(shares.values()) for name, share in shares.items()}


def load_faster(model: ModelFile, options: RecognitionOptions) -> FasterWhisperRecogniser:
    """Load a CTranslate2 folder.

    Raises
    ------
    ModelError
        When faster-whisper isn't installed or the folder isn't one of its models.
    """
    quiet()
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise ModelError(f"engine faster-whisper: {error}; pip install 'earful[faster-whisper]'") from error
    try:
        loaded = WhisperModel(
            str(model.path), device=options.device, compute_type="int8", cpu_threads=1, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{model.path}: not a CTranslate2 folder ({error}); mend its path in earful.toml") from error
    name = f"faster-whisper int8 {options.model}"
    return FasterWhisperRecogniser(name, model.sha256, loaded, options.batch, options.beams)


def _joined(windows: Sequence[Window]) -> tuple[list[dict[str, float]], Any]:
    """Lay windows end to end, since the engine batches clips of one sound only."""
    clips, at = [], 0
    for window in windows:
        end = at + window.samples.size
        clips.append({"start": at / RECOGNITION_RATE_HZ, "end": end / RECOGNITION_RATE_HZ})
        at = end
    return clips, np.concatenate([window.samples for window in windows])


def _window_at(clips: Sequence[Mapping[str, float]], at_s: float) -> int:
    starts = [clip["start"] for clip in clips]
    return max(int(np.searchsorted(starts, at_s, side="right")) - 1, 0)


def _recognised(window: Window, starts_s: float, segments: Sequence[Any]) -> Recognised:
    offset_s = window.span.start_s - starts_s
    words = []
    for heard in (word for segment in segments for word in segment.words or ()):
        start_s = min(max(heard.start + offset_s, window.span.start_s), window.span.end_s)
        span = Span(start_s, min(max(heard.end + offset_s, start_s), window.span.end_s))
        words.append(Word(heard.word.strip(), in_speech(span, window.speech), float(heard.probability)))
    quality = WindowQuality(
        no_speech=max((segment.no_speech_prob for segment in segments), default=1.0),
        mean_logprob=float(np.mean([segment.avg_logprob for segment in segments])) if segments else 0.0,
        compression=max((segment.compression_ratio for segment in segments), default=0.0),
        temperature=max((segment.temperature or 0.0 for segment in segments), default=0.0),
    )
    return Recognised(window, tuple(words), quality)
