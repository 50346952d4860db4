import sys
from pathlib import Path

import numpy as np
import pytest

from audio.activity import Lane, SpeechMap
from audio.recording import Recording
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.measure import answering_turns, measure_deliveries
from transcribe.dialogue import Dialogue, Turn, Word

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_delivery as made

# The question, 1.5 s of silence, "эээ", a pause, the answer with a pause, the operator, a last remark.
OPERATOR = (Span(1.0, 4.0), Span(12.0, 13.0))
FILLER = Span(5.5, 6.1)
RESPONDENT = (FILLER, Span(6.9, 8.0), Span(9.0, 10.5), Span(13.8, 14.8))


def voice(rng, spans, *, seconds, hz, held=()):
    sound = 3e-4 * rng.standard_normal(int(seconds * made.RATE_HZ))
    for span in spans:
        at = int(span.start_s * made.RATE_HZ)
        while at < int(span.end_s * made.RATE_HZ):
            steady = span in held
            count = int(span.end_s * made.RATE_HZ) - at
            count = count if steady else min(count, int(0.09 * made.RATE_HZ))
            pitch = hz * 2 ** (np.linspace(0, -1.0, count) / 12)
            formants_hz = (500, 1500, 2500) if steady else (rng.uniform(300, 800), rng.uniform(900, 2300), 2600)
            sound[at : at + count] += made.sung(pitch, formants_hz=formants_hz, rng=rng)
            at += count
    return sound


@pytest.fixture
def call(rng):
    samples = np.stack(
        [
            voice(rng, OPERATOR, seconds=16, hz=210),
            voice(rng, RESPONDENT, seconds=16, hz=120, held=(FILLER,)),
        ]
    ).astype(np.float32)
    speech_map = SpeechMap("c", (Lane("channel0", 0, OPERATOR), Lane("channel1", 1, RESPONDENT)), "made")
    words = (
        Word("Ну,", Span(6.9, 7.2), 0.9),
        Word("наверное,", Span(7.2, 8.0), 0.9),
        Word("девять.", Span(9.0, 10.5), 0.9),
    )
    turns = (
        Turn("operator", OPERATOR[0], (Word("Насколько?", OPERATOR[0], 0.9),), lane="channel0"),
        Turn("respondent", Span(5.5, 10.5), words, lane="channel1"),
        Turn(
            "operator", OPERATOR[1], (Word("А", OPERATOR[1], 0.9), Word("почему", OPERATOR[1], 0.9)), lane="channel0"
        ),
        Turn("respondent", RESPONDENT[3], (Word("Нравится.", RESPONDENT[3], 0.9),), lane="channel1"),
    )
    return Recording("c", samples, made.RATE_HZ), speech_map, Dialogue("c", "ru", turns)


ASKED = (Asked("nps", Span(1.0, 4.0), 0, 1.0),)
ANSWER = Answer(
    "nps", (1, 3), "Ну, наверное, девять.", Span(5.5, 10.5), value=9.0, value_span=Span(9.0, 10.5), confidence=0.9
)


def test_one_answer_is_measured_from_the_question_to_its_last_sound(call):
    prompted = (Word("э-э", Span(5.6, 6.0), 0.5),)
    (delivery,), _ = measure_deliveries(*call, ASKED, [ANSWER], prompted=prompted)
    assert delivery.latency_s == pytest.approx(1.5)
    assert delivery.time_to_value_s == pytest.approx(5.0)
    assert delivery.pause_n == 2
    assert delivery.pause_total_s == pytest.approx(1.8, abs=0.1)
    assert delivery.pause_max_s == pytest.approx(1.0)
    assert (delivery.filler_n, delivery.filler_probable_n) == (1, 0)
    assert (delivery.hedge_n, delivery.repair_n, delivery.word_n) == (2, 0, 3)
    assert delivery.speech_rate == pytest.approx(7 / 5.0, abs=0.01)
    assert delivery.artic_rate is not None
    assert delivery.artic_rate > delivery.speech_rate
    assert delivery.f0_median_st == pytest.approx(12 * np.log2(1.17), abs=1.0)
    assert delivery.overlap_s == 0.0


def test_without_the_second_hearing_fillers_are_probable_and_confirmed_ones_unknown_not_zero(call):
    (delivery,), rows = measure_deliveries(*call, ASKED, [ANSWER])
    assert delivery.filler_n is None
    assert delivery.filler_probable_n == 1
    (filled,) = [row for row in rows if row.kind == "filled"]
    assert filled.source.startswith("probable")
    assert filled.span.overlap_s(FILLER) > 0.45


def test_every_pause_of_the_respondent_has_a_row_that_can_be_played(call):
    _, rows = measure_deliveries(*call, ASKED, [ANSWER])
    kinds = [row.kind for row in rows]
    assert (kinds.count("silent"), kinds.count("filled"), kinds.count("latency")) == (2, 1, 2)
    assert all(0 <= row.span.start_s < row.span.end_s <= 16 for row in rows)
    assert all(row.turn_idx in (1, 3) for row in rows)
    assert list(rows) == sorted(rows, key=lambda row: row.span)
    assert {row.source for row in rows if row.kind == "latency"} == {"question:nps", "turn"}


def test_what_answers_a_probe_is_not_part_of_the_scores_delivery(call):
    *_, dialogue = call
    assert answering_turns(ANSWER, dialogue) == (1,)


def test_an_answer_nobody_gave_has_no_delivery(call):
    deliveries, _ = measure_deliveries(*call, ASKED, [Answer("speed", (), "", None)])
    assert deliveries == ()


def test_pitch_is_null_on_a_noisy_line_and_the_flag_says_why(call, rng):
    recording, speech_map, dialogue = call
    noise = 0.05 * rng.standard_normal(recording.samples.shape)
    noisy = Recording("c", (recording.samples + noise).astype(np.float32), recording.rate_hz)
    (delivery,), _ = measure_deliveries(noisy, speech_map, dialogue, ASKED, [ANSWER])
    assert delivery.f0_median_st is None
    assert delivery.quality["low_snr"] is True


def test_a_dropout_in_the_answer_is_no_pause(call):
    recording, speech_map, dialogue = call
    samples = recording.samples.copy()
    samples[:, int(8.0 * made.RATE_HZ) : int(9.0 * made.RATE_HZ)] = 0.0
    dropped = Recording("c", samples, recording.rate_hz)
    (delivery,), _ = measure_deliveries(dropped, speech_map, dialogue, ASKED, [ANSWER])
    assert delivery.pause_n == 1


def test_mono_calls_are_measured_over_the_one_channel_there_is(call):
    recording, speech_map, dialogue = call
    mono = Recording("c", recording.samples.sum(axis=0, keepdims=True), recording.rate_hz)
    lanes = tuple(Lane(lane.key, 0, lane.speech) for lane in speech_map.lanes)
    (delivery,), _ = measure_deliveries(mono, SpeechMap("c", lanes, "made"), dialogue, ASKED, [ANSWER])
    assert delivery.latency_s == pytest.approx(1.5)
    assert delivery.pause_n == 2


@pytest.mark.parametrize("behind", [0, 1])
def test_voices_as_near_as_a_partys_own_leave_pauses_unmeasured_and_the_flag_says_why(call, behind, rng):
    recording, speech_map, dialogue = call
    samples = recording.samples.copy()
    samples[behind] += 0.5 * voice(rng, [Span(0.0, 16.0)], seconds=16, hz=170)
    lanes = list(speech_map.lanes)
    lanes[behind] = Lane(lanes[behind].key, behind, (Span(0.0, 16.0),))
    noisy = Recording("c", samples.astype(np.float32), recording.rate_hz)
    (delivery,), rows = measure_deliveries(noisy, SpeechMap("c", tuple(lanes), "made"), dialogue, ASKED, [ANSWER])
    assert delivery.quality["background_voices"] is True
    assert (delivery.latency_s, delivery.time_to_value_s, delivery.pause_n, delivery.pause_max_s) == (None,) * 4
    assert (delivery.hedge_n, delivery.word_n) == (2, 3)
    assert {row.kind for row in rows} <= {"filled"}


def test_a_call_without_a_respondent_gives_no_rows(call):
    recording, speech_map, dialogue = call
    operator = Dialogue("c", "ru", dialogue.turns[:1])
    assert measure_deliveries(recording, speech_map, operator, ASKED, []) == ((), ())
