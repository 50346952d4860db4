"""WorkerModels: what one worker loads once and keeps."""

from __future__ import annotations

from dataclasses import dataclass

from insights.language import embedder
from insights.night.frame import StudyFrame
from insights.reasons import ReasonCoder
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
    """Return the coder of a study's codebook."""
    return ReasonCoder(frame.codebook, embedder=embedder())


def listen_options(frame: StudyFrame) -> ListenOptions:
    """Return the listener's options as the study's settings say."""
    settings = frame.settings
    recognition = RecognitionOptions(
        engine=settings.recognition.engine,
        model=settings.recognition.model,
        configured=settings.models,
        device=settings.recognition.device,
        batch=settings.recognition.batch,
    )
    return ListenOptions(recognition=recognition)
