"""Which diarizer a study uses, by configuration only."""

from __future__ import annotations

from collections.abc import Mapping

from transcribe.diarization.protocol import Diarizer

OFFLINE = "offline"
COMMUNITY = "community-1"


def load_diarizer(pipeline: str = OFFLINE, *, configured: Mapping[str, str] | None = None) -> Diarizer:
    """Return the diarizer a study asks for; its weights are loaded at its first use.

    Parameters
    ----------
    pipeline:
        ``offline``: segmentation-3.0 and CAM++ out of installed packages. ``community-1``: pyannote's
        speaker-diarization-community-1 out of the models' cache, or any other text: the folder it lies in.
    configured:
        Paths by model name.
    """
    if pipeline == OFFLINE:
        from transcribe.diarization.mono import MonoDiarizer

        return MonoDiarizer(configured=configured)
    from transcribe.diarization.community import CommunityDiarizer

    paths = dict(configured or {})
    if pipeline != COMMUNITY:
        paths[COMMUNITY] = pipeline
    return CommunityDiarizer(configured=paths)
