"""Table: a pandas DataFrame that keeps its SQL and plays."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from insights.study.player import BESIDE, MOST_ROWS, Player, heard_rows

if TYPE_CHECKING:
    from insights.study.sound import Listening
    from transcribe.dialogue import Language


class Table(pd.DataFrame):
    """Rows of a study: a DataFrame in every way, with the SQL behind it and ``play``.

    NULL of the store is NaN or None here: not asked, not heard, not measurable; never zero.

    Attributes
    ----------
    sql:
        The SELECT that gives the rows (for figures: the rows counted), values written in.
    note:
        What is left out, or why there are no rows; shown below the table, not handed on to parts of it.

    Examples
    --------
    >>> Table({"a": [1, 2]}).iloc[:1].shape
    (1, 1)
    """

    # pandas hands these on to slices, sorted and filtered copies
    _metadata = ["sql", "listening", "language"]  # noqa: RUF012 - the name and type are pandas' own
    note: str
    sql: str
    listening: Listening | None
    language: Language

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever DataFrame takes
        super().__init__(*args, **kwargs)
        object.__setattr__(self, "note", "")
        object.__setattr__(self, "sql", "")
        object.__setattr__(self, "listening", None)
        object.__setattr__(self, "language", "en")

    @property
    def _constructor(self) -> Callable[..., Table]:
        return Table

    def __repr__(self) -> str:
        """Return the rows as text, the note below."""
        return f"{super().__repr__()}\n{self.note}" if self.note else str(super().__repr__())

    def _repr_html_(self) -> str | None:
        """Return the rows for a notebook, the note below."""
        shown: str | None = super()._repr_html_()  # type: ignore[misc]  # pandas-stubs leave it out
        return f"{shown}<p>{html.escape(self.note)}</p>" if shown and self.note else shown

    def play(self, n: int = 5, *, pad_s: float = 1.0) -> Player:
        """Return players for the first rows: sound, words that seek when clicked, score and code beside them.

        Parameters
        ----------
        n:
            Rows, at most 20; others by ``table.iloc[20:].play()`` or a filter.
        pad_s:
            Seconds before and after; personal data is bleeped, hidden stretches are silent tones.

        Raises
        ------
        ValueError
            Where the rows have no seconds of a recording: figures, for instance; where n is no row.

        Examples
        --------
        >>> Table({"a": [1]}).play()
        Traceback (most recent call last):
        ValueError: these rows name no seconds of a recording (recording_id, start_s, end_s); play rows of \
why(), hesitant(), mismatches(), search() or answers()
        """
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"play(n): how many rows, 1 to {MOST_ROWS}, not {n!r}")
        wanted = ("recording_id", "start_s", "end_s")
        if self.listening is None or not set(wanted) <= set(self.columns):
            raise ValueError(
                f"these rows name no seconds of a recording ({', '.join(wanted)}); "
                "play rows of why(), hesitant(), mismatches(), search() or answers()"
            )
        records = cast("list[Mapping[str, object]]", self.head(min(n, MOST_ROWS)).to_dict("records"))
        columns = [name for name in BESIDE if name in self.columns]
        heard = heard_rows(self.listening, records, pad_s=pad_s)
        return Player(heard, total=len(self), columns=columns, language=self.language)


def table_of(
    rows: list[dict[str, Any]],
    *,
    sql: str = "",
    listening: Listening | None = None,
    language: Language = "en",
    columns: Sequence[str] = (),
    note: str = "",
) -> Table:
    """Return rows as a table that knows its SQL and its study; ``columns`` name those of an empty one."""
    table = Table(rows, columns=None if rows else list(columns))
    table.sql = sql
    table.listening = listening
    table.language = language
    table.note = note
    return table
