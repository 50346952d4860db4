import numpy as np
import pytest

from audio.level import mask_spans
from audio.recording import Recording
from audio.span import Span
from transcribe.dialogue import Word
from transcribe.diarization.protocol import Diarized
from transcribe.listen import Listener, ListenOptions, NumberQuestion
from transcribe.recognition.protocol import NumberPosterior, Recognised, WindowQuality

RATE_HZ = 8000
ASKS = {
    "ru": ("Насколько вероятно, что вы порекомендуете нас, от нуля до десяти?",),
    "en": ("How likely are you to recommend us, from zero to ten?",),
}
SAYS = {
    ("ru", 0): "Добрый день, служба качества. Насколько вероятно, что вы порекомендуете нас, от нуля до десяти?",
    ("ru", 1): "Наверное, девять.",
    ("en", 0): "Hello, calling from the quality team. How likely are you to recommend us, from zero to ten?",
    ("en", 1): "I would say nine.",
}


class LoudnessDetector:
    name = "loudness"

    def speech(self, samples, rate_hz):
        hop = rate_hz // 100
        frames = np.abs(samples[: len(samples) // hop * hop].reshape(-1, hop)).max(axis=1) > 0.02
        return mask_spans(frames, hop_s=0.01)


class HalvesDiarizer:
    """The first half of the speech is one voice, the rest another."""

    name = "halves"

    def diarize(self, samples):
        spans = LoudnessDetector().speech(samples, 16_000)
        return Diarized((spans[: len(spans) // 2], spans[len(spans) // 2 :]), "votes")


class ScriptedRecogniser:
    """Says the operator's line in windows of the first pitch, the customer's in the second's."""

    name = "scripted"
    model_sha256 = "0" * 64

    def __init__(self):
        self.batches = []
        self.asked_language = 0

    def transcribe(self, windows, *, language, prompt=""):
        self.batches.append((language, prompt, [window.call_id for window in windows]))
        return [self._result(window, language) for window in windows]

    def detect_language(self, windows):
        self.asked_language += 1
        russian = windows[0].call_id.startswith("ru")
        return {"ru": 0.9 if russian else 0.2, "en": 0.1 if russian else 0.8}

    def number_posteriors(self, requests):
        return [NumberPosterior({9.0: 1.0}, 0.9, f"{len(request.samples)}") for request in requests]

    def _result(self, window, language):
        text = SAYS[language, int(pitch_hz(window) > 300)].split()
        step = window.span.duration_s / len(text)
        words = tuple(
            Word(w, Span(window.span.start_s + i * step, window.span.start_s + (i + 1) * step), 0.9)
            for i, w in enumerate(text)
        )
        return Recognised(window, words, WindowQuality(0.0, -0.1, 1.0))


def pitch_hz(window):
    spectrum = np.abs(np.fft.rfft(window.samples))
    return float(np.argmax(spectrum) * 16_000 / len(window.samples))


def call(call_id, *, channels="stereo"):
    """The operator hums at 200 Hz for 1-6 s, the customer at 400 Hz for 8-10 s, and each once more."""
    t = np.arange(24 * RATE_HZ) / RATE_HZ
    noise = 1e-3 * np.random.default_rng(1).standard_normal((2, len(t)))
    wobble = 0.6 + 0.4 * np.sin(2 * np.pi * 5 * t)
    operator = 0.3 * wobble * np.sin(2 * np.pi * 200 * t) * (((t > 1) & (t < 6)) | ((t > 12) & (t < 14)))
    customer = 0.3 * wobble * np.sin(2 * np.pi * 400 * t) * (((t > 8) & (t < 10)) | ((t > 16) & (t < 18)))
    sides = {"stereo": (operator, customer), "swapped": (customer, operator), "mono": (operator + customer,)}[channels]
    return Recording(call_id, (np.stack(sides) + noise[: len(sides)]).astype(np.float32), RATE_HZ)


@pytest.fixture
def recogniser():
    return ScriptedRecogniser()


@pytest.fixture
def listener(recogniser):
    options = ListenOptions(channels={"channel0": "operator", "channel1": "respondent"}, prompts={"ru": "Ромашка"})
    return Listener(options, detector=LoudnessDetector(), diarizer=HalvesDiarizer(), recogniser=recogniser)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_stereo_call_becomes_a_dialogue_with_parties(listener, language):
    (heard,) = listener.listen([call(f"{language}1")], question_texts=ASKS)
    assert heard.dialogue.language == language
    assert [turn.party for turn in heard.dialogue.turns] == ["operator", "respondent", "operator", "respondent"]
    assert heard.dialogue.turns[1].text == SAYS[language, 1]
    assert heard.layout.kind == "separated"
    assert heard.flags == ()
    assert heard.language_probability == (0.9 if language == "ru" else 0.8)


def test_swapped_channels_are_put_right_and_reported(listener):
    (heard,) = listener.listen([call("ru1", channels="swapped")], question_texts=ASKS)
    assert {turn.lane: turn.party for turn in heard.dialogue.turns} == {
        "channel1": "operator",
        "channel0": "respondent",
    }
    assert heard.flags == ("channels_swapped",)


def test_calls_of_one_language_are_recognised_in_one_batch(listener, recogniser):
    calls = [call("ru1"), call("en1"), call("ru2")]
    heard = listener.listen(calls, question_texts=ASKS)
    assert [one.dialogue.call_id for one in heard] == ["ru1", "en1", "ru2"]
    assert [(language, prompt, sorted(set(ids))) for language, prompt, ids in recogniser.batches] == [
        ("ru", "Ромашка", ["ru1", "ru2"]),
        ("en", "", ["en1"]),
    ]
    assert [one.prompt for one in heard] == ["Ромашка", "", "Ромашка"]
    assert all(result.window.call_id == one.dialogue.call_id for one in heard for result in one.recognised)


def test_a_known_language_is_not_detected(listener, recogniser):
    (heard,) = listener.listen([call("ru1")], question_texts=ASKS, languages={"ru1": "en"})
    assert heard.dialogue.language == "en"
    assert recogniser.asked_language == 0


def test_a_mono_call_goes_through_the_diarizer(listener):
    (heard,) = listener.listen([call("ru1", channels="mono")], question_texts=ASKS)
    assert heard.party_map.path == "votes"
    assert {lane.key for lane in heard.party_map.speech_map.lanes} == {"speaker0", "speaker1"}


def test_a_silent_call_gives_an_empty_dialogue(listener, recogniser):
    silent = Recording("quiet", np.zeros((2, 10 * RATE_HZ), dtype=np.float32), RATE_HZ)
    (heard,) = listener.listen([silent], question_texts=ASKS)
    assert heard.dialogue.turns == ()
    assert heard.dialogue.language == "ru"
    assert "nobody" in heard.flags
    assert recogniser.batches == []


def test_nothing_to_hear_is_nothing_heard(listener):
    assert listener.listen([], question_texts=ASKS) == []


def test_two_calls_with_one_name_are_refused(listener):
    with pytest.raises(ValueError, match="ru1"):
        listener.listen([call("ru1"), call("ru1")], question_texts=ASKS)


def test_a_question_about_a_span_gets_its_sound_at_the_recognisers_rate(listener):
    question = NumberQuestion(Span(8.0, 9.0), 1, "ru", {"девять": 9.0})
    (posterior,) = listener.number_posteriors(call("ru1"), [question])
    assert posterior.values == {9.0: 1.0}
    assert posterior.phrase == "16000"


def test_a_recogniser_without_a_witness_says_so():
    class Deaf(ScriptedRecogniser):
        number_posteriors = None

    with pytest.raises(TypeError, match="scripted cannot score"):
        Listener(recogniser=Deaf()).number_posteriors(call("ru1"), [])
