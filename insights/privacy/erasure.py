"""Erasure: a person taken out of the store and of every file, and a search of every byte that proves it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from insights.privacy.artefacts import Cleared, clear_artefacts
from insights.privacy.near_ids import near_ids
from insights.privacy.needles import MIN_RARE_LETTERS, WINDOW_WORDS, Hit, needles_of, phrases_in, rare_words, scan
from insights.privacy.response_files import RowsOf, rewritten
from insights.privacy.searching import ByteSearch
from insights.settings import StudyFolder, load_settings
from insights.store import Store, open_store, run_lock
from insights.store.erasure_queries import (
    Holdings,
    SubjectKind,
    erase_rows,
    forget_person_rows,
    holdings,
    interviews_of,
    knows_person,
    named_in,
    older_than,
    scrub,
    texts_of,
    texts_of_others,
)
from insights.store.frame import keep_rewritten
from insights.store.privacy_queries import person_ids

log = logging.getLogger("earful.privacy")

A_KIND = {"respondent": "a respondent", "client": "a client", "interview": "an interview"}


class UnknownPersonError(LookupError):
    """Nobody of this id is in the store or in responses/."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom to erase."""

    kind: SubjectKind
    ident: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did.

    Attributes
    ----------
    rows:
        Rows of the store changed or deleted.
    response_rows:
        Lines taken out of each file of responses/.
    recordings:
        Files of sound deleted; empty where they were kept.
    left:
        Where a phrase or an id of the person still stands; empty is the proof.
    searched:
        How many phrases and ids were searched for in every byte.
    """

    interviews: tuple[str, ...]
    rows: int
    recordings: tuple[str, ...]
    response_rows: dict[str, int] = field(default_factory=dict)
    cleared: Cleared = field(default_factory=Cleared)
    left: tuple[Hit, ...] = ()
    searched: int = 0


@dataclass(frozen=True, slots=True)
class Aged:
    """What ``retain`` would erase."""

    before: str
    interviews: tuple[str, ...]
    recordings: tuple[str, ...]


def forget(study_dir: Path, subject: Subject, *, keep_recordings: bool = False, why: str = "on request") -> Erased:
    """Erase a respondent, a client or an interview from the whole study, then search every byte for what was said.

    Safe to run again after a crash: what is gone already is not missed.

    Parameters
    ----------
    keep_recordings:
        Leave the files in ``calls/``; they are not listened to again.

    Raises
    ------
    UnknownPersonError
        Where neither the store nor responses/ knows the id.
    StudyLockedError, StoreError
        When another process works on the study, or reads the store.
    """
    folder = StudyFolder(study_dir)
    with run_lock(study_dir, why="erasing a person"):
        store = open_store(folder.store)
        try:
            held = holdings(store, interviews_of(store, subject.kind, subject.ident))
            if subject.kind == "client":
                held = replace(held, clients=tuple({*held.clients, subject.ident}))
            known = knows_person(store, subject.kind, subject.ident)
            taken = _rewrite_responses(store, folder, held, subject)
            if not (known or taken):
                raise UnknownPersonError(unknown_person(subject, person_ids(store)))
            return _erase(store, folder, held, _Order(subject, keep_recordings, why, taken))
        finally:
            store.close()


def unknown_person(subject: Subject, known: Mapping[str, Sequence[str]]) -> str:
    """Return that nobody has this id, and which one may be meant.

    >>> unknown_person(Subject("client", "R-1"), {"client": ["C-1"], "respondent": ["R-1"]})
    "client 'R-1' is in neither the store nor responses/; a respondent has this id: --respondent R-1"
    """
    others = [kind for kind, ids in known.items() if subject.ident in ids]
    meant = [f"{A_KIND[kind]} has this id: --{kind} {subject.ident}" for kind in others]
    near = near_ids(subject.ident, known[subject.kind])
    meant += [f"did you mean {' or '.join(near)}?"] if near else []
    cure = "; ".join(meant) or "check the id's spelling"
    return f"{subject.kind} {subject.ident!r} is in neither the store nor responses/; {cure}"


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for, and what is done of it."""

    subject: Subject | None
    keep_recordings: bool
    why: str
    response_rows: dict[str, int]


def aged(study_dir: Path, *, days: int, today: datetime | None = None) -> Aged:
    """Return what is older than so many days: the dry run of ``retain``."""
    limit = ((today or datetime.now(UTC)) - timedelta(days=days)).date().isoformat()
    store = open_store(StudyFolder(study_dir).store, readonly=True)
    try:
        interviews, recordings = older_than(store, limit)
        held = holdings(store, interviews, recordings)
    finally:
        store.close()
    return Aged(limit, interviews, held.recordings)


def retain(study_dir: Path, *, days: int, today: datetime | None = None, keep_recordings: bool = False) -> Erased:
    """Erase every interview and unmatched recording older than so many days (see ``aged`` for the dry run)."""
    limit = ((today or datetime.now(UTC)) - timedelta(days=days)).date().isoformat()
    folder = StudyFolder(study_dir)
    with run_lock(study_dir, why="erasing by age"):
        store = open_store(folder.store)
        try:
            held = holdings(store, *older_than(store, limit))
            taken = _rewrite_responses(store, folder, held, None)
            return _erase(store, folder, held, _Order(None, keep_recordings, f"older than {days} days", taken))
        finally:
            store.close()


def _erase(store: Store, folder: StudyFolder, held: Holdings, order: _Order) -> Erased:
    """Erase files before the rows that tell what to look for, so that a run after a crash finishes the work."""
    if order.subject is None and not (held.interviews or held.recordings):
        return Erased((), 0, ())
    ids = _ids(held, order.subject, keep_recordings=order.keep_recordings)
    phrases = _own_phrases(store, folder, held)
    cleared = clear_artefacts(folder, needles_of(phrases, (*ids, *held.recordings)))
    sounds = () if order.keep_recordings else tuple(_delete_sounds(folder, held))
    rows = erase_rows(store, held, why=order.why, keep_files=order.keep_recordings)
    if order.subject is not None:
        forget_person_rows(store, order.subject.kind, order.subject.ident)
    scrub(store)
    needles = needles_of(phrases, ids)
    left = tuple(scan(folder.root, needles))
    log.info("%d interviews erased, %d rows, %d places left", len(held.interviews), rows, len(left))
    return Erased(held.interviews, rows, sounds, order.response_rows, cleared, left, len(needles))


def _own_phrases(store: Store, folder: StudyFolder, held: Holdings) -> tuple[str, ...]:
    """Return the phrases that only this person's rows hold: not those of others, the survey or the codebook."""
    wording = "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.root.glob("*.toml"))
    texts = texts_of(store, held)
    names = [name for name in named_in(store, held) if len(name) >= MIN_RARE_LETTERS]
    phrases = [
        phrase
        for phrase in dict.fromkeys((*phrases_in(texts), *rare_words(texts), *names))
        if not (len(phrase.split()) <= WINDOW_WORDS and phrase in wording)
    ]
    search, common = ByteSearch([phrase.encode() for phrase in phrases]), set[int]()
    for block in texts_of_others(store, held):
        common |= {number for _, _, number in search.places(block.encode())}
    return tuple(phrase for number, phrase in enumerate(phrases) if number not in common)


def _ids(held: Holdings, subject: Subject | None, *, keep_recordings: bool) -> tuple[str, ...]:
    """Return the ids to search for; a kept recording's name stays where the file is."""
    names = {*held.interviews, *held.respondents, *held.clients}
    if subject is not None:
        names.add(subject.ident)
    if not keep_recordings:
        names |= {Path(path).stem for path in held.paths} | {*held.paths}
    return tuple(sorted(names))


def _rewrite_responses(store: Store, folder: StudyFolder, held: Holdings, subject: Subject | None) -> dict[str, int]:
    """Take the rows out of every CSV file; return lines taken by file."""
    people = {subject.ident} if subject is not None else set()
    rows = RowsOf(
        frozenset(held.interviews) | (people if subject and subject.kind == "interview" else frozenset()),
        frozenset(held.respondents) | (people if subject and subject.kind == "respondent" else frozenset()),
        frozenset(held.clients) | (people if subject and subject.kind == "client" else frozenset()),
    )
    columns = load_settings(folder.root).columns
    for part in folder.responses.glob(".*.part"):
        part.unlink()  # left by a crash in the middle of a rewrite
    taken: dict[str, int] = {}
    for path in sorted(folder.responses.glob("*.csv")):
        if path.is_symlink() or not path.is_file():
            continue
        before, lines = path.read_bytes(), rewritten(path, rows, columns=columns)
        if lines:
            taken[path.name] = lines
            keep_rewritten(store, path.name, before=before, after=path.read_bytes(), columns=columns)
    return taken


def _delete_sounds(folder: StudyFolder, held: Holdings) -> list[str]:
    """Delete the recordings' files, every name of the same bytes; return those that were there."""
    deleted = []
    root = folder.root.resolve()
    for name in held.paths:
        path = folder.root / name
        if path.resolve().is_relative_to(root) and path.is_file():
            path.unlink()
            deleted.append(name)
    return deleted
