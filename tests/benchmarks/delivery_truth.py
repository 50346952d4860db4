"""What the delivery benchmark knows to be true: voices, conditions, scoring by edges."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).parents[1])]
import synthetic_delivery as made  # noqa: E402 - the path is set first

from audio.foreground import background_of, foreground  # noqa: E402
from audio.pitch import PitchTrack  # noqa: E402
from audio.span import Span, gaps_between  # noqa: E402
from transcribe.detection import SileroDetector  # noqa: E402

Voices = dict[str, list[made.Sound]]
CALLS = Path(__file__).parents[2] / "insights" / "demo" / "calls"
CONDITIONS = (
    *("clean", "20 dB", "10 dB", "5 dB", "gsm", "opus", "silence suppressed"),
    *("babble 20 dB", "babble 15 dB", "babble 10 dB"),
    *("gain control, 20 dB a second", "gain control, 60 dB a second"),
)
MIN_PAUSE_S = 0.25
WOMEN_FROM_HZ = 170
HEDGES = ("наверное", "пожалуй", "возможно", "скорее", "видимо")

# Recorded voices need EARFUL_SHARED_DATA; those of the example calls are in the repository.
RECORDED = {
    "choosing": {
        "prompts": ("asterisk_ru_dev", ("[a-d]*.wav", "v*.wav")),
        "reader 1": ("speechbrain_asr", ("spk1*.wav",)),
        "digits": ("vosk_digits", ("*.wav",)),
    },
    "reporting": {
        "reader 2": ("speechbrain_asr", ("spk2*.wav",)),
        "speech": ("jfk", ("*.flac",)),
        "dialogue": ("az_katiesteve", ("*.wav",)),
        "telephone": ("pyannote_sample", ("*.wav",)),
    },
}
SYNTHETIC = {
    "choosing": {"anna": ("ru01", "operator"), "aleksandr": ("ru01", "customer"), "joe": ("en01", "operator")},
    "reporting": {
        "irina": ("ru03", "customer"),
        "elena": ("ru05", "customer"),
        "heart": ("en01", "customer"),
        "clb": ("en02", "operator"),
        "michael": ("en02", "customer"),
    },
}


def voices(group: str) -> Voices:
    """Return phrases by voice; of ``telephone`` only whole turns would do, so it is left to the example below."""
    found = {name: made.phrases_of_call(CALLS, *where) for name, where in SYNTHETIC[group].items()}
    shared = os.environ.get("EARFUL_SHARED_DATA")
    if shared:
        for name, (folder, names) in RECORDED[group].items():
            found[name] = made.phrases_of(Path(shared) / "speech" / folder, *names, limit=24)
    return {name: phrases for name, phrases in found.items() if len(phrases) > 1}


def built(group: Voices, condition: str) -> Iterator[tuple[made.Planted, made.Sound]]:
    """Return each voice's planted call, and how it sounds under a condition."""
    for k, name in enumerate(sorted(group)):
        rng = np.random.default_rng(100 + k)
        planted = made.planted_pauses(group[name], rng)
        others = [phrase for other in sorted(group) if other != name for phrase in group[other]][:20]
        yield planted, spoilt(planted, condition, rng, others)


def spoilt(
    planted: made.Planted, condition: str, rng: np.random.Generator, others: Sequence[made.Sound]
) -> made.Sound:
    """Return the call's sound under one condition."""
    if condition.startswith("gain control"):
        noisy = made.with_noise(planted.samples, snr_db=30.0, rng=rng)
        release_db_s = float(condition.split()[2])
        return made.coded(made.gain_controlled(noisy, release_db_s=release_db_s), "mulaw")
    if condition in ("gsm", "opus"):
        return made.coded(planted.samples, condition)
    if condition.endswith("dB"):
        babble = others if condition.startswith("babble") else ()
        noisy = made.with_noise(planted.samples, snr_db=float(condition.split()[-2]), rng=rng, babble=babble)
        return made.coded(noisy, "mulaw")
    coded = made.coded(planted.samples, "mulaw")
    return made.suppressed(coded, planted.speech) if condition == "silence suppressed" else coded


def heard(detector: SileroDetector, sound: made.Sound) -> tuple[Span, ...]:
    """Return the detector's speech in sound of 8 kHz, voices in the room left out as ``map_parties`` does."""
    speech = detector.speech(sound, made.RATE_HZ)
    behind = background_of(sound, made.RATE_HZ, speech)
    return speech if behind is None else foreground(sound, made.RATE_HZ, speech, behind)


def withheld(sound: made.Sound, speech: Sequence[Span]) -> bool:
    """Tell whether delivery leaves pauses unmeasured: voices in the room are as near as the speaker's own."""
    behind = background_of(sound, made.RATE_HZ, speech)
    return behind is not None and behind.voices


@dataclass(frozen=True, slots=True)
class PauseScore:
    """Matches, misses and false alarms; errors of matched starts, ends and lengths in seconds."""

    hits: int
    misses: int
    false: int
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]

    @property
    def n(self) -> int:
        return self.hits + self.misses

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.misses + self.false)

    @property
    def start_ms(self) -> float:
        return 1000 * float(np.median(self.starts_s))

    @property
    def end_ms(self) -> float:
        return 1000 * float(np.median(self.ends_s))

    @property
    def error_ms(self) -> float:
        return 1000 * float(np.mean(np.abs(np.subtract(self.ends_s, self.starts_s))))


def score(planted: made.Planted, speech: Sequence[Span]) -> PauseScore:
    """Match pauses of 0.25 s and more by more than half of their union; the phrases' own silences don't count."""
    inside = [
        Span(max(s.start_s, planted.span.start_s), min(s.end_s, planted.span.end_s))
        for s in speech
        if s.overlap_s(planted.span) > 0
    ]
    found = [g for g in gaps_between(inside, within=planted.span) if g.duration_s >= MIN_PAUSE_S]
    true = [p for p in planted.pauses if p.duration_s >= MIN_PAUSE_S]
    matches: dict[int, Span] = {}
    for pause in true:
        best = max(range(len(found)), key=lambda j: union_share(pause, found[j]), default=None)
        if best is not None and best not in matches and union_share(pause, found[best]) > 0.5:
            matches[best] = pause
    excused = [*planted.ignored, *(p for p in planted.pauses if p.duration_s < MIN_PAUSE_S + 0.1)]
    false = sum(
        j not in matches and sum(gap.overlap_s(e) for e in excused) <= 0.3 * gap.duration_s
        for j, gap in enumerate(found)
    )
    return PauseScore(
        len(matches),
        len(true) - len(matches),
        false,
        tuple(found[j].start_s - pause.start_s for j, pause in matches.items()),
        tuple(found[j].end_s - pause.end_s for j, pause in matches.items()),
    )


def union_share(first: Span, second: Span) -> float:
    union = max(first.end_s, second.end_s) - min(first.start_s, second.start_s)
    return first.overlap_s(second) / union


def summed(scores: Sequence[PauseScore]) -> PauseScore:
    """Return all voices' scores as one."""
    return PauseScore(
        sum(s.hits for s in scores),
        sum(s.misses for s in scores),
        sum(s.false for s in scores),
        tuple(e for s in scores for e in s.starts_s),
        tuple(e for s in scores for e in s.ends_s),
    )


def latency_errors(
    operator: Sequence[Span], respondent: Sequence[Span], questions: Sequence[Span], answers: Sequence[Span]
) -> list[float]:
    """Return the error of every latency in seconds; an answer not heard at all counts with its whole length."""
    errors: list[float] = []
    for question, answer in zip(questions, answers, strict=True):
        asked = [s for s in operator if s.overlap_s(question) > 0]
        said = [s for s in respondent if s.overlap_s(answer) > 0]
        if asked and said:
            errors.append((said[0].start_s - asked[-1].end_s) - (answer.start_s - question.end_s))
        else:
            errors.append(answer.duration_s)
    return errors


def melody(middle_hz: float, rng: np.random.Generator) -> tuple[npt.NDArray[np.floating], made.Sound]:
    """Return 6 s of a voice of known pitch: phrases that rise and fall, breaths between, changing vowels."""
    known, sound = [], []
    for _ in range(8):
        count = int(rng.uniform(0.4, 0.9) * made.RATE_HZ)
        contour_st = rng.uniform(-3, 3) * np.sin(np.linspace(0, rng.uniform(2, 5), count)) + rng.uniform(-2, 2)
        known_hz = middle_hz * 2 ** (contour_st / 12)
        vowel = (rng.uniform(300, 800), rng.uniform(900, 2300), rng.uniform(2400, 2900))
        known += [known_hz, np.full(int(0.12 * made.RATE_HZ), np.nan)]
        silence = (0.001 * rng.standard_normal(known[-1].shape[0])).astype(np.float32)
        sound += [made.sung(known_hz, formants_hz=vowel, rng=rng), silence]
    return np.concatenate(known), np.concatenate(sound)


def pitch_errors(
    track: PitchTrack, known_hz: npt.NDArray[np.floating], *, octaves: bool = False
) -> tuple[float, float]:
    """Return the share of frames over 20 % off (or an octave off), and the share of voice missed."""
    at = np.minimum((np.arange(track.f0_hz.shape[0]) * track.hop_s * made.RATE_HZ).astype(int), known_hz.shape[0] - 1)
    true = known_hz[at]
    both = np.isfinite(track.f0_hz) & np.isfinite(true)
    off = np.abs(12 * np.log2(track.f0_hz[both] / true[both]))
    wrong = np.abs(off - 12) < 2.0 if octaves else off > 12 * np.log2(1.2)
    return float(np.mean(wrong)), float(1 - both.sum() / np.isfinite(true).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A planted call: both channels, (question, answer, text) of each talk, held fillers."""

    samples: made.Sound
    talks: tuple[tuple[Span, Span, str], ...]
    fillers: tuple[Span, ...]


def plan_call(
    phrases: Sequence[made.Sound], levels: Sequence[float], rng: np.random.Generator, *, held_hz: float
) -> Plan:
    """Return a call whose k-th answer is as late, broken and hedged as ``levels[k]`` (0 usual, 3 very)."""
    at, talks, fillers = 0.5, [], []
    pieces: list[tuple[int, float, made.Sound]] = []
    for level in levels:
        question = phrases[int(rng.integers(len(phrases)))]
        pieces.append((0, at, question))
        asked = Span(at, at + question.shape[0] / made.RATE_HZ)
        at = asked.end_s + float(np.exp(np.log(0.6) + 0.45 * level + rng.normal(0, 0.12)))
        start_s = at
        for _ in range(round(max(0.0, level / 1.1 + rng.normal(0, 0.1)))):
            length_s = float(rng.uniform(0.4, 0.6))
            f0_hz = held_hz * 2 ** (-np.linspace(0, 1.5, int(length_s * made.RATE_HZ)) / 12)
            pieces.append((1, at, made.sung(f0_hz, formants_hz=(500, 1500, 2500), rng=rng) * 0.7))
            fillers.append(Span(at, at + length_s))
            at += length_s + float(rng.uniform(0.1, 0.3))
        answer = phrases[int(rng.integers(len(phrases)))][: int(2.5 * made.RATE_HZ)]
        cuts = np.linspace(0, answer.shape[0], 2 + 2 * (level > 0)).astype(int)
        for first, last in pairwise(cuts):
            pieces.append((1, at, answer[first:last]))
            at += (last - first) / made.RATE_HZ
            if last < answer.shape[0]:
                at += float(np.exp(np.log(0.3) + 0.45 * level + rng.normal(0, 0.12)))
        hedges = round(max(0.0, level + rng.normal(0, 0.15)))
        talks.append((asked, Span(start_s, at), " ".join([*HEDGES[:hedges], "нам", "было", "всё", "удобно"])))
        at += float(rng.uniform(0.5, 1.0))
    samples = 1e-4 * rng.standard_normal((2, int((at + 0.5) * made.RATE_HZ)))
    for channel, second, sound in pieces:
        place = samples[channel, int(second * made.RATE_HZ) :][: sound.shape[0]]
        place += sound[: place.shape[0]] / (np.sqrt(np.mean(sound**2)) + 1e-9) * 0.08
    return Plan(np.clip(samples, -0.95, 0.95).astype(np.float32), tuple(talks), tuple(fillers))
