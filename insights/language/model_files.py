"""Model files of the language room: found by name and checked by hash where the models live."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def model_path(name: str) -> Path:
    """Return the file or folder of one model, its hash checked.

    Raises
    ------
    transcribe.models.ModelMissingError, transcribe.models.ModelAlteredError
        With the model's name and the cure.
    """
    from transcribe.models import resolve

    return resolve(name).path
