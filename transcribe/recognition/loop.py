"""The decoding loop: windows take a row, are read to their end, and leave the row to the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transcribe.recognition.network import Heard, Rows, new_rows, read, step
from transcribe.recognition.rules import TokenRules, ruled
from transcribe.recognition.weights import Weights

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor

# Live rows are rounded up to this count: below it some float32 kernels add in another order, and words could change
# with the company a window is decoded in.
_ROW_STEP = 4
_TOKEN_STEP = 32


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One window to decode.

    Attributes
    ----------
    listen:
        Gives the window's sound; called when a row is free, so that features of waiting windows take no memory.
    frames, tokens:
        Upper limits; tokens without opening and prompt.
    temperature, seed:
        0.0 takes the best token; above, tokens are drawn with this seed.
    """

    listen: Callable[[], Heard]
    frames: int
    tokens: int
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The tokens of one window.

    Attributes
    ----------
    tokens:
        Without opening, prompt and end.
    logprobs:
        One for each token, and one for the end where it came.
    looks:
        Where the alignment heads looked when each token was chosen, and the end where it came;
        (len(logprobs), heads, frames), float32.
    no_speech:
        Probability that nobody speaks, in [0, 1].
    ended:
        False where the limit of tokens cut the text.
    """

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    looks: Tensor
    no_speech: float
    ended: bool


@dataclass(slots=True, eq=False)
class _Live:
    """A row in use."""

    task: Task
    index: int
    sound: Heard
    no_speech: float
    draw: torch.Generator | None
    tokens: list[int]
    logprobs: list[float]


class Loop:
    """Decodes tasks of like length side by side; one for each call of the recogniser."""

    def __init__(self, weights: Weights, rules: TokenRules, *, prompt: Sequence[int]) -> None:
        """Keep what all tasks share; ``prompt`` are the tokens before the opening."""
        self._weights = weights
        self._rules = rules
        self._prefix = (*prompt, *rules.opening)
        self._start_at = len(self._prefix) - len(rules.opening)

    def run(self, tasks: Sequence[Task], *, rows: int) -> Iterator[tuple[int, Decoded]]:
        """Yield (place in ``tasks``, result) as windows end; the order follows their length, not their place.

        ``rows``: windows side by side, at least 1; rounded up to four.
        """
        if not tasks:
            return
        frames = max(task.frames for task in tasks)
        tokens = len(self._prefix) + max(task.tokens for task in tasks) + 1
        count = -(-min(max(rows, 1), len(tasks)) // _ROW_STEP) * _ROW_STEP
        places = new_rows(self._weights, rows=count, tokens=tokens, frames=frames)
        waiting = list(enumerate(tasks))[::-1]
        live: list[_Live] = []
        while waiting or live:
            while waiting and len(live) < count:
                live.append(self._admitted(places, len(live), *waiting.pop()))
            yield from self._leaving(places, live)
            if live:
                self._advance(places, live)

    def _admitted(self, rows: Rows, row: int, index: int, task: Task) -> _Live:
        import torch

        weights, sound = self._weights, task.listen()
        prefix = torch.tensor([self._prefix], device=weights.device)
        states, keys, values, looks = read(weights, sound, prefix)
        length = prefix.shape[1]
        rows.keys[:, row, :, :length] = keys[:, 0]
        rows.values[:, row, :, :length] = values[:, 0]
        rows.heard_keys[:, row, :, : sound.frames] = sound.keys
        rows.heard_values[:, row, :, : sound.frames] = sound.values
        rows.heard_values[:, row, :, sound.frames :] = 0.0
        rows.heard_bias[row, ..., : sound.frames] = sound.bias
        rows.heard_bias[row, ..., sound.frames :] = float("-inf")
        rows.looks[row, :length, :, : sound.frames] = looks[0]
        # Rows of the packed matrices are independent; padded to the count that steps use.
        ends = states[0, [self._start_at, length - 1]].repeat(_ROW_STEP // 2, 1)
        scores = weights.logits(ends).float()
        no_speech = float(scores[0].softmax(dim=-1)[self._rules.no_speech])
        draw = None
        if task.temperature > 0:
            draw = torch.Generator(device=weights.device)
            draw.manual_seed(task.seed)
        entry = _Live(task, index, sound, no_speech, draw, [], [])
        self._choose([entry], (scores[1] + self._rules.first)[None])
        return entry

    def _choose(self, live: Sequence[_Live], scores: Tensor) -> None:
        """Append the next token and its log-probability to every live row."""
        import torch

        wanted = scores
        if any(entry.draw is not None for entry in live):
            noise = torch.zeros_like(scores)
            for row, entry in enumerate(live):
                if entry.draw is not None:
                    noise[row].exponential_(generator=entry.draw)
                    noise[row] = -noise[row].log() * entry.task.temperature
            wanted = scores + noise
        best = wanted.argmax(dim=1)
        logprobs = scores.gather(1, best[:, None])[:, 0] - scores.logsumexp(dim=1)
        for entry, token, logprob in zip(live, best.tolist(), logprobs.tolist()):
            entry.tokens.append(token)
            entry.logprobs.append(logprob)

    def _advance(self, rows: Rows, live: Sequence[_Live]) -> None:
        import torch

        device, prefix = self._weights.device, len(self._prefix)
        idle = -len(live) % _ROW_STEP
        last = [entry.tokens[-1] for entry in live]
        at = [prefix + len(entry.tokens) - 1 for entry in live]
        longest = min(-(-(max(at) + 1) // _TOKEN_STEP) * _TOKEN_STEP, rows.keys.shape[3])
        tokens = torch.tensor(last + [self._rules.end] * idle, device=device)
        positions = torch.tensor(at + [0] * idle, device=device)
        scores = step(self._weights, rows, tokens, positions, longest=longest)[: len(live)]
        begin = self._rules.timestamps_from
        before = [entry.tokens[-2] if len(entry.tokens) > 1 else begin for entry in live]
        latest = [max((token for token in entry.tokens if token >= begin), default=begin) for entry in live]
        state = [torch.tensor(value, device=device) for value in (last, before, latest)]
        self._choose(live, ruled(self._rules, scores, *state))

    def _leaving(self, rows: Rows, live: list[_Live]) -> Iterator[tuple[int, Decoded]]:
        for row in reversed(range(len(live))):
            entry = live[row]
            ended = entry.tokens[-1] == self._rules.end
            if ended or len(entry.tokens) >= entry.task.tokens:
                yield entry.index, self._decoded(rows, row, entry, ended=ended)
                last = len(live) - 1
                if row != last:
                    _move(rows, last, row)
                live[row] = live[last]
                live.pop()

    def _decoded(self, rows: Rows, row: int, entry: _Live, *, ended: bool) -> Decoded:
        import torch

        tokens = entry.tokens[:-1] if ended else entry.tokens
        first = len(self._prefix) - 1  # the look that chose the first token belongs to the prefix's last token
        looks = rows.looks[row, first : first + len(entry.tokens), :, : entry.sound.frames]
        looks = looks.to(torch.float32, copy=True)  # the row is given to another window at once
        return Decoded(tuple(tokens), tuple(entry.logprobs), looks, entry.no_speech, ended)


def _move(rows: Rows, source: int, target: int) -> None:
    for layered in (rows.keys, rows.values, rows.heard_keys, rows.heard_values):
        layered[:, target] = layered[:, source]
    rows.heard_bias[target] = rows.heard_bias[source]
    rows.looks[target] = rows.looks[source]
