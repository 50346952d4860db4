"""Export: what every exporter gets: the open store, the study's folder and settings, where to write, what to mask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from insights.export.texts import ShownTurn, Texts, language_from
from insights.settings import Settings, StudyFolder
from insights.store import Row, Store
from insights.store.export_queries import call_turns


@dataclass(frozen=True, slots=True)
class Export:
    """One export.

    Attributes
    ----------
    target:
        The folder that gets the files; made where it is missing, readable by its owner alone.
    redact:
        Whether personal data is masked and bleeped.
    """

    store: Store
    folder: StudyFolder
    settings: Settings
    target: Path
    redact: bool = True

    @property
    def texts(self) -> Texts:
        """The store's texts as they may leave."""
        return Texts(self.store, self.redact)

    def turns(self, call: Row) -> dict[int, ShownTurn]:
        """Return the turns of one of ``export_calls`` as they may leave, by index in order of time."""
        texts, language = self.texts, language_from(call["language"], "")
        rows = call_turns(self.store, call["recording_id"])
        return {row["idx"]: texts.turn(call["recording_id"], row, language) for row in rows}
