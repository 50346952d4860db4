"""Delimited files as people deliver them: UTF-8 or cp1251, comma, semicolon or tab, faults listed by line."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8-sig", "cp1251")
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
MOST_TITLES = 10  # filled lines among which the header is looked for
_SEPARATOR = re.compile(r"sep=.", re.IGNORECASE)  # what Excel writes for itself
MOST_LINES = 200  # of one cell; a quote left open for longer is a slip of the pen


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a file: where, what, and what to do. ``line`` 0 = the file as a whole."""

    file: str
    line: int
    problem: str
    cure: str
    interview_id: str | None = None

    @property
    def place(self) -> str:
        """Return the file, and the line where there is one.

        >>> Problem("a.csv", 2, "", "").place, Problem("a.csv", 0, "", "").place
        ('a.csv:2', 'a.csv')
        """
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.place}: {self.problem}; {self.cure}"


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited file as text: header and (line, cells), the faults of its form aside."""

    name: str
    sha256: str
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]
    problems: tuple[Problem, ...]


def read_table(path: Path, *, columns: Mapping[str, str], known: Sequence[str] = ()) -> Table:
    """Return a delimited file with its headings under our names.

    Rows with more or fewer cells than the header are listed, not guessed at; an unclosed quote costs its own line.
    The header is the first line that holds the first of ``known``: titles and "sep=;" above it are passed over.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith(WORKBOOK_MARKS):
        problem = Problem(path.name, 0, "this is a workbook, not a table in text", "save it as CSV (UTF-8)")
        return Table(path.name, digest, (), (), (problem,))
    lines = decoded(content).splitlines(keepends=True)
    filled = [i for i, line in enumerate(lines) if line.strip(" \t\r\n,;") and not _SEPARATOR.fullmatch(line.strip())]
    if not filled:
        problem = Problem(path.name, 0, "the file is empty", "write a header and a line for each interview")
        return Table(path.name, digest, (), (), (problem,))
    headers = ((i, *_header_at(lines[i], columns, known)) for i in filled[:MOST_TITLES])
    first = (filled[0], *_header_at(lines[filled[0]], columns, known))
    at, delimiter, header = next((one for one in headers if known and known[0] in one[2]), first)
    records: list[tuple[int, tuple[str, ...]]] = []
    problems = [
        Problem(path.name, at + 1, f"column {name} stands twice", "drop or rename one; the first is used")
        for name in sorted({name for name in header if name and header.count(name) > 1})
    ]
    for line, cells in _records(lines, at + 1, delimiter, len(header)):
        if not any(cell.strip() for cell in cells[: len(header)]) and cells:
            continue
        if len(cells) == len(header) or (len(cells) > len(header) and not any(cells[len(header) :])):
            records.append((line, cells[: len(header)]))
        else:
            found = f"{len(cells)} cells where the header has {len(header)}"
            cure = "put cells that hold a delimiter or a line break in double quotes"
            problems.append(Problem(path.name, line, found, cure))
    return Table(path.name, digest, header, tuple(records), tuple(problems))


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or cp1251.

    >>> decoded("тест".encode("cp1251")), decoded("тест".encode("utf-8-sig"))
    ('тест', 'тест')
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1251", errors="replace")


def _header_at(line: str, columns: Mapping[str, str], known: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a line's likeliest delimiter, and its cells as headings."""
    delimiter = max(",;\t", key=line.count)
    return delimiter, _header(_parsed([line], delimiter), columns, known)


def _header(cells: Sequence[str], columns: Mapping[str, str], known: Sequence[str]) -> tuple[str, ...]:
    """Return our names for a file's headings; unknown ones stay as they are."""
    ours = {heading.strip().casefold(): name for name, heading in columns.items()}
    plain = {name.casefold(): name for name in known}
    keys = [cell.strip().casefold() for cell in cells]
    return tuple(ours.get(key) or plain.get(key) or cell.strip() for key, cell in zip(keys, cells, strict=True))


def _records(lines: Sequence[str], start: int, delimiter: str, width: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line number, cells); an unclosed quote costs its own line, not those below."""
    at = start
    while at < len(lines):
        cells, size = _parsed(lines[at : at + 1], delimiter), 1
        if lines[at].count('"') % 2:
            longer = _lines_to_even_quotes(lines, at)
            joined = _parsed(lines[at : at + longer], delimiter, strict=True)
            if len(joined) == width:
                cells, size = joined, longer
        if lines[at].strip():
            yield at + 1, cells
        at += size


def _lines_to_even_quotes(lines: Sequence[str], at: int) -> int:
    """Return how many lines a cell with line breaks may reach over; 1 where its quote is never closed."""
    quotes = 0
    for size, line in enumerate(lines[at : at + MOST_LINES], 1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return size
    return 1


def _parsed(lines: Sequence[str], delimiter: str, *, strict: bool = False) -> tuple[str, ...]:
    """Return the cells of one record; () where the lines hold more than one, or a cell too long to be one.

    ``strict`` refuses quotes that close in the middle of a cell: those were never meant to span lines.
    """
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=strict))
    except csv.Error:
        return ()
    return tuple(records[0]) if len(records) == 1 else ()
