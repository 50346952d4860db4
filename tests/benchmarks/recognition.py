"""Recognition measured: words, times, speed and memory, ours beside whisper.transcribe and faster-whisper.

``python tests/benchmarks/recognition.py [--short] [--engines ours,whisper,...] [--rounds 1]``

Every engine runs in a process of its own, one thread, in turns (ours, whisper, ..., ours, whisper, ...), so that other
work on the machine burdens all of them alike; CPU seconds, never wall time. The calls are those that ship with the
package; noise comes from ``$EARFUL_SHARED_DATA/noise`` where that is set, and is made here besides.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
CALLS = ROOT / "insights" / "demo" / "calls"
CHILD = Path(__file__).with_name("recognition_engines.py")
ENGINES = ("ours", "ours-greedy", "whisper", "faster-seq", "faster-8", "faster-16", "faster-32")
SHORT_CALLS, SHORT_ENGINES = ("ru01", "en02"), ("ours", "faster-16")
NUMBERS = {
    "ru": ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
}


def spelt(text, language):
    words = re.findall(r"\w+", text.lower().replace("ё", "е"))
    return [NUMBERS[language][int(word)] if word.isdigit() and int(word) <= 10 else word for word in words]


def errors(reference, hypothesis):
    cost = np.arange(len(hypothesis) + 1)
    for row, word in enumerate(reference, 1):
        before = cost.copy()
        cost[0] = row
        for column, other in enumerate(hypothesis, 1):
            cost[column] = min(before[column] + 1, cost[column - 1] + 1, before[column - 1] + (word != other))
    return int(cost[-1])


def said_by(truth, channel):
    role = truth["channels"][str(channel)]
    return [word for turn in truth["turns"] if turn["role"] == role for word in spelt(turn["text"], truth["language"])]


def words_said(truths, language):
    own = [truth for truth in truths if truth["language"] == language]
    return sum(len(said_by(truth, channel)) for truth in own for channel in (0, 1))


def spawn(engine, names):
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        command = [sys.executable, str(CHILD), engine, ",".join(names), answer.name]
        environment = {**os.environ, **one_thread, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{engine} failed:\n{done.stderr[-2000:]}")
        return json.loads(Path(answer.name).read_text(encoding="utf-8"))


def two_processes(names, seconds):
    """Wall seconds of ours on two processes at once, per second of call."""
    halves = [names[::2], names[1::2]] if len(names) > 1 else [names, names]
    began = time.monotonic()
    running = []
    for half in halves:
        command = [sys.executable, str(CHILD), "ours", ",".join(half), os.devnull]
        running.append(subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}))
    for process in running:
        process.wait()
    return (time.monotonic() - began) / seconds


def word_error(truths, texts):
    """Word error by language over both parties; a diarized call's lanes are matched to the parties they fit best."""
    totals = {"ru": [0, 0], "en": [0, 0]}
    for truth in truths:
        language, lanes = (
            truth["language"],
            [spelt(" ".join(words), truth["language"]) for words in texts[truth["id"]]],
        )
        lanes += [[]] * (2 - len(lanes))
        references = [said_by(truth, 0), said_by(truth, 1)]
        straight = errors(references[0], lanes[0]) + errors(references[1], lanes[1])
        crossed = errors(references[0], lanes[1]) + errors(references[1], lanes[0])
        totals[language][0] += min(straight, crossed)
        totals[language][1] += sum(map(len, references))
    return {language: wrong / count for language, (wrong, count) in totals.items() if count}


def scale_answers(truths, words):
    heard = total = 0
    for truth in truths:
        for answer in truth["answers"]:
            if answer["scale"] in {"0-10", "1-5"}:
                total += 1
                heard += any(
                    start < answer["end"] + 0.2 and end > answer["start"] - 0.2
                    for _, _, start, end in words[truth["id"]]
                )
    return heard, total


def start_errors(truths, words):
    found = []
    for truth in truths:
        for turn in truth["turns"]:
            for text, start, _ in turn.get("words") or ():
                same = [
                    heard - start
                    for _, other, heard, _ in words[truth["id"]]
                    if abs(heard - start) < 1 and spelt(other, truth["language"]) == spelt(text, truth["language"])
                ]
                found += [min(same, key=abs)] if same else []
    return np.abs(found)


def measured(arguments):
    names = arguments.calls.split(",")
    truths = [json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8")) for name in names]
    seconds = sum(truth["duration"] for truth in truths)
    engines = arguments.engines.split(",")
    runs = {engine: [] for engine in engines}
    for _ in range(arguments.rounds):
        for engine in engines:
            runs[engine].append(spawn(engine, names))
            print(f"  {engine}: {runs[engine][-1]['cpu_s'] / seconds:.4f} CPU s a second", file=sys.stderr, flush=True)
    return names, truths, seconds, runs


def report(arguments):
    names, truths, seconds, runs = measured(arguments)
    said = ", ".join(f"{words_said(truths, language)} words {language}" for language in ("ru", "en"))
    print(f"recognition, {len(names)} stereo calls, {seconds / 60:.1f} min, {said}, both channels, one thread\n")
    print(f"{'engine':12} {'CPU s / s of call':>18} {'WER ru':>8} {'WER en':>8} {'peak MB':>8}")
    cost, error = {}, {}
    for engine, results in runs.items():
        cost[engine] = float(np.median([result["cpu_s"] for result in results])) / seconds
        error[engine] = word_error(truths, results[0]["texts"])
        shown = " ".join(f"{error[engine].get(language, float('nan')):8.3f}" for language in ("ru", "en"))
        print(f"{engine:12} {cost[engine]:18.4f} {shown} {max(result['peak_mb'] for result in results):8.0f}")
    ours = runs["ours"][0]
    print(f"\n{'what':64} {'bar':>12} {'measured':>12} {'n':>6}")
    rows = list(own_rows(truths, ours, error["ours"], arguments))
    faster = [cost[engine] for engine in cost if engine.startswith("faster")]
    if faster:
        rows.append(
            (
                "CPU: ours / faster-whisper int8, its best (AMX: .5; elsewhere 1)",
                "<= .5 | 1",
                cost["ours"] / min(faster),
                len(names),
            )
        )
    if "whisper" in cost:
        rows.append(("CPU: ours / whisper.transcribe float32", "<= .2", cost["ours"] / cost["whisper"], len(names)))
        worst = max(error["ours"][language] - error["whisper"][language] for language in error["ours"])
        rows.append(("word error above whisper.transcribe float32 (worst language)", "<= .01", worst, len(names)))
    if not arguments.short:
        rows.append(("wall s per s of call, two processes, loading included", "", two_processes(names, seconds), 2))
        rows.append(("peak of a worker with all models, MB", "<= 1800", spawn("worker", names)["peak_mb"], 1))
        found = spawn("noise", names)["found"]
        invented = {name: text for name, text in found.items() if text}
        rows.append(("words invented on noise", "0", sum(len(text.split()) for text in invented.values()), len(found)))
    for what, bar, value, count in rows:
        print(f"{what:64} {bar:>12} {value:12.3f} {count:6d}")


def own_rows(truths, ours, error, arguments):
    heard, total = scale_answers(truths, ours["words"])
    yield "answers to scale questions with any words, stereo", "1.00", heard / total, total
    for language, bar in (("ru", "<= .22"), ("en", "<= .12")):
        yield (
            f"word error, stereo, {language}",
            bar,
            error[language],
            sum(truth["language"] == language for truth in truths),
        )
    late = start_errors(truths, ours["words"])
    yield "word start error, median, s", "<= .080", float(np.median(late)), len(late)
    yield "word start error, 90th percentile, s", "<= .250", float(np.quantile(late, 0.9)), len(late)
    seconds = sum(truth["duration"] for truth in truths)
    yield "CPU of who speaks when, stereo, s per s of call", "", ours["parties_cpu_s"] / seconds, len(truths)
    if not arguments.short:
        mono = spawn("ours-mono", [truth["id"] for truth in truths])
        heard, total = scale_answers(truths, mono["words"])
        yield "answers to scale questions with any words, mono", ">= .97", heard / total, total
        mono_error = word_error(truths, mono["texts"])
        for language, bar in (("ru", "<= .27"), ("en", "<= .17")):
            yield f"word error, mono, {language}", bar, mono_error[language], len(truths)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="two calls, two engines, no noise, no mono")
    parser.add_argument("--calls", default="")
    parser.add_argument("--engines", default="")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    default_calls = SHORT_CALLS if arguments.short else tuple(sorted(path.stem for path in CALLS.glob("*.json")))
    arguments.calls = arguments.calls or ",".join(default_calls)
    arguments.engines = arguments.engines or ",".join(SHORT_ENGINES if arguments.short else ENGINES)
    report(arguments)


if __name__ == "__main__":
    main()
