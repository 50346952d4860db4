"""Silent loss: damaged files that decode are flagged, clean ones in every format are not."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio.damage import DAMAGE_FLAGS, FLAGS, Trace
from audio.decode import decode
from audio.failures import AudioError
from audio.ogg import ogg_health
from audio.samplewise import clicks, constant_runs, has_hole

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_files as files

# Flipped bytes in GSM frames decode to sound like any other: nothing in file or samples gives them away.
INVISIBLE = {("gsm_8k.wav", "flipped")}


@pytest.mark.parametrize("clean", files.CLEAN, ids=lambda clean: clean.name)
def test_clean_formats_are_decoded_in_full_and_not_flagged(tmp_path: Path, clean: files.Clean) -> None:
    facts = decode(clean.write(tmp_path)).facts
    assert facts.flags == ()
    assert facts.channels == clean.channels
    assert facts.rate_hz == (clean.decoded_rate_hz or clean.rate_hz)
    assert facts.decoded_duration_s == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("damage", files.DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", files.DAMAGED_FORMATS)
def test_damage_is_flagged_or_refused(
    tmp_path: Path, name: str, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    clean = next(clean for clean in files.CLEAN if clean.name == name)
    path = clean.write(tmp_path, seconds=6)
    path.write_bytes(damage(path.read_bytes(), random.Random(5)))
    try:
        seen = decode(path).facts.damaged
    except AudioError:
        seen = True
    assert seen is ((name, damage.__name__) not in INVISIBLE)


def test_an_ogg_cut_on_a_page_border_is_flagged(tmp_path: Path) -> None:
    clean = next(clean for clean in files.CLEAN if clean.name == "voice.opus")
    path = clean.write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(b"OggS")])
    facts = decode(path).facts
    assert facts.flags == ("ogg_without_end",)


@pytest.mark.parametrize(
    ("change", "lost", "ended"),
    [
        (lambda pages: pages, 0, True),
        (lambda pages: pages[:2] + pages[3:], 1, True),
        (lambda pages: pages[:-1], 0, False),
        (lambda pages: [*pages[:2], pages[2][:-1] + b"\1", *pages[3:]], 2, True),
        (lambda pages: [*pages[:2], b"rubbish", *pages[2:]], 1, True),
    ],
)
def test_ogg_pages_are_counted_and_checked(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], lost: int, ended: bool
) -> None:
    pages = [files.ogg_page([bytes([n]) * 9], n, n, flags={0: 2, 5: 4}.get(n, 0)) for n in range(6)]
    path = tmp_path / "a.ogg"
    path.write_bytes(b"".join(change(pages)))
    with path.open("rb") as file:
        health = ogg_health(file)
    assert (health.lost_pages, health.ended) == (lost, ended)


def test_recordings_chained_in_one_ogg_are_whole(tmp_path: Path) -> None:
    one = files.av_bytes(files.speech_like(seconds=3.0, rate_hz=48_000), 48_000, "ogg", "libopus")
    path = tmp_path / "chained.ogg"
    path.write_bytes(one + one)
    found = decode(path)
    assert found.facts.flags == ()
    assert found.recording.duration_s == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize("padding", [0, 7])
def test_a_picture_tagged_before_an_mp3s_own_tag_is_no_damage(tmp_path: Path, padding: int) -> None:
    sound = files.av_bytes(files.speech_like(rate_hz=16_000), 16_000, "mp3", "libmp3lame")
    picture = bytes(4000)
    tag = b"ID3\x03\x00\x00\x00\x00" + bytes([len(picture) >> 7, len(picture) & 0x7F]) + picture
    path = tmp_path / "picture.mp3"
    path.write_bytes(tag + bytes(padding) + sound)
    assert decode(path).facts.flags == ()


def test_a_wav_whose_size_was_never_filled_in_is_odd_but_not_damaged(tmp_path: Path) -> None:
    pcm = files.wav_bytes(files.speech_like(seconds=2), 8000, "PCM_16")[44:]
    for size in (0, 0xFFFFFFFF):
        (tmp_path / "a.wav").write_bytes(files.riff(pcm[:-6], size=size))
        facts = decode(tmp_path / "a.wav").facts
        assert facts.flags == ("size_placeholder",)
        assert not facts.damaged


@pytest.mark.parametrize(
    ("value", "faded", "gated", "expected"),
    [(0.0, False, False, True), (-0.98, True, False, True), (0.0, True, True, False), (0.0, False, True, True)],
    ids=["hole in sound", "stuck at full scale", "gated pauses", "pauses cut out of loud sound"],
)
def test_holes_are_told_from_digital_pauses(value: float, faded: bool, gated: bool, expected: bool) -> None:
    sound = 0.3 * np.sin(np.arange(80_000) * 0.7, dtype=np.float32)[None]
    pauses = [(40_000, 48_000), *([(10_000, 12_000), (30_000, 32_000), (60_000, 62_000)] if gated else [])]
    for start, end in pauses:
        fade = np.linspace(1, 0, 400) ** 2 if faded else np.ones(400)
        sound[0, start - 400 : start] *= fade
        sound[0, end : end + 400] *= fade[::-1]
        sound[0, start:end] = value
    assert has_hole(sound, 8000) is expected


def test_silence_at_both_ends_is_no_hole() -> None:
    sound = np.zeros((1, 40_000), np.float32)
    sound[0, 8000:30_000] = 0.3 * np.sin(np.arange(22_000) * 0.7)
    assert not has_hole(sound, 8000)


def test_a_pause_of_one_channel_is_no_hole() -> None:
    sound = np.stack([0.3 * np.sin(np.arange(40_000) * 0.7), np.zeros(40_000)]).astype(np.float32)
    assert constant_runs(sound, 8000, least_s=0.1) == []


@pytest.mark.parametrize("count", [0, 1, 7])
def test_lone_wrong_samples_are_counted(count: int) -> None:
    sound = np.random.default_rng(4).normal(0, 0.003, (1, 40_000)).astype(np.float32)
    for place in range(count):
        sound[0, 2000 + 5000 * place] += 0.7
    assert clicks(np.clip(sound, -1, 1)) == count


def test_every_flag_explains_itself() -> None:
    assert set(FLAGS) > DAMAGE_FLAGS
    assert all(text.endswith(".") for text in FLAGS.values())


def test_frame_times_that_swing_are_no_gap() -> None:
    trace = Trace(container="ogg", codec="vorbis")
    missing = [trace.see_frame(at_s, 0.1) for at_s in (0.0, 0.1, 0.21, 0.3, 0.4, 0.49, 0.6)]
    assert missing == [0.0] * 7
    assert trace.see_frame(1.2, 0.1) == pytest.approx(0.5)
    assert trace.see_frame(1.3, 0.1) == 0.0
