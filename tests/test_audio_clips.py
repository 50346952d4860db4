"""Clips: the right stretch, equally loud, and nothing left under a bleep."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.clips import BLEEP_PAD_S, MEDIA_TYPES, clip, whole_call
from audio.decode import decode, load
from audio.encode import encode
from audio.failures import AudioError, CannotEncodeError
from audio.loudness import MOST_GAIN_DB, TARGET_DB, amplified, gated_level_db, levelling_gain_db
from audio.recording import Recording
from audio.span import Span

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_files as files

CALL = Recording("c1", files.speech_like(seconds=8, channels=2, seed=6), 8000)


def heard(data: bytes, folder: Path, *, suffix: str = "wav") -> Recording:
    path = folder / f"clip.{suffix}"
    path.write_bytes(data)
    return load(path)


@pytest.mark.parametrize(("form", "suffix"), [("opus", "opus"), ("mp3", "mp3"), ("wav", "wav")])
def test_a_clip_holds_its_stretch_and_a_second_on_both_sides(tmp_path: Path, form: str, suffix: str) -> None:
    data = clip(CALL, Span(3, 5), format=form)  # type: ignore[arg-type]
    sound = heard(data, tmp_path, suffix=suffix)
    assert sound.channels == 1
    assert sound.duration_s == pytest.approx(4.0, abs=0.15)
    assert form in MEDIA_TYPES


def test_padding_ends_where_the_call_ends(tmp_path: Path) -> None:
    assert heard(clip(CALL, Span(7.5, 8.0), format="wav"), tmp_path).duration_s == pytest.approx(1.5)
    assert heard(clip(CALL, Span(0, 0), pad_s=1.2, format="wav"), tmp_path).duration_s == pytest.approx(1.2)


def test_a_clip_can_be_cut_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "call.flac").write_bytes(encode(CALL.samples, 8000, codec="flac"))
    call = load(tmp_path / "call.flac")
    assert clip(tmp_path / "call.flac", Span(1, 2), format="wav") == clip(call, Span(1, 2), format="wav")


@pytest.mark.parametrize(
    ("span", "options", "message"),
    [
        (Span(9, 10), {"pad_s": 0.0}, "lasts 8 s"),
        (Span(1, 2), {"format": "aiff"}, "known: opus, mp3, wav"),
        (Span(1, 2), {"channels": 2}, "0 to 1"),
        (Span(1, 2), {"channels": "left"}, "'mix'"),
    ],
)
def test_wrong_wishes_name_what_is_possible(span: Span, options: dict[str, object], message: str) -> None:
    with pytest.raises(CannotEncodeError, match=message):
        clip(CALL, span, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("form", "suffix"), [("opus", "opus"), ("mp3", "mp3"), ("wav", "wav")])
@pytest.mark.parametrize("channels", ["mix", 0])
def test_nothing_of_a_bleeped_name_is_left(tmp_path: Path, form: str, suffix: str, channels: str | int) -> None:
    name = Span(3.0, 3.6)
    other = CALL.samples.copy()
    padded = slice(round((3.0 - BLEEP_PAD_S) * 8000), round((3.6 + BLEEP_PAD_S) * 8000))
    other[:, padded] = files.speech_like(seconds=8, channels=2, seed=99)[:, padded]
    wish = {"format": form, "channels": channels, "level": False, "bleep": [name]}
    # Two calls that differ only in the name give the same bytes: the clip cannot tell what was said.
    assert clip(CALL, Span(2, 5), **wish) == clip(Recording("c1", other, 8000), Span(2, 5), **wish)  # type: ignore[arg-type]
    sound = heard(clip(CALL, Span(2, 5), **wish), tmp_path, suffix=suffix)  # type: ignore[arg-type]
    at = slice(round(2.05 * sound.rate_hz), round(2.55 * sound.rate_hz))
    spectrum = np.abs(np.fft.rfft(sound.samples[0, at])) ** 2
    hz = np.fft.rfftfreq(at.stop - at.start, 1 / sound.rate_hz)
    assert spectrum[np.abs(hz - 1000) < 50].sum() > 0.9 * spectrum.sum()


@given(st.floats(-2, 10), st.floats(0, 3))
def test_bleeps_anywhere_keep_the_length(start_s: float, long_s: float) -> None:
    name = Span(start_s, start_s + long_s)
    data = clip(CALL, Span(3, 4), pad_s=0.0, format="wav", bleep=[name])
    assert len(data) == len(clip(CALL, Span(3, 4), pad_s=0.0, format="wav"))
    changed = data != clip(CALL, Span(3, 4), pad_s=0.0, format="wav")
    touches = name.start_s - BLEEP_PAD_S < 4 - 1e-3 and name.end_s + BLEEP_PAD_S > 3 + 1e-3
    assert changed or not touches


@pytest.mark.parametrize("gain", [0.05, 0.3, 1.0])
def test_calls_of_any_level_become_equally_loud(tmp_path: Path, gain: float) -> None:
    call = Recording("c1", (CALL.samples[:1] * np.float32(gain)), 8000)
    sound = heard(whole_call(call, format="wav"), tmp_path)
    expected = min(TARGET_DB, gated_level_db(call.samples[0], 8000) + MOST_GAIN_DB)
    assert gated_level_db(sound.samples[0], 8000) == pytest.approx(expected, abs=1.0)
    assert np.abs(sound.samples).max() < 1.0


def test_pauses_do_not_pull_the_level_down() -> None:
    voice = CALL.samples[0]
    long_pause = np.concatenate([voice, np.zeros(8000 * 60, np.float32)])
    assert gated_level_db(long_pause, 8000) == pytest.approx(gated_level_db(voice, 8000), abs=0.5)


@pytest.mark.parametrize("count", [0, 1, 100, 8000])
def test_silence_has_no_level_and_no_gain(count: int) -> None:
    silence = np.zeros(count, np.float32)
    assert np.isnan(gated_level_db(silence, 8000))
    assert levelling_gain_db(silence, 8000) == 0.0


@given(st.floats(-40, 40))
def test_amplified_sound_stays_within_full_scale_and_in_order(gain_db: float) -> None:
    ramp = np.linspace(-1, 1, 101, dtype=np.float32)[None]
    loud = amplified(ramp, gain_db)
    assert np.abs(loud).max() <= 1.0
    assert (np.diff(loud[0]) >= 0).all()


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_one_voice_on_two_channels_neither_cancels_nor_doubles(tmp_path: Path, sign: float) -> None:
    voice = CALL.samples[0]
    pair = Recording("c1", np.stack([voice, np.float32(sign) * voice]), 8000)
    sound = heard(whole_call(pair, format="wav"), tmp_path)
    assert gated_level_db(sound.samples[0], 8000) == pytest.approx(TARGET_DB, abs=1.0)


def test_the_same_samples_give_the_same_bytes() -> None:
    for codec in ("opus", "mp3", "flac", "wav", "mulaw"):
        assert encode(CALL.samples, 8000, codec=codec) == encode(CALL.samples, 8000, codec=codec)  # type: ignore[arg-type]


@pytest.mark.parametrize("codec", ["flac", "wav"])
def test_lossless_codecs_return_what_was_given(tmp_path: Path, codec: str) -> None:
    (tmp_path / "a").write_bytes(encode(CALL.samples, 11025, codec=codec))  # type: ignore[arg-type]
    decoded = decode(tmp_path / "a")
    assert decoded.facts.flags == ()
    assert decoded.recording.rate_hz == 11025
    assert np.abs(decoded.recording.samples - CALL.samples).max() < 1e-4


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 44100, 48000])
@pytest.mark.parametrize("codec", ["opus", "mp3"])
def test_any_rate_can_be_heard_at_its_own_speed(tmp_path: Path, codec: str, rate_hz: int) -> None:
    sound = 0.4 * np.sin(2 * np.pi * 440 * np.arange(2 * rate_hz) / rate_hz)
    recording = heard(encode(sound, rate_hz, codec=codec), tmp_path, suffix=codec)  # type: ignore[arg-type]
    assert recording.duration_s == pytest.approx(2.0, abs=0.15)
    spectrum = np.abs(np.fft.rfft(recording.samples[0]))
    assert spectrum.argmax() / recording.duration_s == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("samples", "rate_hz", "codec"),
    [(np.zeros((3, 9)), 8000, "wav"), (np.zeros(0), 8000, "wav"), (np.array([np.nan]), 8000, "wav"),
     (np.zeros(9), 0, "wav"), (np.zeros(9), 8000, "aac")],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(samples: np.ndarray, rate_hz: int, codec: str) -> None:
    with pytest.raises(AudioError) as caught:
        encode(samples, rate_hz, codec=codec)  # type: ignore[arg-type]
    assert caught.value.kind == "cannot_encode"
