"""Beams: several readings of one window followed side by side, the best of those that ended kept.

As Whisper decodes: in each step every beam offers its best next tokens, the surest texts of all beams go on, and a
text that comes to its end is put aside until as many have ended as there are beams. One beam is greedy decoding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that a beam has come to the end of.

    Attributes
    ----------
    tokens:
        Without the end.
    logprobs:
        One for each token, and one for the end where it came.
    """

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]

    @property
    def mean_logprob(self) -> float:
        """What readings are compared by: their sum would always prefer the shorter one."""
        return sum(self.logprobs) / len(self.logprobs)


@dataclass(slots=True, eq=False)
class Beams:
    """The beams of one window.

    Attributes
    ----------
    tokens, logprobs:
        Of the texts that go on, the surest first; shape (beams, n).
    readings:
        Of beams that have ended.
    """

    tokens: Tensor
    logprobs: Tensor
    readings: list[Reading] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Tokens in each beam."""
        return int(self.tokens.shape[1])

    def grow(self, found: Tensor, steps: Tensor, wanted: Tensor, *, end: int) -> Tensor:
        """Put ended texts aside and let the surest others go on.

        Parameters
        ----------
        found, steps, wanted:
            Candidates of each beam, their log-probabilities and what they are chosen by, these or `drawn`; shape
            (beams, beams + 1): only one candidate of a beam can be the end, so enough of them go on.
        end:
            The token that ends a text.

        Returns
        -------
        Tensor
            The beam each new beam comes from, shape (beams,).
        """
        import torch

        count, width = found.shape
        totals = (self.logprobs.sum(dim=1, keepdim=True) + wanted).flatten()
        offered, going = found.flatten().tolist(), []
        for place in totals.argsort(descending=True, stable=True).tolist():
            if offered[place] != end:
                going.append(place)
            elif not self.ended:
                self._end(place // width, float(steps.flatten()[place]))
            if len(going) == count:
                break
        kept = torch.tensor(going, device=found.device)
        parents = kept // width
        self.tokens = torch.cat([self.tokens[parents], found.flatten()[kept, None]], dim=1)
        self.logprobs = torch.cat([self.logprobs[parents], steps.flatten()[kept, None]], dim=1)
        return parents

    def _end(self, beam: int, logprob: float) -> None:
        self.readings.append(Reading(tuple(self.tokens[beam].tolist()), (*self.logprobs[beam].tolist(), logprob)))

    @property
    def ended(self) -> bool:
        """Whether as many texts have ended as there are beams."""
        return len(self.readings) >= self.tokens.shape[0]

    def best(self) -> Reading:
        """Return the ended reading with the highest mean log-probability; none ended: the surest text so far."""
        if self.readings:
            return max(self.readings, key=lambda reading: reading.mean_logprob)
        return Reading(tuple(self.tokens[0].tolist()), tuple(self.logprobs[0].tolist()))


def opened(logprobs: Tensor, wanted: Tensor, *, beams: int) -> Beams:
    """Return beams that each begin with another token.

    ``logprobs``: of the first token, shape (vocabulary,); ``wanted``: what tokens are chosen by, these or `drawn`.
    """
    first = wanted.topk(beams).indices
    return Beams(first[:, None], logprobs[first, None])


def drawn(logprobs: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
    """Return scores whose highest token is one drawn at this temperature."""
    import torch

    return logprobs - torch.empty_like(logprobs).exponential_(generator=generator).log() * temperature
