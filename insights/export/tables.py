"""Tables for spreadsheets and data frames: interviews, answers, reasons, turns, pauses, figures."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from insights.export.sources import Export
from insights.export.texts import HIDDEN, Texts, joined, language_from
from insights.settings import make_private, write_private
from insights.store.export_queries import TABLES, call_turns, export_calls, table_rows

Rows = list[dict[str, Any]]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONG_TEXTS = "text"


def escaped(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: such texts get a leading apostrophe.

    Examples
    --------
    >>> escaped("=1+1"), escaped(-5), escaped("'=x"), escaped("да")
    ("'=1+1", -5, "''=x", 'да')
    """
    if not isinstance(cell, str) or not cell:
        return cell
    return f"'{cell}" if cell.startswith((*FORMULA_STARTS, "'")) else cell


def unescaped(cell: str) -> str:
    """Return the text that ``escaped`` was given.

    Examples
    --------
    >>> unescaped("'=1+1"), unescaped("''=x"), unescaped("да")
    ('=1+1', "'=x", 'да')
    """
    return cell[1:] if cell.startswith("'") else cell


def exported_tables(export: Export) -> dict[str, Rows]:
    """Return every table as rows with the texts as they may leave."""
    texts = export.texts
    turns = masked_turns(export, texts)
    tables = {name: table_rows(export.store, name) for name in TABLES}
    tables["turns"] = [
        {**row, "text": turns.get((row["recording_id"], row["idx"]), ("", None))[0]} for row in tables["turns"]
    ]
    tables["answers"] = [_answer(row, texts, turns) for row in tables["answers"]]
    tables["reasons"] = [_reason(row, texts, turns, tables["answers"]) for row in tables["reasons"]]
    return tables


def masked_turns(export: Export, texts: Texts) -> dict[tuple[str, int], tuple[str, dict[str, Any] | None]]:
    """Return every turn's text as it may leave, and the turn, by recording and index."""
    found: dict[tuple[str, int], tuple[str, dict[str, Any] | None]] = {}
    for call in export_calls(export.store):
        language = language_from(call["language"], "")
        for turn in call_turns(export.store, call["recording_id"]):
            words = texts.words(call["recording_id"], turn, language)
            found[call["recording_id"], turn["idx"]] = (joined(words), {**turn, "language": language})
    return found


def _answer(row: dict[str, Any], texts: Texts, turns: Any) -> dict[str, Any]:  # noqa: ANN401 - of masked_turns
    """Return an answer with its text as it may leave."""
    idxs = json.loads(row.pop("turn_idxs_json") or "[]")
    if row["recording_id"] is not None and idxs:
        said = " ".join(turns[row["recording_id"], idx][0] for idx in idxs if (row["recording_id"], idx) in turns)
        return {**row, "text": said}
    return {**row, "text": typed_text(row, texts)}


def typed_text(row: dict[str, Any], texts: Texts) -> str | None:
    """Return a typed answer as it may leave."""
    from insights.privacy import masked_part

    text = row["text"]
    if not text or row["interview_id"] is None:
        return text if text is None else str(text)
    spans = texts.spans_typed(row["interview_id"], row["question_id"])
    return masked_part(text, spans, language_from(None, text), start_char=0, end_char=len(text))


def _reason(row: dict[str, Any], texts: Texts, turns: Any, answers: Rows) -> dict[str, Any]:  # noqa: ANN401
    """Return a reason with its quote as it may leave."""
    start, idx = row.pop("start_char") or 0, row.pop("turn_idx")
    turn = turns.get((row["recording_id"], idx), ("", None))[1]
    if turn is not None:
        end = start + len(row["quote"])
        quote, _ = texts.part(row["recording_id"], turn, turn["language"], start=start, end=end)
        return {**row, "quote": quote or HIDDEN}
    whole = next((one["text"] for one in answers if one["answer_id"] == row["answer_id"]), "") or ""
    return row if row["quote"] in whole or not texts.redact else {**row, "quote": whole}


def write_csv(export: Export) -> list[Path]:
    """Write a CSV a table, UTF-8 with a mark so that Excel reads Cyrillic; formulas are disarmed."""
    make_private(export.target)
    paths = []
    for name, rows in exported_tables(export).items():
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows[0] if rows else ())
        writer.writerows([escaped(cell) for cell in row.values()] for row in rows)
        paths.append(export.target / f"{name}.csv")
        write_private(paths[-1], out.getvalue().encode("utf-8-sig"))
    return paths


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV that ``write_csv`` wrote, apostrophes taken off again; an empty cell is ``""``."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: unescaped(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def write_parquet(export: Export) -> list[Path]:
    """Write a Parquet file a table; NULL stays NULL."""
    import pandas as pd

    make_private(export.target)
    paths = []
    for name, rows in exported_tables(export).items():
        out = io.BytesIO()
        pd.DataFrame(rows).convert_dtypes().to_parquet(out, index=False)
        paths.append(export.target / f"{name}.parquet")
        write_private(paths[-1], out.getvalue())
    return paths
