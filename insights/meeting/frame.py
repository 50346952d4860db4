"""Who stands in the frame of a draw: eligible calls, and the others with the rule that left them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from insights.meeting.draw import Candidate
from insights.settings.options import MeetingOptions
from insights.store import Row

PROMOTER, PASSIVE = 9, 7


@dataclass(frozen=True, slots=True)
class Frame:
    """The calls of a meeting's days: eligible ones, and (recording id, rule) of the others."""

    eligible: tuple[Candidate, ...]
    excluded: tuple[tuple[str, str], ...]


def consent_refused(row: Row, options: MeetingOptions) -> bool:
    """Leave out calls whose respondent refused."""
    return bool(row["consent"] == "refused")


def not_processed(row: Row, options: MeetingOptions) -> bool:
    """Leave out calls that the night has not finished: nothing is known of them yet."""
    return bool(row["status"] != "done")


def too_short(row: Row, options: MeetingOptions) -> bool:
    """Leave out calls shorter than ``min_seconds`` in earful.toml."""
    return bool(row["duration_s"] < options.min_seconds)


def played_before(row: Row, options: MeetingOptions) -> bool:
    """Leave out calls drawn on an earlier morning, where earful.toml says so."""
    return bool(options.exclude_played and row["played"])


Rule = Callable[[Row, MeetingOptions], bool]
RULES: tuple[Rule, ...] = (consent_refused, not_processed, too_short, played_before)


def frame_of(rows: Sequence[Row], options: MeetingOptions) -> Frame:
    """Return the frame: every call goes through the rules in order, and the first that holds leaves it out."""
    eligible, excluded = [], []
    for row in rows:
        rule = next((rule.__name__ for rule in RULES if rule(row, options)), None)
        if rule:
            excluded.append((row["recording_id"], rule))
        else:
            eligible.append(Candidate(row["recording_id"], stratum_of(row, options.strata)))
    return Frame(tuple(sorted(eligible)), tuple(sorted(excluded)))


def stratum_of(row: Row, strata: str) -> str:
    """Return the stratum of a call: '' without strata, else its segment or the group of its recorded NPS.

    >>> stratum_of({"score": 3.0, "segment": None}, "nps")
    'detractor'
    """
    if strata == "segment":
        return row["segment"] or "none"
    if strata != "nps":
        return ""
    if row["score"] is None:
        return "none"
    return "promoter" if row["score"] >= PROMOTER else "passive" if row["score"] >= PASSIVE else "detractor"


def rules_json(options: MeetingOptions) -> dict[str, object]:
    """Return what the frame was made by, as the store keeps it."""
    return {
        "rules": [rule.__name__ for rule in RULES],
        "min_seconds": options.min_seconds,
        "exclude_played": options.exclude_played,
        "strata": options.strata,
    }
