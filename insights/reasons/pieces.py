"""Pieces: clauses with their words weighed, joined where one alone holds no reason, parted where it holds two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from insights.language.lemma import part_of_speech
from insights.language.tokens import Language
from insights.reasons.clauses import Clause, clauses
from insights.reasons.codewords import CodeWords, Hit, function_words
from insights.reasons.cues import cue
from insights.reasons.reading import Seen
from insights.reasons.worth import Worth, total, worths

_SURE_WEIGHT = 0.5
_SETTING_WORDS = 3
_ENGLISH_LEADS = frozenset({"the", "your", "their", "our", "my", "a", "an", "with", "about", "for", "of", "on"})
_PREPOSITIONS = frozenset({"на", "в", "во", "по", "с", "on", "in", "at", "with"})
_OWN_CUES = ("wish", "no_complaint", "reporting", "hearsay")


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause, the code words in it and what praises or complains in it."""

    clause: Clause
    hits: tuple[Hit, ...]
    worths: tuple[Worth, ...]
    judged: bool

    @property
    def codes(self) -> frozenset[str]:
        """The codes that its words speak for."""
        return frozenset(hit.code_id for hit in self.hits if hit.weight >= _SURE_WEIGHT)


def weigh(clause: Clause, words: CodeWords) -> Piece:
    """Return a clause with its code words and its praise and complaint."""
    found = tuple(worths(clause.seen, words.language))
    judged = bool(found) or any(cue(words.language, name).find(clause.seen) for name in _OWN_CUES)
    return Piece(clause, tuple(words.hits(clause.seen)), found, judged)


def pieces(seen: Sequence[Seen], text: str, words: CodeWords) -> list[Piece]:
    """Return the pieces of one statement in order."""
    found: list[Piece] = []
    for clause in clauses(seen, text, words.language):
        piece = weigh(clause, words)
        if found and clause.link == "soft" and _belong_together(found[-1], piece):
            found[-1] = weigh(Clause(found[-1].clause.seen + clause.seen, found[-1].clause.link), words)
        else:
            found.append(piece)
    return [part for piece in _handed_on(found, words) for part in _parted(piece, words)]


def _belong_together(before: Piece, after: Piece) -> bool:
    """Return whether two softly parted pieces make one reason: either lacks the thing or the judgement."""
    if not after.codes and not after.judged:
        return True
    if not before.codes and not before.judged:
        return True
    if not before.judged and _is_setting(before.clause):
        return True
    if before.judged and after.judged and _speaks_of_another(before, after):
        return False
    if not after.codes:  # "менеджер, очень вежливый"; a judgement of the other sign stands for itself
        return not before.judged or total(before.worths) * total(after.worths) >= 0
    if not after.judged:  # a list: "цены, доставка" are two; "звонил два раза, менеджер" is one
        return not before.codes
    return not before.codes and before.judged and total(before.worths) * total(after.worths) > 0 and not before.hits


def _speaks_of_another(before: Piece, after: Piece) -> bool:
    """Return whether a judged piece has a thing of its own, if only hinted at ("и на лестницах темно")."""
    things = {hit.code_id for hit in after.hits if hit.names_thing}
    return len(after.clause.seen) > 1 and bool(things) and not things & {hit.code_id for hit in before.hits}


def _handed_on(found: list[Piece], words: CodeWords) -> list[Piece]:
    """Give a thing that ends one piece to the next that only judges ("… вежливый доставка | правда | опаздывает")."""
    moved = list(found)
    for place, (before, after) in enumerate(pairwise(found)):
        things = [hit for hit in before.hits if hit.names_thing and hit.end == len(before.clause.seen)]
        if after.codes or not after.judged or not things or len(before.codes) < 2:  # noqa: PLR2004
            continue
        if cue(words.language, "the_rest").find(after.clause.seen):  # it judges all but that thing
            continue
        at = _phrase_start(before.clause.seen, things[-1].start, floor=1, language=words.language)
        for border in dict.fromkeys((at, things[-1].start)):
            left, right = _cut(before, border, words)
            if left.judged and left.codes and not right.judged:
                moved[place] = left
                moved[place + 1] = weigh(Clause(right.clause.seen + after.clause.seen, after.clause.link), words)
                break
    return moved


def _is_setting(clause: Clause) -> bool:
    """Return whether a piece only says where ("на сайте, ..."): what follows is about that place."""
    return len(clause.seen) <= _SETTING_WORDS and clause.seen[0].text in _PREPOSITIONS


def _parted(piece: Piece, words: CodeWords) -> list[Piece]:
    """Cut a piece before a second thing, or a second rating, where both sides hold a judgement of their own."""
    strong = [hit for hit in piece.hits if hit.weight >= _SURE_WEIGHT]
    for before, after in pairwise(strong):
        if before.code_id == after.code_id or after.start < before.end or not _opens_another(before, after):
            continue
        at = _phrase_start(piece.clause.seen, after.start, floor=before.end, language=words.language)
        for border in dict.fromkeys((at, after.start)):
            left, right = _cut(piece, border, words)
            if left.judged and right.judged and right.codes:
                return [left, *_parted(right, words)]
    return [piece]


def _opens_another(before: Hit, after: Hit) -> bool:
    """Return whether a hit opens a reason of its own: a thing does; a rating does after another rating."""
    return after.names_thing or not before.names_thing


def _cut(piece: Piece, at: int, words: CodeWords) -> tuple[Piece, Piece]:
    left = replace(piece.clause, seen=piece.clause.seen[:at])
    right = Clause(piece.clause.seen[at:], "aspect")
    return weigh(left, words), weigh(right, words)


def _phrase_start(seen: Sequence[Seen], thing: int, *, floor: int, language: Language) -> int:
    """Return where the noun phrase of a thing begins: its adjectives and preposition go with it."""
    at = thing
    while at > floor and _leads(seen[at - 1], language):
        at -= 1
    return at


def _leads(word: Seen, language: Language) -> bool:
    if language == "ru":
        return part_of_speech(word.text) in ("ADJF", "PREP", "NPRO") and word.text not in ("все", "всё")
    return word.text in _ENGLISH_LEADS or word.text not in function_words("en")
