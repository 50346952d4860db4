"""One engine or one question at a time, each in a process of its own; ``recognition.py`` starts them."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
CALLS = ROOT / "insights" / "demo" / "calls"


def load_calls(names):
    from audio.decode import load

    for name in names:
        truth = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
        yield truth, load(CALLS / f"{name}_stereo.flac", call_id=name)


def run_ours(names, engine):
    from audio.layout import channel_layout
    from audio.recording import Recording
    from transcribe.listen import Listener, ListenOptions
    from transcribe.parties import map_parties
    from transcribe.recognition import RecognitionOptions, windows_of

    options = RecognitionOptions(beams=1) if engine == "ours-greedy" else RecognitionOptions()
    listener = Listener(ListenOptions(recognition=options))
    calls = list(load_calls(names))
    if engine == "ours-mono":
        calls = [
            (truth, Recording(r.call_id, r.samples.mean(axis=0, keepdims=True, dtype=np.float32), r.rate_hz))
            for truth, r in calls
        ]
    recogniser, detector, diarizer = listener.recogniser, listener.detector, listener.diarizer
    detector.speech(np.zeros(8000, dtype=np.float32), 8000)
    began = time.process_time()
    maps = [map_parties(r, channel_layout(r), detector=detector, diarizer=diarizer).speech_map for _, r in calls]
    mapped = time.process_time()
    results = []
    for language in ("ru", "en"):
        own = [(r, m) for (truth, r), m in zip(calls, maps) if truth["language"] == language]
        windows = [window for r, m in own for window in windows_of(r, m)]
        results += recogniser.transcribe(windows, language=language)
    spent = time.process_time() - mapped
    texts = {
        truth["id"]: [
            [w.text for o in results if o.window.call_id == truth["id"] and o.window.lane == lane.key for w in o.words]
            for lane in speech_map.lanes
        ]
        for (truth, _), speech_map in zip(calls, maps)
    }
    words = {
        truth["id"]: [
            (o.window.lane, w.text, w.span.start_s, w.span.end_s)
            for o in results
            if o.window.call_id == truth["id"]
            for w in o.words
        ]
        for truth, _ in calls
    }
    return {"cpu_s": spent, "parties_cpu_s": mapped - began, "texts": texts, "words": words}


def run_whisper(names):
    import whisper

    from transcribe.models import quiet, resolve
    from transcribe.recognition.windows import at_recognition_rate

    quiet()
    model = whisper.load_model(str(resolve("whisper-base").path), device="cpu")
    spent, texts = 0.0, {}
    for truth, r in load_calls(names):
        sounds = [at_recognition_rate(channel, r.rate_hz) for channel in r.samples]
        began = time.process_time()
        heard = [whisper.transcribe(model, sound, language=truth["language"], fp16=False) for sound in sounds]
        spent += time.process_time() - began
        texts[truth["id"]] = [result["text"].split() for result in heard]
    return {"cpu_s": spent, "texts": texts}


def run_faster(names, batch):
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from transcribe.models import quiet
    from transcribe.models.ctranslate2_folder import resolve_ctranslate2
    from transcribe.recognition.windows import at_recognition_rate

    quiet()
    model = WhisperModel(str(resolve_ctranslate2("whisper-base").path), compute_type="int8", cpu_threads=1)
    engine = BatchedInferencePipeline(model) if batch else model
    options = {"batch_size": batch} if batch else {}
    spent, texts = 0.0, {}
    for truth, r in load_calls(names):
        sounds = [at_recognition_rate(channel, r.rate_hz) for channel in r.samples]
        began = time.process_time()
        heard = [
            " ".join(segment.text for segment in engine.transcribe(sound, language=truth["language"], **options)[0])
            for sound in sounds
        ]
        spent += time.process_time() - began
        texts[truth["id"]] = [text.split() for text in heard]
    return {"cpu_s": spent, "texts": texts}


def run_worker():
    """Everything a night's worker holds at once, after one call in stereo and one in mono."""
    from insights.language import embedder, pipeline
    from transcribe.listen import Listener

    names = ("ru01",)
    listener = Listener()
    (truth, recording), *_ = load_calls(names)
    mono = type(recording)("mono", recording.samples.mean(axis=0, keepdims=True, dtype=np.float32), recording.rate_hz)
    listener.listen([recording, mono], question_texts={"ru": [], "en": []})
    for language in ("ru", "en"):
        pipeline(language)("Всё хорошо. All is well.")
    embedder().embed(["дорого", "expensive"])
    return {"call": truth["id"]}


def run_noise():
    """Words found in sounds nobody speaks in, alone and put between the turns of a call."""
    from audio.decode import DecodeLimits, load
    from audio.recording import Recording
    from transcribe.listen import Listener

    sounds = dict(made_noises())
    folder = Path(os.environ.get("EARFUL_SHARED_DATA", "/nonexistent")) / "noise"
    for path in sorted(folder.glob("*.wav")):
        recording = load(path, call_id=path.stem, limits=DecodeLimits(min_duration_s=0.1))
        sounds[path.stem] = (recording.samples[:1], recording.rate_hz)
    listener = Listener()
    found = {}
    for name, (samples, rate_hz) in sounds.items():
        for language in ("ru", "en"):
            heard = listener.listen(
                [Recording(name, np.ascontiguousarray(samples), rate_hz)],
                question_texts={"ru": [], "en": []},
                languages={name: language},
            )[0]
            text = " ".join(turn.text for turn in heard.dialogue.turns).strip()
            found[f"{name} alone, {language}"] = text
    found |= between_turns(listener, sounds)
    return {"found": found}


def between_turns(listener, sounds):
    from audio.recording import Recording

    (truth, call), *_ = load_calls(("ru01",))
    turns = sorted(truth["turns"], key=lambda turn: turn["start"])
    at_s = (turns[5]["end"] + turns[6]["start"]) / 2
    cut, found = int(at_s * call.rate_hz), {}
    for name, (samples, rate_hz) in sounds.items():
        if rate_hz != call.rate_hz:
            continue
        noise = samples[0, : 5 * rate_hz]
        put = np.stack([np.concatenate([channel[:cut], noise, channel[cut:]]) for channel in call.samples])
        heard = listener.listen(
            [Recording("between", put.astype(np.float32), rate_hz)],
            question_texts={"ru": [], "en": []},
            languages={"between": "ru"},
        )[0]
        inside = [
            word.text
            for turn in heard.dialogue.turns
            for word in turn.words
            if at_s + 0.3 < word.span.middle_s < at_s + noise.size / rate_hz - 0.3
        ]
        found[f"{name} between turns"] = " ".join(inside)
    return found


def made_noises():
    rate_hz = 8000
    seconds = np.arange(20 * rate_hz) / rate_hz
    draw = np.random.default_rng(11)
    on = (seconds % 5.0) < 1.0
    tones = {
        "made ringback": 0.3 * np.sin(2 * np.pi * 425 * seconds) * on,
        "made busy": 0.3 * np.sin(2 * np.pi * 425 * seconds) * ((seconds % 0.7) < 0.35),
        "made US ringback": 0.2 * (np.sin(2 * np.pi * 440 * seconds) + np.sin(2 * np.pi * 480 * seconds)) * on,
        "made hum": 0.1 * np.sin(2 * np.pi * 50 * seconds) + 0.05 * np.sin(2 * np.pi * 150 * seconds),
        "made white noise": draw.normal(0, 0.05, seconds.size),
        "made clicks": (draw.random(seconds.size) > 0.9997) * 0.8,
        "digital silence": np.zeros(seconds.size),
    }
    for name, sound in tones.items():
        yield name, (sound[None].astype(np.float32), rate_hz)


def child(engine, names):
    if engine.startswith("ours"):
        result = run_ours(names, engine)
    elif engine == "whisper":
        result = run_whisper(names)
    elif engine == "worker":
        result = run_worker()
    elif engine == "noise":
        result = run_noise()
    else:
        result = run_faster(names, 0 if engine == "faster-seq" else int(engine.split("-")[1]))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


if __name__ == "__main__":
    engine, names, answer = sys.argv[1:4]
    Path(answer).write_text(json.dumps(child(engine, names.split(",")), ensure_ascii=False), encoding="utf-8")
