"""Rows of a person taken out of responses/*.csv: the file rewritten whole or not at all, other rows byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from insights.settings import write_private
from insights.survey.columns import COLUMNS
from insights.survey.delimited import read_table

OUTCOMES = "outcomes.csv"


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Whose rows go: a row with any of these ids in the column of that name."""

    interview_id: frozenset[str] = frozenset()
    respondent_id: frozenset[str] = frozenset()
    client_id: frozenset[str] = frozenset()

    def holds(self, values: Mapping[str, str]) -> bool:
        """Return whether a row is one of theirs."""
        wanted = {"interview_id": self.interview_id, "respondent_id": self.respondent_id, "client_id": self.client_id}
        return any(values.get(name, "").strip() in ids for name, ids in wanted.items() if ids)

    def mentioned_in(self, text: str) -> bool:
        """Return whether a row that cannot be read as cells names one of the ids."""
        cells = {
            cell.strip(" \"'\r\n") for part in text.split(",") for half in part.split(";") for cell in half.split("\t")
        }
        return bool(cells & (self.interview_id | self.respondent_id | self.client_id))


def rewritten(path: Path, rows: RowsOf, *, columns: Mapping[str, str]) -> int:
    """Take these rows out of a file; return how many went.

    The other rows keep their bytes, the file its encoding, line ends and mode; a crash leaves the old file.
    """
    content = path.read_bytes()
    encoding = encoding_of(content)
    text = content.decode(encoding, errors="surrogateescape")
    lines = text.splitlines(keepends=True)
    drop = set(_lines_to_drop(path, lines, rows, columns))
    if not drop:
        return 0
    kept = "".join(line for number, line in enumerate(lines, 1) if number not in drop)
    write_private(path, kept.encode(encoding, errors="surrogateescape"))
    return len(drop)


def encoding_of(content: bytes) -> str:
    """Return an encoding in which the bytes can be read and written back unchanged."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if content[:2] == b"\xff\xfe" else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _lines_to_drop(path: Path, lines: list[str], rows: RowsOf, columns: Mapping[str, str]) -> Iterator[int]:
    """Yield the numbers of lines that belong to records of the person."""
    table = read_table(path, columns=columns, known=COLUMNS)
    cells_at = dict(table.records)
    broken = {problem.line for problem in table.problems if problem.line > 0}
    starts = sorted({*cells_at, *(line for line in broken if line not in cells_at)})
    header_line = next((number for number, line in enumerate(lines, 1) if line.strip(" \t\r\n,;\ufeff")), 0)
    for place, start in enumerate(starts):
        if start <= header_line:
            continue
        end = starts[place + 1] if place + 1 < len(starts) else len(lines) + 1
        cells = cells_at.get(start)
        if cells is not None:
            theirs = rows.holds(dict(zip(reversed(table.header), reversed(cells), strict=True)))
        else:
            theirs = rows.mentioned_in("".join(lines[start - 1 : end - 1]))
        if theirs:
            yield from range(start, end)
