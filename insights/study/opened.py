"""A study open for reading: what tables and pictures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insights.store import Store
from insights.store import study_queries as ask
from insights.store.metric_queries import wave_ids
from insights.study.choices import one_of
from insights.study.sound import Listening
from insights.study.table import Table, table_of
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from insights.store import Row


@dataclass(frozen=True, slots=True)
class Opened:
    """A store to ask, what plays its rows, and the language of plots, players and sentences."""

    store: Store
    listening: Listening
    language: Language

    @property
    def waves(self) -> list[str]:
        """Waves that hold interviews, in order of their names."""
        return wave_ids(self.store)

    def only(self, wave: str | None) -> Sequence[str] | None:
        """Return the one wave asked for as a choice of waves, None for all; ValueError where there is none such."""
        return None if wave is None else [str(one_of("wave", wave, self.waves))]

    def questions(self) -> Table:
        """Return the survey in use: id, kind, scale, wordings."""
        return self.select(ask.questions_selection())

    def select(self, selection: ask.Selection) -> Table:
        """Return the rows of a selection."""
        columns = ask.columns_of(self.store, selection)
        return self.table(ask.read(self.store, selection), sql=selection.text, columns=columns)

    def table(self, rows: list[Row], *, sql: str, columns: Sequence[str] = (), note: str = "") -> Table:
        """Return rows that know their SQL and play."""
        return table_of(rows, sql=sql, listening=self.listening, language=self.language, columns=columns, note=note)
