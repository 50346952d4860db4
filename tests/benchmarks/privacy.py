"""Measure the privacy bars: python tests/benchmarks/privacy.py [--short]."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from privacy_marked import marked_lines, score  # noqa: E402 - the folders are on the path by the line above

from insights.privacy import find_personal, personal_in_dialogue  # noqa: E402
from transcribe.dialogue import Dialogue, Turn, Word  # noqa: E402

NAMES = frozenset(
    {
        "анна",
        "ольга",
        "сергей",
        "александр",
        "дмитрий",
        "дмитрием",
        "сергеевич",
        "сергеевичем",
        "ирина",
        "ириной",
        "павловна",
        "павловной",
        "елена",
        "еленой",
        "викторовна",
        "викторовной",
        "peter",
        "linda",
        "parker",
        "kate",
        "clara",
        "robert",
        "hill",
        "mister",
    }
)


def row(what: str, bar: str, measured: str, n: str) -> None:
    print(f"{what:<58} {bar:<10} {measured:<10} {n}")


def lines_table() -> None:
    """Print recall and precision by file."""
    for name in ("later.tsv", "fresh.tsv", "heldout.tsv", "dev.tsv"):
        result = score(marked_lines(name))
        row(
            f"{name}: recall by span", ">= .95", f"{result.found / result.there:.3f}", f"{result.found}/{result.there}"
        )
        row(
            f"{name}: precision by span",
            ">= .85",
            f"{result.right / result.given:.3f}",
            f"{result.right}/{result.given}",
        )
        row(
            f"{name}: common words masked",
            "<= 5 %",
            f"{result.masked / result.traps:.1%}",
            f"{result.masked}/{result.traps}",
        )


def truth_calls(folder: Path) -> None:
    """Print which names of the calls' true texts are found: what a perfect recogniser would hand over."""
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        dialogue = dialogue_of(path.stem, document)
        rows = personal_in_dialogue(dialogue)
        there = hit = 0
        for idx, turn in enumerate(dialogue.turns):
            at = 0
            for word in turn.words:
                if "".join(filter(str.isalpha, word.text)).lower() in NAMES:
                    there += 1
                    hit += any(r.turn_idx == idx and r.start_char <= at < r.end_char for r in rows)
                at += len(word.text) + 1
        row(f"{path.stem}: words of names masked", "all", f"{hit}/{there}", f"{len(rows)} spans")


def dialogue_of(call_id: str, document: dict[str, object]) -> Dialogue:
    """Return a call's true turns; word times are spread evenly, which masking does not depend on."""
    from audio.span import Span

    turns = []
    for idx, turn in enumerate(document["turns"]):
        words = tuple(Word(word, Span(idx + 0.0, idx + 0.5), 1.0) for word in turn["text"].split())
        party = "operator" if turn["role"] == "operator" else "respondent"
        turns.append(Turn(party, Span(idx + 0.0, idx + 0.5), words, party))
    return Dialogue(call_id, document["language"], tuple(turns))


def speed() -> None:
    """Print CPU milliseconds a line, after the dictionaries are loaded."""
    lines = marked_lines("heldout.tsv") + marked_lines("dev.tsv")
    for line in lines:
        find_personal(line.text, line.language)
    began = time.process_time()
    for _ in range(5):
        for line in lines:
            find_personal(line.text, line.language)
    row("CPU ms a turn", "< 5", f"{(time.process_time() - began) * 200 / len(lines):.2f}", f"{len(lines)} lines")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the lines alone")
    short = parser.parse_args().short
    row("what", "bar", "measured", "n")
    lines_table()
    folder = os.environ.get("EARFUL_SHARED_DATA")
    if folder and not short:
        truth_calls(Path(folder) / "calls")
    elif not short:
        print("names in the example calls: skipped, set EARFUL_SHARED_DATA to the data folder")
    speed()


if __name__ == "__main__":
    main()
