"""Signs that sound was lost or altered on its way into the file, each a small named rule.

A decoder says little: 40 flipped bytes in an Opus file left 1 of 15 seconds without an error. So the file is asked in
other ways too: what its header declares, whether its clock runs on, what its own checksums say, and whether the
samples hold something no voice and no line makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from audio.formats import wrong_suffix
from audio.mpeg import checksum_broken
from audio.ogg import ogg_health
from audio.promises import NO_PROMISE
from audio.recording import Samples
from audio.samplewise import SAMPLEWISE_CODECS, clicks, has_hole

if TYPE_CHECKING:
    from av.packet import Packet

# Encoder delay and padding stay below this in every clean format of the tests.
_LENGTH_SLACK_S = 0.3
# Less than the usual packet of 20 ms. Vorbis frames change their length, and their times swing by up to a block.
_CLOCK_SLACK_S = 0.015
_VORBIS_SLACK_S = 0.25
_GAP_S = 0.03
_FULL_SCALE_SLACK = 2.0
_FEWEST_CLICKS = 3
# Silence may take a byte or two, zeros among them; the shortest frames of coded voice are AMR's 13 bytes.
_LEAST_FRAME = 12
# Demuxers that hunt for the next frame header and silently pass over what lies between two frames.
_HUNTING = frozenset({"mp3", "aac", "flac", "amr", "gsm"})


@dataclass(slots=True)
class Trace:
    """What was seen while one file was decoded; filled in packet by packet."""

    container: str
    codec: str
    declared_s: float | None = None
    decoded_s: float = 0.0
    size_bytes: int = 0
    packets: int = 0
    errors: int = 0
    corrupt_packets: int = 0
    cut_at_end: bool = False
    decoded_frames: int = 0
    changed_frames: int = 0
    zero_packets: int = 0
    skipped_bytes: int = 0
    gap_s: float = 0.0
    peak: float = 0.0
    _byte_at: int | None = field(default=None, repr=False)
    _start_s: float | None = field(default=None, repr=False)

    def see_packet(self, packet: Packet[Any]) -> None:
        """Note a packet's place and payload."""
        if not packet.size:
            return
        self.packets += 1
        self.corrupt_packets += bool(packet.is_corrupt)
        self.cut_at_end = bool(packet.is_corrupt)
        self.zero_packets += packet.size >= _LEAST_FRAME and not any(bytes(packet))
        position = packet.pos
        if position is None or position < 0:
            return
        if self._byte_at is not None and position > self._byte_at:
            self.skipped_bytes += position - self._byte_at
        self._byte_at = position + packet.size

    def see_frame(self, time_s: float | None, duration_s: float) -> float:
        """Note when a decoded frame begins and how long it lasts; returns the seconds missing before it."""
        expected_s = self.decoded_s + self.gap_s
        self.decoded_frames += 1
        self.decoded_s += duration_s
        if time_s is None:
            return 0.0
        if self._start_s is None:
            self._start_s = time_s - expected_s
        missing_s = time_s - self._start_s - expected_s
        if missing_s <= (_VORBIS_SLACK_S if self.codec == "vorbis" else _CLOCK_SLACK_S):
            return 0.0
        self.gap_s += missing_s
        return missing_s


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a rule may look at."""

    path: Path
    file: BinaryIO
    head: bytes
    samples: Samples
    rate_hz: int
    trace: Trace


def shorter_than_declared(evidence: Evidence) -> bool:
    """Less sound came out than the header declares."""
    trace = evidence.trace
    return trace.declared_s is not None and trace.declared_s - trace.decoded_s > _LENGTH_SLACK_S


def longer_than_declared(evidence: Evidence) -> bool:
    """More sound came out than the header declares, or its frames repeat."""
    trace = evidence.trace
    if trace.declared_s is None or trace.decoded_s - trace.declared_s <= _LENGTH_SLACK_S:
        return False
    # A chain of recordings in one Ogg file is sound, and its last page counts the last of them only.
    return trace.container != "ogg" or ogg_health(evidence.file).streams == 1


def time_gap(evidence: Evidence) -> bool:
    """Frames run ahead of the sound decoded so far: packets in between are lost."""
    return evidence.trace.gap_s > _GAP_S


def packet_errors(evidence: Evidence) -> bool:
    """At least one packet does not decode or is incomplete."""
    trace = evidence.trace
    # A wav without a size ends wherever its recorder stopped, in the middle of a packet too.
    expected = trace.cut_at_end and size_placeholder(evidence)
    return trace.errors + trace.corrupt_packets - expected > 0


def skipped_bytes(evidence: Evidence) -> bool:
    """Between two frames lie bytes that belong to neither."""
    return evidence.trace.container in _HUNTING and evidence.trace.skipped_bytes > 0


def zero_packets(evidence: Evidence) -> bool:
    """Packets of a compressed format hold nothing but zeros, which no encoder writes."""
    return evidence.trace.codec not in SAMPLEWISE_CODECS and evidence.trace.zero_packets > 0


def changed_format(evidence: Evidence) -> bool:
    """Frames claim another rate or number of channels than the first; they are left out."""
    return evidence.trace.changed_frames > 0


def ogg_pages_lost(evidence: Evidence) -> bool:
    """Ogg pages are missing from the count or fail their checksum."""
    return evidence.trace.container == "ogg" and ogg_health(evidence.file).lost_pages > 0


def ogg_without_end(evidence: Evidence) -> bool:
    """Ogg stream without its last page: it was cut, or its recorder never closed it."""
    return evidence.trace.container == "ogg" and not ogg_health(evidence.file).ended


def mp3_checksum(evidence: Evidence) -> bool:
    """Frames of an mp3 differ from what its encoder took the checksum of."""
    return evidence.trace.container == "mp3" and checksum_broken(evidence.file)


def burst(evidence: Evidence) -> bool:
    """Compressed sound decodes to peaks far beyond full scale, which no encoder was given."""
    return evidence.trace.codec not in SAMPLEWISE_CODECS and evidence.trace.peak > _FULL_SCALE_SLACK


def constant_run(evidence: Evidence) -> bool:
    """All channels stand still on one value where neither a voice nor a line does."""
    return has_hole(evidence.samples, evidence.rate_hz)


def impulses(evidence: Evidence) -> bool:
    """Single samples stick out of their surroundings, as flipped bytes make them in uncompressed sound."""
    if evidence.trace.codec not in SAMPLEWISE_CODECS:
        return False
    return clicks(evidence.samples) >= _FEWEST_CLICKS


def wrong_name(evidence: Evidence) -> bool:
    """Name that ends like another format; the content was believed."""
    return wrong_suffix(evidence.path, evidence.trace.container)


def size_placeholder(evidence: Evidence) -> bool:
    """Wav whose recorder never filled in the size; all that is there was read."""
    at = evidence.head.find(b"data", 12) if evidence.trace.container == "wav" else -1
    size = int.from_bytes(evidence.head[at + 4 : at + 8], "little")
    return at > 0 and (size == 0 or size >= NO_PROMISE) and not evidence.head.startswith(b"RF64")


def digital_silence(evidence: Evidence) -> bool:
    """Every channel holds one value from beginning to end."""
    samples, second = evidence.samples, evidence.samples[:, : evidence.rate_hz]
    return all(bool((part == samples[:, :1]).all()) for part in (second, samples))


def beyond_full_scale(evidence: Evidence) -> bool:
    """Float samples far beyond full scale, cut to it."""
    return evidence.trace.codec in SAMPLEWISE_CODECS and evidence.trace.peak > _FULL_SCALE_SLACK


DAMAGE: tuple[Callable[[Evidence], bool], ...] = (
    shorter_than_declared,
    longer_than_declared,
    time_gap,
    packet_errors,
    skipped_bytes,
    zero_packets,
    changed_format,
    ogg_pages_lost,
    ogg_without_end,
    mp3_checksum,
    burst,
    constant_run,
    impulses,
)
ODDITIES: tuple[Callable[[Evidence], bool], ...] = (wrong_name, size_placeholder, digital_silence, beyond_full_scale)

DAMAGE_FLAGS = frozenset(rule.__name__ for rule in DAMAGE)
FLAGS: dict[str, str] = {rule.__name__: (rule.__doc__ or "").splitlines()[0] for rule in (*DAMAGE, *ODDITIES)}


def flags_of(
    path: Path, file: BinaryIO, head: bytes, *, samples: Samples, rate_hz: int, trace: Trace
) -> tuple[str, ...]:
    """Return the names of the rules that find something, sorted."""
    evidence = Evidence(path, file, head, samples, rate_hz, trace)
    return tuple(sorted(rule.__name__ for rule in (*DAMAGE, *ODDITIES) if rule(evidence)))
