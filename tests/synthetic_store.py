"""A small survey and hand-made calls whose every row is known, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from audio.activity import Lane, SpeechMap
from audio.encode import encode
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.settings import StudyFolder, settings_text
from insights.store import (
    CallRecord,
    PiiRow,
    RecordingFacts,
    RunRecord,
    Store,
    ingest_frame,
    lemma_text,
    open_store,
    save_call,
    stage_key,
)
from insights.survey.codebook import Code, Codebook
from insights.survey.questionnaire import Question, Survey
from insights.survey.responses import Cell, ResponseRow
from transcribe.dialogue import Dialogue, Language, Party, Turn, Word

SURVEY = Survey(
    "small",
    1,
    ("ru", "en"),
    (
        Question("nps", "nps", {"ru": "Порекомендуете?", "en": "Recommend us?"}, (0, 10)),
        Question("why", "open", {"ru": "Почему?", "en": "Why?"}, follows="nps"),
        Question("speed", "attribute", {"ru": "Скорость?", "en": "Speed?"}, (1, 5), attribute="speed"),
        Question("improve", "open", {"ru": "Что улучшить?", "en": "What to improve?"}),
        Question("mistakes", "ncs", {"ru": "Скажете?", "en": "Tell us?"}),
    ),
)
CODEBOOK = Codebook(
    "small",
    1,
    (Code("slow", {"ru": "Долго", "en": "Slow"}), Code("price", {"ru": "Цена", "en": "Price"})),
)
TALKS: Mapping[Language, tuple[tuple[Party, str], ...]] = {
    "ru": (
        ("operator", "Насколько вероятно, что порекомендуете?"),
        ("respondent", "Ну, семь."),
        ("operator", "Почему?"),
        ("respondent", "Долго ждали мастера, ещё и дорого."),
    ),
    "en": (
        ("operator", "How likely would you recommend us?"),
        ("respondent", "Well, seven."),
        ("operator", "Why?"),
        ("respondent", "We waited for ages, and the prices rose."),
    ),
}
QUOTES: Mapping[Language, str] = {"ru": "Долго ждали мастера,", "en": "We waited for ages,"}
WORD_S = 0.4


def talk(language: Language = "ru", *, texts: tuple[tuple[Party, str], ...] | None = None) -> Dialogue:
    """Return a dialogue, a word every 0.4 s and half a second between turns."""
    turns = []
    at_s = 1.0
    for idx, (party, text) in enumerate(texts or TALKS[language]):
        words = []
        for word in text.split():
            words.append(Word(word, Span(round(at_s, 3), round(at_s + 0.35, 3)), 0.9, overlapped=False))
            at_s = round(at_s + WORD_S, 3)
        span = Span(words[0].span.start_s, words[-1].span.end_s) if words else Span(at_s, at_s)
        turns.append(Turn(party, span, tuple(words), f"channel{idx % 2}", 0.95))
        at_s = round(at_s + 0.5, 3)
    return Dialogue("as heard", language, tuple(turns))


def call(
    number: int = 1,
    language: Language = "ru",
    *,
    dialogue: Dialogue | None = None,
    spoken: float | None = 7.0,
    name: str | None = None,
) -> CallRecord:
    """Return a call with something in every table; the same for the same arguments."""
    said = dialogue or talk(language)
    turns = said.turns
    quote = QUOTES[language]
    first = turns[3].words
    answer = Answer("nps", (1,), turns[1].text, turns[1].span, spoken, turns[1].span, "семь", None, 0.98, "witness")
    facts = RecordingFacts(
        name or f"calls/{language}{number:02d}.wav",
        f"{number:x}".zfill(3)[::-1] * 21 + "f",
        20.0,
        8000,
        2,
        "pcm_mulaw",
    )
    return CallRecord(
        facts=replace(facts, layout="stereo", quality={"snr_db": 20.5}),
        dialogue=said,
        lemmas=tuple(lemma_text(turn.text, language) for turn in turns),
        speech=SpeechMap("as heard", (Lane("channel1", 1, tuple(turn.span for turn in turns[1::2])),), "silero"),
        pauses=(PauseRow("latency", Span(turns[0].span.end_s, turns[1].span.start_s), 1, 0.9, "map"),),
        asked=(Asked("nps", turns[0].span, 0, 0.91), Asked("why", turns[2].span, 2, 0.88)),
        answers=(
            answer if spoken is not None else replace(answer, value=None, value_span=None, value_text="", rule=""),
            Answer("why", (3,), turns[3].text, turns[3].span),
        ),
        deliveries=(Delivery("nps", latency_s=0.5, pause_n=1, filler_n=0, quality={"clipped": False}),),
        reasons=(
            Reason("why", "slow", -1, quote, 0, Span(first[0].span.start_s, first[2].span.end_s), 3, 0.8, "rule"),
        ),
        pii=(PiiRow("person", 0, 3, turn_idx=1, span=turns[1].words[0].span),),
        runs=tuple(run(stage, number) for stage in ("decode", "recognition", "questions", "answers", "reasons")),
        coder_version="1",
    )


def run(stage: str, number: int) -> RunRecord:
    """Return the run of a stage."""
    return RunRecord(stage, stage_key(stage, number), "tool", "1.0", parameters={"a": 1}, seconds=0.25)


def row(number: int = 1, language: Language = "ru", *, nps: str = "9", **changes: object) -> ResponseRow:
    """Return the interview of a call."""
    base = ResponseRow(
        interview_id=f"{language}{number:02d}",
        line=number + 1,
        started_at=f"2026-11-20T10:{number:02d}:00+03:00",
        recording=f"{language}{number:02d}.wav",
        respondent_id=f"R{number}",
        client_id=f"C{number}",
        segment="medium",
        role="buyer",
        operator_id="op-anna",
        wave="2026Q4",
        answers={"nps": Cell(nps, float(nps) if nps else None), "speed": Cell("")},
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # changes are fields of the row


def framed(store: Store, *rows: ResponseRow) -> Store:
    """Store the survey, the codebook and some interviews."""
    ingest_frame(store, survey=SURVEY, codebook=CODEBOOK, responses=rows, source="a.csv")
    return store


def two_calls(root: Path, *rows: ResponseRow) -> Path:
    """Write a study of two calls with their sound, ``ru01`` and ``en02``, for these interviews; return its folder."""
    folder = StudyFolder(root)
    folder.make()
    (root / "earful.toml").write_text(settings_text(), encoding="utf-8")
    store = framed(open_store(folder.store), *rows)
    for record in (call(1, "ru"), call(2, "en")):
        save_call(store, record)
        tone = (0.1 * np.sin(2 * np.pi * 200 * np.arange(20 * 8000) / 8000)).astype(np.float32)
        (root / record.facts.path).write_bytes(encode(np.stack([tone, 0.5 * tone]), 8000, codec="wav"))
    store.close()
    return root


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return what every table says, without ids of rows and times of day, in an order of its own."""
    hidden = {"turn_id", "run_id", "answer_id", "reason_id", "pii_span_id", "processed_at", "ingested_at", "stored_at"}
    tables = [
        name
        for (name,) in store.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not name.startswith(("turn_fts", "sqlite_")) and name not in ("night", "response_file")
    ]
    found = {}
    for table in tables:
        columns = [column.name for column in store.table(table).columns if column.name not in hidden]
        names = ", ".join(f'"{name}"' for name in columns)
        rows = store.conn.execute(f'SELECT {names} FROM "{table}"').fetchall()  # noqa: S608 - names of the schema
        found[table] = sorted(rows, key=repr)
    return found
