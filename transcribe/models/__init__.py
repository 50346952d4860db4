"""Where every model comes from: a path, the user's cache, or a hash-checked package."""

from transcribe.models.catalogue import catalogue
from transcribe.models.environment import quiet
from transcribe.models.errors import ModelAlteredError, ModelError, ModelMissingError
from transcribe.models.resolve import ModelFile, fetched, prepare, resolve

__all__ = [
    "ModelAlteredError",
    "ModelError",
    "ModelFile",
    "ModelMissingError",
    "catalogue",
    "fetched",
    "prepare",
    "quiet",
    "resolve",
]
