"""Personal data in whole calls: names travel from turn to turn, questions announce, seconds are those of the words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.clips import clip
from audio.recording import Recording
from audio.span import Span
from insights.privacy import consent_phrase, may_process, personal_in_dialogue, spans_of_call
from insights.store import CallRecord, RecordingFacts, RunRecord, open_store, personal_spans, save_call
from transcribe.dialogue import Dialogue, Turn, Word


def call(language: str, *said: str) -> Dialogue:
    """Return a dialogue in which operator and respondent take turns, half a second a word."""
    turns, at_s = [], 0.0
    for idx, text in enumerate(said):
        words = []
        for word in text.split():
            words.append(Word(word, Span(at_s, at_s + 0.5), 0.9))
            at_s += 0.5
        party = "respondent" if idx % 2 else "operator"
        turns.append(Turn(party, Span(words[0].span.start_s, at_s), tuple(words), party))
    return Dialogue("c", language, tuple(turns))


def found(dialogue: Dialogue, **options: object) -> list[str]:
    rows = personal_in_dialogue(dialogue, **options)
    return [dialogue.turns[row.turn_idx].text[row.start_char : row.end_char] for row in rows]


@pytest.mark.parametrize(
    ("language", "said", "names"),
    [
        ("ru", ("меня зовут анна", "анну слышу плохо, ульяну лучше"), ["анна", "анну", "ульяну"]),
        (
            "ru",
            ("Говорю с Ольгой Петровной?", "да", "спасибо, ульга Петровна."),
            ["Ольгой Петровной", "ульга Петровна"],
        ),
        (
            "ru",
            ("Ирина Павловна, алло", "да", "До свидания и рейна по-главне."),
            ["Ирина Павловна", "и рейна по-главне."],
        ),
        ("ru", ("меня зовут Вера", "я верю, вера в людей есть"), ["Вера"]),
        ("en", ("this is linda parker", "yes", "thank you miss parker"), ["linda parker", "miss parker"]),
        ("en", ("My name is Grace", "the grace period was short"), ["Grace"]),
    ],
)
def test_a_name_introduced_once_is_known_in_the_whole_call(
    language: str, said: tuple[str, ...], names: list[str]
) -> None:
    assert [name.strip(".") for name in found(call(language, *said))] == [name.strip(".") for name in names]


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("ru", ("Как к вам обращаться?", "Зульмира"), "Зульмира"),
        (
            "ru",
            ("Продиктуйте номер телефона", "двести тридцать четыре пятьдесят шесть"),
            "двести тридцать четыре пятьдесят шесть",
        ),
        (
            "en",
            ("Can I have your phone number please", "five five five twelve twelve"),
            "five five five twelve twelve",
        ),
    ],
)
def test_a_question_announces_what_follows(language: str, said: tuple[str, ...], answer: str) -> None:
    assert found(call(language, *said)) == [answer]


def test_spans_have_the_seconds_of_their_words() -> None:
    (row,) = personal_in_dialogue(call("ru", "добрый день меня зовут иван петров очень приятно"))
    assert row.span == Span(2.0, 3.0)
    assert row.turn_idx == 0


def test_no_sound_of_a_name_is_left_in_a_clip(tmp_path: Path) -> None:
    dialogue = call("ru", "добрый день меня зовут иван петров очень приятно")
    store = open_store(tmp_path / "study.db")
    runs = (RunRecord("turns", "k", "t", "1"), RunRecord("privacy", "k", "t", "1"))
    facts = RecordingFacts("calls/a.flac", "a" * 64, 4.0, 8000, 1, "flac", "mono")
    save_call(store, CallRecord(facts, dialogue, pii=personal_in_dialogue(dialogue), runs=runs))
    bleeps = personal_spans(store, "a" * 12)
    assert [span.kind for span in spans_of_call(store, "a" * 12)[0]] == ["person"]
    store.close()
    rng = np.random.default_rng(1)
    recording = Recording("a", rng.normal(0, 0.1, (1, 32000)).astype(np.float32), 8000)
    loud = np.frombuffer(clip(recording, recording.span, format="wav", bleep=bleeps, level=False)[-64000:], "<i2")
    bleeped, voice = loud[16000:24000].astype(float), loud[:12000].astype(float)
    spectrum = np.abs(np.fft.rfft(bleeped)) ** 2
    assert spectrum[995:1006].sum() > 0.99 * spectrum.sum()
    assert np.abs(np.fft.rfft(voice)).max() ** 2 < 0.5 * (np.abs(np.fft.rfft(voice)) ** 2).sum()


@pytest.mark.parametrize(
    ("language", "text", "there"),
    [
        ("ru", "Это займёт три минуты, разговор записывается.", True),
        ("ru", "ведётся запись разговора", True),
        ("ru", "я запишу ваш ответ", False),
        ("en", "It takes three minutes, and the call is recorded.", True),
        ("en", "this conversation may be recorded", True),
        ("en", "how was your call", False),
    ],
)
def test_the_consent_phrase_is_found_where_it_is_said(language: str, text: str, there: bool) -> None:
    assert (consent_phrase(call(language, text)) is not None) is there


def test_refused_consent_keeps_a_recording_from_being_heard() -> None:
    assert [may_process(consent) for consent in ("given", "unknown", "refused")] == [True, True, False]
