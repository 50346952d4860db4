"""The score witness: how probable each number of a closed set is, given an answer's sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transcribe.recognition.network import Heard, read
from transcribe.recognition.protocol import NumberPosterior, NumberRequest
from transcribe.recognition.rules import token_rules, tokenizer_of
from transcribe.recognition.weights import Weights

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor


def heard_number(weights: Weights, sound: Heard, request: NumberRequest) -> NumberPosterior:
    """Return the posterior over the request's numbers."""
    import math

    import torch

    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, request.language)
    rules = token_rules(weights, request.language, with_timestamps=False)
    phrases = list(request.phrases)
    ids = [tokenizer.encode(" " + phrase) for phrase in phrases]
    longest = max(map(len, ids))
    start = len(rules.opening) - 1
    tokens = torch.tensor([[*rules.opening, *row, *([rules.end] * (longest - len(row)))] for row in ids])
    states, *_ = read(weights, sound, tokens)
    scores = weights.logits(states[:, start : start + longest].flatten(0, 1)).float().log_softmax(dim=-1)
    scores = scores.view(len(ids), longest, -1)
    logprobs = [
        sum(float(scores[row, place, token]) for place, token in enumerate(found)) for row, found in enumerate(ids)
    ]
    mass = sum(math.exp(logprob) for logprob in logprobs)
    values: dict[float, float] = {}
    for phrase, logprob in zip(phrases, logprobs):
        value = request.phrases[phrase]
        values[value] = values.get(value, 0.0) + math.exp(logprob) / mass
    return NumberPosterior(values, mass, phrases[max(range(len(phrases)), key=logprobs.__getitem__)])
