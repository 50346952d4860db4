"""What a person points at: a recording by any of its names, a turn by a second in it."""

from __future__ import annotations

import difflib

from insights.store.connection import Row, Store, query
from insights.store.failures import StoreError
from insights.store.matching import plain_name

MOST_NEAR = 3


def recording_called(store: Store, name: str) -> Row:
    """Return the recording that a person means by an id, a path, or a file name that only one has.

    Raises
    ------
    StoreError
        When none or several have that name.
    """
    wanted = plain_name(name)
    sql = """SELECT recording_id, path, status, language, interview_id FROM recording
             WHERE recording_id = :name OR path = :name OR path = 'calls/' || :wanted
                OR substr(path, -length(:wanted) - 1) = '/' || :wanted
             ORDER BY recording_id = :name DESC, path = :name DESC, path"""
    rows = query(store, sql, {"name": name.strip(), "wanted": wanted})
    exact = [row for row in rows if name.strip() in (row["recording_id"], row["path"])]
    if len(exact or rows) == 1:
        return (exact or rows)[0]
    near = [row["path"] for row in rows] or paths_like(store, wanted)
    found = f"{len(rows)} recordings are called that" if rows else "no recording is called that"
    meant = f"did you mean {' or '.join(near[:MOST_NEAR])}?" if near else "`earful status` shows paths"
    raise StoreError(f"{name}: {found}; give its id or its path: {meant}")


def paths_like(store: Store, name: str) -> list[str]:
    """Return the paths that hold a name, else those that resemble it, the nearest first."""
    paths = [row[0] for row in store.conn.execute("SELECT path FROM recording ORDER BY path")]
    holding = [path for path in paths if name and name.casefold() in path.casefold()]
    names = {path.rpartition("/")[2]: path for path in paths}
    return holding or [names[one] for one in difflib.get_close_matches(name, names, n=MOST_NEAR, cutoff=0.7)]


def turn_index_at(store: Store, recording_id: str, at_s: float) -> int:
    """Return the idx of the turn that is spoken at a second, the shortest where voices overlap.

    Raises
    ------
    StoreError
        When nobody speaks there.
    """
    sql = """SELECT idx FROM turn WHERE recording_id = ? AND start_s <= ? AND end_s > ?
             ORDER BY end_s - start_s LIMIT 1"""
    row = store.conn.execute(sql, (recording_id, at_s, at_s)).fetchone()
    if row is None:
        raise StoreError(f"nobody speaks at {at_s:g} s of {recording_id}; give a second inside a turn")
    return int(row[0])
