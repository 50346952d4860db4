"""Which recording belongs to which interview: by the file name in the row, else by a pattern, never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from insights.store.connection import Store, query

CALLS = "calls/"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """How the telephone system names files.

    Attributes
    ----------
    pattern:
        Regular expression with the groups ``client`` and ``time``.
    time_format:
        How the time group is written, as for ``strptime``; local time of the interviews.
    match_minutes:
        A file and a row of one client belong together when at most this far apart.
    """

    pattern: str
    time_format: str = "%Y%m%d-%H%M%S"
    match_minutes: int = 30


@dataclass(frozen=True, slots=True)
class Match:
    """Whose recording it is; ``interview_id`` None with ``candidates`` = ambiguous, without = nobody's."""

    interview_id: str | None
    by: Literal["name", "pattern"] | None
    candidates: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    r"""Return a file name as it is compared: composed letters, forward slashes, nothing in front.

    >>> plain_name("calls\\ru\\a.wav"), plain_name("./a.wav ")
    ('ru/a.wav', 'a.wav')
    """
    text = unicodedata.normalize("NFC", name).strip().replace("\\", "/")
    while text.startswith("./"):
        text = text[2:]
    return text.removeprefix(CALLS)


def base_name(name: str) -> str:
    """Return the last part of a plain name."""
    return plain_name(name).rpartition("/")[2]


def interview_named(store: Store, path: str) -> str | None:
    """Return the one interview whose row names this file, or None where none or several do."""
    names = {plain_name(path), base_name(path)}
    marks = ", ".join("?" * len(names))
    sql = f"SELECT interview_id FROM interview WHERE recording_name IN ({marks})"  # noqa: S608 - only marks
    found = store.conn.execute(sql, sorted(names)).fetchall()
    if len(found) != 1:
        return None
    sql = "SELECT count(*) FROM recording WHERE interview_id = ? AND path <> ? AND status = 'done'"
    taken = store.conn.execute(sql, (found[0][0], path)).fetchone()[0]
    return None if taken else str(found[0][0])


def match_recordings(store: Store, paths: Iterable[str], *, pattern: NamePattern | None = None) -> dict[str, Match]:
    """Return path -> match for all recordings of a study at once.

    A row names a file by its path under ``calls/`` or by its base name. Two files that one row could mean, or two
    rows that name one file, are ambiguous: their candidates are listed and nothing is linked. Files that no row
    names are matched by client and time where ``pattern`` is given.

    Raises
    ------
    ValueError
        When the pattern is no regular expression or lacks its groups.
    """
    all_paths = sorted(set(paths))
    rows = query(store, "SELECT interview_id, recording_name FROM interview WHERE recording_name IS NOT NULL")
    by_row = _files_named(all_paths, [(row["interview_id"], row["recording_name"]) for row in rows])
    claims: dict[str, list[str]] = defaultdict(list)
    for interview_id, files in by_row.items():
        for path in files:
            claims[path].append(interview_id)
    matches = {path: _by_name(sorted(ids), by_row) for path, ids in claims.items()}
    taken = {match.interview_id for match in matches.values() if match.interview_id}
    rest = [path for path in all_paths if path not in matches]
    by_time = match_by_pattern(store, rest, pattern, taken=taken) if pattern and pattern.pattern else {}
    return {path: matches.get(path) or by_time.get(path) or Match(None, None) for path in all_paths}


def _files_named(paths: Sequence[str], rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return interview -> files its row may mean; a whole path goes before a base name."""
    whole: dict[str, list[str]] = defaultdict(list)
    base: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        whole[plain_name(path)].append(path)
        base[base_name(path)].append(path)
    found = {}
    for interview_id, name in rows:
        wanted = plain_name(name)
        files = whole.get(wanted) or (base.get(wanted) if "/" not in wanted else None)
        if files:
            found[interview_id] = files
    return found


def _by_name(interviews: list[str], by_row: Mapping[str, Sequence[str]]) -> Match:
    """Return the match of a file that these interviews name."""
    if len(interviews) == 1 and len(by_row[interviews[0]]) == 1:
        return Match(interviews[0], "name")
    return Match(None, None, tuple(interviews))


def match_by_pattern(
    store: Store, paths: Sequence[str], pattern: NamePattern, *, taken: Iterable[str]
) -> dict[str, Match]:
    """Return matches by client and time; what two files or two interviews want is ambiguous."""
    expression = compiled(pattern)
    used = set(taken)
    wishes: dict[str, list[str]] = {}
    for path in paths:
        found = expression.search(plain_name(path))
        moment = _moment(found["time"], pattern.time_format) if found else None
        if found and moment:
            near = _interviews_near(store, found["client"], moment, pattern.match_minutes)
            wishes[path] = [interview for interview in near if interview not in used]
    wanted: dict[str, int] = defaultdict(int)
    for interviews in wishes.values():
        for interview in interviews:
            wanted[interview] += 1
    return {
        path: Match(ids[0], "pattern") if len(ids) == 1 and wanted[ids[0]] == 1 else Match(None, None, tuple(ids))
        for path, ids in wishes.items()
    }


def compiled(pattern: NamePattern) -> re.Pattern[str]:
    """Return the pattern as an expression; ValueError says what it lacks."""
    try:
        expression = re.compile(pattern.pattern)
    except re.error as error:
        raise ValueError(f"[recordings] pattern {pattern.pattern!r}: {error}; mend the regular expression") from error
    missing = {"client", "time"} - expression.groupindex.keys()
    if missing:
        names = ", ".join(f"(?P<{name}>…)" for name in sorted(missing))
        raise ValueError(f"[recordings] pattern {pattern.pattern!r} has no group {names}; add it")
    return expression


def _moment(text: str, time_format: str) -> datetime | None:
    """Return the time in a file name without a zone, or None where it is no time."""
    try:
        return datetime.strptime(text, time_format).replace(tzinfo=None)  # noqa: DTZ007 - local, as the row's
    except ValueError:
        return None


def _interviews_near(store: Store, client: str, moment: datetime, minutes: int) -> list[str]:
    """Return the phone interviews of a client within some minutes of local time, the rows that name a file aside."""
    sql = """SELECT interview_id, started_at FROM interview
             WHERE client_id = ? AND mode = 'phone' AND recording_name IS NULL AND started_at IS NOT NULL
             ORDER BY interview_id"""
    near = []
    for interview_id, started_at in store.conn.execute(sql, (client,)):
        apart_s = abs((datetime.fromisoformat(started_at).replace(tzinfo=None) - moment).total_seconds())
        if apart_s <= minutes * 60:
            near.append(interview_id)
    return near
