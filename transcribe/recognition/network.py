"""The network's arithmetic: sound to features, tokens to scores, one step for many rows at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from transcribe.recognition.weights import Listening, Norm, Weights

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor

FRAMES_PER_S = 50
# Whisper was trained on 30 s, silence behind short windows: without that silence it repeats itself. Every sixteenth
# frame of it stands for sixteen (its weight in every attention is raised by log 16), at a sixteenth of the cost.
SILENCE_STRIDE = 16
# Queries at once in the encoder: their scores (heads x queries x frames) stay in the processor's cache.
_QUERIES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One window's sound as the decoder asks for it.

    Attributes
    ----------
    keys, values:
        Shape (layers, heads, frames, width); ``FRAMES_PER_S`` a second of sound, then the silence up to 30 s, thinned.
    bias:
        What each frame adds to its attention score, shape (frames,): the logarithm of how many frames it stands for.
    """

    keys: Tensor
    values: Tensor
    bias: Tensor

    @property
    def frames(self) -> int:
        """Number of frames, thinned ones among them."""
        return int(self.bias.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Fixed places for windows that are decoded side by side, filled in place.

    Attributes
    ----------
    keys, values:
        Of the tokens so far; shape (layers, windows x beams, heads, tokens, width).
    heard_keys, heard_values:
        Of the sound, which a window's beams share; shape (layers, windows, heads, frames, width).
    heard_bias:
        `Heard.bias` of the window, minus infinity behind it; shape (windows, 1, 1, frames).
    """

    keys: Tensor
    values: Tensor
    heard_keys: Tensor
    heard_values: Tensor
    heard_bias: Tensor


def new_rows(weights: Weights, *, windows: int, beams: int, tokens: int, frames: int) -> Rows:
    """Return empty places for ``windows`` windows of at most ``frames`` frames, ``tokens`` tokens in each beam."""
    import torch

    layers, state = len(weights.decoder), weights.embedding.shape[1]
    width = state // weights.n_head

    def zeros(*shape: int) -> Tensor:
        # numpy's zeros take no memory until they are written to, and hardly a window says all that it may.
        raw = torch.from_numpy(np.zeros(math.prod(shape) * weights.dtype.itemsize, dtype=np.uint8))
        return raw.view(weights.dtype).view(shape).to(weights.device)

    return Rows(
        keys=zeros(layers, windows * beams, weights.n_head, tokens, width),
        values=zeros(layers, windows * beams, weights.n_head, tokens, width),
        heard_keys=zeros(layers, windows, weights.n_head, frames, width),
        heard_values=zeros(layers, windows, weights.n_head, frames, width),
        heard_bias=zeros(windows, 1, 1, frames),
    )


def _normed(x: Tensor, norm: Norm) -> Tensor:
    from torch.nn import functional

    return functional.layer_norm(x, (x.shape[-1],), norm.weight, norm.bias)


def _by_head(x: Tensor, heads: int) -> Tensor:
    """(..., n, state) -> (..., heads, n, width)."""
    return x.view(*x.shape[:-1], heads, -1).transpose(-3, -2)


def frames_heard(frames: int, *, all_frames: int) -> int:
    """Return how many frames `encode` makes of ``frames`` frames of sound.

    >>> frames_heard(300, all_frames=1500)
    375
    """
    return frames + len(range(frames, all_frames, SILENCE_STRIDE))


def encode(weights: Weights, mel: Tensor) -> tuple[Tensor, Tensor]:
    """Return features and their bias for a mel spectrogram that ends in silence.

    Parameters
    ----------
    mel:
        Shape (n_mels, 2 x n), its last fifth of a second silent where it is shorter than 30 s.

    Returns
    -------
    features, bias:
        Shapes (frames, state) and (frames,), as in `Heard`: the n frames given and the thinned silence behind them.
    """
    import torch
    from torch.nn import functional

    x = mel.to(weights.device, weights.dtype)[None]
    for stride, (weight, bias) in enumerate(weights.convolutions, start=1):
        x = functional.gelu(functional.conv1d(x, weight, bias, stride=stride, padding=1))
    x = x[0].T.contiguous()
    count = x.shape[0]
    far = range(count, weights.n_audio_ctx, SILENCE_STRIDE)
    places = torch.tensor([*range(count), *far], device=weights.device)
    x = torch.cat([x, x[-3:-2].expand(len(far), -1)]) + weights.audio_positions[places]
    stands_for = [1.0] * count + [float(min(SILENCE_STRIDE, weights.n_audio_ctx - place)) for place in far]
    counted = torch.tensor(stands_for, device=weights.device).log()
    for block in weights.encoder:
        queries, keys, values = block.qkv(_normed(x, block.norm)).chunk(3, dim=-1)
        x = x + block.out(_attended(queries, keys, values, counted, weights.n_head))
        x = x + block.down(block.up(_normed(x, block.mlp_norm)))
    return _normed(x, weights.audio_norm), counted.to(weights.dtype)


def _attended(queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor, heads: int) -> Tensor:
    import torch

    q, k, v = (_by_head(x, heads).contiguous() for x in (queries, keys, values))
    k = k.transpose(-2, -1)
    parts = [((part @ k).float() + bias).softmax(dim=-1).to(v.dtype) @ v for part in torch.split(q, _QUERIES, dim=-2)]
    return torch.cat(parts, dim=-2).transpose(-3, -2).flatten(-2)


def heard(weights: Weights, features: Tensor, bias: Tensor) -> Heard:
    """Return the decoder's keys and values of a window's features."""
    import torch

    keys, values = [], []
    for listening in weights.listening:
        key, value = listening.keys_values(features).chunk(2, dim=-1)
        keys.append(_by_head(key, weights.n_head))
        values.append(_by_head(value, weights.n_head))
    return Heard(torch.stack(keys), torch.stack(values), bias)


def read(
    weights: Weights, sound: Heard, tokens: Tensor, *, past: tuple[Tensor, Tensor] | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Read token rows at once against one window's sound.

    Parameters
    ----------
    tokens:
        Shape (rows, n).
    past:
        Keys and values of what every row has read before, (layers, 1, heads, m, width) each; None: nothing.

    Returns
    -------
    states, keys, values, looks:
        Last states (rows, n, state); keys and values (layers, rows, heads, n, width); where the alignment
        heads looked (rows, n, heads, frames).
    """
    import torch

    length, before = tokens.shape[1], 0 if past is None else past[0].shape[3]
    x = weights.embedding[tokens] + weights.text_positions[before : before + length]
    future = torch.full((length, before + length), float("-inf"), dtype=weights.dtype, device=weights.device)
    future = future.triu(before + 1)
    keys, values, looks = [], [], []
    aligning = dict(weights.heads)
    for layer, block in enumerate(weights.decoder):
        q, k, v = (_by_head(part, weights.n_head) for part in block.qkv(_normed(x, block.norm)).chunk(3, dim=-1))
        keys.append(k)
        values.append(v)
        if past is not None:
            k, v = (torch.cat([old[layer].expand(len(x), -1, -1, -1), new], -2) for old, new in zip(past, (k, v)))
        x = x + block.out(((q @ k.transpose(-2, -1) + future).softmax(dim=-1) @ v).transpose(-3, -2).flatten(-2))
        x, scores = _cross(weights, weights.listening[layer], x, sound.keys[layer], sound.values[layer], sound.bias)
        if layer in aligning:
            looks.append(scores[:, list(aligning[layer])])
        x = x + block.down(block.up(_normed(x, block.mlp_norm)))
    looked = torch.cat(looks, dim=1).transpose(1, 2)
    return _normed(x, weights.text_norm), torch.stack(keys), torch.stack(values), looked


def _cross(
    weights: Weights, listening: Listening, x: Tensor, keys: Tensor, values: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Return ``x`` after listening, and the scores (rows, heads, n, frames) it listened by."""
    scores = _by_head(listening.query(_normed(x, listening.norm)), weights.n_head) @ keys.transpose(-2, -1)
    scores = scores + bias
    listened = scores.softmax(dim=-1) @ values
    return x + listening.out(listened.transpose(-3, -2).flatten(-2)), scores


def step(weights: Weights, rows: Rows, tokens: Tensor, positions: Tensor, *, longest: int) -> Tensor:
    """Read one more token in every beam of the first windows; return scores (windows, beams, vocabulary), float32.

    Parameters
    ----------
    tokens, positions:
        Shape (windows, beams); the token and its place in its beam.
    longest:
        Tokens any of these beams holds after this step; the rest of the places isn't looked at.
    """
    import torch

    windows, beams = tokens.shape
    places = positions.flatten()
    at = torch.arange(windows * beams, device=weights.device)
    x = (weights.embedding[tokens.flatten()] + weights.text_positions[places])[:, None]
    unread = torch.arange(longest, device=weights.device)[None] > places[:, None]
    future = torch.zeros(unread.shape, dtype=weights.dtype, device=weights.device)
    future = future.masked_fill(unread, float("-inf"))[:, None, None]
    for layer, (block, listening) in enumerate(zip(weights.decoder, weights.listening)):
        q, k, v = (_by_head(part, weights.n_head) for part in block.qkv(_normed(x, block.norm)).chunk(3, dim=-1))
        rows.keys[layer][at, :, places] = k[:, :, 0]
        rows.values[layer][at, :, places] = v[:, :, 0]
        keys, values = (kept[layer, : len(at), :, :longest] for kept in (rows.keys, rows.values))
        x = x + block.out(
            ((q @ keys.transpose(-2, -1) + future).softmax(dim=-1) @ values).transpose(-3, -2).flatten(-2)
        )
        # A window's beams ask about the same sound: to its keys they are neighbouring queries.
        heard_keys, heard_values = rows.heard_keys[layer, :windows], rows.heard_values[layer, :windows]
        beamed = x.view(windows, beams, -1)
        beamed, _ = _cross(weights, listening, beamed, heard_keys, heard_values, rows.heard_bias[:windows])
        x = beamed.reshape(x.shape)
        x = x + block.down(block.up(_normed(x, block.mlp_norm)))
    return weights.logits(_normed(x[:, 0], weights.text_norm)).float().view(windows, beams, -1)
