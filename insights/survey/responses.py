"""Read responses/*.csv as people deliver them: each row, and each fault with file, line and cure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, cast

from insights.survey.cells import Faults, moment_in, number_in, shortened, shown, weight_in, word_in
from insights.survey.columns import COLUMNS, IDS, PLAIN, REQUIRED, headings_said, misspelt
from insights.survey.delimited import Problem, Table, read_table
from insights.survey.frame_files import BESIDE
from insights.survey.questionnaire import SCALE_KINDS, Question, Survey

Mode = Literal["phone", "online"]
Consent = Literal["given", "refused", "unknown"]

CURE_SHORTENED = "give the column the format of text there and export it again"
NCS_VALUES = {"ready": 1.0, "unsure": 0.0, "not_ready": -1.0}
MODES: Mapping[str, Mode] = {
    **dict.fromkeys(("phone", "телефон", "звонок"), "phone"),
    **dict.fromkeys(("online", "онлайн"), "online"),
}
CURES_OF_FORM = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "rename it so that it ends in .csv"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "open it and save it as CSV (UTF-8)"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer as delivered: its text, and the number it means or None."""

    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One interview of responses/*.csv; None where the cell is empty.

    ``answers`` has a cell for each question that is a column, ``""`` where it is empty; ``extra`` the filled columns
    that are neither ours nor a question; ``line`` is the line in the file.
    """

    interview_id: str
    line: int
    started_at: str | None = None
    mode: Mode = "phone"
    recording: str | None = None
    respondent_id: str | None = None
    client_id: str | None = None
    segment: str | None = None
    role: str | None = None
    operator_id: str | None = None
    wave: str | None = None
    language: Literal["ru", "en"] | None = None
    consent: Consent = "unknown"
    disposition: str | None = None
    requester: str | None = None
    event_at: str | None = None
    operator_team: str | None = None
    weight: float | None = None
    answers: Mapping[str, Cell] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseFile:
    """A file of responses: what could be read, and what could not."""

    name: str
    sha256: str
    rows: tuple[ResponseRow, ...]
    problems: tuple[Problem, ...]


def read_responses(path: Path, *, survey: Survey, columns: Mapping[str, str] | None = None) -> ResponseFile:
    r"""Return the interviews of one file; faults are listed and never stop the rest.

    Parameters
    ----------
    path:
        UTF-8 (with or without BOM) or cp1251; comma, semicolon or tab.
    survey:
        Its question ids are columns; numbers are checked against its scales.
    columns:
        ``[columns]`` of earful.toml: our name to the file's heading.

    Examples
    --------
    >>> import tempfile
    >>> from insights.survey.questionnaire import Question, Survey
    >>> survey = Survey("s", 1, ("en",), (Question("nps", "nps", {"en": "How likely?"}, scale=(0, 10)),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.csv"
    ...     _ = file.write_text("interview_id;nps\nA1;9\nA2;\n")
    ...     rows = read_responses(file, survey=survey).rows
    >>> rows[0].answers["nps"].value, rows[1].answers["nps"].value
    (9.0, None)
    """
    table = read_table(path, columns=columns or {}, known=(*COLUMNS, *(q.question_id for q in survey.questions)))
    problems = list(table.problems)
    problems.extend(misspelt(table, columns or {}, tuple(question.question_id for question in survey.questions)))
    missing = [name for name in REQUIRED if name not in table.header]
    if table.header and missing:
        cure = f'add it, or map your heading in earful.toml: [columns] {missing[0]} = "…"'
        problems.append(Problem(table.name, 1, f"no column {missing[0]}{headings_said(table.header)}", cure))
        return ResponseFile(table.name, table.sha256, (), tuple(problems))
    rows: list[ResponseRow] = []
    for line, cells in table.records:
        row, faults = _row(table, line, cells, survey)
        problems.extend(faults)
        if row is not None:
            rows.append(row)
    problems.extend(_repeated(table.name, rows))
    return ResponseFile(table.name, table.sha256, tuple(rows), tuple(sorted(problems, key=lambda item: item.line)))


@cache
def no_answer(kind: str) -> frozenset[str]:
    """Return the words that stand where no answer is: ``nothing`` or ``refused``."""
    text = files("insights.survey").joinpath("no_answer.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[kind])


def response_paths(folder: Path) -> list[Path]:
    """Return responses/*.csv by name, population.csv and outcomes.csv aside; links are not followed."""
    found = [path for path in folder.glob("*.csv") if path.is_file() and not path.is_symlink()]
    return sorted(path for path in found if path.name not in BESIDE)


def unread(folder: Path) -> Iterator[Problem]:
    """Yield what lies in responses/ and is not read: tables in another form, folders, links; hidden files aside."""
    for path in sorted(folder.glob("*")):
        if path.name.startswith((".", "~")) or (path.suffix == ".csv" and path.is_file() and not path.is_symlink()):
            continue
        if path.is_symlink():
            yield Problem(path.name, 0, "this is a link, and not followed", "put the file itself there")
        elif path.is_dir():
            yield Problem(path.name, 0, "this is a folder, and not read", "put its files into responses/ itself")
        else:
            cure = CURES_OF_FORM.get(path.suffix.casefold(), "save it as CSV (UTF-8), or move it out of responses/")
            yield Problem(path.name, 0, f"{path.suffix or 'this'} is not read, only .csv", cure)


def _row(
    table: Table, line: int, cells: Sequence[str], survey: Survey
) -> tuple[ResponseRow | None, tuple[Problem, ...]]:
    """Return one interview and its faults; None where it cannot be told whose interview it is."""
    values = {name: cell.strip() for name, cell in zip(reversed(table.header), reversed(cells), strict=True)}
    interview_id = values.get("interview_id", "")
    faults: list[tuple[str, str]] = []
    if not interview_id:
        problem = Problem(table.name, line, "no interview_id", "give every interview its own id")
        return None, (problem,)
    for name in IDS:
        if shortened(values.get(name, "")):
            faults.append((f"{name} is {values[name]!r}, shortened by a spreadsheet", CURE_SHORTENED))
            values[name] = ""
    if not values["interview_id"]:
        return None, tuple(Problem(table.name, line, what, cure) for what, cure in faults)
    mode = _mode(values, faults)
    if mode is None:
        return None, tuple(Problem(table.name, line, what, cure, interview_id) for what, cure in faults)
    questions = {question.question_id: question for question in survey.questions}
    answers = {name: _cell(questions[name], text, faults) for name, text in values.items() if name in questions}
    row = ResponseRow(
        interview_id=interview_id,
        line=line,
        started_at=moment_in("started_at", values, faults),
        mode=mode,
        recording=values.get("recording") or None,
        language=cast("Literal['ru', 'en'] | None", word_in("language", values, ("ru", "en"), faults)),
        consent=cast("Consent", word_in("consent", values, ("given", "refused", "unknown"), faults) or "unknown"),
        event_at=moment_in("event_at", values, faults),
        weight=weight_in(values, faults),
        answers=answers,
        extra={n: v for n, v in values.items() if n and n not in COLUMNS and n not in questions and v},
        **{name: values.get(name) or None for name in PLAIN},
    )
    return row, tuple(Problem(table.name, line, what, cure, interview_id) for what, cure in faults)


def _mode(values: Mapping[str, str], faults: Faults) -> Mode | None:
    """Return phone or online; without the column a file name tells, and a row without one is online."""
    text = values.get("mode", "").casefold()
    if text in MODES:
        return MODES[text]
    if not text:
        return "phone" if values.get("recording") or "mode" in values or "recording" not in values else "online"
    faults.append((f"mode is {shown(values['mode'])}", "write phone or online"))
    return None


def _cell(question: Question, text: str, faults: Faults) -> Cell:
    """Return an answer's cell; a number outside the scale keeps its text and loses its number."""
    plain = text.casefold()
    if not text or plain in no_answer("nothing"):
        return Cell(text if question.kind == "open" else "")
    if plain.rstrip(".") in no_answer("refused"):
        return Cell(text)
    if question.kind == "ncs":
        value = NCS_VALUES.get(text.casefold().replace(" ", "_"))
        if value is None:
            faults.append(
                (f"{question.question_id} is {shown(text)}", f"write {', '.join(NCS_VALUES)} or leave it empty")
            )
        return Cell(text, value)
    number = number_in(text)
    if question.kind not in SCALE_KINDS:
        return Cell(text, number if question.kind == "closed" else None)
    low, high = question.scale or (float("-inf"), float("inf"))
    if number is None or number != int(number) or not low <= number <= high:
        cure = f"write a whole number from {low} to {high} or leave it empty"
        faults.append((f"{question.question_id} is {shown(text)}", cure))
        return Cell(text)
    return Cell(text, number)


def _repeated(name: str, rows: Sequence[ResponseRow]) -> Iterator[Problem]:
    """Yield a line for every interview that stands twice in one file; the later row counts."""
    first: dict[str, int] = {}
    for row in rows:
        if row.interview_id in first:
            what = f"interview {row.interview_id} stands in line {first[row.interview_id]} too"
            yield Problem(name, row.line, what, "the later line counts; delete the other", row.interview_id)
        first[row.interview_id] = row.line
