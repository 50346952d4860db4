"""openai-whisper's weights, loaded from a checked file and packed once for many small multiplications."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcribe.models import ModelError, ModelFile, quiet
from transcribe.recognition.options import Precision

if TYPE_CHECKING:
    import torch

    Dense = Callable[[torch.Tensor], torch.Tensor]

# Rows a packed matrix is laid out for; other row counts give the same numbers.
_PACKED_ROWS = 16
_MULTILINGUAL_VOCABULARY = 51865
_MELS_OF_LARGE_V3 = 128


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """Scale and shift of a layer norm, in the computing precision."""

    weight: torch.Tensor
    bias: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One transformer block without listening: attention to itself, then two layers.

    ``qkv`` gives queries (already divided by the root of the head's width), keys and values side by side;
    ``up`` ends in a GELU.
    """

    norm: Norm
    qkv: Dense
    out: Dense
    mlp_norm: Norm
    up: Dense
    down: Dense


@dataclass(frozen=True, slots=True, eq=False)
class Listening:
    """How a decoder block listens to the sound; ``query`` is scaled as in `Block`."""

    norm: Norm
    query: Dense
    keys_values: Dense
    out: Dense


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A Whisper network ready to compute.

    Attributes
    ----------
    encoder, decoder:
        Blocks in order.
    listening:
        One for each block of the decoder.
    convolutions:
        The encoder's two first layers as (weight, bias).
    logits:
        From the last state to a score for each token.
    heads:
        Alignment heads as (layer, heads of that layer).
    dtype, device:
        Computing precision and place.
    """

    encoder: tuple[Block, ...]
    decoder: tuple[Block, ...]
    listening: tuple[Listening, ...]
    convolutions: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    audio_positions: torch.Tensor
    audio_norm: Norm
    embedding: torch.Tensor
    text_positions: torch.Tensor
    text_norm: Norm
    logits: Dense
    heads: tuple[tuple[int, tuple[int, ...]], ...]
    n_head: int
    n_mels: int
    n_audio_ctx: int
    n_text_ctx: int
    num_languages: int
    multilingual: bool
    dtype: torch.dtype
    device: str


def chosen_dtype(precision: Precision, device: str) -> torch.dtype:
    """Return the number format to compute in; ``auto`` looks at the processor."""
    import torch

    named = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if precision != "auto":
        return named[precision]
    if device.startswith("cuda"):
        return torch.float16
    # bfloat16 pays only where the processor multiplies it; elsewhere it is emulated, and slower than float32.
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast and packs_bfloat16() else torch.float32


def packs_bfloat16() -> bool:
    """Return whether oneDNN is built in and multiplies bfloat16 on this processor; it refuses on most laptops."""
    import torch

    built_in: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return built_in and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def load_weights(model_file: ModelFile, *, precision: Precision = "auto", device: str = "cpu") -> Weights:
    """Load an openai-whisper checkpoint and pack it.

    Raises
    ------
    ModelError
        When the file isn't a Whisper checkpoint.
    """
    quiet()
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.inference_mode():
        return pack(_whisper(model_file.path), chosen_dtype(precision, device), device)


# whisper has no types.
def _whisper(path: Path) -> Any:  # noqa: ANN401
    import whisper

    try:
        model = whisper.load_model(str(path), device="cpu")
    except (RuntimeError, KeyError, TypeError, OSError, pickle.UnpicklingError) as error:
        raise ModelError(f"{path}: not a Whisper checkpoint ({error}); give the path of a .pt file") from error
    heads = whisper._ALIGNMENT_HEADS.get(release_of(vars(model.dims)))
    if heads is not None:
        model.set_alignment_heads(heads)
    return model


def release_of(dims: Mapping[str, int]) -> str:
    """Return openai's name for a network of these dimensions; its alignment heads are listed by that name.

    >>> release_of({"n_mels": 80, "n_audio_layer": 6, "n_text_layer": 6, "n_vocab": 51865})
    'base'
    """
    sizes = {(4, 4): "tiny", (6, 6): "base", (12, 12): "small", (24, 24): "medium", (32, 4): "large-v3-turbo"}
    size = sizes.get((dims["n_audio_layer"], dims["n_text_layer"]))
    if size is None:
        return "large-v3" if dims["n_mels"] == _MELS_OF_LARGE_V3 else "large-v2"
    return size if dims["n_vocab"] >= _MULTILINGUAL_VOCABULARY else f"{size}.en"


def pack(model: Any, dtype: torch.dtype, device: str) -> Weights:  # noqa: ANN401
    """Return the weights of an openai-whisper model, packed for computing in ``dtype``."""
    dims, packer = model.dims, _Packer(dtype, device)
    encoder, decoder = model.encoder, model.decoder
    heads: dict[int, list[int]] = {}
    for layer, head in model.alignment_heads.indices().T.tolist():
        heads.setdefault(layer, []).append(head)
    return Weights(
        encoder=tuple(packer.block(block) for block in encoder.blocks),
        decoder=tuple(packer.block(block) for block in decoder.blocks),
        listening=tuple(packer.listening(block) for block in decoder.blocks),
        convolutions=tuple((packer.tensor(c.weight), packer.tensor(c.bias)) for c in (encoder.conv1, encoder.conv2)),
        audio_positions=packer.tensor(encoder.positional_embedding),
        audio_norm=packer.norm(encoder.ln_post),
        embedding=packer.tensor(decoder.token_embedding.weight),
        text_positions=packer.tensor(decoder.positional_embedding),
        text_norm=packer.norm(decoder.ln),
        logits=packer.dense(decoder.token_embedding.weight, None),
        heads=tuple((layer, tuple(found)) for layer, found in sorted(heads.items())),
        n_head=dims.n_text_head,
        n_mels=dims.n_mels,
        n_audio_ctx=dims.n_audio_ctx,
        n_text_ctx=dims.n_text_ctx,
        num_languages=model.num_languages,
        multilingual=model.is_multilingual,
        dtype=dtype,
        device=device,
    )


@dataclass(frozen=True, slots=True)
class _Packer:
    """Turns whisper's modules into tensors of one precision and matrices laid out once."""

    dtype: torch.dtype
    device: str

    def tensor(self, value: torch.Tensor) -> torch.Tensor:
        return value.detach().to(self.device, self.dtype).contiguous()

    def norm(self, module: Any) -> Norm:  # noqa: ANN401
        return Norm(self.tensor(module.weight), self.tensor(module.bias))

    def block(self, block: Any) -> Block:  # noqa: ANN401
        attention = block.attn
        return Block(
            norm=self.norm(block.attn_ln),
            qkv=self._joined((attention.query, attention.key, attention.value), scaled=attention.n_head),
            out=self.linear(attention.out),
            mlp_norm=self.norm(block.mlp_ln),
            up=self.dense(block.mlp[0].weight, block.mlp[0].bias, gelu=True),
            down=self.linear(block.mlp[2]),
        )

    def listening(self, block: Any) -> Listening:  # noqa: ANN401
        attention = block.cross_attn
        return Listening(
            norm=self.norm(block.cross_attn_ln),
            query=self._joined((attention.query,), scaled=attention.n_head),
            keys_values=self._joined((attention.key, attention.value), scaled=None),
            out=self.linear(attention.out),
        )

    def linear(self, module: Any) -> Dense:  # noqa: ANN401
        return self.dense(module.weight, module.bias)

    def _joined(self, modules: Sequence[Any], *, scaled: int | None) -> Dense:
        import torch

        weights = [module.weight.detach().float() for module in modules]
        biases = [
            torch.zeros(weight.shape[0]) if module.bias is None else module.bias.detach().float()
            for module, weight in zip(modules, weights)
        ]
        if scaled:  # the first are queries; a head's width is a power of four, so the scaling loses no bit
            scale = float(weights[0].shape[0] // scaled) ** -0.5
            weights[0], biases[0] = weights[0] * scale, biases[0] * scale
        return self.dense(torch.cat(weights), torch.cat(biases))

    def dense(self, weight: torch.Tensor, bias: torch.Tensor | None, *, gelu: bool = False) -> Dense:
        """Return ``x -> x @ weight.T + bias``, with a GELU behind it where asked."""
        import torch
        from torch.nn import functional

        matrix = self.tensor(weight)
        shift = None if bias is None else self.tensor(bias)
        if self.dtype == torch.bfloat16 and self.device == "cpu" and packs_bfloat16():
            # oneDNN's own layout, made once: a plain call would make it anew for every step.
            packed = torch.ops.mkldnn._reorder_linear_weight(matrix, _PACKED_ROWS)
            after, kind = ("gelu", "none") if gelu else ("none", "")
            multiply = torch.ops.mkldnn._linear_pointwise
            return lambda x: multiply(x, packed, shift, after, [], kind)
        if gelu:
            return lambda x: functional.gelu(functional.linear(x, matrix, shift))
        return lambda x: functional.linear(x, matrix, shift)
