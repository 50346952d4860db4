"""WorkerModels: what one worker loads once and keeps."""

from __future__ import annotations

from dataclasses import dataclass

from insights.language import embedder
from insights.night.frame import StudyFrame
from insights.reasons import ReasonCoder
from insights.reasons.learning import current_refit
from insights.settings import Settings
from transcribe.dialogue import Party
from transcribe.listen import Listener, ListenOptions
from transcribe.recognition import RecognitionOptions


@dataclass(frozen=True, slots=True)
class WorkerModels:
    """The listener and the coder of one worker."""

    listener: Listener
    coder: ReasonCoder


def load_models(frame: StudyFrame) -> WorkerModels:
    """Return the models of a study's settings; weights load on first use."""
    return WorkerModels(Listener(listen_options(frame)), load_coder(frame))


def load_coder(frame: StudyFrame) -> ReasonCoder:
    """Return the coder of a study's codebook, with what it has learned from corrections."""
    return ReasonCoder(frame.codebook, embedder=embedder(), refit=current_refit(frame.folder.coders))


def listen_options(frame: StudyFrame) -> ListenOptions:
    """Return the listener's options as the study's settings say."""
    settings = frame.settings
    return ListenOptions(
        recognition=recognition_options(settings),
        models=settings.models,
        diarizer=settings.diarization.pipeline,
        channels=configured_channels(settings.recordings.operator_channel),
    )


def recognition_options(settings: Settings) -> RecognitionOptions:
    """Return the recogniser's options as the settings say."""
    chosen = settings.recognition
    return RecognitionOptions(
        engine=chosen.engine,
        model=chosen.model,
        configured=settings.models,
        device=chosen.device,
        batch=chosen.batch,
        beams=chosen.beams,
    )


def configured_channels(operator_channel: int) -> dict[str, Party]:
    """Return party by lane where the settings say on which channel the operator sits; {} where they do not.

    Examples
    --------
    >>> configured_channels(1)
    {'channel1': 'operator', 'channel0': 'respondent'}
    """
    if operator_channel not in (0, 1):
        return {}
    return {f"channel{operator_channel}": "operator", f"channel{1 - operator_channel}": "respondent"}
