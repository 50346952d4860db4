"""Build the morning page: always, with whatever there is, and with what is wrong said at its top."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from audio.recording import Recording
from insights.language.tokens import Language
from insights.meeting.calls import call_data
from insights.meeting.days import days_before
from insights.meeting.draw import Draw
from insights.meeting.drawing import draw_for
from insights.meeting.frame import Frame
from insights.meeting.page import page_html
from insights.meeting.sections import (
    case_section,
    mismatch_section,
    problems_of_night,
    replaced_of,
    search_section,
    wave_section,
    yesterday_section,
)
from insights.meeting.sound import call_sound, open_call, silenced
from insights.meeting.wording import labels, problem_text
from insights.settings import Settings, SettingsError, StudyFolder, load_settings, make_private, write_private
from insights.store import Store, StoreError, last_night, open_store
from insights.store.meeting_queries import latest_day, recording_row

LOG = logging.getLogger("earful.meeting")

Data = dict[str, Any]  # Any: what JSON holds
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Morning:
    """A page that was written: where it lies, which calls it plays, and what it says is wrong.

    ``problems`` stand in the study's language, ``problems_en`` are the same in English, for the terminal.
    """

    path: Path
    calls: tuple[str, ...]
    problems: tuple[str, ...]
    problems_en: tuple[str, ...]


@dataclass(slots=True)
class Desk:
    """What is at hand while one page is built; problems pile up here."""

    folder: StudyFolder
    settings: Settings
    meeting: date
    now: datetime
    store: Store | None = None
    problems: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def say(self, name: str, **parts: object) -> None:
        """Put one problem at the top of the page, once."""
        if (name, parts) not in self.problems:
            self.problems.append((name, parts))

    def told(self, language: Language) -> tuple[str, ...]:
        """Return the problems as sentences."""
        return tuple(problem_text(name, parts, language) for name, parts in self.problems)

    def attempt(self, what: str, work: Callable[[Store], Result]) -> Result | None:
        """Return what ``work`` makes of the store, or None with the failure said at the top."""
        if self.store is None:
            return None
        try:
            return work(self.store)
        except Exception as error:  # noqa: BLE001 - the page is built whatever part of it breaks, and says so
            LOG.warning("morning page without %s: %s", what, type(error).__name__)
            self.say("part_failed", part=what, error=type(error).__name__)
            return None


def build_morning(
    root: Path, *, meeting: date | None = None, k: int | None = None, now: datetime | None = None
) -> Morning:
    """Write the page of a meeting's day into ``pages/`` and return where it lies.

    Whatever is missing or broken (no night, no store, too few calls, a recording that can't be read) is said at
    the top of the page in plain words; the page itself is always written.

    Parameters
    ----------
    root:
        The study's folder.
    meeting:
        The meeting's day; today when None. Its calls are those since the previous working day.
    k:
        Calls to draw; ``[meeting] calls`` of earful.toml when None.

    Raises
    ------
    OSError
        When the page can't be written.
    """
    now = now or datetime.now(UTC)
    meeting = meeting or now.astimezone().date()
    desk = open_desk(StudyFolder(root), meeting, now)
    try:
        data = page_data(desk, desk.settings.meeting.calls if k is None else k)
    finally:
        if desk.store is not None:
            desk.store.close()
    make_private(desk.folder.pages)
    path = desk.folder.pages / f"{meeting.isoformat()}.html"
    write_private(path, page_html(data, language=desk.settings.study.language))
    drawn = tuple(call["id"] for call in data["calls"])
    return Morning(path, drawn, desk.told(desk.settings.study.language), desk.told("en"))


def open_desk(folder: StudyFolder, meeting: date, now: datetime) -> Desk:
    """Return what the page is built from; settings and store that can't be used are said and done without."""
    try:
        desk = Desk(folder, load_settings(folder.root), meeting, now)
    except SettingsError as error:
        desk = Desk(folder, Settings(), meeting, now)
        desk.say("settings_broken", error=error)
    if not folder.store.is_file():
        desk.say("no_store")
        return desk
    try:
        desk.store = open_store(folder.store)
    except StoreError:
        try:
            desk.store = open_store(folder.store, readonly=True)
        except StoreError as error:
            desk.say("store_broken", error=error)
    return desk


def page_data(desk: Desk, k: int) -> Data:
    """Return everything on the page as JSON holds it."""
    language = desk.settings.study.language
    for name, parts in desk.attempt("night", lambda store: problems_of_night(last_night(store), desk.now)) or []:
        desk.say(name, **parts)
    drawn = desk.attempt("draw", lambda store: draw_playable(store, desk, k))
    calls = [data for data in (one_call(desk, *each) for each in (drawn[2] if drawn else [])) if data]
    if len(calls) < k:
        desk.say("few_calls", n=len(calls), k=k, first=days_before(desk.meeting)[0])
        if not calls and (latest := desk.attempt("draw", latest_day)):
            desk.say("latest_day", day=date.fromisoformat(latest), next=day_after(latest).isoformat())
    return {
        "date": desk.meeting.isoformat(),
        "title": desk.settings.study.title,
        "language": language,
        "labels": labels(language),
        "calls": calls,
        "draw": draw_data(drawn[0], drawn[1], k) if drawn else None,
        "cases": desk.attempt("cases", lambda store: case_section(store, desk.now)),
        "mismatches": desk.attempt("mismatches", lambda store: mismatch_section(store, desk.folder, desk.settings)),
        "wave": desk.attempt("wave", lambda store: wave_section(store, desk.meeting, language)),
        "yesterday": desk.attempt("yesterday", lambda store: yesterday_section(store, desk.meeting, language)),
        "searches": desk.attempt("searches", lambda store: search_section(store, desk.meeting)),
        "problems": desk.told(language),
    }


def draw_playable(store: Store, desk: Desk, k: int) -> tuple[Draw, Frame, list[tuple[str, Recording]]]:
    """Draw until every drawn call can be played: one that can't gives way to the reserve, with the reason kept."""
    unplayable: dict[str, str] = {}
    opened: dict[str, Recording] = {}
    while True:
        draw, frame = draw_for(store, desk.meeting, desk.settings.meeting, k=k, unplayable=unplayable, keep=False)
        new = [item.recording_id for item in draw.chosen if item.recording_id not in opened]
        for recording_id in new:
            row = recording_row(store, recording_id)
            found = open_call(desk.folder, row["path"], desk.settings) if row else "the recording is missing"
            if isinstance(found, str):
                unplayable[recording_id] = found
            else:
                opened[recording_id] = found
        if not any(recording_id in unplayable for recording_id in new):
            break
    keep_draw(store, desk, k, unplayable)
    return draw, frame, [(item.recording_id, opened[item.recording_id]) for item in draw.chosen]


def keep_draw(store: Store, desk: Desk, k: int, unplayable: dict[str, str]) -> None:
    """Store the draw as it will be played; a store that can't be written is said on the page."""
    try:
        draw_for(store, desk.meeting, desk.settings.meeting, k=k, unplayable=unplayable)
    except StoreError as error:
        desk.say("draw_not_kept", error=error)


def one_call(desk: Desk, recording_id: str, recording: Recording) -> Data | None:
    """Return one call's data, or None where it can't be shown."""

    def work(store: Store) -> Data:
        row = recording_row(store, recording_id)
        if row is None:
            raise LookupError(recording_id)
        redact = desk.settings.privacy.redact
        sound = call_sound(recording, desk.settings, bleep=silenced(store, recording_id, redact=redact))
        return call_data(store, row, sound, redact=redact, language=desk.settings.study.language)

    return desk.attempt("call", work)


def next_meeting(root: Path) -> date | None:
    """Return the day after the last call of a study, whose page plays that call's day; None without calls."""
    store = open_store(StudyFolder(root).store, readonly=True)
    try:
        latest = latest_day(store)
    finally:
        store.close()
    return day_after(latest) if latest else None


def day_after(day: str) -> date:
    """Return the day after one that is written ``YYYY-MM-DD``.

    >>> day_after("2026-11-30").isoformat()
    '2026-12-01'
    """
    return date.fromisoformat(day) + timedelta(days=1)


def draw_data(draw: Draw, frame: Frame, k: int) -> Data:
    """Return what the page says about the draw."""
    return {
        "id": draw.draw_id,
        "k": k,
        "n": len(draw.frame),
        "frame": draw.frame_sha256,
        "key": draw.key_sha256,
        "chosen": [
            {"id": item.recording_id, "stratum": item.stratum, "probability": round(item.probability, 4)}
            for item in draw.chosen
        ],
        "replaced": replaced_of(draw.items),
        "excluded": [{"id": recording_id, "rule": rule} for recording_id, rule in frame.excluded],
    }
