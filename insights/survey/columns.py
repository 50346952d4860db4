"""The columns of responses/*.csv: their names, and headings that are nearly one of them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from insights.survey.delimited import Problem, Table

IDS = ("interview_id", "respondent_id", "client_id", "operator_id")
REQUIRED = ("interview_id",)
COLUMNS = (
    "interview_id",
    "started_at",
    "mode",
    "recording",
    "respondent_id",
    "client_id",
    "segment",
    "role",
    "operator_id",
    "wave",
    "language",
    "consent",
    "disposition",
    "requester",
    "event_at",
    "operator_team",
    "weight",
)
# Columns that are taken as they are typed.
PLAIN = (
    "respondent_id",
    "client_id",
    "segment",
    "role",
    "operator_id",
    "wave",
    "disposition",
    "requester",
    "operator_team",
)


def headings_said(header: Sequence[str]) -> str:
    """Return the headings a file has, for whoever maps one of them; empty where the line may hold answers.

    >>> headings_said(("Номер анкеты", "NPS")), headings_said(("A1", "грубили"))
    ('; its headings: Номер анкеты, NPS', '')
    """
    named = [heading for heading in header if heading]
    a_header = len(named) > 1 and not any(sign.isdigit() for heading in named for sign in heading)
    return f"; its headings: {', '.join(named)}" if a_header else ""


def misspelt(table: Table, columns: Mapping[str, str], question_ids: Sequence[str]) -> Iterator[Problem]:
    """Yield headings that are nearly one of ours, and entries of [columns] that name none or two at once."""
    known = (*COLUMNS, *question_ids)
    for heading in table.header:
        close = difflib.get_close_matches(heading.casefold(), set(known) - set(table.header), n=1, cutoff=0.8)
        if heading not in known and close:
            cure = f"if it is {close[0]}, rename it or map it in earful.toml [columns]"
            yield Problem(table.name, 1, f"column {heading!r} is none of ours and kept as it is", cure)
    headings = Counter(heading.strip().casefold() for heading in columns.values())
    for name, heading in columns.items():
        if headings[heading.strip().casefold()] > 1:
            yield Problem("earful.toml", 0, f"[columns] gives {name} a heading that another has", "give each its own")
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there is {', '.join(known)}"
            yield Problem("earful.toml", 0, f"[columns] {name} is none of our columns", meant)
