"""Filler pass: a second, prompted hearing of some turns, for filled pauses only. It never becomes text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from audio.activity import SpeechMap
from audio.recording import Recording
from audio.span import Span, shared
from transcribe.dialogue import Dialogue, Language, Word
from transcribe.recognition.protocol import Recogniser, Window
from transcribe.recognition.windows import cut_for_recognition

# A prompt reaches one window only, and the prompted reading drifts in long ones.
LONGEST_WINDOW_S = 26.0
PROMPTS: dict[Language, str] = {"ru": "Э-э... м-м... э-эм... ммм...", "en": "Um, uh, hmm, er, ah."}

_PAD_S = 0.2


def filler_windows(
    recording: Recording, speech_map: SpeechMap, dialogue: Dialogue, turn_idxs: Iterable[int]
) -> tuple[Window, ...]:
    """Return one window for each of these turns, in order; turns over 26 s give several.

    Parameters
    ----------
    recording, speech_map, dialogue:
        The call.
    turn_idxs:
        The respondent's turns in which fillers matter, usually the answers.
    """
    lanes = {lane.key: lane for lane in speech_map.lanes}
    windows: list[Window] = []
    for turn_idx in sorted(set(turn_idxs)):
        turn = dialogue.turns[turn_idx]
        lane = lanes.get(turn.lane)
        speech = shared(lane.speech, [turn.span]) if lane is not None else (turn.span,)
        channel = min(lane.channel if lane is not None else 0, recording.channels - 1)
        for group in _groups(speech):
            span = Span(group[0].start_s, group[-1].end_s).padded(_PAD_S, within=recording.span)
            samples = cut_for_recognition(recording, span, channel=channel)
            windows.append(Window(recording.call_id, turn.lane, span, group, samples))
    return tuple(windows)


def _groups(speech: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Return runs of speech that fit into one window each."""
    groups: list[list[Span]] = []
    for span in (piece for stretch in speech for piece in _short(stretch)):
        if groups and span.end_s - groups[-1][0].start_s <= LONGEST_WINDOW_S - 2 * _PAD_S:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [tuple(group) for group in groups]


def _short(span: Span) -> list[Span]:
    pieces: list[Span] = []
    start_s, longest_s = span.start_s, LONGEST_WINDOW_S - 2 * _PAD_S
    while span.end_s - start_s > longest_s:
        pieces.append(Span(start_s, start_s + longest_s))
        start_s += longest_s
    return [*pieces, Span(start_s, span.end_s)]


def filler_words(
    windows: Sequence[Window], recogniser: Recogniser, *, language: Language, is_filler: Callable[[str], bool]
) -> tuple[Word, ...]:
    """Return the filler words of a prompted hearing, in time order.

    The prompted reading of all other words is thrown away: with a prompt Whisper finds fillers and loses words,
    a fifth of them on fluent Russian. The text of record is the first pass.

    Parameters
    ----------
    windows:
        From ``filler_windows``, of any number of calls in one language; batched by the recogniser.
    recogniser:
        The engine of the first pass.
    language:
        Language of these calls.
    is_filler:
        Tells the spelling of a filled pause from a word.
    """
    if not windows:
        return ()
    heard = recogniser.transcribe(windows, language=language, prompt=PROMPTS[language])
    words = [word for result in heard for word in result.words if is_filler(word.text)]
    return tuple(sorted(words, key=lambda word: word.span))
