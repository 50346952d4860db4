"""Span: a stretch of seconds inside one call, and what can be done with several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Seconds from the call's first sample, half-open: ``start_s <= t < end_s``.

    An empty span (``start_s == end_s``) is allowed and overlaps nothing.

    Raises
    ------
    ValueError
        When the end lies before the start, or either is not finite.

    Examples
    --------
    >>> Span(1.0, 2.5).duration_s
    1.5
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        """Refuse spans that run backwards; NaN fails the same comparison."""
        if not (float("-inf") < self.start_s <= self.end_s < float("inf")):
            raise ValueError(f"span from {self.start_s} s to {self.end_s} s: the end must follow the start")

    @property
    def duration_s(self) -> float:
        """Length in seconds, 0.0 or more."""
        return self.end_s - self.start_s

    @property
    def middle_s(self) -> float:
        """The second halfway between start and end."""
        return (self.start_s + self.end_s) / 2

    def overlap_s(self, other: Span) -> float:
        """Return the seconds shared with ``other``; 0.0 when apart.

        >>> Span(0, 2).overlap_s(Span(1, 5))
        1.0
        """
        return max(0.0, float(min(self.end_s, other.end_s) - max(self.start_s, other.start_s)))

    def gap_s(self, other: Span) -> float:
        """Return the seconds between the two spans; 0.0 when they touch or overlap."""
        return max(0.0, float(max(self.start_s, other.start_s) - min(self.end_s, other.end_s)))

    def padded(self, pad_s: float, *, within: Span) -> Span:
        """Return the span grown by ``pad_s`` on both sides, cut to ``within``."""
        start_s = min(max(self.start_s - pad_s, within.start_s), within.end_s)
        return Span(start_s, max(start_s, min(self.end_s + pad_s, within.end_s)))


def merged(spans: Iterable[Span], *, gap_s: float = 0.0) -> tuple[Span, ...]:
    """Return sorted spans, those at most ``gap_s`` seconds apart joined into one.

    >>> merged([Span(2, 3), Span(0, 1), Span(1.1, 1.5)], gap_s=0.2)
    (Span(start_s=0, end_s=1.5), Span(start_s=2, end_s=3))
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_s - joined[-1].end_s <= gap_s:
            joined[-1] = Span(joined[-1].start_s, max(joined[-1].end_s, span.end_s))
        else:
            joined.append(span)
    return tuple(joined)


def gaps_between(spans: Iterable[Span], *, within: Span) -> tuple[Span, ...]:
    """Return the stretches of ``within`` that no span covers, in order.

    >>> gaps_between([Span(1, 2)], within=Span(0, 3))
    (Span(start_s=0, end_s=1), Span(start_s=2, end_s=3))
    """
    gaps: list[Span] = []
    at_s = within.start_s
    for span in merged(spans):
        if span.start_s > at_s:
            gaps.append(Span(at_s, min(span.start_s, within.end_s)))
        at_s = max(at_s, span.end_s)
        if at_s >= within.end_s:
            break
    if at_s < within.end_s:
        gaps.append(Span(at_s, within.end_s))
    return tuple(gap for gap in gaps if gap.duration_s > 0)


def shared(first: Iterable[Span], second: Iterable[Span]) -> tuple[Span, ...]:
    """Return the stretches covered by both sides.

    >>> shared([Span(0, 2)], [Span(1, 5)])
    (Span(start_s=1, end_s=2),)
    """
    right = merged(second)
    found = [
        Span(max(a.start_s, b.start_s), min(a.end_s, b.end_s))
        for a in merged(first)
        for b in right
        if a.overlap_s(b) > 0
    ]
    return merged(found)
