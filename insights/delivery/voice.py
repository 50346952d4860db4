"""Voice: pitch, level and held sounds of the respondent's turns, overlapped stretches left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from audio.activity import SpeechMap
from audio.fillers import HeldSound, held_sounds
from audio.level import Frames, Mask, frame_mask, level_frames, level_range_db
from audio.pitch import PitchTrack, Tracker, summarised_pitch, track_pitch
from audio.quality import LineQuality, line_quality, nobodys_sound
from audio.recording import Recording
from audio.span import Span, merged
from insights.delivery.speaking import Speaking
from transcribe.dialogue import Dialogue

# Below this pitch is wrong by two semitones in one answer of ten, and stays NULL.
MIN_PITCH_SNR_DB = 15.0
_HOP_S = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class TurnVoice:
    """The sound of one turn: pitch, level of each 10 ms, which of them are this voice alone, held sounds."""

    pitch: PitchTrack
    levels: Frames
    alone: Mask
    held: tuple[HeldSound, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CallVoice:
    """The respondent's voice through one call.

    Attributes
    ----------
    turns:
        By turn index, respondent's turns only.
    level_db:
        Median level of the respondent's speech in this call; None without any.
    line:
        What the respondent's channel sounds like; None without a respondent.
    not_silence:
        Stretches that are nobody's pause: dead line, tones, music.
    """

    turns: dict[int, TurnVoice] = field(default_factory=dict)
    level_db: float | None = None
    line: LineQuality | None = None
    not_silence: tuple[Span, ...] = ()

    @property
    def pitch_reliable(self) -> bool:
        """Tell whether the line is quiet enough for pitch."""
        return self.line is not None and self.line.snr_db is not None and self.line.snr_db >= MIN_PITCH_SNR_DB


@dataclass(frozen=True, slots=True)
class VoiceSummary:
    """Pitch in semitones, level against the call's own median, of one answer; None = not measurable there."""

    f0_median_st: float | None = None
    f0_range_st: float | None = None
    f0_final_st: float | None = None
    level_db: float | None = None
    level_range_db: float | None = None
    voiced_s: float = 0.0


def call_voice(
    recording: Recording,
    speech_map: SpeechMap,
    dialogue: Dialogue,
    speaking: Speaking,
    *,
    tracker: Tracker = "autocorrelation",
) -> CallVoice:
    """Return the respondent's voice, turn by turn, and the state of the line it came over."""
    channels = {lane.key: lane.channel for lane in speech_map.lanes}
    mine = [(i, turn) for i, turn in enumerate(dialogue.turns) if turn.party == "respondent"]
    if not mine:
        return CallVoice()
    channel = max(
        {channels.get(turn.lane, 0) for _, turn in mine},
        key=lambda c: sum(turn.span.duration_s for _, turn in mine if channels.get(turn.lane, 0) == c),
    )
    channel = min(channel, recording.channels - 1)
    turns = {i: _turn_voice(recording, i, speaking, channel=channel, tracker=tracker) for i, _ in mine}
    levels = np.concatenate([voice.levels[voice.alone] for voice in turns.values()])
    sound = recording.samples[channel]
    # On a mono line everybody's speech is speech; on the respondent's own channel the others are elsewhere.
    heard = speaking.respondent if recording.channels > 1 else merged([*speaking.respondent, *speaking.others])
    return CallVoice(
        turns=turns,
        level_db=float(np.median(levels)) if levels.size else None,
        line=line_quality(sound, recording.rate_hz, heard),
        not_silence=nobodys_sound(sound, recording.rate_hz, heard),
    )


def _turn_voice(
    recording: Recording, turn_idx: int, speaking: Speaking, *, channel: int, tracker: Tracker
) -> TurnVoice:
    speech = speaking.turn_speech[turn_idx]
    span = Span(speech[0].start_s, speech[-1].end_s).padded(0.05, within=recording.span)
    samples = recording.cut(span, channel=channel)
    pitch = track_pitch(samples, recording.rate_hz, start_s=span.start_s, tracker=tracker)
    levels = level_frames(samples, recording.rate_hz, hop_s=_HOP_S)
    alone = frame_mask(speech, levels.shape[0], offset_s=span.start_s)
    alone &= ~frame_mask(speaking.others, levels.shape[0], offset_s=span.start_s)
    held = held_sounds(
        samples,
        recording.rate_hz,
        speech,
        start_s=span.start_s,
        pitch=pitch if tracker == "autocorrelation" else None,
    )
    return TurnVoice(pitch, levels, alone, tuple(h for h in held if not _under(h.span, speaking.others)))


def _under(span: Span, others: Sequence[Span]) -> bool:
    return sum(span.overlap_s(other) for other in others) > span.duration_s / 4


def voice_of(call: CallVoice, turn_idxs: Sequence[int]) -> VoiceSummary:
    """Return pitch and level over some turns of the respondent, taken together."""
    voices = [call.turns[i] for i in turn_idxs if i in call.turns]
    if not voices:
        return VoiceSummary()
    levels = np.concatenate([voice.levels[voice.alone] for voice in voices])
    own_db = float(np.median(levels)) - call.level_db if levels.size and call.level_db is not None else None
    track = _joined(voices)
    summary = VoiceSummary(
        level_db=own_db,
        level_range_db=level_range_db(levels, np.ones(levels.shape[0], dtype=np.bool_)),
        voiced_s=track.voiced_s,
    )
    pitch = summarised_pitch(track) if call.pitch_reliable else None
    if pitch is None:
        return summary
    return replace(summary, f0_median_st=pitch.median_st, f0_range_st=pitch.range_st, f0_final_st=pitch.final_st)


def _joined(voices: Sequence[TurnVoice]) -> PitchTrack:
    """Return one track of several turns, frames in which somebody else speaks taken out."""
    kept = []
    for voice in voices:
        middles_s = (np.arange(voice.pitch.f0_hz.shape[0]) + 0.5) * voice.pitch.hop_s
        frames = np.clip((middles_s / _HOP_S).astype(np.intp), 0, max(0, voice.alone.shape[0] - 1))
        kept.append(
            np.where(voice.alone[frames], voice.pitch.f0_hz, np.nan) if voice.alone.size else voice.pitch.f0_hz
        )
    return PitchTrack(voices[0].pitch.start_s, voices[0].pitch.hop_s, np.concatenate(kept), voices[0].pitch.tracker)
