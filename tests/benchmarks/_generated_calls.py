"""Generated calls that weigh what real ones weigh: words, turns, pauses, reasons and measures as in the example calls.

The example calls as whisper-base hears them have a minute 92-106 words (Russian) or 152-180 (English), 9-14 turns and
8-19 pauses; and a call eight questions, answers and deliveries, ten reasons, five personal spans and twelve stages.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

from audio.activity import Lane, SpeechMap
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.store import (
    CallRecord,
    PiiRow,
    RecordingFacts,
    RunRecord,
    Store,
    ingest_frame,
    lemma_text,
    save_call,
    stage_key,
)
from insights.survey.codebook import Code, Codebook
from insights.survey.questionnaire import Question, Survey
from insights.survey.responses import Cell, ResponseRow
from transcribe.dialogue import Dialogue, Language, Party, Turn, Word

EXAMPLES = Path(__file__).resolve().parents[2] / "insights" / "demo" / "calls"
MOST_LETTERS = 9
# So many calls are made, and stand for all; typed numbers repeat after eleven calls, and agree with the spoken ones.
POOL_CALLS = 11 * 227
MINUTES = 4.0  # a survey call lasts 3 to 4 minutes


@dataclass(frozen=True)
class Talk:
    """How much is said in a minute."""

    words: float
    turns: float
    pauses: float


TALK: dict[Language, Talk] = {"ru": Talk(100, 9.7, 13), "en": Talk(166, 13.1, 12)}
SCORES = ("nps", "speed", "choice", "manager", "delivery")
OPEN = ("why", "improve")
ASKED = (*SCORES, *OPEN, "mistakes")
SURVEY = Survey(
    "bench",
    1,
    ("ru", "en"),
    (
        *(Question(name, "nps" if name == "nps" else "attribute", {"ru": name}, (0, 10)) for name in SCORES),
        Question("why", "open", {"ru": "Почему?"}, follows="nps"),
        Question("improve", "open", {"ru": "Что улучшить?"}),
        Question("mistakes", "ncs", {"ru": "Готовы?"}),
    ),
)
CODEBOOK = Codebook("bench", 1, tuple(Code(f"code{i}", {"ru": f"код {i}"}) for i in range(8)))
REASONS_N = 10
PII_N = 5
HEARD, ANSWERED = "hearing", "answering"
# Stage, tool, version, and what its key rests on, as a night writes them.
STAGES = (
    ("decode", "av", "18.1.0", HEARD),
    ("layout", "earful", "1.0.0", HEARD),
    ("speech", "silero-vad", "6.2.3", HEARD),
    ("parties", "pyannote.audio", "4.0.7", HEARD),
    ("recognition", "openai-whisper", "20250625", HEARD),
    ("roles", "earful", "1.0.0", HEARD),
    ("turns", "earful", "1.0.0", HEARD),
    ("questions", "earful", "1.0.0", ANSWERED),
    ("answers", "earful", "1.0.0", ANSWERED),
    ("delivery", "earful", "1.0.0", "delivery"),
    ("reasons", "spacy", "3.8.18", "reasons"),
    ("privacy", "earful", "1.0.0", "privacy"),
)


@cache
def vocabulary(language: Language = "ru") -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return words and cumulative weights: the example calls' speech, and in Russian a tail of its words' other forms.

    One word in twelve comes from the tail, as new words keep coming however many calls were heard.
    """
    said: Counter[str] = Counter()
    for path in sorted(EXAMPLES.glob(f"{language}*.json")):
        for turn in json.loads(path.read_text(encoding="utf-8"))["turns"]:
            said.update(turn["text"].split())
    tail = other_forms(said) if language == "ru" else []
    share = said.total() / 11 / sum(1 / (i + 2) for i in range(len(tail))) if tail else 0.0
    weights = [float(count) for count in said.values()] + [share / (i + 2) for i in range(len(tail))]
    return (*said, *tail), tuple(accumulate(weights))


def other_forms(said: Counter[str]) -> list[str]:
    """Return the other forms of Russian words in an order of chance, the same each time."""
    from insights.language.lemma import analyser

    forms = {form.word for word in said for form in analyser().parse(word.strip(".,?!").lower())[0].lexeme}
    tail = sorted(form for form in forms if len(form) <= MOST_LETTERS)
    random.Random(7).shuffle(tail)
    return tail


@cache
def lemma_of(word: str, language: Language) -> str:
    """Return the stored lemma of a word."""
    return lemma_text(word, language)


def turns_n(language: Language, minutes: float) -> int:
    """Return how many turns a call has: enough for every question and its answer."""
    return max(round(TALK[language].turns * minutes), 2 * len(ASKED))


def pauses_n(language: Language, minutes: float) -> int:
    """Return how many pauses a call has."""
    return round(TALK[language].pauses * minutes)


def made_call(number: int, minutes: float = MINUTES, language: Language = "ru") -> CallRecord:
    """Return one call, the same for the same number, length and language: one of a pool, as another file."""
    record = told_call(number % POOL_CALLS, minutes, language)
    sha256 = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4  # ids in no order, as hashes are
    keyed = (
        replace(run, stage_key=stage_key(basis, sha256)) for run, (*_, basis) in zip(record.runs, STAGES, strict=True)
    )
    facts = replace(
        record.facts, path=f"calls/{number:07d}.wav", sha256=sha256, modified_ns=1795307538294173067 + number
    )
    return replace(record, facts=facts, runs=tuple(keyed))


@lru_cache(maxsize=POOL_CALLS)
def told_call(number: int, minutes: float, language: Language) -> CallRecord:
    """Return what is said in a call of the pool and what is measured in it."""
    rng = random.Random(number)
    turns = made_turns(rng, minutes, language)
    end_s = turns[-1].span.end_s
    return CallRecord(
        facts=RecordingFacts(
            f"calls/{number}.wav", "0" * 64, end_s, 8000, 2, "pcm_mulaw", "separated", made_quality(rng), 1920044
        ),
        dialogue=Dialogue(str(number), language, turns),
        lemmas=tuple(" ".join(lemma_of(word.text, language) for word in turn.words) for turn in turns),
        speech=made_speech(str(number), turns),
        pauses=made_pauses(rng, turns, pauses_n(language, minutes)),
        asked=tuple(Asked(name, turns[2 * i].span, 2 * i, rng.uniform(0.6, 1.0)) for i, name in enumerate(ASKED)),
        answers=tuple(made_answer(name, 2 * i + 1, turns, heard(number, rng)) for i, name in enumerate(ASKED)),
        deliveries=tuple(made_delivery(name, rng) for name in ASKED),
        reasons=tuple(made_reason(rng, turns) for _ in range(REASONS_N)),
        pii=tuple(PiiRow("person", 0, len(turns[i].words[0].text), i, None, turns[i].span) for i in range(PII_N)),
        runs=tuple(made_runs(rng)),
    )


def made_turns(rng: random.Random, minutes: float, language: Language) -> tuple[Turn, ...]:
    """Return operator and respondent by turns, the words spread over the call."""
    words, weights = vocabulary(language)
    count = turns_n(language, minutes)
    drawn = rng.choices(words, cum_weights=weights, k=round(TALK[language].words * minutes))
    turns: list[Turn] = []
    stretch_s = 60 * minutes / count
    for i in range(count):
        part = drawn[i * len(drawn) // count : (i + 1) * len(drawn) // count]
        step_s = 0.85 * stretch_s / len(part)
        at_s = i * stretch_s + rng.uniform(0.0, 0.1 * stretch_s)
        said = tuple(
            Word(text, Span(at_s + j * step_s, at_s + (j + 1) * step_s), rng.uniform(0.4, 1.0))
            for j, text in enumerate(part)
        )
        party: Party = "operator" if i % 2 == 0 else "respondent"
        turns.append(Turn(party, Span(said[0].span.start_s, said[-1].span.end_s), said, f"channel{i % 2}", 0.97))
    return tuple(turns)


def made_quality(rng: random.Random) -> dict[str, object]:
    """Return measures of the sound with the names and digits of a night's."""
    layout = ("duration_s", "lag_s", "correlation", "centre_db", "speech_s", "gain_db", "spread_db")
    lanes = ("floor_db", "speech_db", "speech_s", "lead_s", "lead_db")
    evidence = ("scale", "opening", "asking", "read_back", "closing", "answering", "question_marks", "numbers")
    return {
        "file": [],
        "flags": [],
        "layout": {name: rng.uniform(-60, 60) for name in (*layout, *(f"{one}_{i}" for i in (0, 1) for one in lanes))},
        "parties": {"path": "stereo"},
        "roles": {
            "margin": rng.uniform(5, 40),
            **{
                f"channel{i}": {
                    **{name: float(rng.randrange(5)) for name in evidence},
                    "questions": rng.uniform(0, 14),
                    "configured": 0.0,
                }
                for i in (0, 1)
            },
        },
        "language_probability": 1.0,
        "consent_phrase": [20.69, 22.46],
        "windows": 28,
        "dropped": [],
        "mean_logprob": rng.uniform(-0.4, -0.1),
        "no_speech_max": rng.random(),
    }


def made_speech(call_id: str, turns: tuple[Turn, ...]) -> SpeechMap:
    """Return a speech map with three stretches of speech a turn."""
    lanes: tuple[list[Span], list[Span]] = ([], [])
    for i, turn in enumerate(turns):
        third_s = turn.span.duration_s / 3
        starts = (turn.span.start_s + j * third_s for j in range(3))
        lanes[i % 2].extend(Span(start_s, start_s + 0.9 * third_s) for start_s in starts)
    made = tuple(Lane(f"channel{i}", i, tuple(spans)) for i, spans in enumerate(lanes))
    return SpeechMap(call_id, made, "silero-vad-6.2-16k")


def made_pauses(rng: random.Random, turns: tuple[Turn, ...], count: int) -> tuple[PauseRow, ...]:
    """Return the latency of every answer, twice as a night stores it, and silent pauses for the rest."""
    found: list[PauseRow] = []
    for i, name in enumerate(ASKED):
        before, after = turns[2 * i].span.end_s, turns[2 * i + 1].span.start_s
        gap = Span(min(before, after), max(before, after))
        found += [PauseRow("latency", gap, 2 * i + 1, 0.9, source) for source in (f"question:{name}", "turn")]
    while len(found) < count:
        idx = rng.randrange(len(turns))
        start_s = rng.uniform(turns[idx].span.start_s, turns[idx].span.end_s)
        found.append(PauseRow("silent", Span(start_s, start_s + rng.uniform(0.2, 1.5)), idx, 0.95, "activity"))
    return tuple(found[:count])


def heard(number: int, rng: random.Random) -> float:
    """Return what was spoken: in 97 of 100 answers the number that the clerk typed."""
    return float(number % 11) if rng.random() < 0.97 else float((number + 1) % 11)


def made_answer(name: str, idx: int, turns: tuple[Turn, ...], spoken: float) -> Answer:
    """Return a spoken answer: all words of the turn, and of the next one of the person where the question is open."""
    own = (idx, idx + 2) if name in OPEN and idx + 2 < len(turns) else (idx,)
    words = turns[idx].words
    said = " ".join(word.text for one in own for word in turns[one].words)
    value = None if name in OPEN else spoken
    return Answer(name, own, said, turns[idx].span, value, words[0].span, words[0].text, None, 0.9871, "single")


def made_delivery(name: str, rng: random.Random) -> Delivery:
    """Return an answer of which everything could be measured."""
    pause_n = rng.randrange(3)
    return Delivery(
        name,
        latency_s=rng.lognormvariate(-0.5, 0.6),
        time_to_value_s=rng.lognormvariate(-0.3, 0.6),
        pause_n=pause_n,
        pause_total_s=pause_n * rng.uniform(0.2, 0.9),
        pause_median_s=rng.uniform(0.2, 0.9) if pause_n else None,
        pause_max_s=rng.uniform(0.2, 0.9) if pause_n else 0.0,
        filler_n=rng.randrange(2),
        filler_probable_n=0,
        lengthening_n=0,
        repeat_n=0,
        hedge_n=rng.randrange(2),
        repair_n=0,
        speech_rate=rng.gauss(4, 1),
        artic_rate=rng.gauss(5, 1),
        f0_median_st=rng.gauss(9, 3),
        f0_range_st=rng.gauss(8, 2),
        f0_final_st=rng.gauss(0, 2),
        level_db=rng.gauss(0, 1),
        level_range_db=rng.gauss(25, 4),
        overlap_s=0.0,
        word_n=rng.randrange(3, 16),
        quality={"talking_s": rng.uniform(1, 9), "voiced_s": rng.uniform(1, 5), "snr_db": rng.uniform(20, 30)},
    )


def made_reason(rng: random.Random, turns: tuple[Turn, ...]) -> Reason:
    """Return a coded reason of four words."""
    idx = 2 * rng.randrange(len(turns) // 2) + 1
    words = turns[idx].words[:4]
    span = Span(words[0].span.start_s, words[-1].span.end_s)
    quote, code = " ".join(word.text for word in words), f"code{rng.randrange(8)}"
    question = rng.choice(ASKED[:-1])
    return Reason(
        question, code, rng.choice((-1, 1)), quote, 0, span, idx, rng.uniform(0.4, 0.9), "keyword:долго+wish"
    )


def made_runs(rng: random.Random) -> Iterator[RunRecord]:
    """Yield the stages of a night; their keys are each file's own."""
    weights = "ef1095dc25741fb7b5ebcfe837a866ebcdaf75d1a2cb895ff8b7dc4d4f22618f"
    for stage, tool, version, _ in STAGES:
        model = weights if stage == "recognition" else None
        yield RunRecord(stage, "", tool, version, model, seconds=rng.uniform(0.05, 12.0))


def interviews(first: int, last: int) -> list[ResponseRow]:
    """Return the interviews of some calls."""
    return [
        ResponseRow(
            f"I{n:07d}",
            n,
            started_at=f"2026-{n % 12 + 1:02d}-15T10:00:00+03:00",
            recording=f"{n:07d}.wav",
            respondent_id=f"R{n}",
            client_id=f"C{n % 5000}",
            segment=("small", "medium", "large")[n % 3],
            wave=f"2026-{n % 4 + 1}",
            operator_id=f"op{n % 30}",
            answers={name: Cell(str(n % 11), float(n % 11)) for name in SCORES},
        )
        for n in range(first, last)
    ]


def filled(store: Store, calls: int, minutes: float = MINUTES, language: Language = "ru") -> float:
    """Put calls into a store; return the CPU seconds that saving took, making them aside."""
    spent = 0.0
    for first in range(0, calls, 2000):
        ingest_frame(store, survey=SURVEY, codebook=CODEBOOK, responses=interviews(first, min(calls, first + 2000)))
        for number in range(first, min(calls, first + 2000)):
            record = made_call(number, minutes, language)
            began = time.process_time()
            save_call(store, record)
            spent += time.process_time() - began
    return spent
