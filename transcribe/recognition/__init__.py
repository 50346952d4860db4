"""From windows of speech to words with times, and the closed-set score witness."""

from transcribe.recognition.load import load_recogniser
from transcribe.recognition.options import RecognitionOptions
from transcribe.recognition.speed import Speed, measure_speed
from transcribe.recognition.windows import WindowOptions, cut_for_recognition, windows_of

__all__ = [
    "RecognitionOptions",
    "Speed",
    "WindowOptions",
    "cut_for_recognition",
    "load_recogniser",
    "measure_speed",
    "windows_of",
]
