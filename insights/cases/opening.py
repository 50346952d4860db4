"""Opening cases: from recorded low scores in seconds, from what only the voice shows overnight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from insights.settings.options import CaseOptions
from insights.store import Store
from insights.store.case_queries import add_cases, low_scores, unhappy_without_case, voice_finds

VOICE_TRIGGERS = ("hidden_detractor", "mismatch", "mistaken_company")


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened: interviews by trigger, and recorded low scores left without a case (0 is the proof)."""

    interviews: dict[str, tuple[str, ...]]
    without_case: int

    @property
    def count(self) -> int:
        """Return how many cases were opened."""
        return sum(len(ids) for ids in self.interviews.values())


def open_recorded_cases(store: Store, options: CaseOptions, *, now: datetime | None = None) -> Opened:
    """Open a case for every recorded NPS up to ``options.low_score`` that has none; no audio is touched.

    Parameters
    ----------
    store:
        Open for writing.
    options:
        ``[cases]`` of earful.toml: the low score, minutes until first contact is due, the owner.
    now:
        Time of opening; by default the clock's.
    """
    found = [row["interview_id"] for row in low_scores(store, low_score=options.low_score)]
    _open(store, "low_score", found, options, now)
    return Opened({"low_score": tuple(found)}, unhappy_without_case(store, low_score=options.low_score))


def open_voice_cases(store: Store, options: CaseOptions, *, now: datetime | None = None) -> Opened:
    """Open the cases that only the voice shows: promoters who complain, lower spoken scores, mistaken company."""
    opened: dict[str, tuple[str, ...]] = {}
    for trigger in VOICE_TRIGGERS:
        found = voice_finds(store, trigger, low_score=options.low_score)
        _open(store, trigger, found, options, now)
        opened[trigger] = tuple(found)
    return Opened(opened, unhappy_without_case(store, low_score=options.low_score))


def _open(store: Store, trigger: str, interviews: Sequence[str], options: CaseOptions, now: datetime | None) -> None:
    """Store a case for each interview, due some minutes from now."""
    at = now or datetime.now(UTC)
    due = at + timedelta(minutes=options.due_minutes)
    add_cases(
        store,
        [
            {
                "interview_id": interview_id,
                "trigger": trigger,
                "opened_at": stamp(at),
                "due_at": stamp(due),
                "owner": options.owner or None,
            }
            for interview_id in interviews
        ],
    )


def stamp(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second.

    Examples
    --------
    >>> stamp(datetime(2026, 11, 20, 10, 0, tzinfo=UTC))
    '2026-11-20T10:00:00+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds")
