"""Speech by energy: on a quiet line it knows exact edges, and short sounds a neural detector overlooks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audio.level import SILENT_DB, Frames, Mask, frame_mask, level_frames, mask_spans, snr_db
from audio.recording import Samples
from audio.span import Span, merged

REFINE_FROM_SNR_DB = 20.0

_HOP_S = 0.005
_FRAME_S = 0.02
_OUTWARD_S = 0.3
_EDGE_OVER_FLOOR_DB = 3.0
_EDGE_UNDER_TOP_DB = 32.0
_ISLAND_OVER_FLOOR_DB = 8.0
_ISLAND_UNDER_TOP_DB = 20.0
_APART_S = 0.02


def refined_edges(
    speech: Sequence[Span], samples: Samples, rate_hz: int, *, reach_s: float = 0.12
) -> tuple[Span, ...]:
    """Return the same spans with their edges moved to where the energy rises and falls.

    Only on a line that is quiet enough (``REFINE_FROM_SNR_DB``): below that energy knows less than the neural
    detector that drew the spans, and they are returned as they came. An edge moves inwards by ``reach_s`` at
    most, outwards as long as the sound goes on without a break, by ``_OUTWARD_S`` at most; a span never vanishes
    and never runs into its neighbour.

    >>> refined_edges([], np.zeros(80, dtype=np.float32), 8000)
    ()
    """
    levels = level_frames(samples, rate_hz, hop_s=_HOP_S, frame_s=_FRAME_S)
    mask = frame_mask(speech, levels.shape[0], hop_s=_HOP_S)
    if not speech or (snr_db(levels, mask) or 0.0) < REFINE_FROM_SNR_DB:
        return tuple(speech)
    quiet = levels[~mask]
    floor_db = float(np.percentile(quiet, 75)) if quiet.size else SILENT_DB
    moved: list[Span] = []
    for i, span in enumerate(speech):
        loud = levels >= max(floor_db + _EDGE_OVER_FLOOR_DB, _top_db(levels, span) - _EDGE_UNDER_TOP_DB)
        left_s = moved[-1].end_s if moved else 0.0
        right_s = speech[i + 1].start_s if i + 1 < len(speech) else samples.shape[0] / rate_hz
        start_s = max(left_s, _moved_edge(loud, span.start_s, reach_s=reach_s, outwards=-1))
        end_s = min(right_s, _moved_edge(loud, span.end_s, reach_s=reach_s, outwards=1))
        moved.append(Span(start_s, end_s) if end_s - start_s >= span.duration_s / 2 else span)
    return tuple(moved)


def _top_db(levels: Frames, span: Span) -> float:
    inside = levels[round(span.start_s / _HOP_S) : max(round(span.start_s / _HOP_S) + 1, round(span.end_s / _HOP_S))]
    return float(np.percentile(inside, 95)) if inside.size else SILENT_DB


def _moved_edge(loud: Mask, at_s: float, *, reach_s: float, outwards: int) -> float:
    """Return where the sound at ``at_s`` ends; ``outwards`` is -1 for a start and 1 for an end.

    From a sounding frame the edge runs outwards over the unbroken sound; from a silent one it first steps to the
    nearest sound within reach, outwards if there is any, else inwards.
    """
    reach, outward = round(reach_s / _HOP_S), round(_OUTWARD_S / _HOP_S)
    edge = min(max(round(at_s / _HOP_S) - (outwards > 0), 0), loud.shape[0] - 1)
    steps = [edge + outwards * k for k in range(reach + 1)] + [edge - outwards * k for k in range(1, reach + 1)]
    sounding = [frame for frame in steps if 0 <= frame < loud.shape[0] and loud[frame]]
    if not sounding:
        return at_s
    frame = max(sounding[: reach + 1], key=lambda f: f * outwards) if loud[edge] else sounding[0]
    limit = edge + outwards * outward
    while frame != limit and 0 <= frame + outwards < loud.shape[0] and loud[frame + outwards]:
        frame += outwards
    if frame == limit:
        return at_s
    return float((frame + (outwards > 0)) * _HOP_S)


def sound_islands(
    samples: Samples, rate_hz: int, speech: Sequence[Span], *, min_s: float = 0.1, max_s: float = 1.5
) -> tuple[Span, ...]:
    """Return short stretches of sound outside ``speech`` that stand well out of the line's noise.

    Candidates for what a neural detector overlooks: a lone "er", an "oh" before the sentence. Whether a voice
    made them is for the caller to find out.
    """
    levels = level_frames(samples, rate_hz, hop_s=_HOP_S, frame_s=0.03)
    spoken = frame_mask(speech, levels.shape[0], hop_s=_HOP_S)
    quiet = levels[~spoken & (levels > SILENT_DB)]
    if not speech or quiet.size == 0:
        return ()
    # The loud frames of what is not speech are what is looked for: the floor is taken from below them.
    floor_db = float(np.percentile(quiet, 50))
    top_db = float(np.percentile(levels[spoken], 75)) if spoken.any() else floor_db
    loud = levels >= max(floor_db + _ISLAND_OVER_FLOOR_DB, top_db - _ISLAND_UNDER_TOP_DB)
    islands = merged(mask_spans(np.asarray(loud, dtype=np.bool_), hop_s=_HOP_S), gap_s=0.05)
    return tuple(
        span
        for span in islands
        if min_s <= span.duration_s <= max_s and not any(span.gap_s(known) < _APART_S for known in speech)
    )
