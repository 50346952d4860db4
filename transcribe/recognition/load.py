"""Loads the engine that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from transcribe.models import ModelFile, resolve
from transcribe.recognition.options import RecognitionOptions

if TYPE_CHECKING:
    from transcribe.recognition.faster import FasterWhisperRecogniser
    from transcribe.recognition.recogniser import WhisperRecogniser


def load_recogniser(options: RecognitionOptions | None = None) -> WhisperRecogniser | FasterWhisperRecogniser:
    """Load a recogniser, once a worker: it takes seconds and some hundred megabytes.

    Parameters
    ----------
    options:
        Engine, model and limits; the defaults are those measured.

    Raises
    ------
    transcribe.models.ModelError
        When the model is missing, altered, or no Whisper checkpoint.
    """
    chosen = options or RecognitionOptions()
    if chosen.engine == "faster-whisper":
        from transcribe.models.ctranslate2_folder import resolve_ctranslate2
        from transcribe.recognition.faster import load_faster

        return load_faster(resolve_ctranslate2(chosen.model, configured=chosen.configured), chosen)
    return load_whisper(chosen)


def load_whisper(chosen: RecognitionOptions) -> WhisperRecogniser:
    """Load openai-whisper's network, packed for earful's own loop; see `load_recogniser`."""
    from transcribe.recognition.recogniser import WhisperRecogniser
    from transcribe.recognition.weights import load_weights

    model = _model_file(chosen)
    weights = load_weights(model, precision=chosen.precision, device=chosen.device)
    return WhisperRecogniser(f"openai-whisper {chosen.model}", model.sha256, weights, chosen)


def _model_file(options: RecognitionOptions) -> ModelFile:
    is_path = options.model not in options.configured and Path(options.model).suffix == ".pt"
    configured = {**options.configured, options.model: options.model} if is_path else options.configured
    return resolve(options.model, configured=configured)
