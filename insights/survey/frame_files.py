"""The optional files beside responses: how many clients there are, and what they brought."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from insights.survey.cells import number_in, shown
from insights.survey.delimited import Problem, Table, read_table

POPULATION = ("wave", "segment", "clients")
OUTCOMES = ("client_id", "period", "revenue", "orders", "churned")
BESIDE = ("population.csv", "outcomes.csv")
COMMA_OF_TWO_MEANINGS = re.compile(r"[-\u2212]?[1-9][0-9]{0,2},[0-9]{3}")
CHURNED = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False, "да": True, "нет": False}


@dataclass(frozen=True, slots=True)
class Population:
    """How many clients a wave's segment has; for weights and finite populations."""

    wave: str
    segment: str
    clients: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client brought in a period; None where not known."""

    client_id: str
    period: str
    revenue: float | None = None
    orders: float | None = None
    churned: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def read_population(path: Path) -> tuple[tuple[Population, ...], tuple[Problem, ...]]:
    """Return the rows of population.csv (wave, segment, clients) and its faults."""
    table = read_table(path, columns={}, known=POPULATION)
    rows: list[Population] = []
    problems = [*table.problems, *_missing(table, POPULATION)]
    for line, values in _values(table):
        clients = number_in(values.get("clients", ""))
        if not values.get("wave") or not values.get("segment"):
            problems.append(Problem(table.name, line, "no wave or no segment", "fill in both"))
        elif clients is None or clients < 0 or clients != int(clients):
            what = f"clients is {shown(values.get('clients', ''))}"
            problems.append(Problem(table.name, line, what, "write a whole number, 0 or more"))
        else:
            rows.append(Population(values["wave"], values["segment"], int(clients)))
    return tuple(rows), tuple(problems)


def read_outcomes(path: Path) -> tuple[tuple[Outcome, ...], tuple[Problem, ...]]:
    """Return the rows of outcomes.csv (client_id, period, revenue, orders, churned) and its faults."""
    table = read_table(path, columns={}, known=OUTCOMES)
    rows: list[Outcome] = []
    problems = [*table.problems, *_missing(table, OUTCOMES[:2])]
    for line, values in _values(table):
        if not values.get("client_id") or not values.get("period"):
            problems.append(Problem(table.name, line, "no client_id or no period", "fill in both"))
            continue
        for name in ("revenue", "orders"):
            if values.get(name) and amount_in(values[name]) is None:
                cure = "write a plain number, such as 1234.50"
                problems.append(Problem(table.name, line, f"{name} is {shown(values[name])}", cure))
        if values.get("churned") and values["churned"].casefold() not in CHURNED:
            problems.append(Problem(table.name, line, f"churned is {shown(values['churned'])}", "write 1 or 0"))
        rows.append(
            Outcome(
                client_id=values["client_id"],
                period=values["period"],
                revenue=amount_in(values.get("revenue", "")),
                orders=amount_in(values.get("orders", "")),
                churned=CHURNED.get(values.get("churned", "").casefold()),
                extra={name: value for name, value in values.items() if name not in OUTCOMES and name and value},
            )
        )
    return tuple(rows), tuple(problems)


def amount_in(text: str) -> float | None:
    """Return an amount; None where there is none, or where its comma may divide thousands or decimals.

    >>> amount_in("1 234,50"), amount_in("1,234"), amount_in("many")
    (1234.5, None, None)
    """
    return None if COMMA_OF_TWO_MEANINGS.fullmatch(text.strip()) else number_in(text)


def paths_beside(responses: Path) -> list[Path]:
    """Return population.csv and outcomes.csv where they are: in responses/, else in the study's folder."""
    places = ((responses / name, responses.parent / name) for name in BESIDE)
    return [path for both in places if (path := next((one for one in both if one.is_file()), None))]


def _values(table: Table) -> list[tuple[int, dict[str, str]]]:
    """Return (line, column -> trimmed cell) of each record."""
    return [
        (line, {name: cell.strip() for name, cell in zip(table.header, cells, strict=True)})
        for line, cells in table.records
    ]


def _missing(table: Table, names: tuple[str, ...]) -> list[Problem]:
    """Return a fault for each column that is not there."""
    return [
        Problem(table.name, 1, f"no column {name}", f"write the header {','.join(names)}")
        for name in names
        if table.header and name not in table.header
    ]
