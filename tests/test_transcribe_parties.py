import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from audio.layout import ChannelLayout, channel_layout
from audio.level import mask_spans
from audio.recording import Recording
from audio.span import Span
from transcribe.diarization.protocol import Diarized
from transcribe.parties import map_parties
from transcribe.stereo import dominance_db, without_bleed


def load_synthetic():
    path = Path(__file__).with_name("synthetic_parties.py")
    spec = importlib.util.spec_from_file_location("synthetic_parties", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic_parties"] = module
    spec.loader.exec_module(module)
    return module


synthetic = load_synthetic()


class EnergyDetector:
    """Everything within 30 dB of the loudest frames is speech: hears every bleed."""

    name = "energy"

    def speech(self, samples, rate_hz):
        frames = samples[: len(samples) // (rate_hz // 100) * (rate_hz // 100)].reshape(-1, rate_hz // 100)
        level = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
        return mask_spans(level > max(np.percentile(level, 98) - 30, -60), hop_s=0.01)


class FixedDiarizer:
    name = "fixed"

    def __init__(self, found):
        self.found = found
        self.heard = None

    def diarize(self, samples):
        self.heard = samples
        return self.found


DETECTOR = EnergyDetector()
NOBODY = FixedDiarizer(Diarized((), "nobody"))


def made_voice(name, pitch_hz, seed):
    """A buzz with formant-like colour in syllables and phrases; enough for layout, levels and bleed."""
    rng = np.random.default_rng(seed)
    t = np.arange(40 * 8000) / 8000
    pitch = pitch_hz * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * t))
    buzz = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / 8000)) + 0.3 * rng.standard_normal(len(t))
    syllables = 0.15 + np.clip(np.sin(2 * np.pi * 4.1 * t), 0, 1)
    phrases = (t % (2.3 + 0.2 * seed)) < 1.9
    return synthetic.voice(name, "f", [buzz * syllables * phrases], 8000)


CALL = synthetic.labelled_call(
    "made", [made_voice("low", 110, 1), made_voice("high", 190, 2)], synthetic.CallPlan(seed=5, total_s=60.0)
)


def parties_of(recording, detector=DETECTOR, diarizer=NOBODY):
    return map_parties(recording, channel_layout(recording), detector=detector, diarizer=diarizer)


@pytest.mark.parametrize(
    ("crosstalk_db", "delay_s"), [(None, 0.0), (-38.0, 0.012), (-20.0, 0.0), (-20.0, 0.06), (-6.0, 0.012), (-6.0, 0.1)]
)
def test_bleed_is_nobodys_speech(crosstalk_db, delay_s):
    recording = CALL.stereo(crosstalk_db=crosstalk_db, delay_s=delay_s)
    found = [lane.speech for lane in parties_of(recording).speech_map.lanes]
    errors = synthetic.errors(CALL.truth, found, CALL.duration_s)
    assert errors.confusion <= 0.01
    assert errors.false_alarm <= 0.08
    assert errors.miss <= 0.15


def test_overlap_stays_overlap():
    true = synthetic.errors(CALL.truth, CALL.truth, CALL.duration_s)
    assert true.total == 0
    overlap_s = sum(a.overlap_s(b) for a in CALL.truth[0] for b in CALL.truth[1])
    found = parties_of(CALL.stereo(crosstalk_db=-20.0)).speech_map.overlap
    assert sum(span.duration_s for span in found) == pytest.approx(overlap_s, rel=0.35)


def test_a_quiet_customer_under_a_loud_operator_is_kept_where_the_bleed_is_weak():
    loud, quiet = CALL.sources[0], 0.12 * CALL.sources[1]
    recording = Recording("quiet", np.stack([loud, quiet + 0.004 * loud]).astype(np.float32), 8000)
    lanes = parties_of(recording).speech_map.lanes
    errors = synthetic.errors(CALL.truth, [lane.speech for lane in lanes], CALL.duration_s)
    assert errors.miss <= 0.15
    assert errors.confusion <= 0.01


def test_colleagues_behind_the_operator_are_left_out_and_flagged():
    stereo = CALL.stereo().samples
    colleagues = [made_voice("colleague", 140 + 10 * k, k).sound[k * 3000 :] for k in (3, 4, 5)]
    behind = 0.08 * sum(np.resize(sound, stereo.shape[1]) for sound in colleagues)
    recording = Recording("room", np.stack([stereo[0] + behind, stereo[1]]).astype(np.float32), 8000)
    heard = parties_of(recording)
    found = synthetic.errors(CALL.truth, [lane.speech for lane in heard.speech_map.lanes], CALL.duration_s)
    assert heard.flags == ("background_voices",)
    assert found.false_alarm <= 0.12
    assert found.miss <= 0.2


def test_the_rule_reads_its_limit_from_the_calls_own_lead():
    assert dominance_db(30.0) == 15.0
    assert dominance_db(6.0) == 3.0
    assert dominance_db(float("nan")) == 10.0


def test_spans_without_bleed_keep_the_detectors_edges():
    recording = CALL.stereo()
    speech = [(Span(0.51, 1.0),), (Span(40.003, 40.407),)]
    quiet = Recording("quiet", np.zeros_like(recording.samples), 8000)
    assert without_bleed(quiet, ChannelLayout("separated", 0), speech) == tuple(speech)


def test_mono_lanes_are_the_diarizers_voices_on_the_one_channel():
    voices = ((Span(0.0, 2.0), Span(5.0, 6.0)), (Span(2.5, 4.0),))
    found = parties_of(CALL.mono(), diarizer=FixedDiarizer(Diarized(voices, "votes", (), {"purity": 0.5})))
    assert [(lane.key, lane.channel, lane.speech) for lane in found.speech_map.lanes] == [
        ("speaker0", 0, voices[0]),
        ("speaker1", 0, voices[1]),
    ]
    assert (found.path, found.flags, found.evidence["purity"]) == ("votes", (), 0.5)


def test_a_flipped_pair_is_heard_on_one_channel_and_never_averaged():
    mono = CALL.mono().samples[0]
    diarizer = FixedDiarizer(Diarized(((Span(0.0, 1.0),), (Span(1.0, 2.0),)), "votes"))
    found = parties_of(Recording("flip", np.stack([mono, -mono]), 8000), diarizer=diarizer)
    assert np.abs(diarizer.heard).max() > 0.5 * np.abs(mono).max()
    assert found.flags == ("layout_flipped",)


def test_ringback_is_silenced_before_the_diarizer_hears_it_and_speech_is_not():
    t = np.arange(3 * 8000) / 8000
    tone = 0.2 * np.sin(2 * np.pi * 425 * t)
    sound = np.concatenate([tone, CALL.sources[0][: 20 * 8000]]).astype(np.float32)

    class Knowing:
        name = "knowing"

        def speech(self, samples, rate_hz):
            return (Span(3.0, 23.0),)

    diarizer = FixedDiarizer(Diarized((), "nobody"))
    parties_of(Recording("ringback", sound[None], 8000), detector=Knowing(), diarizer=diarizer)
    assert np.abs(diarizer.heard[: 2 * 16000]).max() < 0.01
    assert (diarizer.heard[4 * 16000 :] ** 2).sum() == pytest.approx(2 * (sound[4 * 8000 :] ** 2).sum(), rel=0.02)


@pytest.mark.parametrize(("rate_hz", "heard_hz"), [(8000, 8000), (16_000, 16_000), (44_100, 16_000)])
def test_a_channel_is_heard_at_a_rate_that_detectors_know(rate_hz, heard_hz):
    heard = []

    class Listening(EnergyDetector):
        def speech(self, samples, rate_hz):
            heard.append((round(samples.shape[0] / rate_hz, 2), rate_hz))
            return super().speech(samples, rate_hz)

    sides = np.stack([CALL.sources[0], CALL.sources[1]])[:, : 5 * 8000].repeat(6, axis=1)[:, : 5 * rate_hz]
    parties_of(Recording("rate", np.ascontiguousarray(sides, dtype=np.float32), rate_hz), detector=Listening())
    assert heard == [(5.0, heard_hz)] * 2


def test_one_voice_of_two_channels_is_flagged():
    sides = np.stack([CALL.sources[0], 1e-3 * np.random.default_rng(1).standard_normal(len(CALL.sources[0]))])
    recording = Recording("alone", sides.astype(np.float32), 8000)
    one = FixedDiarizer(Diarized((CALL.truth[0],), "one_voice", ("one_voice",)))
    found = parties_of(recording, diarizer=one)
    assert "one_voice" in found.flags
    assert "layout_one_silent" in found.flags


def test_silence_has_no_lanes_and_says_so():
    found = parties_of(Recording("silent", np.zeros((2, 80_000), dtype=np.float32), 8000))
    assert found.speech_map.lanes == ()
    assert "nobody" in found.flags


def test_errors_of_a_swapped_pair_are_none_and_of_a_mixed_pair_are_confusion():
    truth = ((Span(0, 4),), (Span(5, 9),))
    assert synthetic.errors(truth, truth[::-1], 10.0).total == 0
    half = ((Span(0, 4), Span(7, 9)), (Span(5, 7),))
    assert synthetic.errors(truth, half, 10.0).confusion == pytest.approx(0.25, abs=0.01)


def test_generated_calls_are_the_same_for_the_same_seed():
    voices = [made_voice("low", 110, 1), made_voice("high", 190, 2)]
    again = synthetic.labelled_call("made", voices, CALL.plan)
    np.testing.assert_array_equal(again.mono().samples, CALL.mono().samples)
    other = synthetic.labelled_call("made", voices, synthetic.CallPlan(seed=6, total_s=60.0))
    assert other.truth != CALL.truth
