"""How well spoken-style answers are coded in nine trades: codes, polarity, quotes; part of the lines never looked at.

    python tests/benchmarks/reasons_spoken.py [--show]

--show prints what went wrong among the lines that may be looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from reasons import ASKED, TRAPS, read_book, row

from insights.language import embedder
from insights.reasons import Reason, ReasonCoder, Statement

BOOKS = ("air", "clinic", "home")
TRADES = ("dentist", "garage", "furniture", "courier", "utility", "hotel")
SIDES = {"+": 1, "-": -1}


@dataclass(frozen=True)
class Told:
    """One line: an answer, and (code, polarity, quote) of what it holds."""

    book: str
    kind: str
    statement: Statement
    reasons: tuple[tuple[str, int, str], ...]


@dataclass
class Tally:
    """Counts over one half of the lines."""

    right: int = 0
    wanted: int = 0
    given: int = 0
    sides: list[bool] = field(default_factory=list)
    shared: list[float] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    idle: list[bool] = field(default_factory=list)


def told(language: str, name: str = "spoken") -> Iterator[Told]:
    for line in (TRAPS / f"{name}_{language}.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        book, kind, question, score, text, expected = line.split("\t")
        said = [] if expected == "none" else [one.split(" ", 1) for one in expected.split("|")]
        statement = Statement(
            "q", language, text, asked_text=ASKED[question][language], score=float(score), scale=(0, 10)
        )
        yield Told(
            book, kind, statement, tuple((code.rstrip("+-"), SIDES.get(code[-1], 0), quote) for code, quote in said)
        )


def count(one: Told, got: Sequence[Reason], tally: Tally) -> bool:
    """Add one answer to the tally; True where all of it was right."""
    left = list(got)
    if not one.reasons:
        tally.idle.append(bool(got))
    before = tally.right
    for code, side, quote in one.reasons:
        same = [reason for reason in left if reason.code_id == code]
        if not same:
            continue
        best = min(same, key=lambda reason: reason.polarity != side)
        left.remove(best)
        tally.right += 1
        tally.sides.append(best.polarity == side)
        start = one.statement.text.find(quote)
        both = min(best.start_char + len(best.quote), start + len(quote)) - max(best.start_char, start)
        tally.shared.append(max(0, both) / min(len(best.quote), len(quote)))
        tally.covered.append(max(0, both) / (len(best.quote) + len(quote) - max(0, both)))
    tally.wanted += len(one.reasons)
    tally.given += len(got)
    found = tally.right - before
    return found == len(one.reasons) == len(got) and all(tally.sides[len(tally.sides) - found :])


def measure(language: str, coders: dict[str, ReasonCoder], *, show: bool) -> None:
    halves = {"looked at": Tally(), "kept apart": Tally()}
    for place, one in enumerate(told(language)):
        half = "kept apart" if place % 2 else "looked at"
        got = coders[one.book].code([one.statement])[0]
        if not count(one, got, halves[half]) and show and half == "looked at":
            print(
                one.statement.text,
                "\n   want",
                one.reasons,
                "\n   got ",
                [(r.code_id, r.polarity, r.quote) for r in got],
            )
    report("spoken", language, halves)


def measure_trades(language: str, coders: dict[str, ReasonCoder]) -> None:
    when = {"mended": Tally(), "apart": Tally()}
    for one in told(language, "trades"):
        count(one, coders[one.book].code([one.statement])[0], when[one.kind])
    report("six trades", language, {"mended by since": when["mended"], "read once, after": when["apart"]})


def report(name: str, language: str, halves: dict[str, Tally]) -> None:
    for half, tally in halves.items():
        title = f"{name}, {half}, {language}"
        row(f"{title}: code micro-F1", ">= .65", f"{2 * tally.right / (tally.wanted + tally.given):.3f}", tally.wanted)
        row(f"{title}: polarity on matched", ">= .85", f"{np.mean(tally.sides):.3f}", len(tally.sides))
        row(f"{title}: characters shared, of the shorter quote", ">= .80", f"{np.mean(tally.shared):.3f}", tally.right)
        row(f"{title}: characters shared, of both quotes", "", f"{np.mean(tally.covered):.3f}", tally.right)
        row(f"{title}: answers without a reason that got one", "<= .10", f"{np.mean(tally.idle):.3f}", len(tally.idle))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", action="store_true", help="print what went wrong among the lines looked at")
    show = parser.parse_args().show
    vectors = embedder()
    coders = {name: ReasonCoder(read_book(f"{name}.toml"), embedder=vectors) for name in (*BOOKS, *TRADES)}
    for language in ("ru", "en"):
        measure(language, coders, show=show)
        measure_trades(language, coders)


if __name__ == "__main__":
    main()
