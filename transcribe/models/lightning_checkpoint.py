"""A Lightning checkpoint's weights, read without running what its pickle asks for."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from transcribe.models.errors import ModelError

# What a state dict of plain tensors needs; any other name in the file becomes an inert stand-in.
_ALLOWED = frozenset(
    {("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch", "FloatStorage")}
)


class _Inert:
    """Takes the place of every class a checkpoint names beside its tensors; holds nothing, does nothing."""

    def __init__(self, *_args: object, **_options: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


class _TensorsOnly(pickle.Unpickler):
    # find_class is pickle's own hook and returns whatever was named.
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        return super().find_class(module, name) if (module, name) in _ALLOWED else _Inert


def write_state_dict(checkpoint: Path, path: Path) -> None:
    """Write the checkpoint's ``state_dict`` alone, as ``torch.load(..., weights_only=True)`` reads it.

    Raises
    ------
    ModelError
        When the file holds no ``state_dict`` of tensors.
    """
    import torch

    reader = SimpleNamespace(Unpickler=_TensorsOnly, load=pickle.load, __name__="tensors_only")
    loaded = torch.load(checkpoint, map_location="cpu", weights_only=False, pickle_module=reader)
    state = loaded.get("state_dict") if isinstance(loaded, dict) else None
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ModelError(f"{checkpoint}: holds no state_dict of tensors; reinstall its package")
    with path.open("wb") as file:
        torch.save({name: value.contiguous().clone() for name, value in state.items()}, file)
