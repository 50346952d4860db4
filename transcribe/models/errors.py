"""What can be wrong with a model's file."""

from __future__ import annotations


class ModelError(RuntimeError):
    """A model can't be used; the message names the file, what is wrong with it and the cure."""


class ModelMissingError(ModelError):
    """No source has the model: neither a path, nor the cache, nor a package."""


class ModelAlteredError(ModelError):
    """A file isn't the one it should be: its hash differs from the expected one."""
