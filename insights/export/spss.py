"""SPSS: one row an interview, Russian or English labels of questions and codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from insights.export.sources import Export
from insights.export.tables import Rows, exported_tables
from insights.export.wording import labels
from insights.settings import make_private
from insights.store.metric_queries import active_questions, codes

LONGEST_NAME = 60
Add = Callable[[str, str, list[Any]], str]  # name, label and cells of a variable to the name it got
READINESS = {1.0: "ready", 0.0: "unsure", -1.0: "not_ready"}


def variable(name: str, taken: set[str]) -> str:
    """Return a name SPSS takes, not among ``taken``, and add it there.

    Examples
    --------
    >>> variable("why nps?", set()), variable("1st", {"v_1st"})
    ('why_nps_', 'v_1st_2')
    """
    base = re.sub(r"\W", "_", name)[:LONGEST_NAME]
    base = base if base[:1].isalpha() else f"v_{base.lstrip('_')}"
    found, at = base, 2
    while found.lower() in taken:
        found, at = f"{base}_{at}", at + 1
    taken.add(found.lower())
    return found


def write_spss(export: Export) -> list[Path]:
    """Write ``interviews.sav``: scores recorded and spoken, waits, hesitation, texts, a 0/1 column a reason."""
    import pandas as pd
    import pyreadstat

    make_private(export.target)
    language = export.settings.study.language
    columns, labels, values = wide_columns(export, language)
    frame = pd.DataFrame(columns)
    path = export.target / "interviews.sav"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    pyreadstat.write_sav(frame, str(path), file_label="earful", column_labels=labels, variable_value_labels=values)
    path.chmod(0o600)
    return [path]


def wide_columns(export: Export, language: str) -> tuple[dict[str, list[Any]], dict[str, str | None], dict[str, Any]]:
    """Return one row an interview as columns, with variable labels and value labels."""
    tables = exported_tables(export)
    interviews = tables["interviews"]
    ids = [row["interview_id"] for row in interviews]
    columns: dict[str, list[Any]] = {}
    named: dict[str, str | None] = {}
    values: dict[str, Any] = {}
    taken: set[str] = set()

    def add(name: str, label: str, cells: list[Any]) -> str:
        found = variable(name, taken)
        columns[found], named[found] = cells, label
        return found

    for name in interviews[0] if interviews else ():
        cells = [row[name] for row in interviews]
        add(name, labels(language).get(name, name), cells if name == "weight" else [cell or "" for cell in cells])
    by_question = {(row["interview_id"], row["question_id"]): row for row in tables["answers"]}
    for question in active_questions(export.store):
        rows = [by_question.get((one, question["question_id"]), {}) for one in ids]
        values.update(_add_question(add, question, rows, language))
    values.update(_add_codes(add, export, tables, ids, language))
    return columns, named, values


def _add_question(add: Add, question: dict[str, Any], answers: Rows, language: str) -> dict[str, Any]:
    """Add a question's columns: text for open ones, numbers and delivery for others; return readiness's labels."""
    name, label = question["question_id"], question[f"ask_{language}"] or question["question_id"]
    if question["kind"] in ("open", "closed"):
        add(name, label, [row.get("text") or "" for row in answers])
        return {}
    word = labels(language)
    marks = [
        add(name, label, _numbers(answers, "value")),
        add(f"{name}_recorded", f"{label} ({word['recorded']})", _numbers(answers, "recorded_value")),
        add(f"{name}_spoken", f"{label} ({word['spoken']})", _numbers(answers, "spoken_value")),
    ]
    add(f"{name}_latency_s", f"{label} ({word['latency']})", _numbers(answers, "latency_s"))
    add(f"{name}_hesitation", f"{label} ({word['hesitation']})", _numbers(answers, "hesitation"))
    ready = {value: word[key] for value, key in READINESS.items()}
    return dict.fromkeys(marks, ready) if question["kind"] == "ncs" else {}


def _numbers(answers: Rows, name: str) -> list[float]:
    """Return numbers, NaN (SPSS: system-missing) where there is none."""
    return [float("nan") if row.get(name) is None else float(row[name]) for row in answers]


def _add_codes(add: Add, export: Export, tables: dict[str, Rows], ids: list[str], language: str) -> dict[str, Any]:
    """Add a 0/1 column for each code complained of or praised, missing where nothing was said; return their labels."""
    word = labels(language)
    named = {(row["interview_id"], row["code"], row["polarity"]) for row in tables["reasons"]}
    spoke = {row["interview_id"] for row in tables["answers"] if row["kind"] == "open" and row["text"]}
    spoke |= {interview_id for interview_id, _, _ in named}
    values: dict[str, Any] = {}
    for code in codes(export.store):
        for polarity, kind in ((-1, "complaint"), (1, "praise")):
            label = f"{code[f'label_{language}'] or code['code_id']}: {word[kind]}"
            told = [float((one, code["code_id"], polarity) in named) if one in spoke else float("nan") for one in ids]
            values[add(f"{code['code_id']}_{kind}", label, told)] = {0.0: word["no"], 1.0: word["yes"]}
    return values
