"""The chain: from a recording's file to everything the store holds about it, one stage after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from audio.activity import SpeechMap
from audio.decode import Decoded, DecodeLimits, RawFormat, decode
from audio.failures import AudioError
from audio.recording import Recording
from audio.span import Span
from insights.answers import Answer, Asked, Witness, WitnessRequest, find_answers, find_questions
from insights.delivery.delivery import Delivery, PauseRow
from insights.delivery.measure import measure_deliveries
from insights.delivery.second_hearing import prompted_fillers
from insights.language import lemmas
from insights.night.frame import StudyFrame
from insights.night.jobs import ANSWERING, DELIVERY, HEARING, PRIVACY, REASONS, Done, Failed, Job, Outcome, failed
from insights.night.models import WorkerModels
from insights.night.tools import run_record
from insights.privacy import consent_phrase, personal_in_dialogue
from insights.reasons import Reason, statements_of
from insights.store import CallRecord, PiiRow, RecordingFacts, RunRecord
from transcribe.dialogue import Dialogue, Language, Word
from transcribe.listen import Heard, Listener, NumberQuestion
from transcribe.recognition.protocol import NumberPosterior


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds by stage, for the runs of one call."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def over(self, stage: str) -> Iterator[None]:
        """Add the CPU seconds of the block to ``stage``."""
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - began


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A job whose file could be decoded."""

    job: Job
    decoded: Decoded
    watch: Stopwatch


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """What the later stages know of a call, heard just now or on an earlier night."""

    recording: Recording
    heard: Dialogue
    dialogue: Dialogue
    speech: SpeechMap
    lemmas: tuple[str, ...]


def process_jobs(jobs: Sequence[Job], *, frame: StudyFrame, models: WorkerModels) -> list[Outcome]:
    """Take recordings through the chain; windows of all of them are recognised together.

    Returns
    -------
    list
        One outcome for each job, in order. Files that cannot be used come back as ``Failed``; a fault of the chain
        itself is raised, and the executor tries the calls one by one.
    """
    outcomes: dict[int, Outcome] = {}
    opened: dict[int, Opened] = {}
    for place, job in enumerate(jobs):
        result = open_job(job, frame=frame)
        if isinstance(result, Opened):
            opened[place] = result
        else:
            outcomes[place] = result
    heard = hear(opened, frame=frame, models=models)
    for place, item in opened.items():
        outcomes[place] = understand(item, heard.get(place), frame=frame, models=models)
    return [outcomes[place] for place in range(len(jobs))]


def open_job(job: Job, *, frame: StudyFrame) -> Opened | Failed:
    """Decode a job's file, or say what is wrong with it."""
    options = frame.settings.recordings
    raw = RawFormat(codec=options.raw_format, rate_hz=options.raw_rate_hz) if options.raw_format != "none" else None
    watch = Stopwatch()
    try:
        with watch.over("decode"):
            limits = DecodeLimits(max_duration_s=options.max_hours * 3600)
            decoded = decode(job.file, call_id=job.facts.path, limits=limits, raw=raw, content=job.sound)
    except AudioError as error:
        return failed(job, error)
    return Opened(job, decoded, watch)


def hear(opened: Mapping[int, Opened], *, frame: StudyFrame, models: WorkerModels) -> dict[int, Heard]:
    """Return what was said in the calls whose words are not stored yet, by the job's place."""
    places = [place for place, item in opened.items() if item.job.stored is None]
    if not places:
        return {}
    began = time.process_time()
    results = models.listener.listen(
        [opened[place].decoded.recording for place in places],
        question_texts=frame.question_texts,
        languages=known_languages(opened[place].job for place in places),
    )
    spent_s = time.process_time() - began
    total_s = sum(opened[place].decoded.recording.duration_s for place in places)
    for place in places:  # windows of several calls are recognised together: each bears its share by length
        share = opened[place].decoded.recording.duration_s / total_s
        opened[place].watch.seconds["recognition"] = spent_s * share
    return dict(zip(places, results, strict=True))


def known_languages(jobs: Iterable[Job]) -> dict[str, Language]:
    """Return the language of the calls whose response row declares it, by call id."""
    return {job.facts.path: job.language for job in jobs if job.language is not None}


def understand(item: Opened, heard: Heard | None, *, frame: StudyFrame, models: WorkerModels) -> Done:
    """Return everything about one call, stages that are not to do taken from what is stored."""
    job, watch = item.job, item.watch
    call = fresh_call(item, heard) if heard else stored_call(item)
    with watch.over("questions"):
        asked = find_questions(call.dialogue, frame.survey)
    with watch.over("answers"):
        answers = answers_of(item, call, asked, frame=frame, models=models)
    with watch.over("delivery"):
        deliveries, pauses = deliveries_of(job, call, asked, answers, models=models)
    with watch.over("reasons"):
        reasons = reasons_of(job, call, asked, answers, frame=frame, models=models)
    with watch.over("privacy"):
        personal = personal_rows(call.dialogue, frame)
    facts = file_facts(item, heard)
    record = CallRecord(
        facts=facts,
        dialogue=call.heard,
        lemmas=call.lemmas,
        speech=call.speech,
        pauses=pauses,
        asked=asked,
        answers=answers,
        deliveries=deliveries,
        reasons=reasons,
        pii=personal,
        runs=runs_of(job, watch, models),
        coder_version=models.coder.name,
    )
    return Done(job, record, flags=heard.flags if heard else ())


def fresh_call(item: Opened, heard: Heard) -> Call:
    """Return a call that was listened to just now."""
    dialogue = heard.dialogue
    with item.watch.over("turns"):
        text = tuple(" ".join(lemmas(turn.text, dialogue.language)) for turn in dialogue.turns)
    return Call(item.decoded.recording, dialogue, dialogue, heard.party_map.speech_map, text)


def stored_call(item: Opened) -> Call:
    """Return a call whose words are in the store, people's corrections in them."""
    stored = item.job.stored
    if stored is None:
        raise ValueError(f"{item.job.facts.path}: neither heard nor stored")
    return Call(item.decoded.recording, stored.heard, stored.dialogue, stored.speech, stored.lemmas)


def answers_of(
    item: Opened, call: Call, asked: Sequence[Asked], *, frame: StudyFrame, models: WorkerModels
) -> tuple[Answer, ...]:
    """Return the answers, the sound asked again for every number."""
    if item.job.stored is not None and not item.job.todo & set(ANSWERING):
        return item.job.stored.answers
    return find_answers(
        call.dialogue, asked, frame.survey, witness=witness_in(call, models.listener), written=written_in(call)
    )


def written_in(call: Call) -> frozenset[Word]:
    """Return the words that people put in place of what the machine heard."""
    heard = {word for turn in call.heard.turns for word in turn.words}
    return frozenset(word for turn in call.dialogue.turns for word in turn.words if word not in heard)


def witness_in(call: Call, listener: Listener) -> Witness | None:
    """Return the witness that hears numbers in this call's sound; None where the engine cannot score a closed set."""
    if not hasattr(listener.recogniser, "number_posteriors"):
        return None

    def heard_numbers(requests: Sequence[WitnessRequest]) -> list[NumberPosterior]:
        questions = [
            NumberQuestion(request.span, call.speech.lane(request.lane).channel, request.language, request.phrases)
            for request in requests
        ]
        return listener.number_posteriors(call.recording, questions)

    return heard_numbers


def deliveries_of(
    job: Job, call: Call, asked: Sequence[Asked], answers: Sequence[Answer], *, models: WorkerModels
) -> tuple[tuple[Delivery, ...], tuple[PauseRow, ...]]:
    """Return how each answer was said, with every pause."""
    if job.stored is not None and not job.todo & set(DELIVERY):
        return job.stored.deliveries, job.stored.pauses
    fillers = prompted_fillers(call.recording, call.speech, call.dialogue, answers, models.listener.recogniser)
    return measure_deliveries(call.recording, call.speech, call.dialogue, asked, answers, prompted=fillers)


def reasons_of(
    job: Job, call: Call, asked: Sequence[Asked], answers: Sequence[Answer], *, frame: StudyFrame, models: WorkerModels
) -> tuple[Reason, ...]:
    """Return the coded reasons of a call."""
    if job.stored is not None and not job.todo & set(REASONS):
        return job.stored.reasons
    statements = statements_of(call.dialogue, asked, answers, frame.survey)
    return tuple(reason for found in models.coder.code(statements) for reason in found)


def personal_rows(dialogue: Dialogue, frame: StudyFrame) -> tuple[PiiRow, ...]:
    """Return where personal data stands; () where redaction is off."""
    if not frame.settings.privacy.redact:
        return ()
    return personal_in_dialogue(dialogue, company_names=frame.settings.privacy.company_names)


def file_facts(item: Opened, heard: Heard | None) -> RecordingFacts:
    """Return the file's facts with what decoding and listening add to them."""
    decoded = item.decoded
    facts = replace(
        item.job.facts,
        sha256=decoded.facts.sha256,
        duration_s=decoded.recording.duration_s,
        sample_rate=decoded.recording.rate_hz,
        channels=decoded.recording.channels,
        codec=decoded.facts.codec,
    )
    if heard is None:
        return facts
    return replace(facts, layout=heard.layout.kind, quality=quality_of(decoded, heard))


def quality_of(decoded: Decoded, heard: Heard) -> dict[str, object]:
    """Return the evidence that is stored with a recording: file, layout, parties, roles, windows."""
    doubtful = [item for item in heard.recognised if item.dropped]
    return {
        "file": list(decoded.facts.flags),
        "flags": list(heard.flags),
        "layout": dict(heard.layout.evidence),
        "parties": {"path": heard.party_map.path, **heard.party_map.evidence},
        "roles": {"margin": heard.roles.margin, **heard.roles.evidence},
        "language_probability": round(heard.language_probability, 3),
        "consent_phrase": seconds_of(consent_phrase(heard.dialogue)),
        "windows": len(heard.recognised),
        "dropped": [[item.window.span.start_s, item.window.span.end_s, item.dropped] for item in doubtful],
        "mean_logprob": mean([item.quality.mean_logprob for item in heard.recognised]),
        "no_speech_max": max((item.quality.no_speech for item in heard.recognised), default=None),
    }


def seconds_of(span: Span | None) -> list[float] | None:
    """Return a span as JSON can hold it."""
    return None if span is None else [round(span.start_s, 2), round(span.end_s, 2)]


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, or None of nothing."""
    return round(sum(values) / len(values), 3) if values else None


def runs_of(job: Job, watch: Stopwatch, models: WorkerModels) -> tuple[RunRecord, ...]:
    """Return one run for each stage: those done just now, and those that still hold."""
    kept = {run.stage: run for run in job.stored.runs} if job.stored else {}
    stages = (*HEARING, *ANSWERING, *DELIVERY, *REASONS, *PRIVACY)
    return tuple(
        run_record(
            stage,
            job.keys[stage],
            seconds=watch.seconds.get(stage),
            model_sha256=models.listener.recogniser.model_sha256 if stage == "recognition" else None,
        )
        if stage in job.todo or stage not in kept
        else kept[stage]
        for stage in stages
    )
