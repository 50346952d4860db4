"""Which tool made a stage's result, in which version, by which model: what a run row says."""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata

from insights.store import RunRecord

# Raised by whoever changes what a stage returns: every stored result with an older number is done again.
STAGE_VERSIONS = {"hearing": 1, "answering": 1, "delivery": 1, "reasons": 1, "privacy": 1}

TOOLS = {
    "decode": "av",
    "layout": "earful",
    "speech": "silero-vad",
    "parties": "pyannote.audio",
    "recognition": "openai-whisper",
    "roles": "earful",
    "turns": "earful",
    "questions": "earful",
    "answers": "earful",
    "delivery": "earful",
    "reasons": "spacy",
    "privacy": "earful",
}


@lru_cache(maxsize=32)
def version_of(distribution: str) -> str:
    """Return an installed distribution's version; ``unknown`` where it is not installed.

    Examples
    --------
    >>> version_of("no-such-distribution")
    'unknown'
    """
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"


def run_record(stage: str, key: str, *, seconds: float | None = None, model_sha256: str | None = None) -> RunRecord:
    """Return the run of one stage that was done just now."""
    tool = TOOLS[stage]
    return RunRecord(stage, key, tool, version_of(tool), model_sha256=model_sha256, seconds=seconds)
