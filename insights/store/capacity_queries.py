"""What `earful plan` asks the store: how much was heard here, at what cost, and what it takes on the disk."""

from __future__ import annotations

from dataclasses import dataclass

from insights.store.connection import Store


@dataclass(frozen=True, slots=True)
class Processed:
    """What the nights of a store have taken in.

    Attributes
    ----------
    calls:
        Recordings that are done and whose cost is known.
    cpu_s, sound_s, sound_bytes:
        CPU seconds of all their stages, their length and the size of their files.
    store_bytes:
        The store's whole file.
    """

    calls: int
    cpu_s: float
    sound_s: float
    sound_bytes: int
    store_bytes: int


def processed(store: Store) -> Processed:
    """Return what was heard here, and what it cost."""
    sql = """SELECT count(*), coalesce(sum(spent.cpu_s), 0), coalesce(sum(duration_s), 0), coalesce(sum(size_bytes), 0)
             FROM recording JOIN (SELECT recording_id, sum(seconds) AS cpu_s FROM run GROUP BY recording_id) AS spent
             USING(recording_id) WHERE status = 'done' AND spent.cpu_s > 0 AND duration_s > 0"""
    calls, cpu_s, sound_s, sound_bytes = store.conn.execute(sql).fetchone()
    pages, page_bytes = (store.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return Processed(int(calls), float(cpu_s), float(sound_s), int(sound_bytes), int(pages) * int(page_bytes))
