"""Arguments checked against what there is; a wrong one is answered with the valid ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PLURALS = {"party": "parties", "polarity": "polarities"}


def one_of(what: str, value: str | None, valid: Sequence[str]) -> str | None:
    """Return ``value`` where it is valid or None.

    Raises
    ------
    ValueError
        Otherwise; the message names the valid ones, and the one that was probably meant.

    Examples
    --------
    >>> one_of("code", "delivry", ["price", "delivery"])
    Traceback (most recent call last):
    ValueError: no code 'delivry'; codes: price, delivery (did you mean 'delivery'?)
    """
    if value is None or value in valid:
        return value
    known = ", ".join(valid) or "none yet"
    raise ValueError(f"no {what} {value!r}; {PLURALS.get(what, what + 's')}: {known}{meant(value, valid)}")


def meant(value: object, valid: Sequence[str]) -> str:
    """Return a question after the one that ``value`` resembles, ``""`` where it resembles none.

    >>> meant("NPS", ["nps", "speed"]), meant("x", ["nps"]), meant(["nps"], ["nps"])
    (" (did you mean 'nps'?)", '', ' (give one, as text)')
    """
    if not isinstance(value, str):
        return " (give one, as text)"
    folded = {one.casefold(): one for one in valid}
    close = get_close_matches(value.casefold(), folded, n=1)
    return f" (did you mean {folded[close[0]]!r}?)" if close else ""


def two_waves(first: str, second: str, valid: Sequence[str]) -> None:
    """Refuse waves that are not there, and a comparison of a wave with itself."""
    for wave in (first, second):
        one_of("wave", wave, valid)
    if first == second:
        raise ValueError(f"both waves are {first!r}; name two different ones")


def words_to_find(words: str) -> str:
    """Return what to search for.

    Raises
    ------
    ValueError
        Where there is no letter and no digit in it.
    """
    if not any(sign.isalnum() for sign in words):
        raise ValueError(f"nothing to look for in {words!r}; give one word or several, in any of their forms")
    return words


def select_of(sql: str) -> str:
    """Return a query that says something."""
    if not sql.strip():
        raise ValueError("an empty query; give a SELECT")
    return sql


def only_call(found: Sequence[str], name: str, there: Sequence[str]) -> str:
    """Return the one recording that has a name.

    >>> only_call([], "ru3", ["ru01", "ru03"])
    Traceback (most recent call last):
    ValueError: no call 'ru3'; calls: ru01, ru03 (did you mean 'ru03'?)
    """
    if len(found) > 1:
        raise ValueError(f"{len(found)} calls are named {name!r}; give one of the recording ids: {', '.join(found)}")
    return found[0] if found else str(one_of("call", name, there))


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
