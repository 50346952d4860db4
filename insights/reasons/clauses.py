"""Clauses: a statement cut into the pieces that can each hold one reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from insights.language.tokens import Language
from insights.reasons.cues import cue, cue_forms
from insights.reasons.reading import Seen

_PAUSE_S = 0.6
_STOP = re.compile(r"[.?!;:…\n]|\s[-–—]\s")
_HARD_CUES = ("contrast", "causal")

Link = Literal["start", "stop", "contrast", "causal", "soft", "aspect"]


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a statement.

    Attributes
    ----------
    seen:
        Its words without fillers and without the conjunction that opened it.
    link:
        What parts it from the piece before: a full stop, a contrast, a cause, something softer
        (comma, "and", a pause), or a second thing rated without any mark between.
    """

    seen: tuple[Seen, ...]
    link: Link

    @property
    def start_char(self) -> int:
        """Offset of the first word's first character in the statement."""
        return self.seen[0].start_char

    @property
    def end_char(self) -> int:
        """Offset after the last word's last character."""
        return self.seen[-1].end_char

    @property
    def plain(self) -> str:
        """The words alone, lower case: what fillers, case and punctuation cannot change."""
        return " ".join(word.text for word in self.seen)

    def text_in(self, text: str) -> str:
        """Return the clause as a verbatim piece of the statement's text."""
        return text[self.start_char : self.end_char]


def clauses(seen: Sequence[Seen], text: str, language: Language) -> list[Clause]:
    """Return the pieces of a statement in order; fillers and pieces of nothing else are left out.

    >>> from insights.reasons.reading import read
    >>> text = "Долго, но вежливо"
    >>> [clause.text_in(text) for clause in clauses(read(text, "ru"), text, "ru")]
    ['Долго', 'вежливо']
    """
    skipped, borders = _borders(seen, text, language)
    found: list[Clause] = []
    words: list[Seen] = []
    link: Link = "start"
    for index, word in enumerate(seen):
        if index in borders:
            if words:
                found.append(Clause(tuple(words), link))
                link = borders[index]
            elif link in ("start", "soft") or borders[index] == "contrast":
                link = borders[index]
            words = []
        if index not in skipped:
            words.append(word)
    if words:
        found.append(Clause(tuple(words), link))
    return found


def _borders(seen: Sequence[Seen], text: str, language: Language) -> tuple[set[int], dict[int, Link]]:
    """Return the words to leave out, and where a new piece begins with what parts it."""
    skipped = {index for match in cue(language, "fillers").find(seen) for index in range(match.start, match.end)}
    borders: dict[int, Link] = dict.fromkeys(_own_views(seen, language), "contrast")
    for index in range(1, len(seen)):
        link = _between(seen[index - 1], seen[index], text, language)
        if link is not None:
            borders[index] = link
    for match in cue(language, "coordination").find(seen):
        if match.start not in borders or borders[match.start] == "soft":
            borders[match.start] = "soft"
        skipped.update(range(match.start, match.end))
    borders.update({at: "contrast" for at in _rests(seen, language) if borders.get(at) == "soft"})
    for name in _HARD_CUES:
        for match in cue(language, name).find(seen):
            if _is_conjunction(match.start, seen, language):
                borders[match.start] = "contrast" if name == "contrast" else "causal"
                skipped.update(range(match.start, match.end))
    return skipped, borders


def _rests(seen: Sequence[Seen], language: Language) -> list[int]:
    """Return where the customer turns to all but what was named ("в остальном", "otherwise")."""
    return [match.start for match in cue(language, "the_rest").find(seen)]


def _own_views(seen: Sequence[Seen], language: Language) -> list[int]:
    """Return where, after what others say, the customer's own view begins without a conjunction."""
    said = [match.end for match in cue(language, "reporting").find(seen)]
    if not said:
        return []
    views = [match.start for match in cue(language, "own_view").find(seen)]
    return [view for view in views if view > said[0] + 1]


def _is_conjunction(index: int, seen: Sequence[Seen], language: Language) -> bool:
    """Tell "хотя" from "хотя бы", and "so late" from "so they came"."""
    follower = seen[index + 1].text if index + 1 < len(seen) else ""
    if language == "ru":
        return follower not in ("бы", "б") and not (seen[index].text == "но" and index + 1 == len(seen))
    if seen[index].text == "so":
        return follower in ("i", "we", "they", "it", "he", "she", "the", "you", "that", "my", "our")
    return not (seen[index].text in ("still", "yet") and index > 0)


def _between(before: Seen, after: Seen, text: str, language: Language) -> Link | None:
    gap = text[before.end_char : after.start_char]
    if _STOP.search(gap):
        return "stop"
    if "," in gap and after.text not in cue_forms(language, "subordinate"):
        return "soft"
    if before.span is not None and after.span is not None and after.span.start_s - before.span.end_s >= _PAUSE_S:
        return "soft"
    return None
