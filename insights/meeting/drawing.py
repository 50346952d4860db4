"""Draws in the store: keys committed when a wave starts, draws kept with their frame, draws verified."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from insights.meeting.days import days_before
from insights.meeting.draw import VERSION, Candidate, Draw, Drawn, draw_calls, frame_lines, sha256_text
from insights.meeting.frame import Frame, frame_of, rules_json
from insights.settings.options import MeetingOptions
from insights.store import Row, Store
from insights.store import meeting_queries as rows_of

STRATA = ("", "segment", "nps")


class MeetingError(ValueError):
    """A draw that cannot be made or verified; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What recomputing a stored draw found.

    Attributes
    ----------
    faults:
        What doesn't fit; empty where the draw holds.
    remarks:
        What is different today without touching the draw, such as calls that came in later.
    """

    draw_id: str
    chosen: tuple[str, ...]
    frame_n: int
    frame_sha256: str
    key_sha256: str
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def commit_keys(store: Store, *, waves: Iterable[str] | None = None) -> None:
    """Give every wave its secret key, once, and publish the key's hash in ``draw_key``.

    Call it when a wave is first seen: a key that is older than the calls cannot have been chosen to fit them.
    """
    for wave_id in waves if waves is not None else rows_of.all_waves(store):
        if rows_of.draw_key(store, wave_id) is None:
            key = secrets.token_bytes(32)
            row = {
                "wave_id": wave_id,
                "key_hex": key.hex(),
                "key_sha256": hashlib.sha256(key).hexdigest(),
                "committed_at": timestamp(),
            }
            rows_of.add_draw_key(store, row)


def frame_for(store: Store, meeting: date, options: MeetingOptions) -> Frame:
    """Return the frame of a meeting's day.

    Raises
    ------
    MeetingError
        For unknown strata.
    """
    if options.strata not in STRATA:
        raise MeetingError(f"[meeting] strata = {options.strata!r} in earful.toml; choose '', 'segment' or 'nps'")
    first, last = days_before(meeting)
    return frame_of(rows_of.calls_between(store, first.isoformat(), last.isoformat()), options)


def wave_and_key(store: Store, meeting: date) -> Row:
    """Return the committed key of the wave that a meeting's calls belong to, made where there is none yet."""
    wave_id = rows_of.wave_before(store, meeting.isoformat()) or ""
    commit_keys(store, waves=[wave_id])
    found = rows_of.draw_key(store, wave_id)
    if found is None:
        raise MeetingError(f"the key of wave {wave_id!r} could not be kept; see that the study folder is writable")
    return found


def draw_for(
    store: Store,
    meeting: date,
    options: MeetingOptions,
    *,
    k: int,
    unplayable: Mapping[str, str] | None = None,
    keep: bool = True,
) -> tuple[Draw, Frame]:
    """Draw a meeting's calls and keep the draw in the store.

    Parameters
    ----------
    unplayable:
        Recording id -> why it cannot be played.
    keep:
        False only looks: nothing is stored.
    """
    frame = frame_for(store, meeting, options)
    key = wave_and_key(store, meeting)
    found = draw_calls(meeting.isoformat(), frame.eligible, key_hex=key["key_hex"], k=k, unplayable=unplayable)
    if keep:
        row, items = draw_rows(found, frame, options, k=k, wave_id=key["wave_id"])
        rows_of.save_draw(store, row, items)
    return found, frame


def draw_rows(
    draw: Draw, frame: Frame, options: MeetingOptions, *, k: int, wave_id: str
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return a draw as rows of ``draw`` and ``draw_item``."""
    row: dict[str, object] = {
        "draw_id": draw.draw_id,
        "meeting_on": draw.date,
        "wave_id": wave_id,
        "version": draw.version,
        "key_sha256": draw.key_sha256,
        "frame_sha256": draw.frame_sha256,
        "frame_json": json.dumps([[call.recording_id, call.stratum] for call in draw.frame], ensure_ascii=False),
        "frame_n": len(draw.frame),
        "k": k,
        "rules_json": json.dumps(rules_json(options), ensure_ascii=False),
        "excluded_json": json.dumps(frame.excluded, ensure_ascii=False),
        "made_at": timestamp(),
    }
    items: list[dict[str, object]] = [
        {
            "draw_id": draw.draw_id,
            "recording_id": item.recording_id,
            "position": position,
            "stratum": item.stratum,
            "inclusion_probability": item.probability,
            "rank_hmac": item.rank,
            "status": item.status,
            "replaced_why": item.why,
        }
        for position, item in enumerate(draw.items)
    ]
    return row, items


def verify_draw(store: Store, meeting: date, options: MeetingOptions) -> list[Verified]:
    """Recompute every draw stored for a meeting's day from its key and frame.

    Raises
    ------
    MeetingError
        When no draw is stored for that day.
    """
    stored = rows_of.draws_on(store, meeting.isoformat())
    if not stored:
        raise MeetingError(f"no draw is stored for {meeting}; `earful morning --date {meeting}` makes one")
    now = {call.recording_id for call in frame_for(store, meeting, options).eligible}
    return [verified(store, row, now) for row in stored]


def verified(store: Store, row: Row, now: set[str]) -> Verified:
    """Return what recomputing one stored draw found."""
    frame = tuple(Candidate(name, stratum) for name, stratum in json.loads(row["frame_json"]))
    items = rows_of.draw_items(store, row["draw_id"])
    key = rows_of.key_by_hash(store, row["key_sha256"])
    chosen = tuple(item["recording_id"] for item in items if item["status"] == "drawn")
    return Verified(
        draw_id=row["draw_id"],
        chosen=chosen,
        frame_n=len(frame),
        frame_sha256=row["frame_sha256"],
        key_sha256=row["key_sha256"],
        faults=tuple(faults_of(row, frame, items, key)),
        remarks=tuple(remarks_of(frame, now)),
    )


def faults_of(row: Row, frame: Sequence[Candidate], items: Sequence[Row], key: Row | None) -> list[str]:
    """Return what doesn't fit in a stored draw."""
    faults = []
    if row["version"] != VERSION:
        return [f"the draw is of version {row['version']}; this earful recomputes {VERSION}"]
    if sha256_text(frame_lines(frame)) != row["frame_sha256"]:
        faults.append("the stored list of eligible calls does not give the stored hash")
    if key is None or hashlib.sha256(bytes.fromhex(key["key_hex"])).hexdigest() != row["key_sha256"]:
        return [*faults, "the wave's key is missing or does not give the hash that was published"]
    if key["committed_at"] > row["made_at"]:
        faults.append("the key was committed after the draw was made")
    unplayable = {item["recording_id"]: item["replaced_why"] for item in items if item["status"] == "replaced"}
    again = draw_calls(row["meeting_on"], frame, key_hex=key["key_hex"], k=row["k"], unplayable=unplayable)
    if [item_tuple(item) for item in again.items] != [stored_tuple(item) for item in items]:
        faults.append("recomputed, other calls are drawn than those stored")
    return faults


def item_tuple(item: Drawn) -> tuple[object, ...]:
    """Return what is compared of a recomputed call."""
    return item.recording_id, item.stratum, item.rank, round(item.probability, 9), item.status


def stored_tuple(item: Row) -> tuple[object, ...]:
    """Return what is compared of a stored call."""
    probability = round(item["inclusion_probability"], 9)
    return item["recording_id"], item["stratum"], item["rank_hmac"], probability, item["status"]


def remarks_of(frame: Sequence[Candidate], now: set[str]) -> list[str]:
    """Return how today's eligible calls differ from those drawn from."""
    then = {call.recording_id for call in frame}
    remarks = []
    if gone := sorted(then - now):
        remarks.append(f"{len(gone)} calls of the frame are no longer eligible: {', '.join(gone[:5])}")
    if late := sorted(now - then):
        remarks.append(f"{len(late)} calls became eligible after the draw: {', '.join(late[:5])}")
    return remarks


def timestamp() -> str:
    """Return this moment in UTC as the store writes it, to the microsecond: keys must be seen to precede draws."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
