"""Drafts: a statement on its way to reasons, and what vectors say of its pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from insights.reasons.mixup import MixUp
from insights.reasons.pieces import Piece
from insights.reasons.reading import Seen
from insights.reasons.statement import Leaning, Statement


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement read: its words, its pieces and what its question says about them.

    ``troubles``: the code words of its language that are complaints by themselves.
    """

    statement: Statement
    seen: tuple[Seen, ...]
    pieces: tuple[Piece, ...]
    mix_up: MixUp | None
    asked: Leaning
    context: str | None
    troubles: frozenset[str] = frozenset()

    @property
    def plain(self) -> str:
        """The words of all pieces, lower case, fillers left out."""
        return " ".join(piece.clause.plain for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Read:
    """What the vectors say of one piece; None where it was not embedded, or nothing was learnt.

    Attributes
    ----------
    leaning:
        To praise (+) or complaint (-), about -1 to 1.
    likenesses:
        To each code's phrases, in spreads above usual.
    learnt:
        Margin by code of the refit.
    learnt_leaning:
        Margin of praise over complaint of the refit.
    """

    leaning: float | None = None
    likenesses: Mapping[str, float] | None = None
    learnt: Mapping[str, float] | None = None
    learnt_leaning: float | None = None
