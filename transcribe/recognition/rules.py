"""Which tokens may come next: Whisper's rules for timestamps and suppressed tokens, for all rows at once."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from transcribe.dialogue import Language
from transcribe.recognition.weights import Weights

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor

# Whisper lets a window's first word start at most a second late.
_FIRST_TIMESTAMP_LIMIT = 50


@lru_cache(maxsize=8)
def tokenizer_of(multilingual: bool, num_languages: int, language: Language) -> Any:  # noqa: ANN401, FBT001
    """Return whisper's tokenizer (untyped) for transcribing in ``language``."""
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        # whisper forgets to close its vocabulary's file.
        warnings.simplefilter("ignore", ResourceWarning)
        return get_tokenizer(multilingual, num_languages=num_languages, language=language, task="transcribe")


@dataclass(frozen=True, slots=True, eq=False)
class TokenRules:
    """Additive masks over the vocabulary and the tokens that have a meaning of their own.

    Attributes
    ----------
    always:
        0 or minus infinity for each token; shape (vocabulary,).
    first:
        The same for a window's first token, where blanks and an empty text are refused too.
    opening:
        Tokens every window starts with, after the prompt.
    """

    always: Tensor
    first: Tensor
    opening: tuple[int, ...]
    end: int
    timestamps_from: int
    no_speech: int
    start: int
    with_timestamps: bool


def token_rules(weights: Weights, language: Language, *, with_timestamps: bool) -> TokenRules:
    """Return the rules of one language: non-speech symbols and task tokens are never chosen."""
    import torch

    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, language)
    vocabulary = weights.embedding.shape[0]
    always = torch.zeros(vocabulary, device=weights.device)
    never = [*tokenizer.non_speech_tokens, tokenizer.transcribe, tokenizer.translate, tokenizer.sot]
    never += [tokenizer.sot_prev, tokenizer.sot_lm, tokenizer.no_speech, tokenizer.no_timestamps]
    always[never] = float("-inf")
    always[list(tokenizer.all_language_tokens)] = float("-inf")
    if not with_timestamps:
        always[tokenizer.timestamp_begin :] = float("-inf")
    first = always.clone()
    first[[*tokenizer.encode(" "), tokenizer.eot]] = float("-inf")
    if with_timestamps:
        first[: tokenizer.timestamp_begin] = float("-inf")
        first[tokenizer.timestamp_begin + _FIRST_TIMESTAMP_LIMIT + 1 :] = float("-inf")
    opening = tuple(tokenizer.sot_sequence) + (() if with_timestamps else (tokenizer.no_timestamps,))
    return TokenRules(
        always=always,
        first=first,
        opening=opening,
        end=tokenizer.eot,
        timestamps_from=tokenizer.timestamp_begin,
        no_speech=tokenizer.no_speech,
        start=tokenizer.sot,
        with_timestamps=with_timestamps,
    )


def ruled(rules: TokenRules, scores: Tensor, last: Tensor, before: Tensor, latest: Tensor) -> Tensor:
    """Return scores (rows, vocabulary) with refused tokens at minus infinity.

    Parameters
    ----------
    last, before:
        The last token of each row and the one before it, shape (rows,); ``before`` is a timestamp where the text
        has just begun.
    latest:
        The highest timestamp token of each row so far, shape (rows,).
    """
    scores = scores + rules.always
    return _timestamp_ruled(rules, scores, last, before, latest) if rules.with_timestamps else scores


def _timestamp_ruled(rules: TokenRules, scores: Tensor, last: Tensor, before: Tensor, latest: Tensor) -> Tensor:
    """Timestamps come in pairs and never run back; they win where together they outweigh every single word."""
    import torch

    refused = float("-inf")
    begin = rules.timestamps_from
    was_timestamp, pair = last >= begin, before >= begin
    places = torch.arange(scores.shape[1] - begin, device=scores.device)[None] + begin
    stamps = scores[:, begin:].masked_fill((was_timestamp & pair)[:, None], refused)
    # A closing timestamp may equal the opening one of the next stretch, an opening one must be passed.
    floor = latest + (~(was_timestamp & ~pair)).long()
    stamps = stamps.masked_fill(places < floor[:, None], refused)
    words = scores[:, :begin].clone()
    single = was_timestamp & ~pair
    words[:, : rules.end] = words[:, : rules.end].masked_fill(single[:, None], refused)
    heavier = stamps.logsumexp(dim=1) > words.max(dim=1).values
    words = words.masked_fill(heavier[:, None], refused)
    return torch.cat([words, stamps], dim=1)
