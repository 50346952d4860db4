"""Prints the bars for parties and roles: what, bar, measured, n.

    python tests/benchmarks/parties.py [--short]

Settings were chosen on English voices (the examples en01 and en02, and voices that are not in this repository); the
generated set reported here has none of them: the Russian voices of the examples, pyannote's sample, and, where
EARFUL_SHARED_DATA names a folder with ``calls`` and ``speech``, more of these. ``--short`` takes a quarter of it.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from audio.layout import channel_layout  # noqa: E402
from audio.recording import Recording  # noqa: E402
from audio.span import Span, gaps_between, merged, shared  # noqa: E402
from transcribe.parties import map_parties  # noqa: E402
from transcribe.recognition.windows import at_recognition_rate  # noqa: E402

DEMO = ROOT / "insights" / "demo" / "calls"
SHARED = os.environ.get("EARFUL_SHARED_DATA")
UNSEEN_PAIRS = (
    ("rh:anna", "rh:irina"), ("rh:anna", "rh:aleksandr"), ("rh:irina", "rh:elena"), ("Diane", "Sheila"),
    ("rh:aleksandr", "rh:elena"), ("rh:elena", "rh:anna"), ("rh:irina", "rh:aleksandr"), ("Sheila", "Diane"),
    ("ru_prompt", "rh:anna"), ("ru_prompt", "rh:aleksandr"), ("rh:irina", "ru_prompt"), ("spk1", "rh:aleksandr"),
)  # fmt: skip
LEVELS_DB = (0.0, -6.0, 3.0, -10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the table."""

    what: str
    bar: str
    measured: str
    n: str


def load_module(path: Path, name: str) -> ModuleType:
    """Import a file of the tests, which are no package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


synthetic = load_module(ROOT / "tests" / "synthetic_parties.py", "synthetic_parties")


def cpu_s(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return (result, CPU seconds of this process)."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def sample_call() -> tuple[Recording, tuple[tuple[Span, ...], ...]]:
    """Return pyannote's own 30 s telephone sample and its labels."""
    from audio.decode import load

    spec = importlib.util.find_spec("pyannote.audio")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "sample"
    spans: dict[str, list[Span]] = {}
    for line in (folder / "sample.rttm").read_text(encoding="utf-8").splitlines():
        field = line.split()
        spans.setdefault(field[7], []).append(Span(float(field[3]), float(field[3]) + float(field[4])))
    return load(folder / "sample.wav", call_id="sample"), tuple(merged(found) for found in spans.values())


def voices() -> dict[str, Any]:
    """Return every voice there is: examples, pyannote's sample, shared speech."""
    found = synthetic.demo_voices(DEMO)
    recording, truth = sample_call()
    names = ("Diane", "Sheila")
    alone = [shared(spans, gaps_between(other, within=recording.span)) for spans, other in (truth, truth[::-1])]
    for name, spans in zip(names, alone, strict=True):
        pieces = [recording.cut(span, channel=0).astype(np.float64) for span in spans]
        found[name] = synthetic.voice(name, "f", pieces, recording.rate_hz)
    if SHARED:
        for name, sex, pattern in (
            ("ru_prompt", "f", "asterisk_ru_dev/*.wav"),
            ("spk1", "m", "speechbrain_asr/spk1*.wav"),
        ):
            found[name] = _folder_voice(name, sex, sorted((Path(SHARED) / "speech").glob(pattern)))
    return found


def _folder_voice(name: str, sex: str, paths: Sequence[Path]) -> Any:
    from audio.decode import load

    long = [path for path in paths if path.stat().st_size > 32_000][:40]
    recordings = [load(path) for path in long]
    return synthetic.voice(name, sex, [r.samples[0].astype(np.float64) for r in recordings], recordings[0].rate_hz)


def generated(short: bool) -> list[Any]:
    """Return the unseen part of the labelled set."""
    known = voices()
    pairs = [pair for pair in UNSEEN_PAIRS if set(pair) <= set(known)]
    calls = []
    for i, pair in enumerate(pairs[:: 3 if short else 1]):
        plan = synthetic.CallPlan(
            seed=9000 + i,
            level_db=LEVELS_DB[i % 4],
            overlap_share=0.15 + 0.1 * (i % 2),
            noise_db=(-55.0, -46.0)[i % 2],
        )
        calls.append(synthetic.labelled_call(f"unseen{i}", [known[name] for name in pair], plan))
    return calls


def terse_bar(diarizer: Any, detector: Any) -> Bar:
    """Measure calls whose customer says a word or two at a time: an eighth of the talk."""
    known = voices()
    found = []
    for i, pair in enumerate((("rh:anna", "rh:aleksandr"), ("rh:anna", "rh:irina"), ("rh:aleksandr", "rh:elena"))):
        plan = synthetic.CallPlan(
            seed=9500 + i, total_s=100.0, short_share=1.0, backchannel_share=0.0, overlap_share=0.0
        )
        call = synthetic.labelled_call(f"terse{i}", [known[name] for name in pair], plan)
        mono = call.mono()
        mapped = map_parties(mono, channel_layout(mono), detector=detector, diarizer=diarizer)
        lanes = [lane.speech for lane in mapped.speech_map.lanes]
        found.append(synthetic.errors(call.truth, lanes, call.duration_s).confusion * 100)
    text = f"{np.mean(found):.2f} (worst {np.max(found):.2f})"
    return Bar("generated mono, terse customer: confusion (%)", "-", text, f"{len(found)} calls")


def stock_pipeline(step: float) -> Any:
    """Return pyannote's pipeline as it comes: CAM++ per chunk and local speaker, centroid clustering."""
    from pyannote.audio.pipelines import SpeakerDiarization

    from transcribe.diarization.assembly import assembled, chunk_embedding, load_segmentation
    from transcribe.diarization.embedding import CamPlus

    return assembled(
        SpeakerDiarization,
        load_segmentation(),
        step=step,
        embedding=chunk_embedding(CamPlus()),
        clustering="AgglomerativeClustering",
    )


def stock_voices(pipeline: Any, samples: Any) -> tuple[tuple[Span, ...], ...]:
    """Return what the stock pipeline finds, two speakers given."""
    import torch

    from transcribe.diarization.community import from_annotation

    sound = {"waveform": torch.from_numpy(np.ascontiguousarray(samples))[None], "sample_rate": 16_000, "uri": "call"}
    with torch.inference_mode():
        return from_annotation(pipeline(sound, num_speakers=2).speaker_diarization).voices


def mono_bars(calls: Sequence[Any], diarizer: Any, detector: Any) -> list[Bar]:
    """Measure the sample and the generated mono set, ours and stock in turns."""
    recording, truth = sample_call()
    parties = map_parties(recording, channel_layout(recording), detector=detector, diarizer=diarizer)
    found = [lane.speech for lane in parties.speech_map.lanes]
    der = [synthetic.errors(truth, found, recording.duration_s, collar_s=c).total * 100 for c in (0.25, 0.0)]
    bars = [Bar("sample.wav: DER, collar 0.25 / 0 (%)", "<= 1 / <= 7", f"{der[0]:.2f} / {der[1]:.2f}", "1 call")]
    stock = stock_pipeline(0.1)
    ours_s = stock_s = total_s = 0.0
    ours: list[float] = []
    theirs: list[float] = []
    for call in calls:
        mono = call.mono()
        samples = at_recognition_rate(mono.samples[0], mono.rate_hz)

        def listened(one: Recording = mono) -> Any:
            return map_parties(one, channel_layout(one), detector=detector, diarizer=diarizer)

        mapped, used_s = cpu_s(listened)
        stock_found, stock_used_s = cpu_s(lambda heard=samples: stock_voices(stock, heard))
        ours_s, stock_s, total_s = ours_s + used_s, stock_s + stock_used_s, total_s + call.duration_s
        lanes = [lane.speech for lane in mapped.speech_map.lanes]
        ours.append(synthetic.errors(call.truth, lanes, call.duration_s).confusion * 100)
        theirs.append(synthetic.errors(call.truth, stock_found, call.duration_s).confusion * 100)
        print(f"  {call.name}: {mapped.path}, confusion {ours[-1]:.2f} %, stock {theirs[-1]:.2f} %", file=sys.stderr)
    same = [call.same_sex for call in calls]
    for name, bar, chosen in (("all", "<= 2", [True] * len(calls)), ("same-sex pairs", "<= 3", same)):
        mine, stocks = np.array(ours)[chosen], np.array(theirs)[chosen]
        n = f"{int(np.sum(chosen))} calls"
        bars.append(Bar(f"generated mono, unseen, {name}: confusion (%)", bar, f"{mine.mean():.2f}", n))
        ratio = mine.mean() / max(stocks.mean(), 1e-9)
        bars.append(Bar(f"  the same beside stock ({stocks.mean():.2f} %)", "<= half", f"{ratio:.2f}", n))
    per_s = ours_s / total_s
    bars.append(Bar("CPU s per s, mono", "<= 0.06", f"{per_s:.4f}", f"{total_s:.0f} s"))
    bars.append(Bar(f"  the same beside stock ({stock_s / total_s:.3f})", "<= 0.3", f"{ours_s / stock_s:.2f}", ""))
    return bars


def stereo_bars(calls: Sequence[Any], detector: Any) -> list[Bar]:
    """Measure confusion at several bleeds, and the CPU."""
    bars = []
    for crosstalk_db, bar in ((None, "-"), (-20.0, "<= 1"), (-12.0, "-"), (-6.0, "-")):
        found = []
        for call in calls:
            recording = call.stereo(crosstalk_db=crosstalk_db)
            mapped = map_parties(recording, channel_layout(recording), detector=detector, diarizer=_Unused())
            lanes = [lane.speech for lane in mapped.speech_map.lanes]
            found.append(synthetic.errors(call.truth, lanes, call.duration_s).confusion * 100)
        leak = "no" if crosstalk_db is None else f"{crosstalk_db:.0f} dB"
        text = f"{np.mean(found):.2f} (worst {np.max(found):.2f})"
        bars.append(Bar(f"generated stereo, {leak} crosstalk: confusion (%)", bar, text, f"{len(calls)} calls"))
    used_s = total_s = 0.0
    for call in calls:
        recording = call.stereo(crosstalk_db=-38.0)
        used_s += cpu_s(
            lambda one=recording: map_parties(one, channel_layout(one), detector=detector, diarizer=_Unused())
        )[1]
        total_s += call.duration_s
    bars.append(Bar("CPU s per s, stereo", "<= 0.002", f"{used_s / total_s:.4f}", f"{total_s:.0f} s"))
    return bars


class _Unused:
    name = "none"

    def diarize(self, samples: Any) -> Any:
        raise AssertionError(f"a stereo call of {len(samples)} samples went to the diarizer")


def layout_bars(calls: Sequence[Any]) -> list[Bar]:
    """Count the layouts named right."""
    right = total = 0
    for call in calls:
        for kind, recording in layout_cases(call).items():
            found = channel_layout(recording).kind
            total += 1
            right += found == kind.split(":")[0]
            if found != kind.split(":")[0]:
                print(f"  {call.name}: {kind} was called {found}", file=sys.stderr)
    return [Bar("layout cases right", "all", f"{right} of {total}", f"{len(calls)} calls")]


def layout_cases(call: Any) -> dict[str, Recording]:
    """Return a recording of each layout, by the layout's name and a variant."""
    mono, stereo = call.mono().samples[0].astype(np.float64), call.stereo().samples
    noise = np.random.default_rng(call.plan.seed).standard_normal((2, len(mono)))
    late = np.concatenate([np.zeros(40), mono[:-40]])
    cases = {
        "separated": stereo,
        "separated:-20": call.stereo(crosstalk_db=-20.0).samples,
        "identical": [mono, mono],
        "identical:codec": [mono, synthetic.mu_law(mono + noise[0] * 1e-3)],
        "gain_copy": [mono, synthetic.mu_law(0.4 * mono)],
        "gain_copy:+": [synthetic.mu_law(0.1 * mono), mono],
        "flipped": [mono, -mono],
        "flipped:quieter": [synthetic.mu_law(-0.5 * mono), mono],
        "delayed": [mono, late],
        "delayed:codec": [synthetic.mu_law(late + noise[0] * 1e-3), mono],
        "one_silent": [mono, 0 * mono],
        "one_silent:noise": [noise[0] * 0.004, mono],
        "one_silent:loud noise": [mono, noise[1] * 0.015],
        "crosstalk": call.stereo(crosstalk_db=-6.0).samples,
        "crosstalk:-10": call.stereo(crosstalk_db=-10.0).samples,
        "too_short": stereo[:, : 5 * 8000],
        "too_short:3 s": stereo[:, 20 * 8000 : 23 * 8000],
        "silent": [0 * mono, noise[0] * 1e-3],
    }
    return {
        kind: Recording(f"{call.name}-{kind}", np.ascontiguousarray(np.stack(list(sides)), dtype=np.float32), 8000)
        for kind, sides in cases.items()
    }


def word_bars(listener: Any, short: bool) -> list[Bar]:
    """Measure words with the wrong party and roles on the five example calls."""
    import json
    import tomllib

    from audio.decode import load

    survey = tomllib.loads((DEMO / "survey.toml").read_text(encoding="utf-8"))
    asks = {lang: [question["ask"][lang] for question in survey["question"]] for lang in ("ru", "en")}
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(DEMO.glob("*.json"))][
        : 2 if short else 5
    ]
    wrong = {"stereo": [0, 0], "mono": [0, 0]}
    roles = [0, 0]
    for truth in truths:
        stereo = load(next(DEMO.glob(f"{truth['id']}_stereo.*")), call_id=truth["id"])
        shared_mono = Path(SHARED or "-") / "calls" / f"{truth['id']}_mono.wav"
        mixed = Recording(truth["id"], stereo.samples.sum(axis=0, keepdims=True), stereo.rate_hz)
        mono = load(shared_mono, call_id=truth["id"]) if shared_mono.is_file() else mixed
        swapped = Recording(truth["id"], np.ascontiguousarray(stereo.samples[::-1]), stereo.rate_hz)
        for kind, recording in (("stereo", stereo), ("swapped", swapped), ("mono", mono)):
            heard = listener.listen([recording], question_texts=asks)[0]
            bad, n = wrong_words(heard.dialogue, truth)
            if kind in wrong:
                wrong[kind] = [wrong[kind][0] + bad, wrong[kind][1] + n]
            roles[0] += roles_right(heard.dialogue, truth)
            roles[1] += 1
    return [
        Bar(
            "words with the wrong party, stereo (%)", "<= 0.5", _share(*wrong["stereo"]), f"{wrong['stereo'][1]} words"
        ),
        Bar("words with the wrong party, mono (%)", "<= 2", _share(*wrong["mono"]), f"{wrong['mono'][1]} words"),
        Bar("role right: calls x stereo, swapped, mono", "all", f"{roles[0]} of {roles[1]}", f"{len(truths)} calls"),
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.2f}"


PARTIES = {"operator": "operator", "customer": "respondent"}


def wrong_words(dialogue: Any, truth: Any) -> tuple[int, int]:
    """Return (words in the other party's speech, words); a word in nobody's speech counts for the nearest party."""
    spans = {
        party: [
            Span(s["start"], s["end"]) for t in truth["turns"] if t["role"] == role for s in t["segments"]
            if s["kind"] == "speech"
        ]
        for role, party in PARTIES.items()
    }  # fmt: skip
    bad = n = 0
    for turn in dialogue.turns:
        for word in turn.words:
            near = {
                party: sum(word.span.overlap_s(s) for s in found) or -min(word.span.gap_s(s) for s in found)
                for party, found in spans.items()
            }
            best = max(near, key=lambda party: near[party])
            n += 1
            bad += turn.party != best and near.get(turn.party, -9.0) < 0.5 * near[best]
    return bad, n


def roles_right(dialogue: Any, truth: Any) -> bool:
    """Tell whether most words of each party were given to it, and both are named."""
    bad, n = wrong_words(dialogue, truth)
    return {"operator", "respondent"} <= {turn.party for turn in dialogue.turns} and bad < n / 10


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a quarter of the calls")
    short = parser.parse_args().short
    warnings.simplefilter("ignore")
    import torch

    torch.set_num_threads(1)
    from transcribe.detection import SileroDetector
    from transcribe.diarization.mono import MonoDiarizer
    from transcribe.listen import Listener

    calls = generated(short)
    diarizer, detector = MonoDiarizer(), SileroDetector()
    bars = [*layout_bars(calls), *stereo_bars(calls, detector), *mono_bars(calls, diarizer, detector)]
    bars.append(terse_bar(diarizer, detector))
    bars += word_bars(Listener(detector=detector, diarizer=diarizer), short)
    width = max(len(bar.what) for bar in bars)
    print(f"{'what':{width}}  {'bar':>12}  {'measured':>22}  n")
    for bar in bars:
        print(f"{bar.what:{width}}  {bar.bar:>12}  {bar.measured:>22}  {bar.n}")


if __name__ == "__main__":
    main()
