"""The decoding loop: windows take a place, beams read them to their end, the place goes to the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transcribe.recognition.beams import Beams, drawn, opened
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
        Gives the window's sound; called when a place is free, so that features of waiting windows take no memory.
    frames, tokens:
        Upper limits; tokens without opening and prompt.
    temperature, seed:
        0.0 takes the best tokens; above, tokens are drawn with this seed.
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
    """A window being read."""

    task: Task
    index: int
    frames: int
    no_speech: float
    draw: torch.Generator | None
    beams: Beams

    def wanted(self, logprobs: Tensor) -> Tensor:
        """Return what tokens are chosen by: their log-probability, or a draw."""
        return logprobs if self.draw is None else drawn(logprobs, self.draw, self.task.temperature)


class Loop:
    """Decodes tasks of like length side by side; one for each call of the recogniser."""

    def __init__(self, weights: Weights, rules: TokenRules, *, prompt: Sequence[int], beams: int = 1) -> None:
        """Keep what all tasks share.

        Parameters
        ----------
        prompt:
            The tokens before the opening.
        beams:
            Readings of a window followed side by side; 1 is greedy, and the only count that can draw.
        """
        self._weights = weights
        self._rules = rules
        self.beams = beams
        self._prefix = (*prompt, *rules.opening)
        self._start_at = len(self._prefix) - len(rules.opening)

    def run(self, tasks: Sequence[Task], *, windows: int) -> Iterator[tuple[int, Decoded]]:
        """Yield (place in ``tasks``, result) as windows end; the order follows their length, not their place.

        ``windows``: windows side by side, at least 1; rounded up so that rows come in fours.
        """
        if not tasks:
            return
        frames = max(task.frames for task in tasks)
        tokens = len(self._prefix) + max(task.tokens for task in tasks) + 1
        count = self._rounded(min(max(windows, 1), len(tasks)))
        places = new_rows(self._weights, windows=count, beams=self.beams, tokens=tokens, frames=frames)
        waiting = list(enumerate(tasks))[::-1]
        live: list[_Live] = []
        while waiting or live:
            while waiting and len(live) < count:
                live.append(self._admitted(places, len(live), *waiting.pop()))
            yield from self._leaving(places, live)
            if live:
                self._advance(places, live)

    def _rounded(self, windows: int) -> int:
        """Return the next count of windows whose beams are rows in fours."""
        while windows * self.beams % _ROW_STEP:
            windows += 1
        return windows

    def _admitted(self, rows: Rows, place: int, index: int, task: Task) -> _Live:
        import torch

        weights, sound, length = self._weights, task.listen(), len(self._prefix)
        states, keys, values, _ = read(weights, sound, torch.tensor([self._prefix], device=weights.device))
        own = slice(place * self.beams, (place + 1) * self.beams)
        rows.keys[:, own, :, :length] = keys
        rows.values[:, own, :, :length] = values
        rows.heard_keys[:, place, :, : sound.frames] = sound.keys
        rows.heard_values[:, place, :, : sound.frames] = sound.values
        rows.heard_bias[place, ..., : sound.frames] = sound.bias
        rows.heard_bias[place, ..., sound.frames :] = float("-inf")
        # Rows of the packed matrices are independent; padded to the count that steps use.
        ends = states[0, [self._start_at, length - 1]].repeat(_ROW_STEP // 2, 1)
        scores = weights.logits(ends).float()
        no_speech = float(scores[0].softmax(dim=-1)[self._rules.no_speech])
        draw = None
        if task.temperature > 0:
            draw = torch.Generator(device=weights.device)
            draw.manual_seed(task.seed)
        logprobs = (scores[1] + self._rules.first).log_softmax(dim=-1)
        wanted = logprobs if draw is None else drawn(logprobs, draw, task.temperature)
        return _Live(task, index, sound.frames, no_speech, draw, opened(logprobs, wanted, beams=self.beams))

    def _advance(self, rows: Rows, live: Sequence[_Live]) -> None:
        import torch
        from torch.nn import functional

        device, prefix = self._weights.device, len(self._prefix)
        idle = self._rounded(len(live)) - len(live)
        lengths = [prefix + entry.beams.length for entry in live]
        longest = min(-(-max(lengths) // _TOKEN_STEP) * _TOKEN_STEP, rows.keys.shape[3])
        last = torch.stack([entry.beams.tokens[:, -1] for entry in live])
        tokens = functional.pad(last, (0, 0, 0, idle), value=self._rules.end)
        places = functional.pad(torch.tensor(lengths, device=device) - 1, (0, idle))
        scores = step(self._weights, rows, tokens, places[:, None].expand(-1, self.beams), longest=longest)
        logprobs = self._ruled(live, scores[: len(live)]).log_softmax(dim=-1)
        wanted = logprobs
        if any(entry.draw is not None for entry in live):
            wanted = torch.stack([entry.wanted(own) for entry, own in zip(live, logprobs)])
        best, found = wanted.topk(self.beams + 1, dim=-1)
        steps = logprobs.gather(2, found)
        for place, entry in enumerate(live):
            parents = entry.beams.grow(found[place], steps[place], best[place], end=self._rules.end)
            _reorder(rows, place * self.beams, parents, first=prefix, last=lengths[place])

    def _ruled(self, live: Sequence[_Live], scores: Tensor) -> Tensor:
        import torch

        begin = self._rules.timestamps_from
        texts = [text for entry in live for text in entry.beams.tokens.tolist()]
        last = [text[-1] for text in texts]
        before = [text[-2] if len(text) > 1 else begin for text in texts]
        latest = [max((token for token in text if token >= begin), default=begin) for text in texts]
        state = [torch.tensor(value, device=scores.device) for value in (last, before, latest)]
        return ruled(self._rules, scores.flatten(0, 1), *state).view(scores.shape)

    def _leaving(self, rows: Rows, live: list[_Live]) -> Iterator[tuple[int, Decoded]]:
        for place in reversed(range(len(live))):
            entry = live[place]
            if entry.beams.ended or entry.beams.length >= entry.task.tokens:
                yield entry.index, self._decoded(rows, place, entry)
                last = len(live) - 1
                if place != last:
                    _move(rows, last, place, self.beams)
                live[place] = live[last]
                live.pop()

    def _decoded(self, rows: Rows, place: int, entry: _Live) -> Decoded:
        import torch

        best = entry.beams.best()
        text = torch.tensor([[*self._prefix, *best.tokens]], device=self._weights.device)
        keys, values = (kept[:, place, :, : entry.frames] for kept in (rows.heard_keys, rows.heard_values))
        sound = Heard(keys, values, rows.heard_bias[place, 0, 0, : entry.frames])
        *_, looks = read(self._weights, sound, text)
        first = len(self._prefix) - 1  # the look that chose the first token belongs to the prefix's last token
        looks = looks[0, first : first + len(best.logprobs)].float()
        return Decoded(best.tokens, best.logprobs, looks, entry.no_speech, len(best.logprobs) > len(best.tokens))


def _reorder(rows: Rows, at: int, parents: Tensor, *, first: int, last: int) -> None:
    """Give each beam of the window at row ``at`` what its parent has read from place ``first`` to ``last``."""
    import torch

    changed = torch.nonzero(parents != torch.arange(len(parents), device=parents.device))[:, 0]
    if len(changed):
        for kept in (rows.keys, rows.values):
            kept[:, at + changed, :, first:last] = kept[:, at + parents[changed], :, first:last]


def _move(rows: Rows, source: int, target: int, beams: int) -> None:
    for kept in (rows.keys, rows.values):
        kept[:, target * beams : (target + 1) * beams] = kept[:, source * beams : (source + 1) * beams]
    for heard in (rows.heard_keys, rows.heard_values):
        heard[:, target] = heard[:, source]
    rows.heard_bias[target] = rows.heard_bias[source]
