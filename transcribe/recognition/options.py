"""Settings of the recogniser, every default named with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["whisper", "faster-whisper"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True)
class RecognitionOptions:
    """How windows become words.

    Attributes
    ----------
    engine:
        ``whisper``: openai-whisper's network in earful's own loop; ``faster-whisper``: the extra of that name.
    model:
        A model's name as in ``earful models`` (``whisper-base``, or a fetched ``whisper-small``, ...), or the path
        of an openai-whisper checkpoint.
    configured:
        Paths by model name, from ``earful.toml``.
    device:
        ``cpu``, ``cuda``, or ``auto``: CUDA where there is one.
    precision:
        ``auto``: bfloat16 where the processor multiplies it (AMX, AVX512-BF16), float16 on CUDA, else float32.
    timestamps:
        Whether the network writes its own times between phrases; words are timed by its attention either way.
    batch:
        Windows decoded side by side; with beams half as many, long ones half of that.
    beams:
        Readings of a window followed side by side, at least 1. Beside one, four took an eighth of the wrong words out
        of the shipped Russian calls (.135 to .119 of 843 words) and none out of the English ones (.041 to .042 of
        735) for a quarter more CPU: ``tests/benchmarks/recognition.py --engines ours,ours-greedy``.
    temperatures:
        Tried in order, the later ones only for windows that fail; 0.0 takes the surest reading.
    compression_limit, logprob_limit, no_speech_limit:
        A window fails above or below these; Whisper's own values.
    seed:
        Of the draws at temperatures above 0, so that a call always gives the same words.
    """

    engine: Engine = "whisper"
    model: str = "whisper-base"
    configured: Mapping[str, str] = field(default_factory=dict)
    device: str = "cpu"
    precision: Precision = "auto"
    timestamps: bool = False
    batch: int = 16
    beams: int = 4
    temperatures: tuple[float, ...] = (0.0, 0.4, 0.8)
    compression_limit: float = 2.4
    logprob_limit: float = -1.0
    no_speech_limit: float = 0.6
    seed: int = 20240229
