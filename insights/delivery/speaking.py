"""Speaking: who speaks when, party by party, drawn from the speech map and the turns' roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from audio.activity import Lane, SpeechMap
from audio.span import Span, gaps_between, merged, shared
from transcribe.dialogue import Dialogue, Turn


@dataclass(frozen=True, slots=True)
class Speaking:
    """The speech of one call as delivery needs it.

    Attributes
    ----------
    respondent, operator:
        Sorted, disjoint speech of the two parties.
    others:
        Everybody's but the respondent's, the operator's included.
    turn_speech:
        Each turn's own speech, by its index in the dialogue; the turn's span where the map holds nothing there.
    """

    respondent: tuple[Span, ...]
    operator: tuple[Span, ...]
    others: tuple[Span, ...]
    turn_speech: tuple[tuple[Span, ...], ...]


def speaking_of(speech_map: SpeechMap, dialogue: Dialogue) -> Speaking:
    """Return who speaks when.

    A lane belongs to the party that holds most of it by the turns; a turn of another party on the same lane
    (diarization was mended there) takes its own stretch out of it.
    """
    lanes = {lane.key: lane for lane in speech_map.lanes}
    turn_speech = tuple(_speech_in(turn, lanes.get(turn.lane)) for turn in dialogue.turns)
    speech: dict[str, list[Span]] = defaultdict(list)
    for turn, spans in zip(dialogue.turns, turn_speech, strict=True):
        speech[turn.party].extend(spans)
    for lane in speech_map.lanes:
        own = [turn for turn in dialogue.turns if turn.lane == lane.key]
        speech[_owner(own)].extend(_outside(lane, own))
    others = [span for party, spans in speech.items() if party != "respondent" for span in spans]
    return Speaking(
        respondent=merged(speech["respondent"]),
        operator=merged(speech["operator"]),
        others=merged(others),
        turn_speech=turn_speech,
    )


def _speech_in(turn: Turn, lane: Lane | None) -> tuple[Span, ...]:
    heard = shared(lane.speech, [turn.span]) if lane is not None else ()
    return heard or (turn.span,)


def _owner(turns: Sequence[Turn]) -> str:
    """Return the party that speaks longest on a lane; ``unknown`` where no turn lies on it."""
    seconds: dict[str, float] = defaultdict(float)
    for turn in turns:
        seconds[turn.party] += turn.span.duration_s
    return max(sorted(seconds), key=lambda party: seconds[party]) if seconds else "unknown"


def _outside(lane: Lane, turns: Sequence[Turn]) -> tuple[Span, ...]:
    """Return the lane's speech that no turn holds: a held sound or a word nothing was recognised in."""
    if not lane.speech:
        return ()
    reach = Span(lane.speech[0].start_s, lane.speech[-1].end_s)
    free = gaps_between([turn.span for turn in turns], within=reach)
    # Speech that sticks out of its turn by a frame or two is the turn's, not a sound of its own.
    return tuple(span for span in shared(lane.speech, free) if span.duration_s >= _OWN_SOUND_S)


_OWN_SOUND_S = 0.1
