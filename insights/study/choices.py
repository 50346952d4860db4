"""Arguments checked against what there is; a wrong one is answered with the valid ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PLURALS = {"party": "parties", "polarity": "polarities"}


def one_of(what: str, value: str | None, valid: Sequence[str]) -> str | None:
    """Return ``value`` where it is valid or None.

    Raises
    ------
    ValueError
        Otherwise; the message names the valid ones.

    Examples
    --------
    >>> one_of("wave", "2026Q5", ["2026Q3", "2026Q4"])
    Traceback (most recent call last):
    ValueError: no wave '2026Q5'; waves: 2026Q3, 2026Q4
    """
    if value is None or value in valid:
        return value
    raise ValueError(f"no {what} {value!r}; {PLURALS.get(what, what + 's')}: {', '.join(valid) or 'none yet'}")


def number_of(what: str, value: str | None, numbers: Mapping[str, int]) -> int | None:
    """Return the store's number for a name, None for None; errors as for ``one_of``.

    >>> number_of("group", "promoter", {"promoter": 1})
    1
    """
    return None if value is None else numbers[str(one_of(what, value, list(numbers)))]


def question_of(questions: pd.DataFrame, name: str | None) -> str | None:
    """Return a question's id; ``"nps"`` also stands for the first NPS question whatever its id."""
    if questions.empty:
        return one_of("question", name, [])
    ids = [str(one) for one in questions["question_id"]]
    asked = [str(one) for one in questions.loc[questions["kind"] == "nps", "question_id"]]
    return asked[0] if name == "nps" and name not in ids and asked else one_of("question", name, ids)


def target_of(questions: pd.DataFrame, name: str, *, outcomes: Sequence[str]) -> str:
    """Return a scored question's id, for drivers."""
    if questions.empty:
        return str(one_of("target", name, outcomes))
    scored = questions.loc[~questions["kind"].isin(["open", "closed"])]
    ids = [str(one) for one in scored["question_id"]]
    known = ids if name != "nps" or name in ids else [*ids, "nps"]
    return str(one_of("target", name, [*known, *outcomes]))
