"""Frame: the interviews of a study as columns, aligned with the answers to each question."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import cast

import numpy as np

from insights.statistics.estimate import Flags, Floats, Ints
from insights.store import Store
from insights.store.metric_queries import (
    active_questions,
    interview_columns,
    mistaken_interviews,
    number_columns,
    operator_teams,
    populations,
)
from insights.survey import Question

DIMENSIONS = ("segment", "role", "operator-team", "mode", "requester", "event-age", "hesitation")
UNSCORED = ("open", "closed")
LABELLED = ("wave", "mode", "segment", "role", "disposition")
HESITANT_FROM = 1.0
EVENT_AGES = ((1.0, "within 24 hours"), (7.0, "1-7 days"), (30.0, "8-30 days"), (float("inf"), "over 30 days"))


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names as numbers: shape (n,), -1 where there is none."""

    codes: Ints
    names: tuple[str, ...]

    def rows(self, name: str) -> Ints:
        """Return the rows that carry ``name``; none for a name that does not occur."""
        if name not in self.names:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.codes == self.names.index(name))


@dataclass(frozen=True, slots=True)
class Frame:
    """The interviews figures are computed from, ordered by id.

    Attributes
    ----------
    ids:
        Interview ids, length n.
    labels:
        wave, mode, segment, role, operator-team, requester, event-age, disposition (as delivered).
    operators:
        Shape (n,), numbers without names, -1 = unknown: no figure is of one operator.
    started_days:
        Shape (n,), the start by the operator's clock as a Julian day, NaN = unknown.
    clients:
        Shape (n,), the client's number; an interview without client or respondent is a client of its own.
    client_ids:
        Length n; None where neither client nor respondent is known.
    weights:
        Shape (n,), as delivered; 1.0 where none was.
    values:
        The number that stands for each question, shape (n,), NaN = none.
    spoken:
        The number that was spoken, for NPS questions, shape (n,), NaN = none or not understood.
    digests:
        Shape (n,), a hash of every interview's id.
    populations:
        Clients there are, by wave and segment; empty where unknown.
    questions:
        The survey in use.
    mistaken:
        Shape (n,), who mistook the company for another.
    """

    ids: tuple[str, ...]
    labels: Mapping[str, Labels]
    operators: Ints
    started_days: Floats
    clients: Ints
    client_ids: Sequence[object]
    weights: Floats
    values: Mapping[str, Floats]
    spoken: Mapping[str, Floats]
    digests: Ints
    populations: Mapping[str, Mapping[str, float]]
    questions: tuple[Question, ...]
    mistaken: Flags
    position: Mapping[str, int] = field(repr=False)

    def aligned(self, pairs: Iterable[tuple[str, float]]) -> Floats:
        """Return the numbers of (interview, number) pairs as a column, NaN where there is none."""
        return aligned(pairs, self.position)

    def flagged(self, interview_ids: Iterable[str]) -> Flags:
        """Return a column that is True for these interviews."""
        flags = np.zeros(len(self.ids), dtype=bool)
        rows = np.fromiter((self.position.get(one, -1) for one in interview_ids), np.int64)
        flags[rows[rows >= 0]] = True
        return flags

    def of_kind(self, *kinds: str) -> tuple[Question, ...]:
        """Return the questions of these kinds in the survey's order."""
        return tuple(question for question in self.questions if question.kind in kinds)

    def modes(self, rows: Ints) -> tuple[str, ...]:
        """Return the modes that occur among ``rows``."""
        mode = self.labels["mode"]
        return tuple(name for i, name in enumerate(mode.names) if bool(np.any(mode.codes[rows] == i)))


def load_frame(store: Store, *, waves: Sequence[str] | None = None) -> Frame:
    """Read the interviews of some waves (None = all) and the numbers that stand for every scored question."""
    questions = stored_questions(store)
    numbers = [(question.question_id, "value") for question in questions if question.kind not in UNSCORED]
    numbers += [(question.question_id, "spoken") for question in questions if question.kind == "nps"]
    with collector_at_rest():
        columns = interview_columns(store, waves=waves)
        answered, found = number_columns(store, numbers, waves=waves)
    ids = cast("tuple[str, ...]", tuple(columns["interview_id"]))
    position = dict(zip(ids, range(len(ids)), strict=True))
    at = rows_of(answered, ids, position)
    columns_of = {(name, kind): spread(column, at, len(ids)) for (name, kind), column in zip(numbers, found)}
    labels = {name: labelled(columns[name]) for name in LABELLED}
    operators = labelled(columns["operator"])
    labels["operator-team"] = regrouped(operators, operator_teams(store))
    labels["requester"] = labelled(columns["requester"])
    labels["event-age"] = labelled(event_ages(columns["event_days"]))
    mistaken = np.zeros(len(ids), dtype=bool)
    mistaken[[position[one] for one in mistaken_interviews(store) if one in position]] = True
    return Frame(
        ids=ids,
        labels=labels,
        operators=operators.codes,
        started_days=numeric(columns["started_days"]),
        clients=client_numbers(columns["client"]),
        client_ids=columns["client"],
        weights=np.nan_to_num(numeric(columns["weight"]), nan=1.0),
        values={name: column for (name, kind), column in columns_of.items() if kind == "value"},
        spoken={name: column for (name, kind), column in columns_of.items() if kind == "spoken"},
        digests=digests(ids),
        populations=populations(store),
        questions=questions,
        mistaken=mistaken,
        position=position,
    )


def stored_questions(store: Store) -> tuple[Question, ...]:
    """Return the questions of the survey in use as the store keeps them, wordings included."""
    return tuple(
        Question(
            question_id=row["question_id"],
            kind=row["kind"],
            ask={language: row[f"ask_{language}"] for language in ("ru", "en") if row[f"ask_{language}"]},
            scale=None if row["scale_min"] is None else (row["scale_min"], row["scale_max"]),
            follows=row["follows"],
            attribute=row["attribute"],
        )
        for row in active_questions(store)
    )


def aligned(pairs: Iterable[tuple[str, float]], position: Mapping[str, int]) -> Floats:
    """Return (interview, number) pairs as a column; interviews outside ``position`` are left out.

    Examples
    --------
    >>> aligned([("b", 9.0), ("z", 1.0)], {"a": 0, "b": 1}).tolist()
    [nan, 9.0]
    """
    column = np.full(len(position), np.nan)
    found = list(pairs)
    rows = np.fromiter((position.get(one, -1) for one, _ in found), np.int64, len(found))
    numbers = np.fromiter((number for _, number in found), np.float64, len(found))
    column[rows[rows >= 0]] = numbers[rows >= 0]
    return column


def numeric(column: Sequence[object]) -> Floats:
    """Return a column of numbers, NaN for None; shape (n,)."""
    return np.array(column, dtype=np.float64)


def rows_of(answered: Sequence[str], ids: Sequence[str], position: Mapping[str, int]) -> Ints:
    """Return the row of each answered interview; both come ordered by id, so that most often they are the same.

    Examples
    --------
    >>> rows_of(["b"], ("a", "b"), {"a": 0, "b": 1}).tolist()
    [1]
    """
    if len(answered) == len(ids) and tuple(answered) == tuple(ids):
        return np.arange(len(ids))
    return np.fromiter(map(position.__getitem__, answered), np.int64, len(answered))


def spread(column: Sequence[object], rows: Ints, n: int) -> Floats:
    """Return a column of n numbers with those of ``column`` at ``rows``, NaN elsewhere."""
    numbers = np.full(n, np.nan)
    numbers[rows] = numeric(column)
    return numbers


def digests(ids: Iterable[str]) -> Ints:
    """Return eight bytes of hash for each id, so that the rows of many slices are hashed quickly."""
    joined = b"".join([blake2b(one.encode(), digest_size=8).digest() for one in ids])
    return np.frombuffer(joined, dtype=np.int64)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from walking over rows while they arrive: a third of the time at 130,000."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def labelled(names: Sequence[object]) -> Labels:
    """Return a column of names as numbers, names in alphabetical order; None stays -1.

    Examples
    --------
    >>> labelled(["b", None, "a"]).codes.tolist()
    [1, -1, 0]
    """
    present = sorted(str(name) for name in set(names) if name is not None)
    if not present:
        return Labels(np.full(len(names), -1, dtype=np.int64), ())
    number: dict[object, int] = {name: code for code, name in enumerate(present)}
    number[None] = -1
    return Labels(np.fromiter(map(number.__getitem__, names), np.int64, len(names)), tuple(present))


def regrouped(labels: Labels, group_of: Mapping[str, str | None]) -> Labels:
    """Return each row's group by the group of its name; -1 where the name has none.

    Examples
    --------
    >>> regrouped(labelled(["anna", None, "boris"]), {"anna": "north", "boris": None}).codes.tolist()
    [0, -1, -1]
    """
    groups = labelled([group_of.get(name) for name in labels.names])
    return Labels(np.append(groups.codes, -1)[labels.codes], groups.names)


def client_numbers(clients: Sequence[object]) -> Ints:
    """Return a number for each client; an interview without one gets a number of its own.

    Examples
    --------
    >>> client_numbers(["x", None, "x", None]).tolist()
    [0, 1, 0, 2]
    """
    known = dict.fromkeys(client for client in clients if client is not None)
    number: dict[object, int] = {client: at for at, client in enumerate(known)}
    number[None] = -1
    codes = np.fromiter(map(number.__getitem__, clients), np.int64, len(clients))
    alone = codes < 0
    codes[alone] = len(known) + np.arange(int(alone.sum()))
    return codes


def event_ages(days: Sequence[object]) -> Sequence[object]:
    """Return the name of each time since a service event; the column itself where nobody has one."""
    return [event_age(one) for one in days] if any(one is not None for one in days) else days


def event_age(days: object) -> str | None:
    """Return the name of the time between a service event and its interview; None without an event.

    Examples
    --------
    >>> event_age(0.8), event_age(3), event_age(None)
    ('within 24 hours', '1-7 days', None)
    """
    if not isinstance(days, int | float) or days < 0:
        return None
    return next(name for limit, name in EVENT_AGES if days <= limit)
