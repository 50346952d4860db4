"""Measure pauses, latency, pitch, fillers and hesitation against their bars and print the table.

    python tests/benchmarks/delivery.py [--short] [--choosing]

Truth is built on the spot, seeded: real and synthetic voices with silences of known length. The voices reported on are
not those the settings were chosen on; ``--choosing`` shows the latter. EARFUL_SHARED_DATA adds recorded voices to the
synthetic ones of the example calls. ``--short`` leaves out what needs the recogniser.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2]), str(Path(__file__).parent)]
import delivery_truth as truth  # noqa: E402 - the path is set first
import synthetic_delivery as made  # noqa: E402

from audio.activity import Lane, SpeechMap  # noqa: E402
from audio.pitch import track_pitch  # noqa: E402
from audio.recording import Recording  # noqa: E402
from audio.span import Span  # noqa: E402
from insights.answers.answer import Answer  # noqa: E402
from insights.delivery.hesitation import HESITANT_FROM, SpokenAnswer, hesitation_of  # noqa: E402
from insights.delivery.measure import measure_deliveries  # noqa: E402
from transcribe.detection import SileroDetector  # noqa: E402
from transcribe.dialogue import Dialogue, Turn, Word  # noqa: E402

Row = tuple[str, str, str, str]
PAUSE_BARS = {"clean": (0.97, 40), "20 dB": (0.97, 60), "10 dB": (0.95, 80), "5 dB": (0.85, 90)}


def pauses(detector: SileroDetector, voices: truth.Voices) -> list[Row]:
    """Find planted pauses through noise and codecs."""
    rows: list[Row] = []
    for condition in truth.CONDITIONS:
        found = [(planted, sound, truth.heard(detector, sound)) for planted, sound in truth.built(voices, condition)]
        scores = [
            truth.score(planted, speech) for planted, sound, speech in found if not truth.withheld(sound, speech)
        ]
        rows.append(
            (f"pauses, {condition}: voices left unmeasured", "-", str(len(found) - len(scores)), str(len(found)))
        )
        if not scores:
            continue
        total = truth.summed(scores)
        f1_bar, error_bar = PAUSE_BARS.get(condition, ("", ""))
        rows.append((f"pauses, {condition}: F1", f">= {f1_bar}" if f1_bar else "-", f"{total.f1:.3f}", str(total.n)))
        figures = f"{total.error_ms:.0f} ms (start {total.start_ms:+.0f}, end {total.end_ms:+.0f})"
        rows.append((f"  mean error of length, {condition}", f"<= {error_bar} ms" if error_bar else "-", figures, ""))
    return rows


def latency(detector: SileroDetector, voices: truth.Voices, *, snr_db: float = 20.0) -> list[Row]:
    """Measure planted gaps between question and answer at 20 dB, each voice answering the one before it, three times.

    One round has 80 answers and its p90 hangs on a single one of them.
    """
    errors: list[float] = []
    names = sorted(voices)
    for seed in (500, 1500, 2500):
        for k, name in enumerate(names):
            rng = np.random.default_rng(seed + k)
            sound, questions, answers = made.planted_turns(voices[names[k - 1]], voices[name], rng)
            lanes = []
            for channel in sound:
                noisy = made.coded(made.with_noise(channel, snr_db=snr_db, rng=rng), "mulaw")
                lanes.append(truth.heard(detector, noisy))
            errors += truth.latency_errors(lanes[0], lanes[1], questions, answers)
    middle, most = 1000 * np.median(np.abs(errors)), 1000 * np.percentile(np.abs(errors), 90)
    return [("latency at 20 dB: median / p90", "50 / 130 ms", f"{middle:.0f} / {most:.0f} ms", str(len(errors)))]


def pitch() -> list[Row]:
    """Follow voices of known pitch, wide and in the telephone's band."""
    found: dict[str, list[tuple[float, float]]] = {"clean": [], "phone": [], "phone, women": [], "phone, 10 dB": []}
    for k, middle_hz in enumerate((95, 110, 130, 150, 170, 190, 210, 235, 260, 300)):
        rng = np.random.default_rng(700 + k)
        known_hz, sound = truth.melody(middle_hz, rng)
        phone = made.coded(made.telephone(sound, made.RATE_HZ), "mulaw")
        found["clean"].append(truth.pitch_errors(track_pitch(sound, made.RATE_HZ), known_hz))
        found["phone"].append(truth.pitch_errors(track_pitch(phone, made.RATE_HZ), known_hz))
        noisy = made.with_noise(phone, snr_db=10.0, rng=rng)
        found["phone, 10 dB"].append(truth.pitch_errors(track_pitch(noisy, made.RATE_HZ), known_hz))
        if middle_hz >= truth.WOMEN_FROM_HZ:
            found["phone, women"].append(truth.pitch_errors(track_pitch(phone, made.RATE_HZ), known_hz, octaves=True))
    bars = {"clean": "<= 2 %", "phone": "<= 2.5 %", "phone, women": "octaves <= 1 %", "phone, 10 dB": "-"}
    return [
        (
            f"f0 gross error, {name}",
            bars[name],
            f"{100 * np.mean([e for e, _ in values]):.2f} % (missed {100 * np.mean([m for _, m in values]):.0f} %)",
            f"{len(values)} voices",
        )
        for name, values in found.items()
    ]


def planted_call(voice: str, phrases: list[made.Sound], levels: list[float], rng: np.random.Generator):
    """Return a call whose answers are as slow and broken as ``levels``, with what the recogniser would say."""
    plan = truth.plan_call(phrases, levels, rng, held_hz=float(rng.uniform(110, 230)))
    noisy = np.stack([made.coded(made.with_noise(c, snr_db=25.0, rng=rng), "mulaw") for c in plan.samples])
    return Recording(voice, noisy, made.RATE_HZ), plan


def hesitation(detector: SileroDetector, voices: truth.Voices) -> list[Row]:
    """Plant hesitation in sound and words of calls, measure it from the sound, and compare by rank."""
    from scipy.stats import spearmanr

    answers, planted = [], {}
    for k, voice in enumerate(sorted(voices) * 3):
        rng = np.random.default_rng(900 + k)
        levels = [float(rng.uniform(0.3, 3.0)) if rng.random() < 0.25 else 0.0 for _ in range(8)]
        recording, plan = planted_call(f"{voice}{k}", voices[voice], levels, rng)
        lanes = tuple(Lane(f"channel{c}", c, truth.heard(detector, recording.samples[c])) for c in range(2))
        turns = []
        for question, answer, text in plan.talks:
            turns.append(Turn("operator", question, (Word("?", question, 1.0),), lane="channel0"))
            words = tuple(Word(word, Span(answer.start_s, answer.end_s), 0.9) for word in text.split())
            turns.append(Turn("respondent", answer, words, lane="channel1"))
        dialogue = Dialogue(recording.call_id, "ru", tuple(turns))
        said = [Answer(f"q{i}", (2 * i + 1,), "", None) for i in range(len(levels))]
        prompted = tuple(Word("э", f, 0.5) for f in plan.fillers if rng.random() < 0.75)
        deliveries, _ = measure_deliveries(
            recording, SpeechMap(recording.call_id, lanes, detector.name), dialogue, [], said, prompted=prompted
        )
        answers += [SpokenAnswer(recording.call_id, None, d.question_id, d) for d in deliveries]
        planted |= {(recording.call_id, f"q{i}"): level for i, level in enumerate(levels)}
    found = {(h.recording_id, h.question_id): h.score for h in hesitation_of(answers)}
    known = [(level, found[key]) for key, level in planted.items() if found.get(key) is not None]
    rank = spearmanr(
        [level for level, _ in known if level > 0], [score for level, score in known if level > 0]
    ).statistic
    null = np.array([score for level, score in known if level == 0.0])
    strong = np.array([score for level, score in known if level >= 2.0])
    return [
        ("hesitation, rank correlation with planted", ">= .9", f"{rank:.3f}", str(len(known) - null.size)),
        (
            "  share of |score| > 2, nothing planted",
            "<= 5 %",
            f"{100 * np.mean(np.abs(null) > 2):.1f} %",
            str(null.size),
        ),
        (
            "  share shown as hesitant, nothing planted",
            "-",
            f"{100 * np.mean(null >= HESITANT_FROM):.1f} %",
            str(null.size),
        ),
        (
            "  share shown as hesitant, planted >= 2 of 3",
            "-",
            f"{100 * np.mean(strong >= HESITANT_FROM):.1f} %",
            str(strong.size),
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="leave out what needs the recogniser")
    parser.add_argument("--choosing", action="store_true", help="the voices settings were chosen on")
    options = parser.parse_args()
    detector = SileroDetector()
    voices = truth.voices("choosing" if options.choosing else "reporting")
    rows = pauses(detector, voices) + latency(detector, voices) + pitch() + hesitation(detector, voices)
    if not options.short:
        from delivery_calls import example_calls

        rows += example_calls(detector)
    print(f"voices: {', '.join(sorted(voices))}; {time.process_time():.0f} CPU seconds")
    print(f"{'what':48} {'bar':>16} {'measured':>40} {'n':>10}")
    for what, bar, measured, n in rows:
        print(f"{what:48} {bar:>16} {measured:>40} {n:>10}")


if __name__ == "__main__":
    main()
