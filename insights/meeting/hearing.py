"""Notes made at a meeting: read strictly, kept once, each a search over all calls where it asks for one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from insights.meeting.drawing import timestamp
from insights.store import Store
from insights.store.meeting_queries import add_hearings, recording_row

FORMAT = "earful-notes/1"
MOST_NOTES = 2000
MOST_LETTERS = 2000
MOST_BYTES = 4_000_000


class HearingError(ValueError):
    """A file of notes that cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many notes were new, were kept before, and what was refused and why."""

    new: int
    known: int
    refused: tuple[str, ...]


def import_notes(store: Store, content: str | bytes, *, source: str) -> Imported:
    """Keep the notes of a file that the page exported; notes that were kept before stay as they are.

    Parameters
    ----------
    content:
        The file's JSON.
    source:
        Where it came from, kept beside each note.

    Raises
    ------
    HearingError
        When it is no file of notes.
    """
    document = notes_document(content)
    draw_id = document.get("draw_id")
    rows, refused = [], []
    for number, note in enumerate(document["notes"], start=1):
        fault = fault_of(store, note)
        if fault:
            refused.append(f"note {number}: {fault}")
        else:
            rows.append(note_row(note, draw_id=draw_id if isinstance(draw_id, str) else None, source=source))
    new = add_hearings(store, rows)
    return Imported(new, len(rows) - new, tuple(refused))


def notes_document(content: str | bytes) -> Mapping[str, Any]:
    """Return the parsed file or raise HearingError."""
    if len(content) > MOST_BYTES:
        raise HearingError(f"{len(content)} bytes are more than notes ever need; give the file the page exported")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HearingError(f"no JSON ({error}); give the file that the page exported") from error
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT
        or not isinstance(document.get("notes"), list)
    ):
        raise HearingError(f"no file of notes in the format {FORMAT}; give the file that the page exported")
    if len(document["notes"]) > MOST_NOTES:
        raise HearingError(f"{len(document['notes'])} notes in one file; {MOST_NOTES} are the most")
    return document


def fault_of(store: Store, note: object) -> str | None:
    """Return why a note is refused, or None."""
    if not isinstance(note, dict):
        return "is no object"
    for name in ("key", "recording_id", "note", "heard_by", "heard_at"):
        if not isinstance(note.get(name), str) or not note[name].strip() or len(note[name]) > MOST_LETTERS:
            return f"{name} is missing, empty or longer than {MOST_LETTERS} letters"
    if not isinstance(note.get("search", ""), str) or len(note.get("search", "")) > MOST_LETTERS:
        return "search is no text of a sensible length"
    at_s = note.get("at_s")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not math.isfinite(at_s) or at_s < 0:
        return f"at_s is {at_s!r}; expected seconds from the call's start"
    recording = recording_row(store, note["recording_id"])
    if recording is None:
        return f"recording {note['recording_id']!r} is not in this study"
    if recording["duration_s"] is not None and at_s > recording["duration_s"] + 1:
        return f"second {at_s:g} lies behind the call's end at {recording['duration_s']:g}"
    return None


def note_row(note: Mapping[str, Any], *, draw_id: str | None, source: str) -> dict[str, object]:
    """Return a checked note as a row of ``hearing``."""
    return {
        "draw_id": draw_id,
        "recording_id": note["recording_id"],
        "heard_by": note["heard_by"].strip(),
        "heard_at": note["heard_at"] or timestamp(),
        "at_s": float(note["at_s"]),
        "note": note["note"].strip(),
        "search": note.get("search", "").strip() or None,
        "source": source,
        "note_key": note["key"],
    }
