"""The draw itself: a keyed ranking that anybody with the key, the date and the list of calls can repeat."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

VERSION = "draw/1"

ItemStatus = Literal["drawn", "reserve", "replaced"]


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """One eligible call and the stratum it stands in ('' without strata)."""

    recording_id: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call of a draw, in the order of its rank.

    Attributes
    ----------
    probability:
        How likely this call was to be drawn, before anything was replaced.
    why:
        Why a drawn call was replaced from the reserve; None for all others.
    """

    recording_id: str
    stratum: str
    rank: str
    probability: float
    status: ItemStatus
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """All that a morning's draw rests on, and what came out."""

    date: str
    frame_sha256: str
    key_sha256: str
    frame: tuple[Candidate, ...]
    items: tuple[Drawn, ...]
    version: str = VERSION

    @property
    def draw_id(self) -> str:
        """Return the draw's name: its day and what it was drawn from."""
        return f"{self.date}-{self.frame_sha256[:12]}"

    @property
    def chosen(self) -> tuple[Drawn, ...]:
        """Return the calls to be played, in order."""
        return tuple(item for item in self.items if item.status == "drawn")


def frame_lines(frame: Iterable[Candidate]) -> str:
    r"""Return the sorted eligible calls as text, a line each: what the frame's hash is taken of.

    >>> frame_lines([Candidate("b"), Candidate("a", "small")])
    'a\tsmall\nb'
    """
    lines = sorted(item.recording_id + (f"\t{item.stratum}" if item.stratum else "") for item in frame)
    return "\n".join(lines)


def sha256_text(text: str) -> str:
    """Return the hash of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def rank_of(key_hex: str, date: str, frame_sha256: str, name: str) -> str:
    """Return the rank of one call: the lowest are drawn."""
    message = f"{VERSION}|{date}|{frame_sha256}|{name}".encode()
    return hmac.new(bytes.fromhex(key_hex), message, hashlib.sha256).hexdigest()


def draw_calls(
    date: str, frame: Iterable[Candidate], *, key_hex: str, k: int, unplayable: Mapping[str, str] | None = None
) -> Draw:
    """Draw ``k`` calls for a meeting; the same input gives the same calls in whatever order it comes.

    Parameters
    ----------
    date:
        The meeting's day, ``YYYY-MM-DD``.
    frame:
        The eligible calls. With strata, each gets a place where there are enough (which ones get it otherwise is
        drawn too) and the other places go by size.
    key_hex:
        The wave's key in hexadecimal digits.
    k:
        Places; 0 or more.
    unplayable:
        Recording id -> why it cannot be played. Such a call gives way to the next of its rank, first of its own
        stratum, and stays on the list with the reason.

    Examples
    --------
    >>> frame = [Candidate(f"call-{i}") for i in range(40)]
    >>> found = draw_calls("2026-11-21", frame, key_hex="00" * 32, k=3)
    >>> len(found.chosen), found.chosen[0].probability
    (3, 0.075)
    >>> found == draw_calls("2026-11-21", frame[::-1], key_hex="00" * 32, k=3)
    True
    """
    calls = tuple(sorted(set(frame)))
    digest = sha256_text(frame_lines(calls))
    ranked = sorted((rank_of(key_hex, date, digest, call.recording_id), call) for call in calls)
    places = places_by_stratum(calls, k, key_hex=key_hex, date=date, frame_sha256=digest)
    probabilities = probability_by_stratum(calls, k, places)
    drawn = first_of_each(ranked, places)
    items = [
        Drawn(
            call.recording_id, call.stratum, rank, probabilities[call.stratum], "drawn" if call in drawn else "reserve"
        )
        for rank, call in ranked
    ]
    found = with_replacements(items, unplayable or {})
    return Draw(date, digest, hashlib.sha256(bytes.fromhex(key_hex)).hexdigest(), calls, tuple(found))


def sizes_of(calls: Sequence[Candidate]) -> dict[str, int]:
    """Return stratum -> number of calls, by name."""
    sizes: dict[str, int] = {}
    for call in sorted(calls, key=lambda call: call.stratum):
        sizes[call.stratum] = sizes.get(call.stratum, 0) + 1
    return sizes


def places_by_stratum(
    calls: Sequence[Candidate], k: int, *, key_hex: str, date: str, frame_sha256: str
) -> dict[str, int]:
    """Return how many places each stratum gets: one each, then by size; never more than it has calls."""
    sizes = sizes_of(calls)
    wanted = min(k, len(calls))
    if len(sizes) > wanted:
        order = sorted(sizes, key=lambda name: rank_of(key_hex, date, frame_sha256, f"stratum:{name}"))
        return {name: int(name in order[:wanted]) for name in sizes}
    places = dict.fromkeys(sizes, 1)
    while sum(places.values()) < wanted:
        open_ones = [name for name in sizes if places[name] < sizes[name]]
        # The stratum whose next place is best covered by calls; the name decides between equals.
        best = min(open_ones, key=lambda name: (places[name] / sizes[name], name))
        places[best] += 1
    return places


def probability_by_stratum(calls: Sequence[Candidate], k: int, places: Mapping[str, int]) -> dict[str, float]:
    """Return the probability of each stratum's calls, over the key and not over what came out."""
    sizes = sizes_of(calls)
    wanted = min(k, len(calls))
    if len(sizes) > wanted:
        return {name: wanted / len(sizes) / size for name, size in sizes.items()}
    return {name: places[name] / size for name, size in sizes.items()}


def first_of_each(ranked: Sequence[tuple[str, Candidate]], places: Mapping[str, int]) -> frozenset[Candidate]:
    """Return the calls of lowest rank in each stratum, as many as it has places."""
    left = dict(places)
    drawn = set()
    for _, call in ranked:
        if left[call.stratum] > 0:
            left[call.stratum] -= 1
            drawn.add(call)
    return frozenset(drawn)


def with_replacements(items: Sequence[Drawn], unplayable: Mapping[str, str]) -> list[Drawn]:
    """Return the items with drawn but unplayable calls replaced by the next of the reserve, as often as it takes."""
    found = list(items)
    waiting = [at for at, item in enumerate(found) if item.status == "drawn" and item.recording_id in unplayable]
    while waiting:
        at = waiting.pop(0)
        gone = found[at]
        found[at] = changed(gone, status="replaced", why=unplayable[gone.recording_id])
        reserve = [
            (item.stratum != gone.stratum, item.rank, at) for at, item in enumerate(found) if item.status == "reserve"
        ]
        if reserve:
            at = min(reserve)[-1]
            found[at] = changed(found[at], status="drawn", why=None)
            if found[at].recording_id in unplayable:
                waiting.append(at)
    return found


def changed(item: Drawn, *, status: ItemStatus, why: str | None) -> Drawn:
    """Return an item with another status."""
    return Drawn(item.recording_id, item.stratum, item.rank, item.probability, status, why)
