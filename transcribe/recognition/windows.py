"""Windows: one voice's speech cut by its turns, original gaps kept, ready for recognition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

import numpy as np

from audio.activity import Lane, SpeechMap
from audio.recording import Recording, Samples
from audio.span import Span, merged
from transcribe.recognition.protocol import RECOGNITION_RATE_HZ, Window


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How speech is cut into windows.

    Attributes
    ----------
    max_gap_s:
        Longer silences of a voice end its window. Shorter ones stay as they are: speech joined without its gaps
        loses one-word answers, which are the scores.
    max_window_s:
        Whisper hears at most 30 s; longer speech is cut in its longest gap.
    pad_s:
        Sound kept on both sides, so that soft first and last sounds aren't cut off.
    swallowed_share:
        On a shared channel, a stretch with at least this share inside another voice's longer speech has no sound
        of its own; it is heard in that voice's window only.
    """

    max_gap_s: float = 1.5
    max_window_s: float = 28.0
    pad_s: float = 0.3
    swallowed_share: float = 0.8


def windows_of(recording: Recording, speech_map: SpeechMap, *, options: WindowOptions | None = None) -> list[Window]:
    """Return every lane's windows, by lane and time.

    Parameters
    ----------
    recording:
        The call, at its own rate.
    speech_map:
        Who speaks when. Lanes that share a channel (mono) are cut wherever another voice comes between;
        lanes with a channel of their own aren't, and nothing is muted in them.
    options:
        Lengths; the defaults are those measured.

    Returns
    -------
    list of Window
        Each stretch of a lane's speech lies inside exactly one window of that lane, but for those swallowed by
        another voice on the same channel. Samples are at ``RECOGNITION_RATE_HZ``.
    """
    chosen = options or WindowOptions()
    resampled: dict[int, Samples] = {}
    windows: list[Window] = []
    for lane in speech_map.lanes:
        others = _others_on_channel(speech_map, lane)
        groups = list(_groups(lane, others, recording.span, chosen))
        if groups and lane.channel not in resampled:
            resampled[lane.channel] = at_recognition_rate(recording.samples[lane.channel], recording.rate_hz)
        neighbours = [*others, *(span for group in groups for span in group)]
        for group in groups:
            windows.append(_window(recording, lane, group, neighbours, resampled[lane.channel], chosen))
    return windows


def at_recognition_rate(samples: Samples, rate_hz: int) -> Samples:
    """Return one channel, shape (n,), resampled to ``RECOGNITION_RATE_HZ`` (polyphase filter, no delay).

    >>> at_recognition_rate(np.zeros(8000, dtype=np.float32), 8000).shape
    (16000,)
    """
    if rate_hz == RECOGNITION_RATE_HZ or samples.size == 0:
        return samples
    from scipy.signal import resample_poly

    common = gcd(RECOGNITION_RATE_HZ, rate_hz)
    resampled = resample_poly(samples, RECOGNITION_RATE_HZ // common, rate_hz // common)
    clipped: Samples = np.clip(resampled, -1.0, 1.0).astype(np.float32)
    return clipped


def cut_for_recognition(recording: Recording, span: Span, *, channel: int) -> Samples:
    """Return a stretch of one channel at ``RECOGNITION_RATE_HZ``, for a question to the listener about that span."""
    return at_recognition_rate(recording.cut(span, channel=channel), recording.rate_hz)


def _others_on_channel(speech_map: SpeechMap, lane: Lane) -> tuple[Span, ...]:
    spans = [
        span
        for other in speech_map.lanes
        if other.key != lane.key and other.channel == lane.channel
        for span in other.speech
    ]
    return merged(spans)


def _groups(lane: Lane, others: tuple[Span, ...], within: Span, options: WindowOptions) -> Iterator[tuple[Span, ...]]:
    own = [span for span in lane.speech if span.overlap_s(within) > 0 and not _swallowed(span, others, options)]
    group: list[Span] = []
    for span in (piece for whole in own for piece in _pieces(whole, options)):
        if group and _ends(group[-1], span, others, options):
            yield from _fitting(tuple(group), options)
            group = []
        group.append(span)
    if group:
        yield from _fitting(tuple(group), options)


def _swallowed(span: Span, others: tuple[Span, ...], options: WindowOptions) -> bool:
    covered_s = max((span.overlap_s(other) for other in others if other.duration_s > span.duration_s), default=0.0)
    return covered_s >= options.swallowed_share * span.duration_s


def _pieces(span: Span, options: WindowOptions) -> Iterator[Span]:
    # Speech without any gap for longer than a window: equal pieces, since nothing tells a better place.
    limit_s = options.max_window_s - 2 * options.pad_s
    count = max(1, int(np.ceil(span.duration_s / limit_s)))
    edges = np.linspace(span.start_s, span.end_s, count + 1)
    for start_s, end_s in pairwise(edges):
        yield Span(float(start_s), float(end_s))


def _ends(last: Span, following: Span, others: tuple[Span, ...], options: WindowOptions) -> bool:
    if last.gap_s(following) > options.max_gap_s:
        return True
    between = Span(min(last.end_s, following.start_s), following.start_s)
    return any(other.overlap_s(between) > 0 for other in others)


def _fitting(group: tuple[Span, ...], options: WindowOptions) -> Iterator[tuple[Span, ...]]:
    """Yield the group, or its halves cut in the longest gap while it is too long for a window."""
    whole_s = group[-1].end_s - group[0].start_s
    if whole_s <= options.max_window_s - 2 * options.pad_s or len(group) == 1:
        yield group
        return
    cut = max(range(1, len(group)), key=lambda at: (group[at - 1].gap_s(group[at]), -abs(at - len(group) / 2)))
    yield from _fitting(group[:cut], options)
    yield from _fitting(group[cut:], options)


def _window(
    recording: Recording,
    lane: Lane,
    group: tuple[Span, ...],
    neighbours: Sequence[Span],
    samples: Samples,
    options: WindowOptions,
) -> Window:
    """Cut one group out, padded at most half way to the speech before and behind it."""
    first, last = group[0], group[-1]
    before_s = max((span.end_s for span in neighbours if span.end_s <= first.start_s), default=-first.start_s)
    left_s = recording.duration_s - last.end_s
    after_s = min((span.start_s for span in neighbours if span.start_s >= last.end_s), default=last.end_s + 2 * left_s)
    span = Span(
        max(first.start_s - options.pad_s, (before_s + first.start_s) / 2),
        min(last.end_s + options.pad_s, (after_s + last.end_s) / 2),
    )
    start, stop = round(span.start_s * RECOGNITION_RATE_HZ), round(span.end_s * RECOGNITION_RATE_HZ)
    return Window(recording.call_id, lane.key, span, group, samples[start:stop])
