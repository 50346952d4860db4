"""The store's bars: size and speed at 130,000 calls, kill -9, readers beside a writer, Russian search.

    python tests/benchmarks/store.py [--short] [--calls N] [--minutes M] [--only size longest kills readers search]

Calls are generated (``_generated_calls.py``) and weigh what real ones weigh, everything a night stores included. The
full run writes about 7 GB into ``--folder``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _generated_calls import (
    ASKED,
    CODEBOOK,
    MINUTES,
    REASONS_N,
    STAGES,
    SURVEY,
    filled,
    interviews,
    made_call,
    pauses_n,
    turns_n,
    vocabulary,
)

from audio.span import Span
from insights.store import (
    CallRecord,
    RecordingFacts,
    Store,
    checkpoint,
    close_night,
    count_turns,
    ingest_frame,
    lemma_text,
    open_store,
    query,
    save_call,
    search_turns,
)
from transcribe.dialogue import Dialogue, Language, Turn, Word

LANGUAGES: tuple[Language, ...] = ("ru", "en")
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


def size_bars(folder: Path, calls: int, minutes: float = MINUTES) -> Iterator[Bar]:
    """Measure size, insertion and queries on a store of many calls."""
    path = folder / "size.db"
    store = open_store(path)
    spent = filled(store, calls, minutes)
    rate = calls / spent
    yield Bar("calls in (CPU)", ">= 20 / s", f"{rate:.0f} / s", rate >= 20, f"{calls} calls")
    yield from upkeep_bars(store, calls)
    yield size_bar(path, calls, minutes, "ru")
    yield from query_bars(store, calls)
    store.close()


def upkeep_bars(store: Store, calls: int) -> Iterator[Bar]:
    """Measure what a night does once for all calls, and what is done seldom."""
    for what in ("closing the first night (CPU)", "closing a night without new calls (CPU)"):
        took = timed(lambda: close_night(store))
        yield Bar(what, "-", f"{took:.1f} s", True, f"{calls} calls")
    for what, sql in (
        ("full text optimized (CPU)", "INSERT INTO turn_fts(turn_fts) VALUES ('optimize')"),
        ("vacuum (CPU)", "VACUUM"),
    ):
        took = timed(lambda sql=sql: store.execute(sql))
        yield Bar(what, "-", f"{took:.1f} s", True, f"{calls} calls")
    checkpoint(store)


def query_bars(store: Store, calls: int) -> Iterator[Bar]:
    """Measure searches and views."""
    words, _ = vocabulary("ru")
    searches = ["долго", "менеджер", "цена выросла", words[-1], "доставка опоздала и никто не позвонил"]
    slowest = max(timed(lambda text=text: search_turns(store, text, language="ru")) for text in searches)
    yield Bar(
        "full-text query (CPU)", "< 0.2 s", f"{slowest:.3f} s slowest", slowest < 0.2, f"{len(searches)} queries"
    )
    counted = timed(lambda: count_turns(store, "и", language="ru"))
    yield Bar("counting the commonest word (CPU)", "-", f"{counted:.3f} s", True, "1")
    for view in ("nps_by_wave", "score_mismatch", "hesitant_score", "unhappy_without_case", "recording_unmatched"):
        took = timed(lambda view=view: query(store, f"SELECT * FROM {view}"))  # noqa: S608
        yield Bar(f"view {view} (CPU)", "-", f"{took:.2f} s", True, f"{calls} calls")
    took = timed(lambda: query(store, "SELECT code_id, count(*) FROM why WHERE nps_class = -1 GROUP BY code_id"))
    yield Bar("reasons of detractors (CPU)", "< 3 s", f"{took:.2f} s", took < 3, f"{calls} calls")


def size_bar(path: Path, calls: int, minutes: float, language: Language) -> Bar:
    """Return what a call takes on the disk."""
    per_call = path.stat().st_size / calls
    what = f"size, {language} calls of {minutes:g} minutes"
    return Bar(what, "<= 30 kB a call", f"{per_call / 1000:.1f} kB", per_call <= 30_000, f"{calls} calls")


def longest_bars(folder: Path, calls: int) -> Iterator[Bar]:
    """Measure size once more in both languages, with shorter and with the longest calls of a survey."""
    for language in LANGUAGES:
        for minutes in (2.5, MINUTES):
            path = folder / f"{language}{minutes}.db"
            store = open_store(path)
            filled(store, calls, minutes, language)
            close_night(store)
            yield size_bar(path, calls, minutes, language)
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
  (SELECT count(*) FROM turn t WHERE t.recording_id = r.recording_id) <> {turns_n("ru", MINUTES)}
  OR (SELECT count(*) FROM pause p WHERE p.recording_id = r.recording_id) <> {pauses_n("ru", MINUTES)}
  OR (SELECT count(*) FROM asked a WHERE a.recording_id = r.recording_id) <> {len(ASKED)}
  OR (SELECT count(*) FROM answer a WHERE a.recording_id = r.recording_id) <> {len(ASKED)}
  OR (SELECT count(*) FROM run u WHERE u.recording_id = r.recording_id) <> {len(STAGES)}
  OR (SELECT count(*) FROM reason JOIN answer a USING(answer_id) WHERE a.recording_id = r.recording_id) <> {REASONS_N}
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
    served = datasette(path, port := free_port())
    while writer.poll() is None and not log.stat().st_size:
        time.sleep(0.1)
    errors: list[str] = []
    counts = {"reads": 0, "pages": 0}
    until = time.monotonic() + seconds_n
    threads = [threading.Thread(target=read_on, args=(path, until, errors, counts)) for _ in range(2)]
    if served:
        threads.append(threading.Thread(target=ask_on, args=(port, until, errors, counts)))
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


# The server is on this machine: no proxy is asked for it.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """Return a port of this machine that nobody has."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def datasette(path: Path, port: int) -> subprocess.Popen[bytes] | None:
    """Start Datasette on a store, or return None where it is not installed."""
    command = [sys.executable, "-m", "datasette", "serve", str(path), "--port", str(port)]
    try:
        import datasette as installed  # noqa: F401
    except ImportError:
        return None
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            DIRECT.open(f"http://127.0.0.1:{port}/-/versions.json", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            break
    return process


def ask_on(port: int, until: float, errors: list[str], counts: dict[str, int]) -> None:
    """Ask Datasette for a page until the time is up."""
    address = f"http://127.0.0.1:{port}/readers/turn.json?_size=20&_nocount=1"
    while time.monotonic() < until:
        try:
            with DIRECT.open(address, timeout=30) as answer:
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
            "longest": lambda: longest_bars(folder, 300 if args.short else 2000),
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
