"""The store's bars: size and speed at 130,000 calls, kill -9, readers beside a writer, Russian search.

    python tests/benchmarks/store.py [--short] [--calls N] [--only size longest kills readers search]

Calls are generated: 3.5 minutes, 332 words with seconds, 33 turns, seven answers, 21 pauses, two reasons, in words
and proportions of the Russian example calls. The full run writes about 4 GB into ``--folder``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.store import (
    CallRecord,
    RecordingFacts,
    RunRecord,
    Store,
    checkpoint,
    count_turns,
    ingest_frame,
    lemma_text,
    open_store,
    query,
    save_call,
    search_turns,
)
from insights.survey.codebook import Code, Codebook
from insights.survey.questionnaire import Question, Survey
from insights.survey.responses import Cell, ResponseRow
from transcribe.dialogue import Dialogue, Party, Turn, Word

EXAMPLES = Path(__file__).resolve().parents[2] / "insights" / "demo" / "calls"
MOST_LETTERS = 9
# A survey call lasts 3 to 4 minutes. A minute as in the Russian example calls; --minutes for other lengths.
MINUTES = 3.5
MOST_MINUTES = 4.0
WORDS_A_MINUTE = 95
TURNS_A_MINUTE = 9.5
PAUSES_A_MINUTE = 6
SCORES = ("nps", "speed", "choice", "manager", "delivery", "price")
SURVEY = Survey(
    "bench",
    1,
    ("ru",),
    (
        *(Question(name, "nps" if name == "nps" else "attribute", {"ru": name}, (0, 10)) for name in SCORES),
        Question("why", "open", {"ru": "Почему?"}, follows="nps"),
        Question("mistakes", "ncs", {"ru": "Готовы?"}),
    ),
)
CODEBOOK = Codebook("bench", 1, tuple(Code(f"code{i}", {"ru": f"код {i}"}) for i in range(8)))
SENTENCES = (
    "Долго ждал мастера, ещё и перенесли приём",
    "Оператор был вежливый, объяснила всё понятно",
    "Дорого. Цены выросли, а качество хуже",
    "Ждали два дня, никто не пришёл",
    "Я вам звонила три раза, дозвониться невозможно",
    "Подключили быстро, мастер молодец",
    "Интернет тормозит по вечерам",
    "Людей не хватает, человек один на всех",
)
WANTED: dict[str, set[int]] = {
    "ждать": {0, 3},
    "ждали": {0, 3},
    "мастер": {0, 5},
    "мастеру": {0, 5},
    "цена": {2},
    "звонить": {4},
    "прием": {0},
    "приём": {0},
    "еще": {0},
    "перенести": {0},
    "операторы": {1},
    "вежливо": {1},
    "быстрый": {5},
    "прийти": {3},
    "человек": {7},
    "дорогой": {2},
    "объяснить": {1},
    "вечер": {6},
}


@dataclass(frozen=True)
class Bar:
    """One line of the closing table."""

    what: str
    bar: str
    measured: str
    held: bool
    n: str


@cache
def vocabulary() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return words and cumulative weights: the example calls' Russian speech, and a tail of its words' other forms.

    One word in twelve comes from the tail, as new words keep coming however many calls were heard.
    """
    from insights.language.lemma import analyser

    said: Counter[str] = Counter()
    for path in sorted(EXAMPLES.glob("ru*.json")):
        for turn in json.loads(path.read_text(encoding="utf-8"))["turns"]:
            said.update(turn["text"].split())
    forms = {form.word for word in said for form in analyser().parse(word.strip(".,?!").lower())[0].lexeme}
    tail = sorted(form for form in forms if len(form) <= MOST_LETTERS)
    random.Random(7).shuffle(tail)
    share = said.total() / 11 / sum(1 / (i + 2) for i in range(len(tail)))
    weights = [float(count) for count in said.values()] + [share / (i + 2) for i in range(len(tail))]
    return (*said, *tail), tuple(accumulate(weights))


@cache
def lemma_of(word: str) -> str:
    """Return the stored lemma of a word."""
    return lemma_text(word, "ru")


def counted(a_minute: float, minutes: float = MINUTES) -> int:
    """Return how many of a thing a call of some minutes has."""
    return round(a_minute * minutes)


def made_call(number: int, minutes: float = MINUTES) -> CallRecord:
    """Return one call, the same for the same number and length."""
    rng = random.Random(number)
    words_n, turns_n = counted(WORDS_A_MINUTE, minutes), counted(TURNS_A_MINUTE, minutes)
    pauses_n = counted(PAUSES_A_MINUTE, minutes)
    words, weights = vocabulary()
    drawn = rng.choices(words, cum_weights=weights, k=words_n)
    turns: list[Turn] = []
    at_s = 0.5
    per_turn = words_n // turns_n + 1
    for i in range(turns_n):
        said: list[Word] = []
        for text in drawn[i * per_turn : (i + 1) * per_turn]:
            length_s = 0.15 + 0.02 * len(text)
            said.append(Word(text, Span(at_s, at_s + length_s), rng.uniform(0.3, 1.0)))
            at_s += length_s + 0.05
        span = Span(said[0].span.start_s, said[-1].span.end_s) if said else Span(at_s, at_s + 0.3)
        party: Party = "operator" if i % 2 == 0 else "respondent"
        turns.append(Turn(party, span, tuple(said), f"channel{i % 2}", 0.97))
        at_s += 0.6
    return CallRecord(
        facts=RecordingFacts(
            f"calls/{number:07d}.wav", f"{number:064x}"[::-1], at_s, 8000, 2, "pcm_mulaw", "stereo", {"snr_db": 21.5}
        ),
        dialogue=Dialogue(str(number), "ru", tuple(turns)),
        lemmas=tuple(" ".join(map(lemma_of, (word.text for word in turn.words))) for turn in turns),
        pauses=tuple(
            PauseRow("silent", Span(t.span.end_s, t.span.end_s + 0.5), i, 0.9) for i, t in enumerate(turns[:pauses_n])
        ),
        asked=tuple(Asked(name, turns[2 * i].span, 2 * i, 0.9) for i, name in enumerate((*SCORES, "why"))),
        answers=tuple(
            made_answer(name, 2 * i + 1, turns, heard(number, rng)) for i, name in enumerate((*SCORES, "why"))
        ),
        deliveries=tuple(made_delivery(name, rng) for name in SCORES),
        reasons=tuple(made_reason(turns[13], 13, rng) for _ in range(2)),
        runs=tuple(RunRecord(stage, f"{stage}-{number}", stage, "1") for stage in RUNS),
    )


RUNS = ("decode", "layout", "speech", "recognition", "roles", "turns", "questions", "answers", "delivery", "reasons")


def made_pause(turn: Turn, idx: int) -> PauseRow:
    """Return a pause of half a second after a turn."""
    return PauseRow("silent", Span(turn.span.end_s, turn.span.end_s + 0.5), idx, 0.9)


def heard(number: int, rng: random.Random) -> float:
    """Return what was spoken: in 97 of 100 answers the number that the clerk typed."""
    return float(number % 11) if rng.random() < 0.97 else float((number + 1) % 11)


def made_answer(name: str, idx: int, turns: list[Turn], spoken: float) -> Answer:
    """Return a spoken answer."""
    value = None if name == "why" else spoken
    words = turns[idx].words if name == "why" else turns[idx].words[:4]
    said = " ".join(word.text for word in words)
    return Answer(name, (idx,), said, turns[idx].span, value, words[0].span, words[0].text, None, 0.97, "witness")


def made_delivery(name: str, rng: random.Random) -> Delivery:
    """Return a measured delivery."""
    return Delivery(
        name, latency_s=rng.lognormvariate(-0.5, 0.6), pause_n=rng.randrange(3), artic_rate=rng.gauss(5, 1)
    )


def made_reason(turn: Turn, idx: int, rng: random.Random) -> Reason:
    """Return a coded reason of three words."""
    quote = " ".join(word.text for word in turn.words[:3])
    code = f"code{rng.randrange(8)}"
    return Reason("why", code, rng.choice((-1, 1)), quote, 0, turn.span, idx, 0.8, "keyword:долго+wish")


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


def filled(store: Store, calls: int, minutes: float = MINUTES) -> float:
    """Put calls into a store; return the CPU seconds that saving took, making them aside."""
    spent = 0.0
    for first in range(0, calls, 2000):
        ingest_frame(store, survey=SURVEY, codebook=CODEBOOK, responses=interviews(first, min(calls, first + 2000)))
        for number in range(first, min(calls, first + 2000)):
            record = made_call(number, minutes)
            began = time.process_time()
            save_call(store, record)
            spent += time.process_time() - began
    return spent


def size_bars(folder: Path, calls: int, minutes: float = MINUTES) -> Iterator[Bar]:
    """Measure size, insertion and queries on a store of many calls."""
    path = folder / "size.db"
    store = open_store(path)
    spent = filled(store, calls, minutes)
    checkpoint(store)
    yield size_bar(path, calls, minutes)
    rate = calls / spent
    yield Bar("calls in (CPU)", ">= 20 / s", f"{rate:.0f} / s", rate >= 20, f"{calls} calls")
    words, _ = vocabulary()
    searches = ["долго", "менеджер", "цена выросла", words[-1], "доставка опоздала и никто не позвонил"]
    slowest = max(timed(lambda text=text: search_turns(store, text, language="ru")) for text in searches)
    yield Bar(
        "full-text query (CPU)", "< 0.2 s", f"{slowest:.3f} s slowest", slowest < 0.2, f"{len(searches)} queries"
    )
    counted = timed(lambda: count_turns(store, "и", language="ru"))
    yield Bar("counting the commonest word (CPU)", "-", f"{counted:.3f} s", True, "1")
    for view in ("nps_by_wave", "score_mismatch", "unhappy_without_case", "recording_unmatched"):
        took = timed(lambda view=view: query(store, f"SELECT * FROM {view}"))  # noqa: S608
        yield Bar(f"view {view} (CPU)", "-", f"{took:.2f} s", True, f"{calls} calls")
    took = timed(lambda: query(store, "SELECT code_id, count(*) FROM why WHERE nps_class = -1 GROUP BY code_id"))
    yield Bar("reasons of detractors (CPU)", "< 3 s", f"{took:.2f} s", took < 3, f"{calls} calls")
    store.close()


def size_bar(path: Path, calls: int, minutes: float) -> Bar:
    """Return what a call takes on the disk."""
    per_call = path.stat().st_size / calls
    what = f"size, calls of {minutes:g} minutes"
    return Bar(what, "<= 30 kB a call", f"{per_call / 1000:.1f} kB", per_call <= 30_000, f"{calls} calls")


def longest_bars(folder: Path, calls: int) -> Iterator[Bar]:
    """Measure size once more with the longest calls of a survey."""
    path = folder / "longest.db"
    store = open_store(path)
    filled(store, calls, MOST_MINUTES)
    checkpoint(store)
    yield size_bar(path, calls, MOST_MINUTES)
    store.close()


def timed(work: object) -> float:
    """Return the CPU seconds of a call."""
    began = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - began


def write_forever(path: Path) -> None:
    """Save calls one after another and acknowledge each after its commit; runs in a process of its own."""
    store = open_store(path)
    done = {row[0] for row in store.conn.execute("SELECT path FROM recording WHERE status = 'done'")}
    number = 0
    while True:
        record = made_call(number)
        if record.facts.path not in done or number % 3 == 0:  # every third is saved again over itself
            save_call(store, record)
            print(number, flush=True)
        number += 1


def kill_bars(folder: Path, kills: int) -> Iterator[Bar]:
    """Kill a writer at random moments and look at what it left."""
    path = folder / "kills.db"
    store = open_store(path)
    ingest_frame(store, survey=SURVEY, codebook=CODEBOOK, responses=interviews(0, 30 * kills))
    store.close()
    rng = random.Random(11)
    acknowledged: set[int] = set()
    bad: list[str] = []
    for round_number in range(kills):
        command = [sys.executable, __file__, "--writer", str(path)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE)
        first = writer.stdout.readline() if writer.stdout else b""
        time.sleep(rng.random() * 0.5)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read() if writer.stdout else b""
        writer.wait()
        if writer.stdout:
            writer.stdout.close()
        acknowledged |= {int(line) for line in (first + rest).decode().split("\n")[:-1]}
        bad.extend(f"kill {round_number}: {fault}" for fault in faults(path, acknowledged))
    n = f"{kills} kills, {len(acknowledged)} calls"
    yield Bar("kill -9: lost, partial, double, broken", "0", "; ".join(bad) or "0", not bad, n)


PARTIAL = f"""
SELECT count(*) FROM recording r WHERE
  (SELECT count(*) FROM turn t WHERE t.recording_id = r.recording_id) <> {counted(TURNS_A_MINUTE)}
  OR (SELECT count(*) FROM pause p WHERE p.recording_id = r.recording_id) <> {counted(PAUSES_A_MINUTE)}
  OR (SELECT count(*) FROM asked a WHERE a.recording_id = r.recording_id) <> {len(SCORES) + 1}
  OR (SELECT count(*) FROM answer a WHERE a.recording_id = r.recording_id) <> {len(SCORES) + 1}
  OR (SELECT count(*) FROM run u WHERE u.recording_id = r.recording_id) <> {len(RUNS)}
  OR (SELECT count(*) FROM reason JOIN answer a USING(answer_id) WHERE a.recording_id = r.recording_id) <> 2
"""  # noqa: S608


def faults(path: Path, acknowledged: set[int]) -> list[str]:
    """Return what is wrong with a store after a kill."""
    connection = sqlite3.connect(path, timeout=30)
    found = []
    if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        found.append("integrity")
    if connection.execute("PRAGMA foreign_key_check").fetchall():
        found.append("foreign key")
    try:
        connection.execute("INSERT INTO turn_fts(turn_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        found.append("full text")
    connection.rollback()
    if connection.execute(PARTIAL).fetchone()[0]:
        found.append("partial call")
    have = {row[0] for row in connection.execute("SELECT path FROM recording")}
    if {f"calls/{number:07d}.wav" for number in acknowledged} - have:
        found.append("lost call")
    connection.close()
    return found


def reader_bars(folder: Path, seconds_n: float) -> Iterator[Bar]:
    """Read a store in two threads and through Datasette while another process writes."""
    path = folder / "readers.db"
    store = open_store(path)
    ingest_frame(store, survey=SURVEY, codebook=CODEBOOK, responses=interviews(0, 1000 + int(100 * seconds_n)))
    store.close()
    log = folder / "acknowledged"
    with log.open("wb") as output:
        writer = subprocess.Popen([sys.executable, __file__, "--writer", str(path)], stdout=output)
    served = datasette(path)
    while writer.poll() is None and not log.stat().st_size:
        time.sleep(0.1)
    errors: list[str] = []
    counts = {"reads": 0, "pages": 0}
    until = time.monotonic() + seconds_n
    threads = [threading.Thread(target=read_on, args=(path, until, errors, counts)) for _ in range(2)]
    if served:
        threads.append(threading.Thread(target=ask_on, args=(until, errors, counts)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alive = writer.poll() is None
    for process in (writer, *([served] if served else [])):
        process.terminate()
        process.wait()
    store = open_store(path)
    checkpoint(store)
    calls = store.table("recording").count
    wal = path.with_name(path.name + "-wal").stat().st_size / 1e6
    n = f"{seconds_n:.0f} s, {calls} calls in, {counts['reads']} reads, {counts['pages']} pages"
    yield Bar("writer, two readers, Datasette: errors", "0", "; ".join(errors[:3]) or "0", alive and not errors, n)
    yield Bar("write-ahead log after closing", "< 64 MB", f"{wal:.1f} MB", wal < 64, "1")
    store.close()


def read_on(path: Path, until: float, errors: list[str], counts: dict[str, int]) -> None:
    """Take snapshots until the time is up; half a call is an error."""
    while time.monotonic() < until:
        try:
            store = open_store(path, readonly=True)
            partial = store.conn.execute(PARTIAL + " LIMIT 1").fetchone()[0] if counts["reads"] % 10 == 0 else 0
            query(store, "SELECT * FROM nps_by_wave")
            search_turns(store, "долго ждать", language="ru", limit=5)
            store.close()
            counts["reads"] += 1
            if partial:
                errors.append("half a call was seen")
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is counted
            errors.append(f"reader: {error}")
        time.sleep(0.05)


PORT = 8941


def datasette(path: Path) -> subprocess.Popen[bytes] | None:
    """Start Datasette on a store, or return None where it is not installed."""
    command = [sys.executable, "-m", "datasette", "serve", str(path), "--port", str(PORT)]
    try:
        import datasette as installed  # noqa: F401
    except ImportError:
        return None
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(5)
    return process


def ask_on(until: float, errors: list[str], counts: dict[str, int]) -> None:
    """Ask Datasette for a page until the time is up."""
    address = f"http://127.0.0.1:{PORT}/readers/turn.json?_size=20&_nocount=1"
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                json.loads(answer.read())
            counts["pages"] += 1
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is counted
            errors.append(f"datasette: {error}")
        time.sleep(0.1)


def search_bars(folder: Path) -> Iterator[Bar]:
    """Search eight sentences with eighteen queries."""
    store = open_store(folder / "search.db")
    turns = tuple(
        Turn(
            "respondent",
            Span(5.0 * i, 5.0 * i + 4),
            tuple(
                Word(word, Span(5.0 * i + j * 0.3, 5.0 * i + j * 0.3 + 0.2), 1.0)
                for j, word in enumerate(text.split())
            ),
        )
        for i, text in enumerate(SENTENCES)
    )
    lemmas = tuple(lemma_text(text, "ru") for text in SENTENCES)
    save_call(store, CallRecord(RecordingFacts("calls/a.wav", "f" * 64, 60.0), Dialogue("a", "ru", turns), lemmas))
    index = {row["turn_id"]: row["idx"] for row in query(store, "SELECT turn_id, idx FROM turn")}
    hit = false = 0
    for text, wanted in WANTED.items():
        found = {index[item.turn_id] for item in search_turns(store, text, language="ru")}
        hit += len(found & wanted)
        false += len(found - wanted)
    total = sum(map(len, WANTED.values()))
    yield Bar("Russian search: found", ">= 20 of 22", f"{hit} of {total}", hit >= 20, f"{len(WANTED)} queries")
    yield Bar("Russian search: false", "0", str(false), false == 0, f"{len(WANTED)} queries")
    store.close()


def main() -> int:
    """Run the chosen parts and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a few hundred calls, few kills, some seconds")
    parser.add_argument("--calls", type=int)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="length of the generated calls")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--only", nargs="*", default=["size", "longest", "kills", "readers", "search"])
    parser.add_argument("--folder", type=Path, help="where to write, by default a temporary folder")
    parser.add_argument("--writer", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.writer:
        os.nice(5)
        write_forever(args.writer)
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        parts = {
            "size": lambda: size_bars(folder, args.calls or (300 if args.short else 130_000), args.minutes),
            "longest": lambda: longest_bars(folder, 300 if args.short else 4000),
            "kills": lambda: kill_bars(folder, args.kills or (8 if args.short else 100)),
            "readers": lambda: reader_bars(folder, args.seconds or (5 if args.short else 300)),
            "search": lambda: search_bars(folder),
        }
        bars = [bar for part in args.only for bar in parts[part]()]
    width = max(len(bar.what) for bar in bars)
    for bar in bars:
        sign = "ok  " if bar.held else "MISS"
        print(f"{sign} {bar.what:{width}}  bar {bar.bar:16} measured {bar.measured:24} n {bar.n}")
    return 0 if all(bar.held for bar in bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
