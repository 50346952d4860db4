"""Second hearing: the recogniser is asked again, prompted, about the turns that answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from audio.activity import SpeechMap
from audio.recording import Recording
from insights.answers.answer import Answer
from insights.delivery.wording import is_filler
from transcribe.dialogue import Dialogue, Word
from transcribe.filler_pass import filler_windows, filler_words
from transcribe.recognition.protocol import Recogniser


def prompted_fillers(
    recording: Recording,
    speech_map: SpeechMap,
    dialogue: Dialogue,
    answers: Sequence[Answer],
    recogniser: Recogniser,
) -> tuple[Word, ...]:
    """Return the filler words heard in the answers, to be handed to ``measure_deliveries`` as ``prompted``.

    Costs about as much as recognising the same turns once more; the text stays that of the first pass.

    Parameters
    ----------
    recording, speech_map, dialogue, answers:
        The call; only the answers' turns are heard again.
    recogniser:
        The engine that made the text.
    """
    turn_idxs = [turn_idx for answer in answers for turn_idx in answer.turn_idxs]
    windows = filler_windows(recording, speech_map, dialogue, turn_idxs)
    spelled = partial(is_filler, language=dialogue.language)
    return filler_words(windows, recogniser, language=dialogue.language, is_filler=spelled)
