"""How fast a recogniser is on this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from audio.activity import Lane, SpeechMap
from audio.recording import Recording
from transcribe.dialogue import Language
from transcribe.recognition.protocol import Recogniser, Window
from transcribe.recognition.windows import WindowOptions, windows_of

# About as long as a turn of a survey call.
_PIECE_S = 6.0


@dataclass(frozen=True, slots=True)
class Speed:
    """What a measurement gave.

    Attributes
    ----------
    engine:
        The recogniser's name.
    audio_s:
        Seconds of sound recognised, channels counted one by one.
    cpu_s:
        Seconds of processor time, all threads; loading isn't counted.
    windows, words:
        How much was recognised.
    """

    engine: str
    audio_s: float
    cpu_s: float
    windows: int
    words: int

    @property
    def cpu_s_per_s(self) -> float:
        """Processor seconds for a second of one channel."""
        return self.cpu_s / self.audio_s if self.audio_s else 0.0


def measure_speed(recogniser: Recogniser, recordings: Sequence[Recording]) -> Speed:
    """Recognise recordings cut every few seconds, whoever speaks, once.

    The language is detected on each recording; its first window is heard beforehand to warm up.
    """
    by_language: dict[Language, list[Window]] = {"ru": [], "en": []}
    for recording in recordings:
        windows = windows_of(recording, _everywhere(recording), options=WindowOptions(max_window_s=_PIECE_S))
        shares = recogniser.detect_language(windows[:2])
        by_language["ru" if shares["ru"] >= shares["en"] else "en"].extend(windows)
    for language, windows in by_language.items():
        recogniser.transcribe(windows[:1], language=language)
    began = time.process_time()
    words = sum(
        len(result.words)
        for language, windows in by_language.items()
        for result in recogniser.transcribe(windows, language=language)
    )
    spent = time.process_time() - began
    windows = [window for own in by_language.values() for window in own]
    return Speed(recogniser.name, sum(window.span.duration_s for window in windows), spent, len(windows), words)


def _everywhere(recording: Recording) -> SpeechMap:
    lanes = (Lane(f"channel{channel}", channel, (recording.span,)) for channel in range(recording.channels))
    return SpeechMap(recording.call_id, tuple(lanes), "everywhere")
