"""Decoding: what comes out of clean files, and the kind of every bad one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from audio.decode import DecodeLimits, RawFormat, decode, load, sha256_of
from audio.failures import (
    AudioError,
    EmptyFileError,
    NotRegularError,
    TooBigError,
    TooLongError,
    TooManyChannelsError,
    TooSlowError,
    UndeclaredError,
)

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_files as files


@pytest.fixture(scope="module")
def bad_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("bad")
    return folder, files.bad_files(folder)


def kind_of(path: Path) -> str:
    try:
        # Ten minutes instead of two hours: a bomb is a bomb sooner.
        decode(path, limits=DecodeLimits(max_duration_s=600))
    except AudioError as error:
        return error.kind if path.name in str(error) else "a message that does not name its file"
    return ""


def test_bad_files_are_many_and_of_many_kinds(bad_folder: tuple[Path, dict[str, str]]) -> None:
    _, expected = bad_folder
    assert len(expected) >= 60


def test_every_bad_file_ends_with_its_own_kind_of_error(bad_folder: tuple[Path, dict[str, str]]) -> None:
    folder, expected = bad_folder
    found = {name: kind_of(folder / name) for name in expected}
    wrong = {n: (k, found[n]) for n, k in expected.items() if (not found[n] if k == "*" else found[n] != k)}
    assert wrong == {}


@pytest.mark.parametrize(
    "name", ["s16_8k.wav", "f32_8k_stereo.wav", "mulaw_8k_stereo.wav", "lossless_8k.flac", "mac.aiff", "long.w64"]
)
def test_samples_survive_as_they_were(tmp_path: Path, name: str) -> None:
    clean = next(clean for clean in files.CLEAN if clean.name == name)
    sound = files.speech_like(seconds=2, rate_hz=clean.rate_hz, channels=clean.channels)
    recording = load(clean.write(tmp_path, sound=sound), call_id="c1")
    assert recording.samples.shape == sound.shape
    assert recording.rate_hz == clean.rate_hz
    assert np.abs(recording.samples - sound).max() < (0.02 if "mulaw" in name else 1e-4)


def test_channels_are_never_mixed(tmp_path: Path) -> None:
    sound = np.zeros((2, 16000), np.float32)
    sound[1] = 0.5
    (tmp_path / "a.wav").write_bytes(files.wav_bytes(sound, 8000, "PCM_16"))
    left, right = load(tmp_path / "a.wav").samples
    assert left.max() == 0.0
    assert right.min() == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(("codec", "subtype", "suffix"), [("mulaw", "ULAW", "ul"), ("alaw", "ALAW", "al")])
@pytest.mark.parametrize("channels", [1, 2])
def test_headerless_sound_needs_a_declaration(
    tmp_path: Path, codec: str, subtype: str, suffix: str, channels: int
) -> None:
    sound = files.speech_like(seconds=3, channels=channels)
    path = tmp_path / f"call.{suffix}"
    path.write_bytes(files.wav_bytes(sound, 8000, subtype, container="RAW"))
    with pytest.raises(UndeclaredError, match=r"earful\.toml"):
        decode(path)
    decoded = decode(path, raw=RawFormat(codec=codec, channels=channels))  # type: ignore[arg-type]
    assert decoded.recording.samples.shape == (channels, 24000)
    assert np.abs(decoded.recording.samples - sound).max() < 0.03
    assert decoded.facts.flags == ()


def test_a_declaration_does_not_touch_files_with_a_header(tmp_path: Path) -> None:
    sound = files.speech_like(seconds=2, rate_hz=16000)
    for name in ("a.wav", "b.ul"):
        (tmp_path / name).write_bytes(files.wav_bytes(sound, 16000, "PCM_16"))
        assert load(tmp_path / name, raw=RawFormat(codec="mulaw")).rate_hz == 16000


def test_a_playlist_never_leads_to_the_file_it_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(files.wav_bytes(files.speech_like(seconds=2), 8000, "PCM_16"))
    for name, (_, data) in files.playlists(secret).items():
        # A space in front, and a comment, so that more than the first letters must be looked at.
        (tmp_path / name).write_bytes(b"\n " + data)
        assert kind_of(tmp_path / name) in {"playlist", "unreadable"}


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (DecodeLimits(max_duration_s=2.0), TooLongError),
        (DecodeLimits(max_sound_bytes=100_000), TooBigError),
        (DecodeLimits(max_wall_s=-1.0), TooSlowError),
        (DecodeLimits(max_channels=1), TooManyChannelsError),
    ],
)
@pytest.mark.parametrize("codec", ["wav", "ogg"])
def test_each_limit_stops_a_file(tmp_path: Path, limits: DecodeLimits, error: type[AudioError], codec: str) -> None:
    sound = files.speech_like(seconds=4, channels=2)
    kinds = {"wav": ("PCM_16", "WAV"), "ogg": ("VORBIS", "OGG")}
    path = tmp_path / f"a.{codec}"
    path.write_bytes(files.wav_bytes(sound, 8000, kinds[codec][0], container=kinds[codec][1]))
    with pytest.raises(error):
        decode(path, limits=limits)


def test_a_header_that_lies_about_hours_does_not_refuse_a_short_file(tmp_path: Path) -> None:
    pcm = files.wav_bytes(files.speech_like(seconds=2), 8000, "PCM_16")[44:]
    path = tmp_path / "a.wav"
    path.write_bytes(files.riff(pcm, size=0x7FF00000 - 1))
    assert decode(path).recording.duration_s == pytest.approx(2.0)


def test_a_link_put_in_place_of_a_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(files.wav_bytes(files.speech_like(seconds=2), 8000, "PCM_16"))
    (tmp_path / "link.wav").symlink_to(tmp_path / "real.wav")
    with pytest.raises(NotRegularError, match="symbolic link"):
        sha256_of(tmp_path / "link.wav")


def test_facts_carry_hash_codec_and_both_durations(tmp_path: Path) -> None:
    path = next(clean for clean in files.CLEAN if clean.name == "voice_stereo.ogg").write(tmp_path)
    facts = decode(path).facts
    assert (facts.codec, facts.container, facts.channels, facts.rate_hz) == ("opus", "ogg", 2, 48000)
    assert facts.sha256 == sha256_of(path)
    assert facts.size_bytes == path.stat().st_size
    assert facts.declared_duration_s == pytest.approx(facts.decoded_duration_s, abs=0.05)


def test_errors_keep_one_stable_kind_each() -> None:
    def tree(error: type[AudioError]) -> list[type[AudioError]]:
        return [error, *(below for child in error.__subclasses__() for below in tree(child))]

    kinds = [error.kind for error in tree(AudioError)]
    assert len(kinds) == len(set(kinds))
    assert EmptyFileError.kind == "empty"


def test_lost_packets_leave_silence_so_that_later_times_stay_right(tmp_path: Path) -> None:
    sound = np.zeros((1, 48000 * 6), np.float32)
    sound[0, 48000 * 5 : 48000 * 5 + 24000] = 0.5 * np.sin(np.arange(24000) * 0.1)
    data = files.av_bytes(sound, 48000, "webm", "libopus", bit_rate="24000", live="1", cluster_time_limit="1000")
    clusters = [at for at in range(len(data)) if data.startswith(b"\x1f\x43\xb6\x75", at)]
    assert len(clusters) >= 4
    path = tmp_path / "a.webm"
    path.write_bytes(data[: clusters[1]] + data[clusters[2] :])
    decoded = decode(path)
    assert "time_gap" in decoded.facts.flags
    assert decoded.recording.duration_s == pytest.approx(6.0, abs=0.1)
    assert decoded.facts.decoded_duration_s < 5.5
    first = np.flatnonzero(np.abs(decoded.recording.samples[0]) > 0.2)[0] / 48000
    assert first == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize("name", ["lossless_8k.flac", "mulaw_8k_stereo.wav", "voice_stereo.ogg", "phone.amr"])
def test_bytes_that_travelled_decode_like_the_file_they_came_from(tmp_path: Path, name: str) -> None:
    clean = next(clean for clean in files.CLEAN if clean.name == name)
    path = clean.write(tmp_path, sound=files.speech_like(seconds=2, rate_hz=clean.rate_hz, channels=clean.channels))
    here, sent = decode(path), decode(tmp_path / "nowhere" / path.name, content=path.read_bytes())
    assert here.facts == sent.facts
    assert np.array_equal(here.recording.samples, sent.recording.samples)


@pytest.mark.parametrize("name", ["empty.wav", "undeclared.ul", "hls.m3u8", "half_header.wav", "one_sample.wav"])
def test_bad_bytes_that_travelled_end_with_their_own_kind(bad_folder: tuple[Path, dict[str, str]], name: str) -> None:
    folder, expected = bad_folder
    with pytest.raises(AudioError) as caught:
        decode(name, content=(folder / name).read_bytes())
    assert caught.value.kind == expected[name]
