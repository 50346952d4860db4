"""Truth for delivery: real speech with silences, fillers and pitch that are known because they were put there."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.level import mask_runs
from audio.span import Span

RATE_HZ = 8000
Sound = npt.NDArray[np.float32]
CODECS = ("mulaw", "gsm", "opus")


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A built call.

    ``pauses`` are the silences put in; ``ignored`` the ones that the phrases hold themselves (stops, breaths),
    which count neither for nor against a detector; ``fillers`` the held vowels put in; ``span`` = first to last sound.
    """

    samples: Sound
    speech: tuple[Span, ...]
    pauses: tuple[Span, ...]
    ignored: tuple[Span, ...]
    fillers: tuple[Span, ...]
    span: Span


def loud_frames(samples: Sound, *, below_db: float) -> npt.NDArray[np.bool_]:
    """Return which samples lie in a 10 ms neighbourhood louder than ``below_db`` under the loud ones."""
    width = RATE_HZ // 100
    level = np.sqrt(np.convolve(samples.astype(float) ** 2, np.ones(width) / width, "same"))
    return np.asarray(level > np.percentile(level, 95) * 10 ** (-below_db / 20))


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    return list(zip(*(edges.tolist() for edges in mask_runs(mask)), strict=True))


def trimmed(samples: Sound) -> Sound:
    """Cut to the first and last cluster of sound of at least 150 ms; its edges are the truth."""
    clusters: list[list[int]] = []
    for start, end in runs(loud_frames(samples, below_db=30)):
        if end - start < 0.04 * RATE_HZ:
            continue
        if clusters and start - clusters[-1][1] < 0.12 * RATE_HZ:
            clusters[-1][1] = end
        else:
            clusters.append([start, end])
    kept = [cluster for cluster in clusters if cluster[1] - cluster[0] > 0.15 * RATE_HZ]
    return samples[kept[0][0] : kept[-1][1]] if kept else samples[:0]


def telephone(samples: npt.NDArray[np.floating], rate_hz: int) -> Sound:
    """Return sound at 8 kHz in the band of a telephone."""
    import librosa
    from scipy.signal import butter, sosfiltfilt

    sound = librosa.resample(np.asarray(samples, dtype=np.float32), orig_sr=rate_hz, target_sr=RATE_HZ)
    return np.asarray(
        sosfiltfilt(butter(4, [300, 3400], "bandpass", fs=RATE_HZ, output="sos"), sound), dtype=np.float32
    )


def coded(samples: Sound, codec: str) -> Sound:
    """Return the sound after a codec: ``mulaw``, ``gsm`` (06.10 full rate) or ``opus`` (12 kbit/s)."""
    if codec == "opus":
        return _opus(samples)
    import soundfile

    if codec not in CODECS:
        raise ValueError(f"codec {codec!r}; expected one of {', '.join(CODECS)}")
    file = io.BytesIO()
    subtype = {"mulaw": "ULAW", "gsm": "GSM610"}[codec]
    soundfile.write(file, np.clip(samples, -0.99, 0.99), RATE_HZ, format="WAV", subtype=subtype)
    file.seek(0)
    back, _ = soundfile.read(file, dtype="float32")
    return np.asarray(
        np.pad(back, (0, max(0, samples.shape[0] - back.shape[0])))[: samples.shape[0]], dtype=np.float32
    )


def _opus(samples: Sound) -> Sound:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as box:
        stream = box.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 12_000
        frame = av.AudioFrame.from_ndarray(
            (np.clip(samples, -0.99, 0.99) * 32767).astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            box.mux(stream.encode(piece))
        box.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as box:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        pieces = [out.to_ndarray()[0] for frame in box.decode(audio=0) for out in resampler.resample(frame)]
        pieces += [out.to_ndarray()[0] for out in resampler.resample(None)]
    back = np.concatenate(pieces).astype(np.float32)
    return np.pad(back, (0, max(0, samples.shape[0] - back.shape[0])))[: samples.shape[0]]


def with_noise(samples: Sound, *, snr_db: float, rng: np.random.Generator, babble: Sequence[Sound] = ()) -> Sound:
    """Return sound plus pink noise, or plus several voices at once, at an SNR against the loud samples."""
    active = samples[np.abs(samples) > 0.02 * np.abs(samples).max()]
    if babble:
        noise = np.zeros(samples.shape[0])
        for _ in range(6):
            voice = np.concatenate([babble[k] / (np.std(babble[k]) + 1e-9) for k in rng.permutation(len(babble))])
            noise += np.resize(np.roll(voice, int(rng.integers(voice.shape[0]))), samples.shape[0])
    else:
        spectrum = np.fft.rfft(rng.standard_normal(samples.shape[0]))
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(spectrum.shape[0]) + 1), samples.shape[0])
    power = float(np.mean(active**2)) / 10 ** (snr_db / 10)
    return np.asarray(samples + noise / noise.std() * np.sqrt(power), dtype=np.float32)


def gain_controlled(samples: Sound, *, release_db_s: float, target_db: float = -18.0, most_db: float = 20.0) -> Sound:
    """Return the sound after an automatic gain control: down within 10 ms, up at ``release_db_s``, pauses included."""
    hop = RATE_HZ // 200
    frames = samples[: samples.shape[0] // hop * hop].reshape(-1, hop).astype(np.float64)
    wanted = np.clip(target_db - 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12), -20.0, most_db)
    gain, gains = 0.0, []
    for want in wanted:
        gain += (want - gain) * (1 - np.exp(-0.5)) if want < gain else min(want - gain, release_db_s * hop / RATE_HZ)
        gains.append(gain)
    smooth = np.interp(np.arange(samples.shape[0]), (np.arange(len(gains)) + 0.5) * hop, gains)
    return np.asarray(np.clip(samples * 10 ** (smooth / 20), -0.99, 0.99), dtype=np.float32)


def suppressed(samples: Sound, speech: Sequence[Span], *, hangover_s: float = 0.06) -> Sound:
    """Return the sound after discontinuous transmission: digital silence wherever nobody speaks."""
    heard = np.zeros(samples.shape[0], dtype=np.bool_)
    for span in speech:
        heard[int(span.start_s * RATE_HZ) : int((span.end_s + hangover_s) * RATE_HZ)] = True
    return np.where(heard, samples, np.float32(0.0))


def planted_pauses(phrases: Sequence[Sound], rng: np.random.Generator, *, count: int = 16) -> Planted:
    """Join phrases by silences of 0.1-3 s, log-uniform, under a faint line noise."""
    order = rng.permutation(len(phrases))
    pieces: list[Sound] = [np.zeros(RATE_HZ // 2, dtype=np.float32)]
    speech, pauses, ignored, at = [], [], [], RATE_HZ // 2
    for k in range(count):
        phrase = _faded(phrases[order[k % len(order)]])
        ignored += [
            Span((at + a) / RATE_HZ, (at + b) / RATE_HZ) for a, b in runs(_quiet(phrase)) if b - a >= 0.12 * RATE_HZ
        ]
        pieces.append(phrase)
        speech.append(Span(at / RATE_HZ, (at + phrase.shape[0]) / RATE_HZ))
        at += phrase.shape[0]
        silence = RATE_HZ // 2 if k == count - 1 else int(np.exp(rng.uniform(np.log(0.1), np.log(3.0))) * RATE_HZ)
        pieces.append(np.zeros(silence, dtype=np.float32))
        if k < count - 1:
            pauses.append(Span(at / RATE_HZ, (at + silence) / RATE_HZ))
            at += silence
    samples = np.concatenate(pieces)
    samples += (1e-4 * rng.standard_normal(samples.shape[0])).astype(np.float32)
    return Planted(samples, tuple(speech), tuple(pauses), tuple(ignored), (), Span(0.5, speech[-1].end_s))


def _quiet(phrase: Sound) -> npt.NDArray[np.bool_]:
    """Return the phrase's own silences, breaths and clicks of under 60 ms in them included."""
    quiet = ~loud_frames(phrase, below_db=26)
    for start, end in runs(~quiet):
        if end - start < 0.06 * RATE_HZ:
            quiet[start:end] = True
    return quiet


def _faded(phrase: Sound) -> Sound:
    level = phrase / np.sqrt(np.mean(phrase**2)) * 0.08
    fade = int(0.003 * RATE_HZ)
    level[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    level[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return np.asarray(np.clip(level, -0.9, 0.9), dtype=np.float32)


def sung(
    f0_hz: npt.NDArray[np.floating], *, formants_hz: Sequence[float] = (600, 1200, 2500), rng: np.random.Generator
) -> Sound:
    """Return a voice with a known pitch: Rosenberg pulses through formants; one value of ``f0_hz`` a sample.

    NaN in ``f0_hz`` is breath noise without pitch.
    """
    from scipy.signal import lfilter, resample_poly

    # Four times the rate while the pulses are sharp, so that they don't fold back.
    fine_hz = 4 * RATE_HZ
    known = np.repeat(np.nan_to_num(f0_hz, nan=0.0), 4)
    phase = np.cumsum(known) / fine_hz % 1.0
    opening = 3 * (phase / 0.4) ** 2 - 2 * (phase / 0.4) ** 3
    closing = 1 - ((phase - 0.4) / 0.16) ** 2
    pulse = np.where(phase < 0.4, opening, np.where(phase < 0.56, closing, 0.0)) * (known > 0)
    source = np.diff(pulse, prepend=0.0) + 0.001 * rng.standard_normal(known.shape[0])
    for hz in formants_hz:
        width = np.exp(-np.pi * (60 + hz / 20) / fine_hz)
        source = lfilter([1.0], [1.0, -2 * width * np.cos(2 * np.pi * hz / fine_hz), width**2], source)
    source = resample_poly(source, 1, 4)
    return np.asarray(0.3 * source / (np.abs(source).max() + 1e-9), dtype=np.float32)


def phrases_of(folder: Path, *names: str, limit: int = 40) -> list[Sound]:
    """Return trimmed telephone-band phrases of 0.9-6.5 s from the files that match ``names``."""
    import soundfile

    found: list[Sound] = []
    for path in sorted(p for name in names for p in folder.glob(name)):
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        sound = telephone(samples[:, 0] / (np.abs(samples[:, 0]).max() + 1e-9) * 0.5, rate_hz)
        found += [piece for piece in map(trimmed, _pieces(sound)) if 0.9 < piece.shape[0] / RATE_HZ < 6.5]
    return found[:limit]


def _pieces(sound: Sound, *, longest_s: float = 6.0) -> list[Sound]:
    """Cut long recordings at their own silences of 0.3 s and more; what is only line noise is left out."""
    if sound.shape[0] / RATE_HZ <= longest_s:
        return [sound]
    quiet = [(a + b) // 2 for a, b in runs(~loud_frames(sound, below_db=33)) if b - a >= 0.3 * RATE_HZ]
    loud = 0.1 * np.percentile(np.abs(sound), 99)
    pieces = [sound[a:b] for a, b in pairwise([0, *quiet, sound.shape[0]])]
    return [piece for piece in pieces if piece.shape[0] and np.percentile(np.abs(piece), 99) > loud]


def phrases_of_call(calls: Path, call: str, role: str) -> list[Sound]:
    """Return the pieces one party speaks without a break in a synthetic call, trimmed."""
    import soundfile

    truth = json.loads((calls / f"{call}.json").read_text(encoding="utf-8"))
    samples, rate_hz = soundfile.read(next(calls.glob(f"{call}_stereo.*")), dtype="float32", always_2d=True)
    channel = ("operator", "customer").index(role)
    found: list[Sound] = []
    for turn in truth["turns"]:
        if turn["role"] != role:
            continue
        for piece in turn["segments"]:
            if piece["kind"] == "speech" and 1.0 < piece["end"] - piece["start"] < 9.0:
                found.append(samples[int(piece["start"] * rate_hz) : int(piece["end"] * rate_hz), channel])
    return [p for sound in found for p in map(trimmed, _pieces(sound, longest_s=4.0)) if p.shape[0] > 0.9 * RATE_HZ]


def planted_turns(
    asked: Sequence[Sound], answered: Sequence[Sound], rng: np.random.Generator, *, count: int = 10
) -> tuple[Sound, list[Span], list[Span]]:
    """Return a call with a channel each (2, n), the questions and the answers; gaps of -0.4 to 2.5 s between them."""
    at, questions, answers = 0.5, [], []
    for k in range(count):
        question, answer = asked[k % len(asked)].shape[0] / RATE_HZ, answered[k % len(answered)].shape[0] / RATE_HZ
        questions.append(Span(at, at + question))
        start_s = (
            at + question + float(rng.choice([rng.uniform(-0.4, 0.0), np.exp(rng.uniform(-2, 0.9))], p=[0.1, 0.9]))
        )
        answers.append(Span(start_s, start_s + answer))
        at = max(answers[-1].end_s, questions[-1].end_s) + float(rng.uniform(0.4, 1.5))
    sound = 1e-4 * rng.standard_normal((2, int((at + 0.5) * RATE_HZ)))
    for channel, (phrases, spans) in enumerate(((asked, questions), (answered, answers))):
        for k, span in enumerate(spans):
            phrase = _faded(phrases[k % len(phrases)])
            sound[channel, int(span.start_s * RATE_HZ) :][: phrase.shape[0]] += phrase
    return sound.astype(np.float32), questions, answers
