"""Recognition with the real weights, on answers of the calls that ship with earful."""

import json
from pathlib import Path

import numpy as np
import pytest

from audio.activity import Lane, SpeechMap
from audio.decode import load
from audio.recording import Recording
from audio.span import Span
from transcribe.recognition import RecognitionOptions, cut_for_recognition, load_recogniser, windows_of
from transcribe.recognition.protocol import NumberRequest

pytestmark = pytest.mark.models

DEMO_CALLS = Path(__file__).parents[1] / "insights" / "demo" / "calls"

SCALES = {"0-10": range(11), "1-5": range(1, 6)}
NAMES = {
    "ru": ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
}


@pytest.fixture(scope="module")
def recogniser():
    return load_recogniser()


def demo(name):
    truth = json.loads((DEMO_CALLS / f"{name}.json").read_text(encoding="utf-8"))
    answers = [answer for answer in truth["answers"] if answer["scale"] in SCALES]
    return truth["language"], answers, load(DEMO_CALLS / f"{name}_stereo.flac", call_id=name)


def answer_windows(answers, recording):
    speech = tuple(Span(answer["start"], answer["end"]) for answer in answers)
    return windows_of(recording, SpeechMap(recording.call_id, (Lane("channel1", 1, speech),), "truth"))


@pytest.mark.parametrize("name", ["ru01", "en01"])
def test_every_answer_to_a_scale_question_yields_timed_words(recogniser, name):
    language, answers, recording = demo(name)
    results = recogniser.transcribe(answer_windows(answers, recording), language=language)
    assert len(results) == len(answers)
    for result in results:
        assert result.words
        assert result.dropped is None
        assert all(result.window.span.start_s <= word.span.start_s <= word.span.end_s for word in result.words)
        assert all(0 < word.confidence <= 1 for word in result.words)


def test_a_window_gets_the_same_words_alone_and_in_company(recogniser):
    language, answers, recording = demo("ru01")
    windows = answer_windows(answers, recording)
    together = recogniser.transcribe(windows, language=language)
    for window, result in list(zip(windows, together))[::2]:
        (alone,) = recogniser.transcribe([window], language=language)
        assert alone.words == result.words
        assert alone.quality == result.quality


@pytest.mark.parametrize("name", ["ru01", "en01"])
def test_the_witness_hears_the_spoken_score_or_abstains(recogniser, name):
    language, answers, recording = demo(name)
    requests = []
    for answer in answers:
        numbers = SCALES[answer["scale"]]
        phrases = {NAMES[language][number]: float(number) for number in numbers} | {str(n): float(n) for n in numbers}
        span = Span(answer["start"] - 0.25, answer["end"] + 0.25)
        requests.append(NumberRequest(cut_for_recognition(recording, span, channel=1), language, phrases))
    posteriors = recogniser.number_posteriors(requests)
    sure = [(p, answer) for p, answer in zip(posteriors, answers) if p.mass >= 0.1 and max(p.values.values()) > 0.9]
    assert len(sure) >= len(answers) - 1
    for posterior, answer in sure:
        assert max(posterior.values, key=posterior.values.get) == answer["value"]
        assert sum(posterior.values.values()) == pytest.approx(1.0)


def test_noise_hardly_ever_sounds_like_a_number(recogniser, rng):
    noise = rng.normal(0, 0.02, 24000).astype(np.float32)
    phrases = {name: float(number) for number, name in enumerate(NAMES["ru"])}
    (posterior,) = recogniser.number_posteriors([NumberRequest(noise, "ru", phrases)])
    assert posterior.mass < 0.1


@pytest.mark.parametrize("name", ["ru01", "en01"])
def test_the_language_is_heard(recogniser, name):
    language, answers, recording = demo(name)
    shares = recogniser.detect_language(answer_windows(answers, recording)[:2])
    assert shares[language] > 0.9
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_window_of_silence_invents_nothing(recogniser):
    silent = Recording("silent", np.zeros((1, 32000), dtype=np.float32), 8000)
    windows = windows_of(silent, SpeechMap("silent", (Lane("channel0", 0, (Span(0.5, 3.5),)),), "hand"))
    for language in ("ru", "en"):
        assert recogniser.transcribe(windows, language=language)[0].words == ()


def test_no_windows_give_no_words(recogniser):
    assert recogniser.transcribe([], language="ru") == []
    assert recogniser.detect_language([]) == {"ru": 0.5, "en": 0.5}
    assert recogniser.number_posteriors([]) == []


def test_a_path_that_is_no_checkpoint_is_refused(tmp_path):
    from transcribe.models import ModelError

    (tmp_path / "own.pt").write_bytes(b"not weights")
    with pytest.raises(ModelError, match=r"own\.pt: not a Whisper checkpoint"):
        load_recogniser(RecognitionOptions(model=str(tmp_path / "own.pt")))
