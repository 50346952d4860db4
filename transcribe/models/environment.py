"""No network, no telemetry, and a torchaudio that loads beside a CPU torch."""

from __future__ import annotations

import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import NoReturn

SILENCED = {
    "PYANNOTE_METRICS_ENABLED": "0",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def quiet() -> None:
    """Turn hub look-ups and telemetry off and make torchaudio importable; call before loading any model.

    torchaudio's wheels are CUDA builds: beside a CPU torch their C++ extension can't load, and importing torchaudio
    (so pyannote.audio) dies. Only then the extension is replaced by a stub; what pyannote needs of torchaudio
    (resampling, filter banks) is written in Python and works. Calling twice changes nothing.
    """
    os.environ.update(SILENCED)
    # Sound is decoded before it comes here and handed over as arrays; pyannote's own decoder is not wanted.
    warnings.filterwarnings("ignore", message=r"\s*torchcodec is not installed", category=UserWarning)
    import torch

    if torch.version.cuda is None and "torchaudio" not in sys.modules:
        sys.modules["torchaudio._extension"] = _extension_stub()


def _extension_stub() -> types.ModuleType:
    stub = types.ModuleType("torchaudio._extension")
    names: dict[str, object] = {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "_check_cuda_version": lambda: None,
        "fail_if_no_align": _without_extension,
        "__all__": [],
    }
    for name, value in names.items():
        setattr(stub, name, value)
    return stub


def _without_extension(function: Callable[..., object]) -> Callable[..., NoReturn]:
    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise RuntimeError(f"{function.__name__} needs torchaudio's C++ extension, absent beside a CPU torch")

    return refuse
