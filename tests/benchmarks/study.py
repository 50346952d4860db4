"""Measure the study against its bars: seconds of figures and players, size of output, search, notebooks.

Run it as ``python tests/benchmarks/study.py [--short]``; CPU seconds, since other work may share the machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import synthetic_store as made
from synthetic_study import make_study

from audio.span import Span
from insights.demo.two_waves import make_two_waves
from insights.store import CallRecord, open_store, save_call, search_turns
from insights.study import Study
from transcribe.dialogue import Turn, Word

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
INTERVIEWS = 130_000
# Inflected queries and the sentences that hold a form of them.
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
WANTED = {
    "ждать": {0, 3}, "ждали": {0, 3}, "мастер": {0, 5}, "мастеру": {0, 5}, "цена": {2}, "звонить": {4},
    "прием": {0}, "приём": {0}, "еще": {0}, "перенести": {0}, "операторы": {1}, "вежливо": {1}, "быстрый": {5},
    "прийти": {3}, "человек": {7}, "дорогой": {2}, "объяснить": {1}, "вечер": {6},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the study against its bars.")
    parser.add_argument("--short", action="store_true", help="13,000 interviews instead of 130,000; one notebook")
    short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            *figures(Path(folder) / "big", INTERVIEWS // (10 if short else 1)),
            *players(Path(folder) / "example"),
            *search(Path(folder)),
            notebooks(Path(folder) / "example", ("01_first_look",) if short else None),
        ]
    print(f"{'what':48} {'bar':>14} {'measured':>22} {'n':>8}")
    for what, bar, measured, n in rows:
        print(f"{what:48} {bar:>14} {measured:>22} {n:>8}")


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def figures(root: Path, count: int) -> list[tuple[str, str, str, int]]:
    make_two_waves(root, interviews=count // 2)
    study = Study(root)
    study.nps()
    found = min(cpu_s(study.nps) for _ in range(3))
    return [("s.nps(), CPU s", "< 1", f"{found:.2f}", count)]


def players(root: Path) -> list[tuple[str, str, str, int]]:
    make_study(root)
    seconds = cpu_s(lambda: Study(root).why().play(5).html)
    size = len(Study(root).why().play(20).html.encode())
    return [
        (".play() of 5 rows, CPU s", "< 2", f"{seconds:.2f}", 5),
        (".play() of 20 rows, kB", "< 1000", f"{size / 1000:.0f}", 20),
    ]


def search(root: Path) -> list[tuple[str, str, str, int]]:
    store = open_store(root / "search.db")
    words = [tuple(Word(one, Span(0.0, 1.0), 1.0) for one in text.split()) for text in SENTENCES]
    turns = tuple(Turn("respondent", Span(float(at), at + 1.0), said) for at, said in enumerate(words))
    base = made.call()
    dialogue = replace(base.dialogue, turns=turns)
    lemmas = tuple(made.lemma_text(turn.text, "ru") for turn in turns)
    save_call(store, CallRecord(base.facts, dialogue, lemmas))
    hits = false = 0
    for words_asked, wanted in WANTED.items():
        found = {SENTENCES.index(one.text) for one in search_turns(store, words_asked)}
        hits += len(found & wanted)
        false += len(found - wanted)
    store.close()
    total = sum(len(wanted) for wanted in WANTED.values())
    return [
        ("Russian search by word form: found, false", ">= 20 of 22, 0", f"{hits} of {total}, {false}", len(WANTED))
    ]


def notebooks(example: Path, names: tuple[str, ...] | None) -> tuple[str, str, str, int]:
    import os

    import nbformat
    from nbclient import NotebookClient

    os.environ["EARFUL_STUDY"] = str(example)
    os.environ["PYTHONPATH"] = str(NOTEBOOKS.parent)
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if names is None or path.stem in names]
    began = time.perf_counter()
    for path in paths:
        NotebookClient(nbformat.read(path, as_version=4), timeout=300).execute()
    return ("notebooks together, wall s", "< 300", f"{time.perf_counter() - began:.0f}", len(paths))


if __name__ == "__main__":
    main()
