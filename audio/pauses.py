"""Pauses: the silences inside one person's speaking, counted from a quarter of a second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from audio.span import Span, gaps_between, merged

MIN_PAUSE_S = 0.25  # shorter silences belong to articulation (de Jong & Bosker 2013)

# A detector's edges are worth a hundredth or two of a second: less of another voice in a gap is its own edge.
_BLEED_S = 0.1


@dataclass(frozen=True, slots=True)
class PauseSummary:
    """How many pauses, how long together, the median and the longest (seconds; None without any)."""

    count: int
    total_s: float
    median_s: float | None
    max_s: float | None


def pauses_between(
    speech: Iterable[Span], *, within: Span | None = None, min_pause_s: float = MIN_PAUSE_S
) -> tuple[Span, ...]:
    """Return the silences of at least ``min_pause_s`` seconds between stretches of speech.

    Silence before the first and after the last stretch is not a pause. With ``within``, only speech inside it
    counts.

    >>> pauses_between([Span(0.0, 1.0), Span(1.1, 2.0), Span(2.5, 3.0)])
    (Span(start_s=2.0, end_s=2.5),)
    """
    spoken = merged(speech if within is None else _cut(speech, within))
    gaps = (Span(a.end_s, b.start_s) for a, b in pairwise(spoken))
    # A gap that is 0.25 s but for the last bit of a float is 0.25 s.
    return tuple(gap for gap in gaps if gap.duration_s >= min_pause_s - 1e-9)


def silent_pauses(
    own: Iterable[Span],
    others: Iterable[Span],
    *,
    filled: Iterable[Span] = (),
    not_silence: Iterable[Span] = (),
    min_pause_s: float = MIN_PAUSE_S,
) -> tuple[Span, ...]:
    """Return the silent pauses of one person: gaps between own speech with nobody else between.

    Parameters
    ----------
    own:
        The person's speech.
    others:
        Everybody else's; a gap in which somebody else speaks is no pause of this person.
    filled:
        Filled pauses; they count as sound, so that a silence beside a filler ends at the filler.
    not_silence:
        Stretches that are nobody's pause: a dead line, tones, music. A gap that is mostly such is dropped.
    min_pause_s:
        Shortest silence that counts.

    Examples
    --------
    >>> silent_pauses([Span(0, 1), Span(2, 3), Span(5, 6)], [Span(3.5, 4.5)])
    (Span(start_s=1, end_s=2),)
    """
    voices, dead = merged(others), merged(not_silence)
    sounding = merged([*own, *filled])
    kept: list[Span] = []
    for gap in pauses_between(sounding, min_pause_s=min_pause_s):
        taken = sum(gap.overlap_s(span) for span in voices)
        if taken > _BLEED_S or sum(gap.overlap_s(span) for span in dead) > gap.duration_s / 2:
            continue
        kept.append(gap)
    return tuple(kept)


def summarised(pauses: Sequence[Span]) -> PauseSummary:
    """Return count, total, median and longest of some pauses.

    >>> summarised([Span(0, 1), Span(2, 4)])
    PauseSummary(count=2, total_s=3, median_s=1.5, max_s=2)
    """
    lengths = [pause.duration_s for pause in pauses]
    if not lengths:
        return PauseSummary(0, 0.0, None, None)
    return PauseSummary(len(lengths), sum(lengths), median(lengths), max(lengths))


def _cut(spans: Iterable[Span], within: Span) -> Iterable[Span]:
    for span in spans:
        if span.overlap_s(within) > 0:
            yield Span(max(span.start_s, within.start_s), min(span.end_s, within.end_s))


def silence_around(speech: Iterable[Span], *, within: Span) -> tuple[Span, ...]:
    """Return everything in ``within`` that is not speech, edges included.

    >>> silence_around([Span(1, 2)], within=Span(0, 2))
    (Span(start_s=0, end_s=1),)
    """
    return gaps_between(speech, within=within)
