"""Which entries of a folder deserve a row, and which files are still being written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from audio.decode import header_promises_more, still_growing
from audio.formats import container_of, looks_like_sound

sys.path.insert(0, str(Path(__file__).parent))
import synthetic_files as files


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("call.wav", b"", True),
        ("CALL.MP3", b"anything", True),
        ("звонок.opus", b"", True),
        ("call.ul", b"\xff\xff", True),
        ("list.m3u8", b"", True),
        ("call", b"RIFF\0\0\0\0WAVEfmt ", True),
        ("call.part", b"OggS\0\2", True),
        ("call.tmp", b"#EXTM3U\n", True),
        ("notes.txt", "клиент".encode(), False),
        ("responses.csv", "interview_id;nps".encode("utf-16"), False),
        ("report.pdf", b"%PDF-1.7", False),
        ("index.xml", b"<?xml version='1.0'?><calls/>", False),
        (".DS_Store", b"\0\0\0\1Bud1", False),
        ("empty", b"", False),
    ],
)
def test_files_are_told_by_name_or_first_bytes(tmp_path: Path, name: str, data: bytes, expected: bool) -> None:
    (tmp_path / name).write_bytes(data)
    assert looks_like_sound(tmp_path / name) is expected


def test_links_pipes_and_folders_named_like_sound_get_a_row(tmp_path: Path) -> None:
    (tmp_path / "2026-11").mkdir()
    (tmp_path / "call.wav").mkdir()
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "folder link").symlink_to(tmp_path / "2026-11")
    os.mkfifo(tmp_path / "pipe")
    found = {entry.name for entry in tmp_path.iterdir() if looks_like_sound(entry)}
    assert found == {"call.wav", "link", "folder link", "pipe"}
    assert not looks_like_sound(tmp_path / "nothing.wav")


@pytest.mark.parametrize("clean", files.CLEAN, ids=lambda clean: clean.name)
def test_whole_files_promise_no_more_than_they_hold(tmp_path: Path, clean: files.Clean) -> None:
    path = clean.write(tmp_path, seconds=1.5)
    assert looks_like_sound(path)
    assert not header_promises_more(path)
    with path.open("ab") as file:
        file.write(b"TAG" + bytes(125))
    assert not header_promises_more(path), "a tag behind the sound is no promise"


@pytest.mark.parametrize(
    "name",
    ["s16_8k.wav", "mulaw_8k_stereo.wav", "gsm_8k.wav", "g721.au", "mac.aiff", "long.w64", "cbr_8k.mp3", "aac_8k.m4a",
     "browser.webm"],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.3, 0.95])
def test_half_written_files_promise_more(tmp_path: Path, name: str, share: float) -> None:
    clean = next(clean for clean in files.CLEAN if clean.name == name)
    path = clean.write(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert header_promises_more(path)
    assert still_growing(path, first_size=10, now_size=10)


def test_a_moving_size_means_still_growing_whatever_the_header_says(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(files.riff(bytes(32_000), size=0))
    assert still_growing(path, first_size=100, now_size=200)
    assert not still_growing(path, first_size=200, now_size=200)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_placeholders_are_no_promise(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.wav").write_bytes(files.riff(bytes(32_000), size=size))
    assert not header_promises_more(tmp_path / "a.wav")


@pytest.mark.parametrize("trailer", [b"", b"LIST\xff\xff\xff\x7fINFO", b"junk"])
def test_what_follows_the_sound_is_no_promise(tmp_path: Path, trailer: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(files.riff(bytes(32_000)) + trailer)
    assert not header_promises_more(tmp_path / "a.wav")


@pytest.mark.parametrize(
    "data", [b"", b"R", b"RIFF", b"\x1a\x45\xdf\xa3", b"ID3", b"\0\0\0\x18ftyp", b"FORM", b".snd"]
)
def test_any_beginning_can_be_asked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert header_promises_more(tmp_path / "a") in {True, False}


def test_random_bytes_are_no_container() -> None:
    rng = np.random.default_rng(2)
    named = [container_of(rng.bytes(64)) for _ in range(2000)]
    assert sum(name is not None for name in named) < 20
