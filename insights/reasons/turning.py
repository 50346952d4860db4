"""Turning: neighbouring pieces of which the second answers the first: others and us, then and now, they and I."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from insights.language.tokens import Language
from insights.reasons.clauses import Clause
from insights.reasons.cues import cue
from insights.reasons.pieces import Piece
from insights.reasons.reading import Seen
from insights.reasons.worth import total

Turn = Literal["foil", "past", "ours", "mended", "endorsed", "rest"]
_SHORT_WORDS = 4


def turnings(pieces: Sequence[Piece], seen: Sequence[Seen], language: Language) -> list[Turn | None]:
    """Return what each piece is to its neighbour.

    ``foil`` speaks of others before ``ours`` speaks of us; ``past`` is a trouble before ``mended`` says that it is
    over; ``endorsed`` is what somebody says and the customer agrees with next; ``rest`` is what is left beside the
    trouble named ("а так всё есть"). None for all others. ``seen`` are the statement's words.
    """
    found: list[Turn | None] = [None] * len(pieces)
    for place, (before, after) in enumerate(pairwise(pieces)):
        if is_reported(before.clause, language) and _has(after, "endorsed", language):
            found[place] = "endorsed"
        elif after.clause.link == "contrast" and _is_foil(before, after, language):
            found[place : place + 2] = ["foil", "ours"]
        elif _is_mended(before, after, language):
            found[place : place + 2] = ["past", "mended"]
    rest = _of_the_rest(pieces, seen, language)
    return [turn or ("rest" if place in rest else None) for place, turn in enumerate(found)]


def _of_the_rest(pieces: Sequence[Piece], seen: Sequence[Seen], language: Language) -> set[int]:
    """Return the places of pieces that speak of all but what was named, up to the next wish or contrast."""
    marks = [seen[match.start].start_char for match in cue(language, "the_rest").find(seen)]
    found: set[int] = set()
    after = 0
    for place, piece in enumerate(pieces):
        marked = any(after <= mark < piece.clause.end_char for mark in marks)
        goes_on = place - 1 in found and piece.clause.link != "contrast" and not _has(piece, "wish", language)
        if marked or goes_on:
            found.add(place)
        after = piece.clause.end_char
    return found


def _is_foil(before: Piece, after: Piece, language: Language) -> bool:
    """Return whether a piece speaks of others without comparing, and the next of us."""
    others = _has(before, "competitor", language) and not _has(before, "than_you", language)
    compares = _has(before, "better", language) or _has(before, "worse", language)
    return others and not compares and _has(after, "own_side", language) and not _has(after, "competitor", language)


def _is_mended(before: Piece, after: Piece, language: Language) -> bool:
    """Return whether a piece tells of a trouble in the past, and the next that it is over."""
    trouble = _has(before, "solved", language) and total(before.worths) <= 0
    over = _has(after, "solved_now", language) and total(after.worths) >= 0
    return trouble and over and not _has(after, "wish", language)


def _has(piece: Piece, name: str, language: Language) -> bool:
    return bool(cue(language, name).find(piece.clause.seen))


def is_reported(clause: Clause, language: Language) -> bool:
    """Return whether a clause says that somebody outside the company says something; "as they said" keeps a word."""
    if cue(language, "kept_word").find(clause.seen):
        return False
    reporting = cue(language, "reporting").find(clause.seen)
    reporters = cue(language, "reporter").find(clause.seen)
    if any(0 < verb.start - who.start <= _SHORT_WORDS for who in reporters for verb in reporting):
        return True
    if language == "ru" and any(0 < who.start - verb.start <= 2 for who in reporters for verb in reporting):  # noqa: PLR2004
        return True
    return bool(cue(language, "hearsay").find(clause.seen))
