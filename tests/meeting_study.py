"""A small study for the morning page's tests: real sound of tones, made-up words, every kind of row."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.decode import decode
from audio.encode import encode
from audio.span import Span
from insights.answers import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.settings import StudyFolder
from insights.store import (
    CallRecord,
    PiiRow,
    RecordingFacts,
    begin_night,
    end_night,
    ingest_folder,
    link_recordings,
    open_store,
    save_call,
    store_codebook,
    store_survey,
)
from insights.survey import load_codebook, load_survey
from transcribe.dialogue import Dialogue, Turn, Word

RATE_HZ = 8000
CALL_S = 12.0
DAY = "2026-11-20"
MEETING = "2026-11-21"
HOSTILE = ('</script><img src=x onerror="window.hit=1">', "\"'&quot;", "\u202eтекст\u2066", "<!--<script>")
HEADINGS = "interview_id,started_at,mode,recording,respondent_id,client_id,segment,role,operator_id,wave,consent,nps\n"
DEMO = Path(__file__).parents[1] / "insights" / "demo" / "calls"


@cache
def built_study(calls: int, language: str) -> StudyFolder:
    """Return a study that is built once; tests get copies of it."""
    folder = tempfile.mkdtemp(prefix="earful-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return fresh_study(Path(folder) / "study", calls, language)


def make_study(root: Path, *, calls: int = 4, language: str = "ru", more: str = "") -> StudyFolder:
    """Return a study of short calls; ``more`` goes into ``[meeting]``."""
    shutil.copytree(built_study(calls, language).root, root)
    with (root / "earful.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"{more}\n")
    return StudyFolder(root)


def fresh_study(root: Path, calls: int, language: str, *, seconds: float = CALL_S) -> StudyFolder:
    """Write a study with calls of ``seconds``."""
    folder = StudyFolder(root)
    folder.make()
    for name in ("survey.toml", "codebook.toml"):
        shutil.copy(DEMO / name, root / name)
    settings = f'[study]\nlanguage = "{language}"\n[meeting]\nmin_seconds = 2.0\n'
    (root / "earful.toml").write_text(settings, encoding="utf-8")
    rows = [
        f"i{n},{DAY}T1{n % 10}:00:00+03:00,phone,c{n}.flac,R{n},C{n},"
        f"{('small', 'large')[n % 2]},buyer,op{n % 3},W1,,{n % 11}\n"
        for n in range(calls)
    ]
    (folder.responses / "a.csv").write_text(HEADINGS + "".join(rows), encoding="utf-8")
    store = open_store(folder.store)
    try:
        night = begin_night(store)
        survey = load_survey(root)
        store_survey(store, survey)
        store_codebook(store, load_codebook(root, file_name=survey.codebook))
        ingest_folder(store, folder.responses, survey=survey, codebook=load_codebook(root), columns={})
        for n in range(calls):
            save_call(store, record_of(folder, n, seconds, language))
        link_recordings(store)
        end_night(store, night, status="done", counts={})
    finally:
        store.close()
    return folder


def record_of(folder: StudyFolder, n: int, seconds: float, language: str) -> CallRecord:
    """Write one call's sound and return what was heard in it."""
    path = folder.calls / f"c{n}.flac"
    path.write_bytes(encode(tones(seconds, n), RATE_HZ, codec="flac"))
    decoded = decode(path, call_id=f"calls/c{n}.flac")
    facts = RecordingFacts(
        f"calls/c{n}.flac",
        sha256=decoded.facts.sha256,
        duration_s=seconds,
        sample_rate=RATE_HZ,
        channels=1,
        codec="flac",
    )
    dialogue = Dialogue(facts.path, "en" if language == "en" else "ru", turns_of(n))
    answer = Answer(
        "nps", (1,), dialogue.turns[1].text, dialogue.turns[1].span, value=float((n + 1) % 11),
        value_span=Span(4.0, 4.5), value_text="семь", confidence=0.99, rule="single",
    )  # fmt: skip
    why = Answer("why_nps", (3,), dialogue.turns[3].text, dialogue.turns[3].span, rule="open")
    quote = "ждали долго"
    return CallRecord(
        facts=facts,
        dialogue=dialogue,
        lemmas=tuple(turn.text.lower().replace("ждали", "ждать") for turn in dialogue.turns),
        asked=(Asked("nps", Span(1.0, 3.5), 0, 1.0), Asked("why_nps", Span(5.5, 6.5), 2, 1.0)),
        answers=(answer, why),
        deliveries=(Delivery("nps", latency_s=1.5, filler_n=2),),
        pauses=(PauseRow("silent", Span(3.5, 4.4), 1, 0.9),),
        reasons=(Reason("why_nps", "speed", -1, quote, 0, Span(7.0, 8.0), 3, 0.9, "test"),),
        pii=(PiiRow("person", 0, 4, turn_idx=0, span=Span(1.0, 1.5)),),
    )


def tones(seconds: float, n: int) -> npt.NDArray[np.float32]:
    """Return a tone that comes and goes, of another height and loudness in every call, shape (n,)."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = (0.1 + 0.02 * n) * np.sin(2 * np.pi * (200 + 40 * n) * t) * (np.sin(2 * np.pi * t) > -0.6)
    return np.asarray(sound, dtype=np.float32)


def turns_of(n: int) -> tuple[Turn, ...]:
    """Return four turns; the hostile words stand in the last."""
    return (
        turn("operator", 1.0, ("Анна", "спрашивает:", "порекомендуете?")),
        turn("respondent", 4.0, ("семь",)),
        turn("operator", 5.5, ("А", "почему?")),
        turn("respondent", 7.0, ("ждали", "долго", *HOSTILE, f"конец{n}")),
    )


def turn(party: str, start_s: float, texts: tuple[str, ...]) -> Turn:
    """Return a turn of words half a second long."""
    words = tuple(Word(text, Span(start_s + 0.5 * i, start_s + 0.5 * i + 0.5), 0.9) for i, text in enumerate(texts))
    return Turn(party, Span(start_s, words[-1].span.end_s), words, "mixed", 0.9)
