"""Tables for spreadsheets and data frames: interviews, answers, reasons, turns, pauses, figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from insights.export.sources import Export
from insights.export.texts import ShownTurn, Texts, language_from
from insights.settings import make_private, write_private
from insights.store.export_queries import TABLES, export_calls, table_rows

Rows = list[dict[str, Any]]
Turns = Mapping[tuple[str, int], ShownTurn]  # by recording and index
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    turns = all_turns(export)
    tables = {name: table_rows(export.store, name) for name in TABLES}
    tables["turns"] = [
        {**row, "text": turns[key].text if (key := (row["recording_id"], row["idx"])) in turns else ""}
        for row in tables["turns"]
    ]
    tables["answers"] = shown_answers(export, turns)
    tables["reasons"] = shown_reasons(export, turns, tables["answers"])
    for row in tables["reasons"]:
        del row["start_char"]
    return tables


def all_turns(export: Export) -> Turns:
    """Return the turns of every call that was understood, as they may leave, by recording and index."""
    return {
        (call["recording_id"], idx): turn
        for call in export_calls(export.store)
        for idx, turn in export.turns(call).items()
    }


def shown_answers(export: Export, turns: Turns) -> Rows:
    """Return the answers with their texts as they may leave."""
    texts = export.texts
    return [_answer(row, texts, turns) for row in table_rows(export.store, "answers")]


def _answer(row: dict[str, Any], texts: Texts, turns: Turns) -> dict[str, Any]:
    """Return an answer with its text as it may leave."""
    idxs = json.loads(row.pop("turn_idxs_json") or "[]")
    if row["recording_id"] is not None and idxs:
        said = " ".join(turns[row["recording_id"], idx].text for idx in idxs if (row["recording_id"], idx) in turns)
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


def shown_reasons(export: Export, turns: Turns, answers: Rows) -> Rows:
    """Return the reasons with their quotes as they may leave; ``start_char`` counts in the text that leaves."""
    said = {one["answer_id"]: one["text"] or "" for one in answers}
    return [_reason(row, turns, said, redact=export.redact) for row in table_rows(export.store, "reasons")]


def _reason(row: dict[str, Any], turns: Turns, said: Mapping[int, str], *, redact: bool) -> dict[str, Any]:
    """Return a reason with its quote as it may leave."""
    turn = turns.get((row["recording_id"], row.pop("turn_idx")))
    if turn is not None:
        start = row["start_char"] or 0
        quote, place = turn.part(start, start + len(row["quote"]))
        return {**row, "quote": quote, "start_char": place}
    whole = said.get(row["answer_id"], "")
    quote = row["quote"] if row["quote"] in whole or not redact else whole
    return {**row, "quote": quote, "start_char": max(0, whole.find(quote))}


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
