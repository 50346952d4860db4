"""Files of sound made at test time: clean in many formats, damaged, and some sixty bad in other ways.

Everything is seeded and written with PyAV, soundfile and bytes alone.
"""

from __future__ import annotations

import io
import os
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

Sound = npt.NDArray[np.float32]


def speech_like(*, seconds: float = 12.0, rate_hz: int = 8000, channels: int = 1, seed: int = 1) -> Sound:
    """Return syllables of gliding harmonics with pauses over line noise; shape (channels, n)."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    voices = [_voice(rng, count, rate_hz) for _ in range(channels)]
    return np.stack(voices).astype(np.float32)


def _voice(rng: np.random.Generator, count: int, rate_hz: int) -> Sound:
    time_s = np.arange(count) / rate_hz
    sound = rng.normal(0, 0.0015, count)
    at_s = 0.3
    while at_s < time_s[-1]:
        long_s = rng.uniform(0.1, 0.3)
        inside = slice(*np.searchsorted(time_s, [at_s, at_s + long_s]))
        local = (time_s[inside] - at_s) / long_s
        pitch_hz = rng.uniform(110, 220) * (1 + 0.1 * local)
        phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
        formants_hz = rng.uniform([300, 900, 2200], [800, 2000, 3000])
        harmonics = np.arange(1, int(3400 / 220))
        weight = np.exp(-0.5 * ((harmonics[:, None] * 160 - formants_hz) / 180) ** 2).sum(1) + 0.02
        waves = (weight[:, None] * np.sin(harmonics[:, None] * phase)).sum(0) / weight.sum()
        sound[inside] += rng.uniform(0.2, 0.6) * np.sin(np.pi * local) * waves
        at_s += long_s + (rng.uniform(0.4, 1.2) if rng.random() < 0.2 else rng.uniform(0.02, 0.12))
    return np.clip(sound, -0.95, 0.95).astype(np.float32)


def wav_bytes(sound: Sound, rate_hz: int, subtype: str, *, container: str = "WAV") -> bytes:
    """Write with soundfile, which knows GSM and Vorbis at any rate."""
    buffer = io.BytesIO()
    soundfile.write(buffer, sound.T, rate_hz, format=container, subtype=subtype)
    return buffer.getvalue()


def av_bytes(sound: Sound, rate_hz: int, container: str, codec: str, **options: str) -> bytes:
    """Write with PyAV; ``sound`` of shape (channels, n)."""
    buffer = io.BytesIO()
    layout = "mono" if sound.shape[0] == 1 else "stereo"
    bit_rate = int(options.pop("bit_rate", 0))
    muxer = {"live": "1"} if options.pop("live", "") else {}
    with av.open(buffer, "w", format=container, options=muxer) as out:
        stream = out.add_stream(codec, rate=rate_hz, layout=layout, options=options)
        if bit_rate:
            stream.bit_rate = bit_rate
        target = (stream.codec_context.codec.audio_formats or [av.AudioFormat("s16")])[0].name
        resampler = av.AudioResampler(format=target, layout=layout, rate=rate_hz)
        packed = np.ascontiguousarray((sound.T * 32767).astype(np.int16).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), 0
        for ready in [*resampler.resample(frame), *resampler.resample(None), None]:
            out.mux(stream.encode(ready))
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Clean:
    """One undamaged file: its name, how it is made, the rate and channels that must come out."""

    name: str
    rate_hz: int
    channels: int
    make: Callable[[Sound], bytes]
    decoded_rate_hz: int = 0

    def write(self, folder: Path, *, seed: int = 1, seconds: float = 3.0, sound: Sound | None = None) -> Path:
        """Write the file below ``folder``, ``sound`` or else some seconds of ``speech_like``."""
        if sound is None:
            sound = speech_like(seconds=seconds, rate_hz=self.rate_hz, channels=self.channels, seed=seed)
        path = folder / self.name
        path.write_bytes(self.make(sound))
        return path


def _sf(name: str, rate_hz: int, channels: int, subtype: str, container: str = "WAV") -> Clean:
    return Clean(name, rate_hz, channels, lambda sound: wav_bytes(sound, rate_hz, subtype, container=container))


def _av(
    name: str, rate_hz: int, channels: int, container: str, codec: str, *, out_hz: int = 0, **options: str
) -> Clean:
    return Clean(name, rate_hz, channels, lambda sound: av_bytes(sound, rate_hz, container, codec, **options), out_hz)


CLEAN: tuple[Clean, ...] = (
    _sf("s16_8k.wav", 8000, 1, "PCM_16"),
    _sf("s16_16k_stereo.wav", 16000, 2, "PCM_16"),
    _sf("s16_48k_stereo.wav", 48000, 2, "PCM_16"),
    _sf("s24_44k.wav", 44100, 1, "PCM_24"),
    _sf("s32_16k.wav", 16000, 1, "PCM_32"),
    _sf("f32_8k_stereo.wav", 8000, 2, "FLOAT"),
    _sf("u8_8k.wav", 8000, 1, "PCM_U8"),
    _sf("mulaw_8k.wav", 8000, 1, "ULAW"),
    _sf("mulaw_8k_stereo.wav", 8000, 2, "ULAW"),
    _sf("alaw_8k.wav", 8000, 1, "ALAW"),
    _sf("gsm_8k.wav", 8000, 1, "GSM610"),
    _sf("ima_8k.wav", 8000, 1, "IMA_ADPCM"),
    _sf("ms_adpcm_8k_stereo.wav", 8000, 2, "MS_ADPCM"),
    _sf("g721.au", 8000, 1, "ULAW", "AU"),
    _sf("mac.aiff", 22050, 1, "PCM_16", "AIFF"),
    _sf("long.w64", 8000, 2, "PCM_16", "W64"),
    _sf("apple.caf", 8000, 1, "ALAW", "CAF"),
    _sf("vorbis_8k.ogg", 8000, 1, "VORBIS", "OGG"),
    _sf("vorbis_44k_stereo.ogg", 44100, 2, "VORBIS", "OGG"),
    _sf("raw_8k.gsm", 8000, 1, "GSM610", "RAW"),
    _av("cbr_8k.mp3", 8000, 1, "mp3", "libmp3lame", bit_rate="16000"),
    _av("cbr_16k_stereo.mp3", 16000, 2, "mp3", "libmp3lame", bit_rate="32000"),
    _av("no_table_44k.mp3", 44100, 1, "mp3", "libmp3lame", bit_rate="64000", write_xing="0"),
    _av("aac_8k.m4a", 8000, 1, "ipod", "aac", bit_rate="16000"),
    _av("aac_44k_stereo.m4a", 44100, 2, "ipod", "aac"),
    _av("fragmented.mp4", 16000, 1, "mp4", "aac", movflags="frag_keyframe+empty_moov"),
    _av("stream.aac", 16000, 1, "adts", "aac"),
    _av("voice.opus", 48000, 1, "ogg", "libopus", bit_rate="16000"),
    _av("voice_stereo.ogg", 16000, 2, "ogg", "libopus", out_hz=48000, bit_rate="32000"),
    _av("browser.webm", 48000, 1, "webm", "libopus", bit_rate="24000"),
    _av("browser_live.webm", 48000, 1, "webm", "libopus", bit_rate="24000", live="1"),
    _av("lossless_8k.flac", 8000, 1, "flac", "flac"),
    _av("lossless_48k_stereo.flac", 48000, 2, "flac", "flac"),
    _av("phone.amr", 8000, 1, "amr", "libopencore_amrnb", bit_rate="12200"),
    _av("phone.3gp", 8000, 1, "3gp", "libopencore_amrnb", bit_rate="12200"),
    _av("windows.wma", 16000, 1, "asf", "wmav2", bit_rate="32000"),
)


def truncated(data: bytes, rng: random.Random) -> bytes:
    """Keep between a half and nine tenths."""
    return data[: int(len(data) * rng.uniform(0.5, 0.9))]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Put random values into 40 bytes behind the header."""
    changed = bytearray(data)
    for _ in range(40):
        changed[rng.randrange(min(200, len(data) // 2), len(data))] = rng.randrange(256)
    return bytes(changed)


def holed(data: bytes, rng: random.Random) -> bytes:
    """Overwrite a fifth with zeros, as a disk does that lost blocks."""
    changed = bytearray(data)
    start, length = int(len(data) * rng.uniform(0.25, 0.6)), len(data) // 5
    changed[start : start + length] = bytes(length)
    return bytes(changed)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (truncated, flipped, holed)
DAMAGED_FORMATS = (
    "s16_8k.wav",
    "mulaw_8k.wav",
    "gsm_8k.wav",
    "cbr_8k.mp3",
    "aac_8k.m4a",
    "voice.opus",
    "lossless_8k.flac",
    "browser.webm",
)


def riff(data: bytes, *, rate: int = 8000, channels: int = 1, bits: int = 16, tag: int = 1, size: int = -1) -> bytes:
    """Return a wav file whose header says whatever it is told to."""
    align = channels * bits // 8
    form = struct.pack("<IHHIIHH", 16, tag, channels, rate, rate * align & 0xFFFFFFFF, align & 0xFFFF, bits)
    declared = struct.pack("<I", len(data) if size < 0 else size)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form + b"data" + declared + data


def bad_headers(pcm: bytes) -> dict[str, tuple[str, bytes]]:
    """Return name -> (expected kind, or "" for one that decodes, bytes)."""
    floats = np.frombuffer(pcm, dtype="<i2").astype("<f4") / 32768
    one_nan = floats.copy()
    one_nan[500] = np.nan
    one_inf = floats.copy()
    one_inf[700] = np.inf
    return {
        "rate0.wav": ("*", riff(pcm, rate=0)),
        "rate1.wav": ("bad_rate", riff(pcm, rate=1)),
        "rate4e9.wav": ("*", riff(pcm, rate=4_000_000_000)),
        "ch0.wav": ("*", riff(pcm, channels=0)),
        "ch3.wav": ("too_many_channels", riff(pcm, channels=3)),
        "ch1000.wav": ("*", riff(pcm, channels=1000)),
        "ch10000.wav": ("*", riff(pcm, channels=10_000)),
        "ch65535.wav": ("*", riff(pcm, channels=65535, bits=8)),
        "bits0.wav": ("*", riff(pcm, bits=0)),
        "tag_unknown.wav": ("unreadable", riff(pcm, tag=0x1234)),
        "size_ffffffff.wav": ("", riff(pcm, size=0xFFFFFFFF)),
        "size0.wav": ("", riff(pcm, size=0)),
        "size_negative.wav": ("", riff(pcm, size=0x80000000)),
        "odd_length.wav": ("", riff(pcm[:-1])),
        "nan.wav": ("not_finite", riff(one_nan.tobytes(), bits=32, tag=3)),
        "inf.wav": ("not_finite", riff(one_inf.tobytes(), bits=32, tag=3)),
        "all_nan.wav": ("not_finite", riff(np.full(80000, np.nan, "<f4").tobytes(), bits=32, tag=3)),
        "huge_floats.wav": ("", riff((floats * 1e6).astype("<f4").tobytes(), bits=32, tag=3)),
        "silence.wav": ("", riff(bytes(160_000))),
        "full_scale.wav": ("", riff(np.full(80000, 32767, "<i2").tobytes())),
        "one_sample.wav": ("too_short", riff(b"\0\0")),
        "half_a_second.wav": ("too_short", riff(pcm[:8000])),
    }


def bad_contents(wav: bytes, mp3: bytes, m4a: bytes, rng: random.Random) -> dict[str, tuple[str, bytes]]:
    """Return name -> (expected kind, bytes)."""
    page = b"<!DOCTYPE html><html><body>401 Unauthorized</body></html>" * 20
    return {
        "empty.wav": ("empty", b""),
        "empty.mp3": ("empty", b""),
        "one_byte.mp3": ("unreadable", b"\xff"),
        "header_only.wav": ("truncated_header", wav[:44]),
        "half_header.wav": ("truncated_header", wav[:20]),
        "riff_only.wav": ("*", b"RIFF"),
        "random.wav": ("unreadable", rng.randbytes(200_000)),
        "random.mp3": ("*", rng.randbytes(200_000)),
        "random.opus": ("*", rng.randbytes(50_000)),
        "zeros.wav": ("unreadable", bytes(200_000)),
        "page.mp3": ("unreadable", page),
        "text.wav": ("unreadable", "это не запись\n".encode() * 500),
        "archive.wav": ("unreadable", b"PK\x03\x04" + rng.randbytes(5000)),
        "document.wav": ("unreadable", b"%PDF-1.7\n" + rng.randbytes(5000)),
        "image.wav": ("unreadable", b"\x89PNG\r\n\x1a\n" + rng.randbytes(5000)),
        "index_lost.m4a": (
            "truncated_header",
            m4a[: len(m4a) // 2] if m4a.rfind(b"moov") > len(m4a) // 2 else m4a[:20],
        ),
        "undeclared.ul": ("undeclared", rng.randbytes(80_000)),
        "undeclared.al": ("undeclared", rng.randbytes(80_000)),
        "undeclared.pcm": ("undeclared", rng.randbytes(80_000)),
        "wav_named.mp3": ("", wav),
        "mp3_named.wav": ("", mp3),
        "wav_named.ul": ("", wav),
        'имя с пробелом и "кавычкой".wav': ("", wav),
        "-rf.wav": ("", wav),
        "concat:x|y.wav": ("", wav),
        "пусто\n.wav": ("", wav),
        "tail_of_tags.wav": ("", wav + b"TAG" + bytes(125)),
    }


def playlists(target: Path) -> dict[str, tuple[str, bytes]]:
    """Return texts that name another file or an address."""
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
    sources = {
        "hls.wav": hls.format(target.as_uri()),
        "hls.m3u8": hls.format(target.as_uri()),
        "hls_relative.mp3": "\ufeff" + hls.format(target.name),
        "hls_network.wav": hls.format("http://127.0.0.1:9/x.ts"),
        "concat.wav": f"ffconcat version 1.0\nfile '{target}'\n",
        "list.pls": f"[playlist]\nFile1={target}\n",
        "list.xspf": f'<?xml version="1.0"?><playlist><track>{target}</track></playlist>',
        "dash.mp4": '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
    }
    return {name: ("playlist", text.encode()) for name, text in sources.items()}


def special_files(folder: Path) -> dict[str, str]:
    """Make links, a pipe and a folder named like recordings; returns name -> expected kind."""
    (folder / "endless.wav").symlink_to("/dev/zero")
    (folder / "dangling.wav").symlink_to(folder / "no such file")
    (folder / "good_link.wav").symlink_to(folder / "-rf.wav")
    (folder / "folder.wav").mkdir()
    os.mkfifo(folder / "pipe.wav")
    names = ("endless.wav", "dangling.wav", "good_link.wav", "folder.wav", "pipe.wav")
    return dict.fromkeys(names, "not_regular")


def sparse_wav(path: Path, *, bytes_declared: int) -> None:
    """Write a wav of gigabytes that takes no room on disk."""
    path.write_bytes(riff(b"", size=bytes_declared))
    os.truncate(path, 44 + bytes_declared)


def bad_files(folder: Path, *, seed: int = 3) -> dict[str, str]:
    """Write some sixty bad files of over 25 kinds into ``folder``.

    Returns name -> expected kind of error, ``"*"`` where any will do, ``""`` for odd ones that must decode.
    """
    rng = random.Random(seed)
    sound = speech_like(seconds=5)
    wav = wav_bytes(sound, 8000, "PCM_16")
    mp3 = av_bytes(sound, 8000, "mp3", "libmp3lame", bit_rate="16000")
    m4a = av_bytes(sound, 8000, "ipod", "aac", bit_rate="16000")
    files = bad_headers(wav[44:]) | bad_contents(wav, mp3, m4a, rng) | playlists(folder / "-rf.wav")
    expected: dict[str, str] = {}
    for name, (kind, data) in files.items():
        (folder / name).write_bytes(data)
        expected[name] = kind
    sparse_wav(folder / "sparse_1gb.wav", bytes_declared=1_000_000_000)
    video = io.BytesIO()
    with av.open(video, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    (folder / "video_only.mp4").write_bytes(video.getvalue())
    (folder / "bomb_5h.opus").write_bytes(opus_bomb(5))
    known = {"sparse_1gb.wav": "too_long", "video_only.mp4": "no_audio", "bomb_5h.opus": "too_long"}
    return expected | special_files(folder) | known


def opus_bomb(hours: float) -> bytes:
    """Return hours of nothing in few kilobytes: Ogg pages of 255 packets of 60 ms, each one byte long."""
    header = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    pages = [ogg_page([header], 0, 0, flags=2), ogg_page([tags], 0, 1)]
    for number in range(round(hours * 3600 / (255 * 0.06))):
        pages.append(ogg_page([b"\x18"] * 255, (number + 1) * 255 * 2880, number + 2))
    return b"".join(pages) + ogg_page([b"\x18"], 0, len(pages), flags=4)


def ogg_page(packets: list[bytes], granule: int, number: int, *, flags: int = 0) -> bytes:
    """Return one Ogg page with its checksum, computed bit by bit as RFC 3533 says."""
    head = b"OggS" + struct.pack("<BBqIII", 0, flags, granule, 7, number, 0) + bytes([len(packets)])
    data = head + bytes(len(packet) for packet in packets) + b"".join(packets)
    remainder = 0
    for byte in data:
        remainder = (remainder << 8 & 0xFFFFFFFF) ^ _OGG_TABLE[remainder >> 24 ^ byte]
    return data[:22] + struct.pack("<I", remainder) + data[26:]


def _ogg_table() -> list[int]:
    table = []
    for value in range(256):
        remainder = value << 24
        for _ in range(8):
            remainder = (remainder << 1 ^ (0x04C11DB7 if remainder >> 31 else 0)) & 0xFFFFFFFF
        table.append(remainder)
    return table


_OGG_TABLE = _ogg_table()
