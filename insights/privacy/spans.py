"""PiiSpan: where personal data stands in a text, and what a rule reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from audio.span import Span
from insights.language.tokens import Language, Token, tokens
from insights.store.records import PiiKind


@dataclass(frozen=True, slots=True, order=True)
class PiiSpan:
    """One stretch of personal data.

    Attributes
    ----------
    start_char, end_char:
        Half-open offsets in the text that was read.
    span:
        Seconds of the call, from the first word's start to the last one's end; None in written text.
    rule:
        Name of the rule that found it.
    """

    start_char: int
    end_char: int
    kind: PiiKind
    rule: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules read: one text, and what the rest of the call says about it.

    Attributes
    ----------
    asked:
        Kinds that the other party asked for just before.
    known:
        Names that were introduced elsewhere in the call, lower case.
    companies:
        Lower-case company and product names, each as its words.
    opening:
        Whether a call begins here, where people are introduced.
    """

    text: str
    language: Language
    tokens: tuple[Token, ...]
    asked: frozenset[PiiKind] = frozenset()
    known: frozenset[str] = frozenset()
    companies: tuple[tuple[str, ...], ...] = field(default=())
    opening: bool = False

    def found(self, first: int, last: int, kind: PiiKind, rule: str) -> PiiSpan:
        """Return the span over the tokens ``first`` to ``last``, both included."""
        return PiiSpan(self.tokens[first].start_char, self.tokens[last].end_char, kind, rule)

    def capital(self, at: int) -> bool:
        """Return whether a token begins with a capital letter that no sentence's start explains."""
        token = self.tokens[at]
        if not self.text[token.start_char].isupper():
            return False
        before = self.text[: token.start_char].rstrip(" \"'«(—–-")
        return bool(before) and before[-1] not in ".!?…"

    def parted(self, at: int) -> bool:
        """Return whether punctuation other than a hyphen stands between this token and the next."""
        if at + 1 >= len(self.tokens):
            return True
        between = self.text[self.tokens[at].end_char : self.tokens[at + 1].start_char]
        return any(char in ",.;:!?—–" for char in between)


def reading_of(
    text: str,
    language: Language,
    *,
    asked: frozenset[PiiKind] = frozenset(),
    known: frozenset[str] = frozenset(),
    company_names: tuple[str, ...] = (),
    opening: bool = False,
) -> Reading:
    """Return a text made ready for the rules."""
    companies = tuple(tuple(token.text for token in tokens(name)) for name in company_names)
    return Reading(text, language, tokens(text), asked, known, companies, opening)
