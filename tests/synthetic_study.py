"""The example study as a perfect night would leave it: stored from the shipped calls' truth, no weights needed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.demo.create import create_demo
from insights.reasons.reason import Reason
from insights.settings import StudyFolder
from insights.store import (
    CallRecord,
    PiiRow,
    RecordingFacts,
    Store,
    close_night,
    ingest_folder,
    lemma_text,
    open_store,
    save_call,
)
from insights.survey import load_codebook, load_survey
from transcribe.dialogue import Dialogue, Language, Party, Turn, Word

TRUTH = Path(__file__).parents[1] / "insights" / "demo" / "calls"
PARTIES: dict[str, Party] = {"operator": "operator", "customer": "respondent"}
POLARITIES: dict[str, Any] = {"positive": 1, "neutral": 0, "negative": -1, "wish": -1}
READY = {"yes": 1.0, "unsure": 0.0, "no": -1.0}
PERSON = "Ириной Павловной"


def make_study(root: Path) -> StudyFolder:
    """Write the example study with everything that its truth says in the store."""
    folder = create_demo(root)
    survey = load_survey(folder.root)
    codebook = load_codebook(folder.root, file_name=survey.codebook)
    store = open_store(folder.store)
    ingest_folder(store, folder.responses, survey=survey, codebook=codebook)
    known = {question.question_id for question in survey.questions}
    codes = {code.code_id for code in codebook.codes}
    for path in sorted(TRUTH.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        recording = next(folder.calls.glob(f"{truth['id']}_*.flac"))
        save_call(store, record_of(truth, recording, known, codes))
    close_night_of(store)
    store.close()
    return folder


def close_night_of(store: Store) -> None:
    """Score hesitation over the store, as the end of a night does."""
    close_night(store)


def record_of(truth: dict[str, Any], path: Path, known: set[str], codes: set[str]) -> CallRecord:
    language: Language = truth["language"]
    turns = tuple(turn_of(turn) for turn in truth["turns"])
    dialogue = Dialogue(truth["id"], language, turns)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = RecordingFacts(f"calls/{path.name}", digest, truth["duration"], 8000, 2, "flac", "stereo")
    said = [one for one in truth["answers"] if one["key"] in known]
    return CallRecord(
        facts=facts,
        dialogue=dialogue,
        lemmas=tuple(lemma_text(turn.text, language) for turn in turns),
        pauses=tuple(pauses_of(truth, said)),
        asked=tuple(
            Asked(one["key"], Span(one["start"], one["end"]), one["turn"], 1.0)
            for one in truth["questions"]
            if one["key"] in known
        ),
        answers=tuple(answer_of(one) for one in said),
        deliveries=tuple(
            Delivery(
                one["key"],
                latency_s=one["response_latency"],
                time_to_value_s=one["response_latency"] + one["silent_pause_s"],
                pause_total_s=one["silent_pause_s"],
                pause_n=int(one["silent_pause_s"] > 0),
                filler_n=one["fillers"],
                hedge_n=0,
                repair_n=0,
            )
            for one in said
        ),
        reasons=tuple(reasons_of(truth, turns, {one["key"] for one in said}, codes)),
        pii=tuple(
            PiiRow("person", at, at + len(PERSON), turn_idx=idx, span=span_of(turn, at, at + len(PERSON)))
            for idx, turn in enumerate(turns)
            if (at := turn.text.find(PERSON)) >= 0
        ),
    )


def turn_of(turn: dict[str, Any]) -> Turn:
    """Return a turn, its words spread evenly: the truth knows their seconds for some voices only."""
    texts = turn["text"].split()
    step = (turn["end"] - turn["start"]) / max(1, len(texts))
    words = []
    for at, text in enumerate(texts):
        start_s = round(turn["start"] + at * step, 3)
        words.append(Word(text, Span(start_s, round(start_s + 0.9 * step, 3)), 1.0))
    return Turn(PARTIES[turn["role"]], Span(turn["start"], turn["end"]), tuple(words), turn["role"])


def pauses_of(truth: dict[str, Any], said: list[dict[str, Any]]) -> list[PauseRow]:
    """Return the silences inside customers' turns and the waits before answers."""
    found = [
        PauseRow("silent", Span(one["start"], one["end"]), turn["i"], 1.0, "truth")
        for turn in truth["turns"]
        for one in turn["pauses"]
        if turn["role"] == "customer" and one["kind"] == "silent"
    ]
    found += [
        PauseRow("latency", Span(one["start"] - one["response_latency"], one["start"]), one["turn"], 1.0, "truth")
        for one in said
        if one["response_latency"] > 0
    ]
    return sorted(found, key=lambda row: row.span.start_s)


def answer_of(one: dict[str, Any]) -> Answer:
    span = Span(one["start"], one["end"])
    value = READY.get(one["value"]) if isinstance(one["value"], str) else one["value"]
    spoken = None if value is None else Span(one["end"] - 1.0, one["end"])
    return Answer(one["key"], (one["turn"],), one["text"], span, value, spoken, one["text"], None, 1.0, "truth")


def reasons_of(truth: dict[str, Any], turns: tuple[Turn, ...], answered: set[str], codes: set[str]) -> list[Reason]:
    found = []
    for one in truth["reasons"]:
        turn = turns[one["turn"]]
        at = turn.text.find(one["quote"])
        question = one["after_question"] if one["after_question"] in answered else "nps"
        if at < 0 or one["category"] not in codes:
            continue
        span = span_of(turn, at, at + len(one["quote"]))
        polarity = POLARITIES.get(one["polarity"], 0)
        found.append(Reason(question, one["category"], polarity, one["quote"], at, span, one["turn"], 1.0, "truth"))
    return found


def span_of(turn: Turn, start_char: int, end_char: int) -> Span:
    words = turn.words_between(start_char, end_char)
    return Span(words[0].span.start_s, words[-1].span.end_s)
