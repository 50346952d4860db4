"""Export: what every exporter gets: the open store, the study's folder and settings, where to write, what to mask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from insights.export.texts import Texts
from insights.settings import Settings, StudyFolder
from insights.store import Store


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
