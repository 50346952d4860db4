"""A worker's chain without weights, for tests: real decoding, a made-up dialogue, poison by file name.

Workers import it by the name ``fake_night:make``; the tests put this folder on the path.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from audio.activity import Lane, SpeechMap
from audio.decode import decode
from audio.failures import AudioError
from audio.span import Span
from insights.answers import Answer, Asked
from insights.night.executors import WorkerPlan, worker_process
from insights.night.jobs import Done, Job, Outcome, failed
from insights.store import CallRecord, RunRecord
from insights.survey import load_survey
from transcribe.dialogue import Dialogue, Turn, Word

MAKER = "fake_night:make"
NUMBERS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять")


class InProcess:
    """An executor in this very process: quick, and a blocked network covers it; may do something before its work."""

    workers = 1

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self.first = first

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        """Yield the outcomes of each batch."""
        self.first()
        for batch in batches:
            yield from worker_process(plan)(batch)


def make(study_dir: str) -> Callable[[Sequence[Job]], list[Outcome]]:
    """Return a chain that answers every call the same way, whatever its order."""

    def process(jobs: Sequence[Job]) -> list[Outcome]:
        return [outcome_of(job) for job in jobs]

    return process


def outcome_of(job: Job) -> Outcome:
    """Return a made-up record of a real file; fall ill where the file's name says so."""
    fall_ill(Path(job.file).stem)
    try:
        decoded = decode(job.file, call_id=job.facts.path, content=job.sound)
    except AudioError as error:
        return failed(job, error)
    facts = replace(
        job.facts,
        sha256=decoded.facts.sha256,
        duration_s=decoded.recording.duration_s,
        sample_rate=decoded.recording.rate_hz,
        channels=decoded.recording.channels,
        codec=decoded.facts.codec,
        layout="separated",
    )
    score = int((decoded.facts.sha256 or "0")[:2], 16) % 11
    dialogue = dialogue_of(job.facts.path, score)
    answer = Answer(
        "nps",
        (1,),
        dialogue.turns[1].text,
        dialogue.turns[1].span,
        value=float(score),
        value_span=dialogue.turns[1].span,
        value_text=NUMBERS[score],
        confidence=0.99,
        rule="single",
    )
    record = CallRecord(
        facts=facts,
        dialogue=dialogue,
        lemmas=tuple(turn.text.lower() for turn in dialogue.turns),
        speech=SpeechMap(job.facts.path, (Lane("channel0", 0, (Span(0.0, 0.5),)), Lane("channel1", 0, ())), "fake"),
        asked=(Asked("nps", Span(0.0, 0.4), 0, 1.0),),
        answers=(answer,),
        runs=tuple(RunRecord(stage, key, "fake", "1") for stage, key in job.keys.items()),
    )
    return Done(job, record)


def dialogue_of(path: str, score: int) -> Dialogue:
    """Return a question and its answer."""
    question, reply = Word("Порекомендуете?", Span(0.0, 0.4), 0.9), Word(NUMBERS[score], Span(0.5, 0.9), 0.9)
    return Dialogue(
        path,
        "ru",
        (
            Turn("operator", question.span, (question,), "channel0"),
            Turn("respondent", reply.span, (reply,), "channel1"),
        ),
    )


def fall_ill(name: str) -> None:
    """Do what a poisonous recording does to its worker."""
    if name.startswith("slow"):
        time.sleep(0.2)
    elif name.startswith("exit"):
        os._exit(9)
    elif name.startswith("hang"):
        time.sleep(600)
    elif name.startswith("unplug"):
        os.kill(os.getppid(), signal.SIGTERM)  # of a Ray worker: what holds the machine in its cluster
        time.sleep(600)
    elif name.startswith("greedy"):
        bytearray(1 << 62)  # beyond any address space: no system grants that, however generous with memory
    elif name.startswith("raise"):
        raise RuntimeError("a fault of the chain that nobody foresaw")


def make_quick(study_dir: str) -> Callable[[Sequence[Job]], list[Outcome]]:
    """Return a chain that opens no file, for executors that are tested without sound."""

    def process(jobs: Sequence[Job]) -> list[Outcome]:
        done: list[Outcome] = []
        for job in jobs:
            fall_ill(Path(job.file).parent.name)
            done.append(Done(job, CallRecord(job.facts, dialogue_of(job.facts.path, 5))))
        return done

    return process


def make_elsewhere(study_dir: str) -> Callable[[Sequence[Job]], list[Outcome]]:
    """Return the chain of a machine that sees none of the driver's folders, only what was sent to it."""
    load_survey(Path(study_dir))

    def process(jobs: Sequence[Job]) -> list[Outcome]:
        return [outcome_of(replace(job, file=f"/elsewhere/{Path(job.file).name}")) for job in jobs]

    return process


def make_on_card(study_dir: str) -> Callable[[Sequence[Job]], list[Outcome]]:
    """Return the same chain, for a worker that was given a graphics card and refuses to start without."""
    if not os.environ.get("CUDA_VISIBLE_DEVICES"):
        raise RuntimeError("no graphics card was given to this worker")
    return make_elsewhere(study_dir)
