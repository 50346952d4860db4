"""Measure: how each answer of a call was said, and every pause of the respondent that can be played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from audio.activity import SpeechMap
from audio.foreground import lane_backgrounds
from audio.pauses import silent_pauses, summarised
from audio.pitch import Tracker
from audio.recording import Recording
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.delivery.edges import measuring_map
from insights.delivery.filled import FilledPause, TurnFilling, filled_pauses
from insights.delivery.pause_rows import pause_rows
from insights.delivery.speaking import Speaking, speaking_of
from insights.delivery.timing import Timing, timing_of
from insights.delivery.voice import CallVoice, VoiceSummary, call_voice, voice_of
from insights.delivery.wording import wording_of
from transcribe.dialogue import Dialogue, Word

LOW_SNR_DB = 10.0
MUCH_OVERLAP = 0.1
LITTLE_VOICE_S = 0.4
CLIPPED_SHARE = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class HeardCall:
    """All that delivery knows of a call before it looks at single answers.

    ``drowned`` tells that voices in the room as near as a party's own fill its pauses.
    """

    dialogue: Dialogue
    speaking: Speaking
    voice: CallVoice
    filling: Mapping[int, TurnFilling]
    pauses: tuple[Span, ...]
    second_pass: bool
    drowned: bool = False


def hear_call(
    recording: Recording,
    speech_map: SpeechMap,
    dialogue: Dialogue,
    *,
    prompted: Sequence[Word] | None = None,
    tracker: Tracker = "autocorrelation",
) -> HeardCall:
    """Return the respondent's voice, fillers and silent pauses through one call."""
    speech_map = measuring_map(recording, speech_map)
    speaking = speaking_of(speech_map, dialogue)
    voice = call_voice(recording, speech_map, dialogue, speaking, tracker=tracker)
    filling = filled_pauses(voice, dialogue, prompted=prompted or ())
    filled = [pause.span for turn in filling.values() for pause in turn.pauses]
    pauses = silent_pauses(speaking.respondent, speaking.others, filled=filled, not_silence=voice.not_silence)
    behind = lane_backgrounds(recording, speech_map.lanes)
    drowned = any(found.voices for found in behind.values())
    return HeardCall(dialogue, speaking, voice, filling, pauses, prompted is not None, drowned)


def measure_deliveries(
    recording: Recording,
    speech_map: SpeechMap,
    dialogue: Dialogue,
    asked: Sequence[Asked],
    answers: Sequence[Answer],
    *,
    prompted: Sequence[Word] | None = None,
    tracker: Tracker = "autocorrelation",
) -> tuple[tuple[Delivery, ...], tuple[PauseRow, ...]]:
    """Measure how every answer was said, and list every pause of the respondent.

    Parameters
    ----------
    recording, speech_map, dialogue:
        The call; the speech map's edges make pauses and latency, word times never do. Where voices in the room
        are as near as a party's own, nothing tells a pause: such figures are None, and ``background_voices`` is
        among the answer's flags.
    asked, answers:
        Where questions were put and what was said in reply; an answer without a turn is skipped.
    prompted:
        Filler words of the prompted second pass; None where it did not run: then no filler is confirmed but
        those the transcript spells, and the count of confirmed ones is None, not zero.
    tracker:
        Pitch tracker.

    Returns
    -------
    tuple
        One Delivery for each answered question, in the order of ``answers``; pause rows in time order.
    """
    call = hear_call(recording, speech_map, dialogue, prompted=prompted, tracker=tracker)
    timed = [(answer, timing_of(answer, asked, dialogue, call.speaking)) for answer in answers if answer.turn_idxs]
    deliveries = tuple(_delivery(answer, timing, call) for answer, timing in timed)
    timings = {answer.question_id: (answer.turn_idxs[0], timing) for answer, timing in timed if timing is not None}
    rows = pause_rows(dialogue, call.speaking, silent=call.pauses, filling=call.filling, timings=timings)
    if not call.drowned:
        return deliveries, rows
    return tuple(map(_withheld, deliveries)), tuple(row for row in rows if row.kind == "filled")


def _withheld(delivery: Delivery) -> Delivery:
    """Return the delivery without what cannot be told where voices in the room fill a party's pauses."""
    return replace(
        delivery,
        latency_s=None,
        time_to_value_s=None,
        pause_n=None,
        pause_total_s=None,
        pause_median_s=None,
        pause_max_s=None,
        artic_rate=None,
        quality={**delivery.quality, "background_voices": True},
    )


def answering_turns(answer: Answer, dialogue: Dialogue) -> tuple[int, ...]:
    """Return the turns in which the answer itself is given.

    For an answer with a value: up to the turn of the number that stands, what comes later answers a probe. For
    one without: the turns until the operator speaks again with more than a word or two.
    """
    idxs = answer.turn_idxs
    if answer.value_span is not None:
        until_s = answer.value_span.start_s
        return tuple(i for i in idxs if i == idxs[0] or dialogue.turns[i].span.start_s <= until_s)
    kept = [idxs[0]]
    for i in idxs[1:]:
        between = dialogue.turns[kept[-1] + 1 : i]
        if any(turn.party == "operator" and len(turn.words) > _BACKCHANNEL_WORDS for turn in between):
            break
        kept.append(i)
    return tuple(kept)


_BACKCHANNEL_WORDS = 2


def _delivery(answer: Answer, timing: Timing | None, call: HeardCall) -> Delivery:
    """Return one answer's measures."""
    idxs = answering_turns(answer, call.dialogue)
    text = " ".join(call.dialogue.turns[i].text for i in idxs)
    wording = wording_of(text, language=call.dialogue.language)
    whole = _whole(idxs, timing, call)
    pauses = [p for p in call.pauses if whole.start_s <= p.start_s and p.end_s <= whole.end_s]
    summary = summarised(pauses)
    fillers = _fillers_in(whole, call)
    confirmed = [filler for filler in fillers if filler.certainty == "confirmed"]
    talking_s = _talking_s(idxs, whole, call)
    articulated_s = talking_s - summary.total_s - sum(filler.span.duration_s for filler in confirmed)
    voice = voice_of(call.voice, idxs)
    overlap_s = sum(whole.overlap_s(other) for other in _overlaps(idxs, call))
    return Delivery(
        question_id=answer.question_id,
        latency_s=None if timing is None else timing.latency_s,
        time_to_value_s=None if timing is None else timing.time_to_value_s,
        pause_n=summary.count,
        pause_total_s=summary.total_s,
        pause_median_s=summary.median_s,
        pause_max_s=summary.max_s if pauses else 0.0,
        filler_n=len(confirmed) if call.second_pass or confirmed else None,
        filler_probable_n=len(fillers) - len(confirmed),
        lengthening_n=sum(call.filling[i].lengthening_n for i in idxs if i in call.filling),
        repeat_n=wording.repeat_n,
        hedge_n=wording.hedge_n,
        repair_n=wording.repair_n + (answer.first_value is not None and not wording.repair_n),
        speech_rate=_rate(wording.syllable_n, talking_s),
        artic_rate=_rate(wording.syllable_n, articulated_s),
        f0_median_st=voice.f0_median_st,
        f0_range_st=voice.f0_range_st,
        f0_final_st=voice.f0_final_st,
        level_db=voice.level_db,
        level_range_db=voice.level_range_db,
        overlap_s=overlap_s,
        word_n=wording.word_n,
        quality={"talking_s": float(talking_s)}
        | _quality(call, timing, voice, overlap_share=overlap_s / max(talking_s, _SHORTEST_TALK_S)),
    )


def _whole(idxs: Sequence[int], timing: Timing | None, call: HeardCall) -> Span:
    """Return the answer from its first sound, a filler included, to its last."""
    start_s = min(call.speaking.turn_speech[i][0].start_s for i in idxs)
    end_s = max(call.speaking.turn_speech[i][-1].end_s for i in idxs)
    return Span(min(start_s, timing.onset_s) if timing is not None else start_s, end_s)


def _fillers_in(whole: Span, call: HeardCall) -> list[FilledPause]:
    found = [filler for turn in call.filling.values() for filler in turn.pauses]
    return [filler for filler in found if filler.span.overlap_s(whole) > filler.span.duration_s / 2]


def _talking_s(idxs: Sequence[int], whole: Span, call: HeardCall) -> float:
    """Return the seconds of the answer, the operator's words between its turns taken out."""
    held = sum(call.speaking.turn_speech[i][-1].end_s - call.speaking.turn_speech[i][0].start_s for i in idxs)
    alone = [p for p in call.pauses if p.overlap_s(whole) > 0]
    between = sum(p.duration_s for p in alone if not any(call.dialogue.turns[i].span.overlap_s(p) > 0 for i in idxs))
    return held + between


def _overlaps(idxs: Sequence[int], call: HeardCall) -> list[Span]:
    own = [span for i in idxs for span in call.speaking.turn_speech[i]]
    return [
        Span(max(a.start_s, b.start_s), min(a.end_s, b.end_s))
        for a in own
        for b in call.speaking.others
        if a.overlap_s(b) > 0
    ]


def _rate(syllable_n: int, seconds: float) -> float | None:
    """Return syllables a second; None where there are no words or no time to speak of."""
    return syllable_n / seconds if syllable_n and seconds >= _SHORTEST_TALK_S else None


_SHORTEST_TALK_S = 0.1


def _quality(
    call: HeardCall, timing: Timing | None, voice: VoiceSummary, *, overlap_share: float
) -> dict[str, float | bool | str]:
    """Return what the line and the answer allow one to trust; only flags that are raised are listed."""
    line = call.voice.line
    quality: dict[str, float | bool | str] = {"voiced_s": round(voice.voiced_s, 2)}
    if line is not None and line.snr_db is not None:
        quality["snr_db"] = round(line.snr_db, 1)
    flags = {
        "low_snr": line is not None and line.snr_db is not None and line.snr_db < LOW_SNR_DB,
        "clipped": line is not None and line.clipped_share > CLIPPED_SHARE,
        "silence_suppressed": line is not None and line.silence_suppressed,
        "overlapped": overlap_share > MUCH_OVERLAP,
        "little_voice": voice.voiced_s < LITTLE_VOICE_S,
        "question_not_found": timing is not None and not timing.asked,
    }
    return quality | {name: True for name, raised in flags.items() if raised}
