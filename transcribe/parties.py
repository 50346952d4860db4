"""Who speaks when, in stereo and in mono: from channels or from voices to one SpeechMap."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from audio.activity import Lane, SpeechMap
from audio.foreground import foreground, lane_backgrounds
from audio.layout import ChannelLayout
from audio.quality import tonal_spans
from audio.recording import Recording, Samples
from audio.span import Span, gaps_between
from transcribe.detection import SpeechDetector
from transcribe.diarization.protocol import Diarizer
from transcribe.recognition.protocol import RECOGNITION_RATE_HZ
from transcribe.recognition.windows import at_recognition_rate
from transcribe.stereo import without_bleed

TELEPHONE_RATE_HZ = 8000
# A vowel may run on this long past what the detector hears; a tone's ends are this soft.
VOWEL_S = 0.15
TONE_EDGE_S = 0.05

_log = logging.getLogger("earful.parties")


@dataclass(frozen=True, slots=True, eq=False)
class PartyMap:
    """The voices of a call and how they were told apart.

    Attributes
    ----------
    speech_map:
        A lane for each channel (``channel0``, ``channel1``) or each diarized voice (``speaker0``, ...).
    path:
        ``stereo``, or the diarizer's own path in one channel.
    flags:
        ``one_voice``, ``third_voice``, ``nobody``, ``background_voices`` (somebody talks in the room behind a
        party), ``layout_<kind>`` where the layout needs a look.
    evidence:
        Named figures of the diarizer; empty in stereo.
    """

    speech_map: SpeechMap
    path: str
    flags: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)


def map_parties(
    recording: Recording, layout: ChannelLayout, *, detector: SpeechDetector, diarizer: Diarizer
) -> PartyMap:
    """Return who speaks when in ``recording``.

    Channels that hold a party each are heard one by one, bleed removed, overlap kept. Everything else goes to the
    diarizer as one live channel; two channels are never averaged.
    """
    if layout.separate:
        return _by_channel(recording, layout, detector)
    if layout.kind == "silent":
        return PartyMap(SpeechMap(recording.call_id, (), diarizer.name), "nobody", ("nobody", "layout_silent"))
    return _by_voice(recording, layout, detector, diarizer)


def _by_channel(recording: Recording, layout: ChannelLayout, detector: SpeechDetector) -> PartyMap:
    heard = [_speech(side, recording.rate_hz, detector) for side in recording.samples]
    clear = without_bleed(recording, layout, heard)
    heard_lanes = tuple(Lane(f"channel{i}", i, speech) for i, speech in enumerate(clear) if speech)
    lanes, flags = _without_room(recording, heard_lanes)
    if layout.kind != "separated":
        flags.append(f"layout_{layout.kind}")
    if len(lanes) == 1:
        flags.append("one_voice")
    if not lanes:
        flags.append("nobody")
    return PartyMap(SpeechMap(recording.call_id, lanes, detector.name), "stereo", tuple(flags))


def _speech(samples: Samples, rate_hz: int, detector: SpeechDetector) -> tuple[Span, ...]:
    """Return a channel's speech; sound that is no telephone's is brought to the rate detectors know."""
    if rate_hz == TELEPHONE_RATE_HZ:
        return detector.speech(samples, rate_hz)
    return detector.speech(at_recognition_rate(samples, rate_hz), RECOGNITION_RATE_HZ)


def _by_voice(recording: Recording, layout: ChannelLayout, detector: SpeechDetector, diarizer: Diarizer) -> PartyMap:
    channel = layout.live_channel
    samples = at_recognition_rate(recording.samples[channel], recording.rate_hz)
    found = diarizer.diarize(_without_tones(recording.samples[channel], recording.rate_hz, samples, detector))
    voices = tuple(Lane(f"speaker{i}", channel, speech) for i, speech in enumerate(found.voices) if speech)
    lanes, flags = _without_room(recording, voices)
    flags = [*found.flags, *flags]
    if layout.kind != "mono":
        flags.append(f"layout_{layout.kind}")
    if not lanes:
        flags.append("nobody")
    _log.debug("%s: %s, %d voices", recording.call_id, found.path, len(lanes))
    return PartyMap(SpeechMap(recording.call_id, lanes, diarizer.name), found.path, tuple(flags), found.evidence)


def _without_room(recording: Recording, lanes: tuple[Lane, ...]) -> tuple[tuple[Lane, ...], list[str]]:
    """Return the lanes without what others say in the room behind them, and the flag that somebody does."""
    behind = {key: found for key, found in lane_backgrounds(recording, lanes).items() if found.voices}
    near = (
        replace(
            lane, speech=foreground(recording.samples[lane.channel], recording.rate_hz, lane.speech, behind[lane.key])
        )
        if lane.key in behind
        else lane
        for lane in lanes
    )
    return tuple(lane for lane in near if lane.speech), ["background_voices"] if behind else []


def _without_tones(native: Samples, rate_hz: int, samples: Samples, detector: SpeechDetector) -> Samples:
    """Return ``samples`` (16 kHz) with ringback, busy tones and beeps silenced: a diarizer takes them for a voice.

    A sung or drawn vowel is as steady as a tone, so whatever the detector takes for speech stays.
    """
    tones = tonal_spans(native, rate_hz)
    if not tones:
        return samples
    whole = Span(0.0, len(samples) / RECOGNITION_RATE_HZ)
    spoken = [span.padded(VOWEL_S, within=whole) for span in _speech(native, rate_hz, detector)]
    muted = samples.copy()
    for tone in tones:
        for span in gaps_between((s for s in spoken if s.overlap_s(tone) > 0), within=tone):
            edges = span.padded(TONE_EDGE_S, within=whole)
            muted[round(edges.start_s * RECOGNITION_RATE_HZ) : round(edges.end_s * RECOGNITION_RATE_HZ)] = 0.0
    return muted
