"""What decoding may cost, what is declared about headerless files, and what is known of a file afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audio.damage import DAMAGE_FLAGS
from audio.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """How much a single file may cost; a survey call is far below every one of them.

    Attributes
    ----------
    max_duration_s:
        Decoded seconds; hours of silence fit into kilobytes.
    max_sound_bytes:
        Decoded float32 bytes over all channels; two hours of stereo at 8 kHz are 461 million.
    max_wall_s:
        Seconds on the clock for opening and decoding together.
    max_channels:
        1 or 2: a channel a party.
    min_duration_s:
        Less is no conversation.
    rates_hz:
        Lowest and highest believable sample rate, both included.
    """

    max_duration_s: float = 7200.0
    max_sound_bytes: int = 800_000_000
    max_wall_s: float = 25.0
    max_channels: int = 2
    min_duration_s: float = 1.0
    rates_hz: tuple[int, int] = (4000, 192_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFormat:
    """What somebody declared about headerless files, which say nothing themselves.

    Attributes
    ----------
    codec:
        ``"mulaw"``, ``"alaw"`` or ``"s16le"``.
    rate_hz:
        Samples a second.
    channels:
        1 or 2, interleaved.
    """

    codec: Literal["mulaw", "alaw", "s16le"]
    rate_hz: int = 8000
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the file is, says of itself, and shows of loss.

    Attributes
    ----------
    container, codec:
        As ffmpeg calls them, such as ``"wav"`` and ``"pcm_mulaw"``.
    rate_hz, channels:
        As decoded.
    declared_duration_s:
        Seconds by the header; None when the format has none worth trusting (raw AAC, AMR, GSM,
        mp3 without a frame table).
    decoded_duration_s:
        Seconds that came out; less than the recording lasts where lost packets were replaced by silence.
    flags:
        Names of signs, sorted; see ``audio.damage.FLAGS`` for their meanings.
    sha256:
        Of the file's bytes, 64 hex digits.
    size_bytes:
        Of the file.
    """

    codec: str
    rate_hz: int
    channels: int
    declared_duration_s: float | None
    decoded_duration_s: float
    container: str
    flags: tuple[str, ...] = ()
    sha256: str = ""
    size_bytes: int = 0

    @property
    def damaged(self) -> bool:
        """Whether any flag is a sign of lost or altered sound, as against an oddity of the file."""
        return not DAMAGE_FLAGS.isdisjoint(self.flags)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording and the facts about the file it came from."""

    recording: Recording
    facts: FileFacts
