"""CTranslate2's whisper file turned into a checkpoint that openai-whisper loads, tensor by tensor."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from transcribe.models.errors import ModelError

if TYPE_CHECKING:
    import torch

_VERSION = 6
_DTYPES: Mapping[int, type[np.generic]] = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_HEAD_WIDTH = 64
Array = npt.NDArray[np.generic]


def read_variables(data: bytes) -> dict[str, Array]:
    """Return every variable of a CTranslate2 model file (binary version 6) by its name.

    Raises
    ------
    ModelError
        When the version is another one, or a variable has a type the format doesn't know.
    """
    file = io.BytesIO(data)
    (version,) = struct.unpack("<I", file.read(4))
    if version != _VERSION:
        raise ModelError(f"CTranslate2 file of version {version}, expected {_VERSION}; reinstall the model's package")
    _text(file)
    _, count = struct.unpack("<II", file.read(8))
    return dict(_variable(file) for _ in range(count))


def _text(file: io.BytesIO) -> str:
    (length,) = struct.unpack("<H", file.read(2))
    return file.read(length).rstrip(b"\0").decode("utf-8")


def _variable(file: io.BytesIO) -> tuple[str, Array]:
    name = _text(file)
    (rank,) = struct.unpack("<B", file.read(1))
    shape = struct.unpack(f"<{rank}I", file.read(4 * rank))
    kind, size = struct.unpack("<BI", file.read(5))
    if kind not in _DTYPES:
        raise ModelError(f"variable {name} of type {kind}; expected one of {sorted(_DTYPES)}; reinstall the package")
    return name, np.frombuffer(file.read(size), dtype=_DTYPES[kind]).reshape(shape)


def whisper_tensors(variables: Mapping[str, Array]) -> dict[str, Array]:
    """Return openai-whisper's tensors by its own names, made from CTranslate2's fused ones."""
    tensors: dict[str, Array] = {}
    for side in ("encoder", "decoder"):
        tensors[f"{side}.positional_embedding"] = variables[f"{side}/position_encodings/encodings"]
        for layer in range(_layers(variables, side)):
            tensors.update(_block(variables, side, layer))
    for convolution in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            tensors[f"encoder.{convolution}.{part}"] = variables[f"encoder/{convolution}/{part}"]
    tensors.update(_norm(variables, "encoder/layer_norm", "encoder.ln_post"))
    tensors.update(_norm(variables, "decoder/layer_norm", "decoder.ln"))
    tensors["decoder.token_embedding.weight"] = variables["decoder/embeddings/weight"]
    return tensors


def _layers(variables: Mapping[str, Array], side: str) -> int:
    return len({name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_") and "norm/" not in name})


def _norm(variables: Mapping[str, Array], source: str, target: str) -> dict[str, Array]:
    return {f"{target}.weight": variables[f"{source}/gamma"], f"{target}.bias": variables[f"{source}/beta"]}


def _linear(variables: Mapping[str, Array], source: str, target: str) -> dict[str, Array]:
    return {f"{target}.weight": variables[f"{source}/weight"], f"{target}.bias": variables[f"{source}/bias"]}


def _block(variables: Mapping[str, Array], side: str, layer: int) -> dict[str, Array]:
    source, target = f"{side}/layer_{layer}", f"{side}.blocks.{layer}"
    tensors = _norm(variables, f"{source}/self_attention/layer_norm", f"{target}.attn_ln")
    tensors.update(_split(variables, f"{source}/self_attention/linear_0", f"{target}.attn", ("query", "key", "value")))
    tensors.update(_linear(variables, f"{source}/self_attention/linear_1", f"{target}.attn.out"))
    if side == "decoder":
        attention = f"{source}/attention"
        tensors.update(_norm(variables, f"{attention}/layer_norm", f"{target}.cross_attn_ln"))
        tensors.update(_split(variables, f"{attention}/linear_0", f"{target}.cross_attn", ("query",)))
        tensors.update(_split(variables, f"{attention}/linear_1", f"{target}.cross_attn", ("key", "value")))
        tensors.update(_linear(variables, f"{attention}/linear_2", f"{target}.cross_attn.out"))
    tensors.update(_norm(variables, f"{source}/ffn/layer_norm", f"{target}.mlp_ln"))
    tensors.update(_linear(variables, f"{source}/ffn/linear_0", f"{target}.mlp.0"))
    tensors.update(_linear(variables, f"{source}/ffn/linear_1", f"{target}.mlp.2"))
    return tensors


def _split(
    variables: Mapping[str, Array], source: str, target: str, names: Sequence[str]
) -> Iterator[tuple[str, Array]]:
    weights = np.split(variables[f"{source}/weight"], len(names))
    biases = np.split(variables[f"{source}/bias"], len(names))
    for name, weight, bias in zip(names, weights, biases):
        yield f"{target}.{name}.weight", weight
        if name != "key":  # whisper's keys have no bias; the fused file holds zeros in its place
            yield f"{target}.{name}.bias", bias


def dimensions(tensors: Mapping[str, Array]) -> dict[str, int]:
    """Return whisper's ``dims`` as read off the tensors' shapes."""
    vocabulary, state = tensors["decoder.token_embedding.weight"].shape
    return {
        "n_mels": tensors["encoder.conv1.weight"].shape[1],
        "n_audio_ctx": tensors["encoder.positional_embedding"].shape[0],
        "n_audio_state": tensors["encoder.positional_embedding"].shape[1],
        "n_audio_head": tensors["encoder.positional_embedding"].shape[1] // _HEAD_WIDTH,
        "n_audio_layer": _blocks(tensors, "encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": tensors["decoder.positional_embedding"].shape[0],
        "n_text_state": state,
        "n_text_head": state // _HEAD_WIDTH,
        "n_text_layer": _blocks(tensors, "decoder"),
    }


def _blocks(tensors: Mapping[str, Array], side: str) -> int:
    return len({name.split(".")[2] for name in tensors if name.startswith(f"{side}.blocks.")})


def write_checkpoint(parts: Sequence[Path], path: Path) -> None:
    """Join the parts of a CTranslate2 file and write an openai-whisper checkpoint (half precision, as stored)."""
    import torch

    tensors = whisper_tensors(read_variables(b"".join(part.read_bytes() for part in parts)))
    state: dict[str, torch.Tensor] = {name: torch.from_numpy(array.copy()) for name, array in tensors.items()}
    # Saved through a handle: given a path, torch writes the file's name into the file, and no two hashes agree.
    with path.open("wb") as file:
        torch.save({"dims": dimensions(tensors), "model_state_dict": state}, file)
