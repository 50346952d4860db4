"""The score witness: how probable each number of a closed set is, given an answer's sound.

Every phrase is read against the sound and scored token by token (teacher forcing), first where the answer opens. Where
hardly any probability falls on the set there, the answer is decoded freely, and the place in that text is taken at
which the set is most probable: "well, I'd say ... eight".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from transcribe.dialogue import Language
from transcribe.recognition.loop import Loop, Task
from transcribe.recognition.network import Heard, read
from transcribe.recognition.protocol import NumberPosterior, NumberRequest
from transcribe.recognition.rules import token_rules, tokenizer_of
from transcribe.recognition.weights import Weights

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor

# With less probability on the set where the answer opens, the number stands later or nowhere.
OPENING_MASS = 0.1
# Places of the free text that are looked at, and what their first tokens must weigh to be looked at.
_PLACES = 3
_FIRST_MASS = 0.02
# Phrases whose first token is this much less probable than the best one's can't change the posterior.
_HOPELESS_LOGPROB = 7.0
_FREE_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a phrase of the set as tokens."""

    phrase: str
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place in an answer at which a number may come.

    Attributes
    ----------
    first:
        Log-probability of each token there, shape (vocabulary,).
    past:
        Keys and values of what stands before.
    text:
        What was heard before.
    """

    first: Tensor
    past: tuple[Tensor, Tensor]
    text: str


def number_posteriors(
    weights: Weights, sounds: Sequence[Heard], requests: Sequence[NumberRequest]
) -> list[NumberPosterior]:
    """Return one posterior for each request; ``sounds`` are the requests' samples, encoded."""
    found = []
    for sound, request in zip(sounds, requests):
        opening = _places(weights, sound, request, (), [0])[0]
        found.append(_posterior(weights, sound, request, opening))
    later = [index for index, posterior in enumerate(found) if posterior.mass < OPENING_MASS]
    for index, tokens in _free_tokens(weights, sounds, requests, later):
        sound, request = sounds[index], requests[index]
        for place in _promising(weights, sound, request, tokens):
            posterior = _posterior(weights, sound, request, place)
            if posterior.mass > found[index].mass:
                found[index] = posterior
    return found


def _places(
    weights: Weights, sound: Heard, request: NumberRequest, tokens: Sequence[int], wanted: Sequence[int]
) -> list[_Place]:
    """Return the places behind the first ``wanted`` tokens of a text, read once."""
    import torch

    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, request.language)
    opening = token_rules(weights, request.language, with_timestamps=False).opening
    states, keys, values, _ = read(weights, sound, torch.tensor([[*opening, *tokens]], device=weights.device))
    logprobs = weights.logits(states[0, len(opening) - 1 :]).float().log_softmax(dim=-1)
    places = []
    for count in wanted:
        end = len(opening) + count
        past = (keys[..., :end, :], values[..., :end, :])
        places.append(_Place(logprobs[count], past, tokenizer.decode(list(tokens[:count])).strip()))
    return places


def spellings(phrases: Sequence[str], language: Language, weights: Weights) -> tuple[Spelling, ...]:
    """Return every phrase as tokens, as written, in lower case and with a capital."""
    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, language)
    written = {
        (form, phrase) for phrase in phrases for form in (phrase, phrase.lower(), phrase[:1].upper() + phrase[1:])
    }
    return tuple(Spelling(phrase, tuple(tokenizer.encode(" " + form))) for form, phrase in sorted(written))


def _free_tokens(
    weights: Weights, sounds: Sequence[Heard], requests: Sequence[NumberRequest], wanted: Sequence[int]
) -> list[tuple[int, tuple[int, ...]]]:
    """Decode the wanted sounds freely, those of one language side by side."""
    decoded: list[tuple[int, tuple[int, ...]]] = []
    for language in sorted({requests[index].language for index in wanted}):
        inside = [index for index in wanted if requests[index].language == language]
        rules = token_rules(weights, language, with_timestamps=False)
        tasks = [Task(lambda sound=sounds[i]: sound, sounds[i].frames, _FREE_TOKENS) for i in inside]  # type: ignore[misc]
        loop = Loop(weights, rules, prompt=())
        decoded += [(inside[place], result.tokens) for place, result in loop.run(tasks, windows=len(tasks))]
    return sorted(decoded)


def _promising(weights: Weights, sound: Heard, request: NumberRequest, tokens: Sequence[int]) -> list[_Place]:
    """Return the places of the free text at which a phrase of the set is likely to start."""
    if not tokens:
        return []
    first = sorted({spelling.tokens[0] for spelling in spellings(tuple(request.phrases), request.language, weights)})
    places = _places(weights, sound, request, tokens, range(1, len(tokens) + 1))
    shares = [(float(place.first[first].exp().sum()), index) for index, place in enumerate(places)]
    best = sorted(shares, reverse=True)[:_PLACES]
    return [places[index] for share, index in best if share >= _FIRST_MASS]


def _posterior(weights: Weights, sound: Heard, request: NumberRequest, place: _Place) -> NumberPosterior:
    """Return the posterior at one place of the answer."""
    probabilities = _phrase_probabilities(weights, sound, request, place)
    own = without_longer(probabilities)
    values = dict.fromkeys(request.phrases.values(), 0.0)
    for phrase, probability in own.items():
        values[request.phrases[phrase]] += probability
    mass = sum(values.values())
    shares = {value: share / mass if mass > 0 else 1 / len(values) for value, share in values.items()}
    best = max(own, key=lambda phrase: own[phrase])
    return NumberPosterior(shares, min(mass, 1.0), best, after=place.text)


def without_longer(probabilities: Mapping[str, float]) -> dict[str, float]:
    """Return each phrase's probability without that of longer phrases which begin with it.

    >>> without_longer({"eight": 0.9, "eight and a half": 0.25})
    {'eight': 0.65, 'eight and a half': 0.25}
    """
    own = dict(probabilities)
    for phrase in probabilities:
        shorter = [other for other in probabilities if phrase.lower().startswith(other.lower() + " ")]
        if shorter:
            nearest = max(shorter, key=len)
            own[nearest] = max(own[nearest] - probabilities[phrase], 0.0)
    return own


def _phrase_probabilities(weights: Weights, sound: Heard, request: NumberRequest, place: _Place) -> dict[str, float]:
    """Return the probability that each phrase comes at the place and ends there as a word."""
    import torch

    known = spellings(tuple(request.phrases), request.language, weights)
    best = max(float(place.first[spelling.tokens[0]]) for spelling in known)
    left = [spelling for spelling in known if float(place.first[spelling.tokens[0]]) > best - _HOPELESS_LOGPROB]
    width = max(len(spelling.tokens) for spelling in left)
    rows = [[*spelling.tokens, *([0] * (width - len(spelling.tokens)))] for spelling in left]
    states, *_ = read(weights, sound, torch.tensor(rows, device=weights.device), past=place.past)
    wanted = [(row, at) for row, spelling in enumerate(left) for at in range(len(spelling.tokens))]
    scores = weights.logits(states[tuple(zip(*wanted))]).float()
    logprobs = dict(zip(wanted, scores.log_softmax(dim=-1)))
    ends = _ends_of_words(weights, request.language)
    found = dict.fromkeys(request.phrases, 0.0)
    for row, spelling in enumerate(left):
        logprob = float(place.first[spelling.tokens[0]])
        logprob += sum(float(logprobs[row, at][token]) for at, token in enumerate(spelling.tokens[1:]))
        last = logprobs[row, len(spelling.tokens) - 1]
        found[spelling.phrase] += math.exp(logprob) * float(last[ends].exp().sum())
    return found


@lru_cache(maxsize=4)
def _ends_of_words(weights: Weights, language: Language) -> Tensor:
    """Return the tokens that can't go on a word: blanks, punctuation but hyphens, the end."""
    import torch

    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, language)
    vocabulary = weights.embedding.shape[0]
    ends = [token for token in range(tokenizer.eot) if _ends(tokenizer.decode([token]))]
    return torch.tensor([*ends, *range(tokenizer.eot, vocabulary)], device=weights.device)


def _ends(text: str) -> bool:
    return text[:1] == " " or text[:1] in tuple('.,!?;:…"»)')
