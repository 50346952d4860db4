"""Sheets: answers drawn at random for people to code, as CSV, and read back."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from insights.reasons.reason import Polarity
from insights.survey.cells import shown
from insights.survey.codebook import Codebook
from insights.survey.delimited import decoded

COLUMNS = ("answer_id", "question", "score", "text", "clip", "codes", "quote", "comment")
NEEDED = ("answer_id", "codes")
DELIMITERS = ",;\t"
NO_REASON = "-"
# What spreadsheets take for the beginning of a formula, and the mark that tells them it is text.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
TEXT_MARK = "'"
_CODE = re.compile(r"^(?P<code>.+?)\s*(?P<sign>[+0−–-])?$")
_SIGNS: dict[str, Polarity] = {"+": 1, "0": 0, "-": -1, "−": -1, "–": -1}


class SheetError(ValueError):
    """A sheet that cannot be read back; one line for each fault, with its row and what to write instead."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One answer on a sheet, without the machine's codes: a coder who sees them agrees with them."""

    answer_id: int
    question: str
    score: float | None
    text: str
    clip: str


@dataclass(frozen=True, slots=True)
class HandCode:
    """One code a person gave an answer.

    Attributes
    ----------
    code_id:
        A code of the codebook, or None for "coded, no reason".
    quote:
        The words it rests on, a verbatim part of the answer; the whole answer where none were marked. Several
        codes may have a quote each, with ``|`` between them in the codes' order.
    """

    answer_id: int
    code_id: str | None
    polarity: Polarity
    quote: str


def draw(answer_ids: Iterable[int], count: int, *, seed: int) -> list[int]:
    """Return ``count`` answers drawn at random without replacement; all of them where there are fewer.

    The same seed draws the same answers for every coder, so that their codes can be compared.

    >>> draw(range(5), 2, seed=1) == draw(reversed(range(5)), 2, seed=1)
    True
    """
    ordered = sorted(answer_ids)
    chosen = np.random.default_rng(seed).permutation(len(ordered))[:count]
    return [ordered[place] for place in chosen]


def sheet_text(rows: Sequence[SheetRow]) -> str:
    """Return a sheet as CSV: fill ``codes`` with ids and signs (``price-, manager+``), ``-`` for no reason.

    What a spreadsheet would run as a formula gets an apostrophe in front; ``read_sheet`` takes it off again.

    >>> sheet_text([SheetRow(1, "why", None, "=1+1", "")]).splitlines()[1]
    "1,why,,'=1+1,,,,"
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        score = "" if row.score is None else f"{row.score:g}"
        writer.writerow([row.answer_id, inert(row.question), score, inert(row.text), inert(row.clip), "", "", ""])
    return out.getvalue()


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> inert("=1+1"), inert("дорого")
    ("'=1+1", 'дорого')
    """
    return TEXT_MARK + cell if cell.startswith(FORMULA_STARTS) else cell


def read_sheet(path: Path, codebook: Codebook, *, texts: Mapping[int, str]) -> list[HandCode]:
    """Return the codes on a filled sheet, each once; rows left empty are not coded yet.

    UTF-8 or cp1251, comma, semicolon or tab: as a spreadsheet saved it.

    Parameters
    ----------
    texts:
        The answers' texts by answer id, to check quotes against.

    Raises
    ------
    SheetError
        With every fault: an unknown answer or code, a quote that the answer does not hold; or a file without
        the columns of a sheet.
    """
    found: list[HandCode] = []
    faults: list[str] = []
    for row, cells in enumerate(_rows(path), start=2):
        if not (cells.get("codes") or "").strip():
            continue
        try:
            found += _row_codes(cells, codebook, texts)
        except SheetError as fault:
            faults.append(f"{path.name} row {row}: {fault}")
    if faults:
        raise SheetError("\n".join(faults))
    return list(dict.fromkeys(found))


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    """Return the rows of a sheet, heading to cell; a cell may hold line breaks, so rows are not lines."""
    text = decoded(path.read_bytes())
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter)
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise SheetError(
            f"{path.name} has no column {' and no column '.join(missing)}; "
            "fill a sheet written by earful code --sample and keep its first row"
        )
    return reader


def _row_codes(row: Mapping[str, str], codebook: Codebook, texts: Mapping[int, str]) -> list[HandCode]:
    written = (row.get("answer_id") or "").strip()
    if not written.isdigit() or int(written) not in texts:
        raise SheetError(f"answer_id {shown(written)} is not in the store; leave that column as it was written")
    answer_id = int(written)
    no_reason = row["codes"].strip() in (NO_REASON, "−", "–")
    codes = [part for part in re.split(r"[,;|]", row["codes"]) if part.strip()]
    quotes = _quotes((row.get("quote") or "").strip(), texts[answer_id], count=1 if no_reason else len(codes))
    if no_reason:
        return [HandCode(answer_id, None, 0, quotes[0])]
    return [_hand_code(part, answer_id, quote, codebook) for part, quote in zip(codes, quotes)]


def _quotes(cell: str, text: str, *, count: int) -> list[str]:
    """Return the quote of each code: the answer for an empty cell, one for all, or one each with | between."""
    whole = _verbatim(cell or text, text)
    if whole is not None:
        return [whole] * count
    parts = [part.strip() for part in cell.split("|")]
    found = [_verbatim(part, text) if part else text for part in parts]
    for part, quote in zip(parts, found):
        if quote is None:
            raise SheetError(
                f"the quote ({shown(part)}) is not part of the answer; copy it letter by letter, or leave it empty"
            )
    if len(parts) != count:
        raise SheetError(f"{len(parts)} quotes for {count} codes; give one for all, or one each in the codes' order")
    return [quote for quote in found if quote is not None]


def _verbatim(quote: str, text: str) -> str | None:
    """Return the quote without the mark a spreadsheet may have kept, or None where the text does not hold it."""
    return next((one for one in (quote, quote.removeprefix(TEXT_MARK)) if one in text), None)


def _hand_code(written: str, answer_id: int, quote: str, codebook: Codebook) -> HandCode:
    known = [code.code_id for code in codebook.codes]
    text = written.strip()
    if text in known:
        special = codebook.code(text).special is not None
        if special:
            return HandCode(answer_id, text, 0, quote)
        raise SheetError(
            f"{text!r} has no sign; write {text}+ for praise, {text}- for a complaint, {text}0 for neither"
        )
    match = _CODE.match(text)
    if match is None or match["code"] not in known or match["sign"] is None:
        raise SheetError(f"no code {_meant(text, known)} codes: {', '.join(known)}, each with + - or 0 behind it")
    return HandCode(answer_id, match["code"], _SIGNS[match["sign"]], quote)


def _meant(text: str, known: Sequence[str]) -> str:
    """Return what stands for a code, with the codes that may be meant; of any other words no more than a fault shows.

    >>> _meant("prise-", ["price"]), _meant("she was rude, ask Ann", ["price"])
    ("'prise-', did you mean price?", 'a text of 21 characters;')
    """
    near = [difflib.get_close_matches(word.rstrip("+0-−–"), known, n=1) for word in text.split()]
    if near and all(near):
        return f"{text!r}, did you mean {', '.join(found[0] for found in near)}?"
    return f"{shown(text)};"
