"""Observed: what the night stored of one call, in the dataclasses it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.reasons.reason import Reason
from insights.store import (
    Store,
    load_answers,
    load_asked,
    load_deliveries,
    load_dialogue,
    load_pauses,
    load_reasons,
)
from insights.store.quality_queries import recorded_numbers
from transcribe.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Observed:
    """One processed call.

    ``recorded``: by question, the number of the questionnaire and the stored agreement with the spoken one.
    """

    dialogue: Dialogue
    asked: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    deliveries: tuple[Delivery, ...]
    pauses: tuple[PauseRow, ...]
    reasons: tuple[Reason, ...]
    recorded: Mapping[str, tuple[float | None, str]]


def load_observed(store: Store, recording_id: str) -> Observed:
    """Return what the store holds of one recording."""
    return Observed(
        load_dialogue(store, recording_id, as_heard=True),
        load_asked(store, recording_id),
        load_answers(store, recording_id),
        load_deliveries(store, recording_id),
        load_pauses(store, recording_id),
        load_reasons(store, recording_id),
        recorded_numbers(store, recording_id),
    )
