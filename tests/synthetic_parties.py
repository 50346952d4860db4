"""Labelled telephone calls made at test time: two or three voices, exact turns, 8 kHz mu-law, seeded.

Voices are cut from recordings whose speakers are known; labels come from each voice alone, before anything is mixed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, resample_poly, sosfilt

from audio.level import mask_spans
from audio.recording import Recording
from audio.span import Span, merged

RATE_HZ = 8000
FRAME_S = 0.01
Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One speaker's sound, silences kept, at 8 kHz."""

    name: str
    sex: str
    sound: Sound


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a generated call should hold.

    ``level_db`` is the second voice's loudness beside the first's; ``short_share`` of its turns are a word or two.
    """

    seed: int
    total_s: float = 70.0
    overlap_share: float = 0.15
    backchannel_share: float = 0.3
    short_share: float = 0.35
    level_db: float = 0.0
    noise_db: float = -55.0


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCall:
    """A generated call: each voice alone, and when it speaks."""

    name: str
    sources: tuple[Sound, ...]
    truth: tuple[tuple[Span, ...], ...]
    same_sex: bool
    plan: CallPlan

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.sources[0]) / RATE_HZ

    def mono(self) -> Recording:
        """Return the mix as one telephone channel."""
        return self._recording([mu_law(sum(self.sources) + self._noise(0))], "mono")

    def stereo(self, *, crosstalk_db: float | None = None, delay_s: float = 0.012) -> Recording:
        """Return a channel per voice; ``crosstalk_db`` (negative) leaks each into the other, late."""
        first, second = self.sources[0], sum(self.sources[1:])
        leak = 0.0 if crosstalk_db is None else 10 ** (crosstalk_db / 20)
        late = [_delayed(side, round(delay_s * RATE_HZ)) for side in (second, first)]
        sides = [side + leak * far for side, far in zip((first, second), late, strict=True)]
        return self._recording([mu_law(side + self._noise(1 + i)) for i, side in enumerate(sides)], f"x{crosstalk_db}")

    def _noise(self, stream: int) -> Sound:
        rng = np.random.default_rng([self.plan.seed, stream])
        return rng.standard_normal(len(self.sources[0])) * 10 ** (self.plan.noise_db / 20)

    def _recording(self, channels: Sequence[Sound], kind: str) -> Recording:
        samples = np.ascontiguousarray(np.stack(list(channels)), dtype=np.float32)
        return Recording(f"{self.name}-{kind}", samples, RATE_HZ)


def mu_law(sound: Sound) -> Sound:
    """Return ``sound`` after an 8-bit mu-law line."""
    clipped = np.clip(sound, -1, 1)
    coded = np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log1p(255)
    steps = np.round((coded + 1) / 2 * 255) / 255 * 2 - 1
    return np.asarray(np.sign(steps) * (256 ** np.abs(steps) - 1) / 255)


def telephone(sound: Sound, rate_hz: int) -> Sound:
    """Return 300-3400 Hz of ``sound`` at 8 kHz."""
    common = np.gcd(rate_hz, RATE_HZ)
    slow = resample_poly(sound, RATE_HZ // common, rate_hz // common) if rate_hz != RATE_HZ else sound
    return np.asarray(sosfilt(butter(4, [300, 3400], "band", fs=RATE_HZ, output="sos"), slow))


def voice(name: str, sex: str, pieces: Sequence[Sound], rate_hz: int) -> Voice:
    """Return a voice of these pieces, brought to one loudness."""
    gap = np.zeros(round(0.3 * rate_hz))
    sound = telephone(np.concatenate([part for piece in pieces for part in (piece, gap)]), rate_hz)
    frames = sound[: len(sound) // 80 * 80].reshape(-1, 80)
    power = (frames**2).mean(axis=1)
    loud = power[power > np.percentile(power, 95) * 1e-2].mean()
    # The source's own line noise must not travel with the voice: it would tell a diarizer who speaks.
    keep = np.zeros(len(sound))
    for span in speech_spans(sound):
        keep[max(0, round((span.start_s - 0.04) * RATE_HZ)) : round((span.end_s + 0.06) * RATE_HZ)] = 1
    return Voice(name, sex, sound * keep * 10 ** (-24 / 20) / np.sqrt(loud))


def speech_spans(sound: Sound) -> tuple[Span, ...]:
    """Return where a voice alone is audible: clear of its noise, near its loud frames, gaps under 0.2 s closed."""
    length = round(FRAME_S * RATE_HZ)
    frames = sound[: len(sound) // length * length].reshape(-1, length)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    heard = level[level > -90]
    if len(heard) == 0:
        return ()
    top_db = float(np.percentile(heard, 95))
    audible = level > min(max(top_db - 32, float(np.percentile(heard, 10)) + 6), top_db - 22)
    spans = merged(mask_spans(audible, hop_s=FRAME_S), gap_s=0.2)
    return tuple(span for span in spans if span.duration_s >= 0.08)


def labelled_call(name: str, voices: Sequence[Voice], plan: CallPlan) -> LabelledCall:
    """Return a call of these voices, the first asking: turns, gaps, overlaps, back-channels, all from one seed.

    A third voice takes over from the second for the last third of the call (a colleague beside the phone).
    """
    rng = np.random.default_rng(plan.seed)
    hands = [_Hand(one.sound * 10 ** (plan.level_db * (i > 0) / 20), rng) for i, one in enumerate(voices)]
    size = round((plan.total_s + 30) * RATE_HZ)
    tracks = [np.zeros(size) for _ in voices]
    at_s, who, end_s = 0.5, 0, 0.0
    while at_s < plan.total_s:
        customer = 2 if len(voices) == 3 and at_s > plan.total_s * 2 / 3 else 1
        speaker = 0 if who == 0 else customer
        short = who == 1 and rng.random() < plan.short_share
        turn = hands[speaker].take(rng.uniform(0.5, 1.5) if short else rng.uniform(2.0, 7.0))
        _lay(tracks[speaker], turn, at_s)
        end_s = at_s + len(turn) / RATE_HZ
        if end_s - at_s > 4 and rng.random() < plan.backchannel_share:
            _lay(tracks[customer if who == 0 else 0], hands[customer if who == 0 else 0].take(0.5), at_s + 2.0)
        overlaps = rng.random() < plan.overlap_share
        at_s = end_s + (rng.uniform(-0.8, -0.1) if overlaps else rng.uniform(0.15, 1.5))
        who = 1 - who
    cut = [track[: round((end_s + 0.8) * RATE_HZ)] for track in tracks]
    sexes = {one.sex for one in voices[:2]}
    return LabelledCall(name, tuple(cut), tuple(speech_spans(track) for track in cut), len(sexes) == 1, plan)


class _Hand:
    """Deals out one voice's speech in pieces that end at quiet places, from a random start, round and round."""

    def __init__(self, sound: Sound, rng: np.random.Generator) -> None:
        self.sound = sound
        self.spans = merged(speech_spans(sound), gap_s=0.35)
        self.next = int(rng.integers(len(self.spans)))
        self.at_s = self.spans[self.next].start_s

    def take(self, seconds: float) -> Sound:
        """Return about ``seconds`` of speech."""
        pieces: list[Sound] = []
        got_s = 0.0
        while got_s < seconds:
            span = self.spans[self.next]
            stop_s = min(span.end_s, self.at_s + max(0.4, seconds - got_s))
            stop_s = span.end_s if span.end_s - stop_s < 0.4 else self._quiet(stop_s)
            piece = self.sound[round(self.at_s * RATE_HZ) : round(stop_s * RATE_HZ)]
            pieces += [piece, np.zeros(round(0.12 * RATE_HZ))]
            got_s += max(0.05, stop_s - self.at_s) + 0.12
            self.at_s = stop_s
            if stop_s >= span.end_s - 0.05:
                self.next = (self.next + 1) % len(self.spans)
                self.at_s = self.spans[self.next].start_s
        return np.concatenate(pieces[:-1])

    def _quiet(self, near_s: float) -> float:
        """Return the quietest moment within 0.25 s of ``near_s``, so that no word is cut in two."""
        first = max(0, round((near_s - 0.25) * RATE_HZ))
        around = self.sound[first : first + 4000]
        frames = (around[: len(around) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
        return (first + (int(np.argmin(frames)) + 0.5) * 160) / RATE_HZ


def _lay(track: Sound, piece: Sound, at_s: float) -> None:
    first = round(at_s * RATE_HZ)
    piece = piece[: max(0, len(track) - first)]
    track[first : first + len(piece)] += piece


def _delayed(sound: Sound, samples: int) -> Sound:
    return np.concatenate([np.zeros(samples), sound[: len(sound) - samples]]) if samples else sound


DEMO_SEXES = {
    "joe": "m", "k:af_heart": "f", "rh:clb": "f", "k:am_michael": "m",
    "rh:anna": "f", "rh:aleksandr": "m", "rh:irina": "f", "rh:elena": "f",
}  # fmt: skip


def demo_voices(folder: Path) -> dict[str, Voice]:
    """Return the voices of the example calls (``*.json`` beside ``*_stereo.flac`` or ``.wav``), by name."""
    import av

    pieces: dict[str, list[Sound]] = {}
    for truth_path in sorted(folder.glob("*.json")):
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        path = next(p for p in sorted(folder.glob(f"{truth['id']}_stereo.*")) if p.suffix in {".flac", ".wav"})
        with av.open(str(path)) as container:
            frames = [_planes(frame, av) for frame in container.decode(audio=0)]
        sound = np.concatenate(frames, axis=1)
        for turn in truth["turns"]:
            channel = 0 if turn["role"] == "operator" else 1
            one = sound[channel, round(turn["start"] * RATE_HZ) : round(turn["end"] * RATE_HZ)]
            pieces.setdefault(truth["voices"][turn["role"]], []).append(one)
    return {name: voice(name, DEMO_SEXES[name], found, RATE_HZ) for name, found in pieces.items()}


def _planes(frame: object, av: object) -> Sound:
    """Return a decoded frame as (2, n) in [-1, 1]."""
    array = frame.to_ndarray()
    scale = 32768.0 if array.dtype == np.int16 else 2147483648.0 if array.dtype == np.int32 else 1.0
    return (array if array.shape[0] == 2 else array.reshape(-1, 2).T) / scale


@dataclass(frozen=True, slots=True)
class Errors:
    """Diarization error as shares of the truth's speech, overlap scored, under the best pairing of voices."""

    miss: float
    false_alarm: float
    confusion: float

    @property
    def total(self) -> float:
        """All three together: the diarization error rate."""
        return self.miss + self.false_alarm + self.confusion


def errors(
    truth: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]], duration_s: float, *, collar_s: float = 0.0
) -> Errors:
    """Return the errors of ``found`` against ``truth`` at 5 ms; ``collar_s`` around true edges is not scored."""
    hop_s = 0.005
    frames = round(duration_s / hop_s) + 1
    true, heard = _masks(truth, frames, hop_s), _masks(found, frames, hop_s)
    scored = np.ones(frames, dtype=bool)
    for edge_s in (edge for spans in truth for span in spans for edge in (span.start_s, span.end_s)):
        if collar_s:
            scored[max(0, round((edge_s - collar_s) / hop_s)) : round((edge_s + collar_s) / hop_s)] = False
    true, heard = true[:, scored], heard[:, scored]
    agreed = max(
        sum((true[a] & heard[b]).sum() for a, b in zip(range(len(true)), order, strict=False))
        for order in permutations(range(len(heard)))
    )
    n_true, n_heard = true.sum(axis=0), heard.sum(axis=0)
    total = max(1, int(n_true.sum()))
    miss, extra = np.maximum(n_true - n_heard, 0).sum(), np.maximum(n_heard - n_true, 0).sum()
    return Errors(miss / total, extra / total, (np.minimum(n_true, n_heard).sum() - agreed) / total)


def _masks(voices: Sequence[Sequence[Span]], frames: int, hop_s: float) -> npt.NDArray[np.bool_]:
    masks = np.zeros((max(2, len(voices)), frames), dtype=bool)
    for mask, spans in zip(masks, voices, strict=False):
        for span in spans:
            mask[round(span.start_s / hop_s) : round(span.end_s / hop_s)] = True
    return masks
