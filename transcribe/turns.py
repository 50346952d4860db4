"""Turns: recognised words laid onto the speech of each voice, nobody's word on the wrong side of a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from audio.activity import Lane, SpeechMap
from audio.span import Span
from transcribe.dialogue import Party, Turn, Word
from transcribe.recognition.protocol import Recognised

_CLOSERS = ".?!…,"


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """How words and speech become turns.

    Attributes
    ----------
    longest_gap_s:
        One voice's speech is one turn across a silence of up to this long while nobody else speaks: a customer who
        thinks for ten seconds gives one answer, not two.
    takes_over_s:
        Speech of another voice in a gap ends the turn from this length, or with any word in it.
    least_wordless_s:
        Shorter sounds without a word are no turn.
    overlapped_share:
        A word is marked when another voice covers at least this share of it.
    same_word_s:
        The same word heard in two windows of one channel within this time is one word.
    island_gap_s:
        A single word this near to another voice's unfinished sentence on both sides belongs to that voice.
    """

    longest_gap_s: float = 20.0
    takes_over_s: float = 0.6
    least_wordless_s: float = 0.25
    overlapped_share: float = 0.5
    same_word_s: float = 0.4
    island_gap_s: float = 0.15


def turns_of(
    speech_map: SpeechMap, recognised: Iterable[Recognised], *, options: TurnOptions = TurnOptions()
) -> tuple[Turn, ...]:
    """Return the turns of a call, party ``unknown``, in order of their start; turns of two lanes may overlap.

    Every recognised word ends up in exactly one turn; every stretch of speech does too, but for the shortest
    sounds without words. Words keep their lane where each voice has a channel of its own; on a shared channel a
    word that lies in another voice's speech goes there, unless it was heard there as well.
    """
    by_lane = _words_by_lane(speech_map, list(recognised), options)
    stretches = {lane.key: _stretches(lane, by_lane.get(lane.key, ())) for lane in speech_map.lanes}
    if _one_channel(speech_map):
        stretches = _without_islands(stretches, options)
    turns: list[Turn] = []
    for lane in speech_map.lanes:
        others = [s for key, found in stretches.items() if key != lane.key for s in found]
        for group in _groups(stretches[lane.key], others, options):
            turn = _turn(lane.key, group, others, options)
            if turn.words or turn.span.duration_s >= options.least_wordless_s:
                turns.append(turn)
    return tuple(sorted(turns, key=lambda turn: (turn.span, turn.lane)))


def with_parties(turns: Sequence[Turn], parties: Mapping[str, Party], *, confidence: float) -> tuple[Turn, ...]:
    """Return the turns with each lane's party; lanes not named are ``unknown``."""
    return tuple(replace(turn, party=parties.get(turn.lane, "unknown"), party_confidence=confidence) for turn in turns)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One span of a lane's speech and the words on it."""

    span: Span
    words: tuple[Word, ...]


def _one_channel(speech_map: SpeechMap) -> bool:
    return len({lane.channel for lane in speech_map.lanes}) < len(speech_map.lanes)


def _words_by_lane(
    speech_map: SpeechMap, recognised: list[Recognised], options: TurnOptions
) -> dict[str, tuple[Word, ...]]:
    own: dict[str, list[Word]] = {lane.key: [] for lane in speech_map.lanes}
    strays: list[tuple[str, Word]] = []
    lanes = {lane.key: lane for lane in speech_map.lanes}
    for result in recognised:
        home = lanes.get(result.window.lane)
        if home is None:
            raise KeyError(f"words for lane {result.window.lane!r}; lanes: {', '.join(lanes) or 'none'}")
        for word in result.words:
            key = _heard_in(word, home, speech_map.lanes)
            if key == home.key:
                own[key].append(word)
            else:
                strays.append((key, word))
    for key, word in strays:
        if not any(_same(word, other, options) for other in own[key]):
            own[key].append(word)
    return {key: tuple(sorted(words, key=lambda word: word.span)) for key, words in own.items()}


def _heard_in(word: Word, home: Lane, lanes: Sequence[Lane]) -> str:
    """Return the lane a word belongs to: its window's, unless only another voice of that channel speaks there."""
    if _covered_s(word.span, home.speech) > 0:
        return home.key
    rivals = [lane for lane in lanes if lane.channel == home.channel and lane.key != home.key]
    best = max(rivals, key=lambda lane: _covered_s(word.span, lane.speech), default=home)
    return best.key if _covered_s(word.span, best.speech) > word.span.duration_s / 2 else home.key


def _covered_s(span: Span, speech: Sequence[Span]) -> float:
    return sum(span.overlap_s(other) for other in speech)


def _same(word: Word, other: Word, options: TurnOptions) -> bool:
    near = abs(word.span.middle_s - other.span.middle_s) <= options.same_word_s
    return near and _plain(word.text) == _plain(other.text)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _stretches(lane: Lane, words: Sequence[Word]) -> list[_Stretch]:
    """Return the lane's speech with each word on the stretch it covers most, else on the nearest one."""
    if not lane.speech:
        return [_Stretch(word.span, (word,)) for word in words]
    held: list[list[Word]] = [[] for _ in lane.speech]
    for word in words:
        at = max(
            range(len(lane.speech)),
            key=lambda i: (lane.speech[i].overlap_s(word.span), -lane.speech[i].gap_s(word.span)),
        )
        held[at].append(word)
    return [_Stretch(span, tuple(kept)) for span, kept in zip(lane.speech, held, strict=True)]


def _without_islands(stretches: dict[str, list[_Stretch]], options: TurnOptions) -> dict[str, list[_Stretch]]:
    """Give a single word back to the voice whose unfinished sentence it stands in."""
    everything = sorted(
        ((key, stretch) for key, found in stretches.items() for stretch in found), key=lambda item: item[1].span
    )
    kept: dict[str, list[_Stretch]] = {key: [] for key in stretches}
    for i, (key, stretch) in enumerate(everything):
        around = everything[i - 1][0] if 0 < i < len(everything) - 1 else key
        island = around != key and everything[min(i + 1, len(everything) - 1)][0] == around
        if island and _is_island(everything[i - 1][1], stretch, everything[i + 1][1], options):
            kept[around].append(stretch)
        else:
            kept[key].append(stretch)
    return kept


def _is_island(before: _Stretch, word: _Stretch, after: _Stretch, options: TurnOptions) -> bool:
    if len(word.words) != 1 or not before.words or not after.words:
        return False
    close = max(before.span.gap_s(word.span), word.span.gap_s(after.span)) <= options.island_gap_s
    apart = before.span.overlap_s(word.span) == 0 and word.span.overlap_s(after.span) == 0
    return close and apart and before.words[-1].text[-1] not in _CLOSERS


def _groups(own: list[_Stretch], others: list[_Stretch], options: TurnOptions) -> list[list[_Stretch]]:
    groups: list[list[_Stretch]] = []
    for stretch in own:
        if groups and not _taken_over(groups[-1][-1].span, stretch.span, others, options):
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return groups


def _taken_over(before: Span, after: Span, others: list[_Stretch], options: TurnOptions) -> bool:
    """Tell whether another voice speaks between, or the silence is too long for one turn."""
    gap_s = before.gap_s(after)
    if gap_s == 0:
        return False
    if gap_s > options.longest_gap_s:
        return True
    gap = Span(before.end_s, after.start_s)
    for other in others:
        inside_s = other.span.overlap_s(gap)
        if inside_s >= options.takes_over_s or any(gap.overlap_s(word.span) > 0 for word in other.words):
            return inside_s > 0
    return False


def _turn(lane: str, group: list[_Stretch], others: list[_Stretch], options: TurnOptions) -> Turn:
    speech = [other.span for other in others]
    words = tuple(
        replace(word, overlapped=_covered_s(word.span, speech) >= options.overlapped_share * word.span.duration_s > 0)
        for stretch in group
        for word in stretch.words
    )
    return Turn("unknown", Span(group[0].span.start_s, max(s.span.end_s for s in group)), words, lane)
