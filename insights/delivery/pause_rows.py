"""Pause rows: every silence, filler and latency of the respondent, with the seconds to play it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audio.span import Span
from insights.delivery.delivery import PauseRow
from insights.delivery.filled import TurnFilling
from insights.delivery.speaking import Speaking
from insights.delivery.timing import Timing
from transcribe.dialogue import Dialogue

SILENT_CONFIDENCE = 0.95
LATENCY_CONFIDENCE = 0.9


def pause_rows(
    dialogue: Dialogue,
    speaking: Speaking,
    *,
    silent: Sequence[Span],
    filling: Mapping[int, TurnFilling],
    timings: Mapping[str, tuple[int, Timing]],
) -> tuple[PauseRow, ...]:
    """Return the rows in time order; a latency that is negative has no seconds to play and no row.

    Parameters
    ----------
    dialogue, speaking:
        The call.
    silent:
        The respondent's silent pauses.
    filling:
        Filled pauses by turn.
    timings:
        By question: the first answering turn and its timing.
    """
    rows = [
        PauseRow("silent", span, _turn_of(span, dialogue, speaking), SILENT_CONFIDENCE, "activity") for span in silent
    ]
    for turn in filling.values():
        rows.extend(
            PauseRow("filled", pause.span, pause.turn_idx, pause.confidence, f"{pause.certainty}:{pause.source}")
            for pause in turn.pauses
        )
    rows.extend(_latencies(dialogue, speaking, timings))
    return tuple(sorted(rows, key=lambda row: (row.span, row.kind)))


def _turn_of(span: Span, dialogue: Dialogue, speaking: Speaking) -> int | None:
    """Return the respondent's turn that holds the pause, else the one that follows it."""
    mine = [i for i, turn in enumerate(dialogue.turns) if turn.party == "respondent"]
    for i in mine:
        if dialogue.turns[i].span.overlap_s(span) > span.duration_s / 2:
            return i
    return next((i for i in mine if speaking.turn_speech[i][0].start_s >= span.end_s - _EDGE_S), None)


_EDGE_S = 0.1


def _latencies(dialogue: Dialogue, speaking: Speaking, timings: Mapping[str, tuple[int, Timing]]) -> list[PauseRow]:
    """Return the latency of each answer and of each other turn that follows the operator directly."""
    rows: list[PauseRow] = []
    answered: set[int] = set()
    for question_id, (turn_idx, timing) in timings.items():
        if timing.latency_s > 0 and turn_idx not in answered:
            span = Span(timing.question_end_s, timing.onset_s)
            rows.append(PauseRow("latency", span, turn_idx, LATENCY_CONFIDENCE, f"question:{question_id}"))
        answered.add(turn_idx)
    for i, (before, turn) in enumerate(zip(dialogue.turns, dialogue.turns[1:]), start=1):
        if turn.party != "respondent" or before.party != "operator" or i in answered:
            continue
        start_s, end_s = speaking.turn_speech[i - 1][-1].end_s, speaking.turn_speech[i][0].start_s
        if end_s > start_s:
            rows.append(PauseRow("latency", Span(start_s, end_s), i, LATENCY_CONFIDENCE, "turn"))
    return rows
