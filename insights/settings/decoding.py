"""How a study's recordings are decoded, from ``[recordings]`` of earful.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audio.recording import Recording
    from insights.settings.options import RecordingOptions


def load_recording(path: Path, options: RecordingOptions, *, call_id: str) -> Recording:
    """Return a decoded recording, headerless files and long calls as the settings declare them.

    Raises
    ------
    AudioError, OSError
        As ``audio.decode.load`` raises them.
    """
    from audio.decode import DecodeLimits, RawFormat, load  # here: settings are read where nothing is decoded

    raw = None if options.raw_format == "none" else RawFormat(codec=options.raw_format, rate_hz=options.raw_rate_hz)
    return load(path, call_id=call_id, limits=DecodeLimits(max_duration_s=options.max_hours * 3600), raw=raw)
