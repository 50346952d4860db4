from dataclasses import dataclass, field

import numpy as np
import pytest

from audio.activity import Lane, SpeechMap
from audio.fillers import HeldSound
from audio.pitch import PitchTrack
from audio.recording import Recording
from audio.span import Span
from insights.answers.answer import Answer
from insights.delivery.filled import filled_pauses
from insights.delivery.second_hearing import prompted_fillers
from insights.delivery.voice import CallVoice, TurnVoice
from transcribe.dialogue import Dialogue, Turn, Word
from transcribe.filler_pass import LONGEST_WINDOW_S, filler_windows
from transcribe.recognition.protocol import Recognised, WindowQuality

TURN = Turn("respondent", Span(10, 20), (Word("Девять.", Span(15, 16), 0.9),), lane="channel1")
DIALOGUE = Dialogue("c", "ru", (TURN,))
LONE = HeldSound(Span(10.0, 10.5), 12.0, apart=True, firm=True)
LONG_VOWEL = HeldSound(Span(17.0, 17.4), 12.0, apart=False, firm=True)
FAINT = HeldSound(Span(13.0, 13.3), 24.0, apart=False, firm=False)


def filling(*held, prompted=(), dialogue=DIALOGUE):
    pitch = PitchTrack(10.0, 0.01, np.full(10, np.nan))
    voice = CallVoice(turns={0: TurnVoice(pitch, np.zeros(10), np.zeros(10, dtype=bool), held)})
    return filled_pauses(voice, dialogue, prompted=prompted)[0]


def token(start_s, end_s, text="э-э"):
    return Word(text, Span(start_s, end_s), 0.5)


def test_word_and_sound_together_confirm_a_filler():
    (pause,) = filling(LONE, prompted=[token(10.2, 10.4)]).pauses
    assert (pause.certainty, pause.span) == ("confirmed", LONE.span)


def test_a_firm_sound_after_silence_is_probable_without_a_word():
    (pause,) = filling(LONE).pauses
    assert pause.certainty == "probable"
    assert pause.confidence < 0.9


def test_a_lengthened_vowel_is_counted_apart_and_is_no_filler():
    found = filling(LONG_VOWEL)
    assert found.pauses == ()
    assert found.lengthening_n == 1


def test_a_faint_sound_needs_the_word():
    assert filling(FAINT).pauses == ()
    assert len(filling(FAINT, prompted=[token(13.1, 13.4)]).pauses) == 1


@pytest.mark.parametrize("word", [token(11.2, 11.4), token(10.2, 12.9)])
def test_a_word_too_far_off_or_too_long_confirms_nothing(word):
    assert [pause.certainty for pause in filling(LONE, prompted=[word]).pauses] == ["probable"]


def test_one_word_confirms_one_sound():
    near = HeldSound(Span(10.6, 11.0), 12.0, apart=False, firm=False)
    assert len(filling(LONE, near, prompted=[token(10.1, 10.5)]).pauses) == 1


def test_a_filler_spelled_in_the_text_counts_as_the_word():
    spelled = Turn("respondent", TURN.span, (token(10.1, 10.4, "Эм,"), *TURN.words), lane="channel1")
    (pause,) = filling(LONE, dialogue=Dialogue("c", "ru", (spelled,))).pauses
    assert pause.certainty == "confirmed"


@dataclass
class FakeRecogniser:
    name: str = "fake"
    model_sha256: str = "0"
    prompts: list[str] = field(default_factory=list)

    def transcribe(self, windows, *, language, prompt=""):
        self.prompts.append(prompt)
        quality = WindowQuality(0.0, -0.1, 1.0)
        words = [
            (token(w.span.start_s, w.span.start_s + 0.3), token(w.span.end_s - 0.5, w.span.end_s, "десять"))
            for w in windows
        ]
        return [Recognised(w, said, quality) for w, said in zip(windows, words, strict=True)]

    def detect_language(self, windows):
        return {"ru": 1.0, "en": 0.0}


@pytest.fixture
def recording():
    return Recording("c", np.zeros((2, 8000 * 80), dtype=np.float32), 8000)


def speech_map(*speech):
    return SpeechMap("c", (Lane("channel1", 1, speech),), "made")


def test_the_second_hearing_brings_fillers_only_and_leaves_the_text_alone(recording):
    recogniser = FakeRecogniser()
    answer = Answer("nps", (0,), "Девять.", TURN.span)
    before = DIALOGUE.turns[0].text
    words = prompted_fillers(recording, speech_map(TURN.span), DIALOGUE, [answer], recogniser)
    assert [word.text for word in words] == ["э-э"]
    assert recogniser.prompts[0]
    assert DIALOGUE.turns[0].text == before


def test_without_answers_nothing_is_heard_again(recording):
    recogniser = FakeRecogniser()
    assert prompted_fillers(recording, speech_map(TURN.span), DIALOGUE, [], recogniser) == ()
    assert recogniser.prompts == []


def test_long_turns_are_heard_in_windows_that_the_prompt_reaches(recording):
    speech = (Span(2, 20), Span(21, 40), Span(40.5, 75))
    long_turn = Turn("respondent", Span(2, 75), (), lane="channel1")
    windows = filler_windows(recording, speech_map(*speech), Dialogue("c", "ru", (long_turn,)), [0])
    assert all(w.span.duration_s <= LONGEST_WINDOW_S for w in windows)
    heard = sum(span.duration_s for window in windows for span in window.speech)
    assert heard == pytest.approx(sum(span.duration_s for span in speech))
    assert all(w.samples.shape[0] == pytest.approx(w.span.duration_s * 16_000, abs=3) for w in windows)
