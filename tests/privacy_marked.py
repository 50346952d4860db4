"""Lines with personal data marked by hand: {kind|words} is personal, <word> a common word that is also a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from insights.privacy import PiiSpan, find_personal

LINES = Path(__file__).parent / "privacy_lines"
MARK = re.compile(r"\{(\w+)\|([^}]*)\}|<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Marked:
    """One line: its text, the spans that are personal, and the words that must survive."""

    language: str
    text: str
    truth: tuple[tuple[str, int, int], ...]
    traps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Spans found of those there are, spans that are right of those found, traps masked of those set."""

    found: int
    there: int
    right: int
    given: int
    masked: int
    traps: int


def marked_lines(name: str) -> list[Marked]:
    """Return the lines of one file."""
    rows = (LINES / name).read_text(encoding="utf-8").splitlines()
    return [parsed(row) for row in rows if row and not row.startswith("#")]


def parsed(row: str) -> Marked:
    """Return a row's text without its marks, and where they stood."""
    language, marked = row.split("\t")
    text, at, truth, traps = "", 0, [], []
    for found in MARK.finditer(marked):
        text += marked[at : found.start()]
        start = len(text)
        text += found[2] or found[3]
        if found[1]:
            truth.append((found[1], start, len(text)))
        else:
            traps.append((start, len(text)))
        at = found.end()
    return Marked(language, text + marked[at:], tuple(truth), tuple(traps))


def shared(one: tuple[int, int], span: PiiSpan) -> int:
    """Return how many characters a stretch and a span share."""
    return max(0, min(one[1], span.end_char) - max(one[0], span.start_char))


def score(lines: list[Marked]) -> Score:
    """Score the rules: a span is found when 90 % of it is covered by its kind, right when half of it is truly so."""
    found = right = given = masked = 0
    for line in lines:
        spans = find_personal(line.text, line.language)
        given += len(spans)
        for kind, start, end in line.truth:
            covered = sum(shared((start, end), span) for span in spans if span.kind == kind)
            found += covered >= 0.9 * (end - start)
        for span in spans:
            same = sum(shared((start, end), span) for kind, start, end in line.truth if kind == span.kind)
            right += same >= 0.5 * (span.end_char - span.start_char)
        masked += sum(any(shared(trap, span) for span in spans) for trap in line.traps)
    return Score(found, sum(len(line.truth) for line in lines), right, given, masked, sum(len(x.traps) for x in lines))
