"""Consent: who may be listened to, and whether the call says that it is recorded."""

from __future__ import annotations

from audio.span import Span
from insights.language.tokens import Token, tokens
from insights.privacy.words import table
from transcribe.dialogue import Dialogue

OPENING_TURNS = 12
MAX_APART_WORDS = 4


def may_process(consent: str) -> bool:
    """Return whether a recording may be listened to; refused consent leaves the recorded numbers alone.

    >>> may_process("given"), may_process("unknown"), may_process("refused")
    (True, True, False)
    """
    return consent != "refused"


def consent_phrase(dialogue: Dialogue) -> Span | None:
    """Return where the call says that it is recorded; None where nobody says so in its first twelve turns.

    Two parts must stand near each other, in either order: what ("call", "разговор") and that it is recorded.
    A recogniser's slip in one of the words is forgiven by the words' stems.
    """
    pairs = table(dialogue.language, "consent", "pairs")
    for turn in dialogue.turns[:OPENING_TURNS]:
        if turn.party == "respondent":
            continue
        said = tokens(turn.text)
        for first, second in pairs:
            places = _near(said, first, second)
            if places:
                words = turn.words_between(*places)
                return Span(words[0].span.start_s, max(word.span.end_s for word in words))
    return None


def _near(said: tuple[Token, ...], first: str, second: str) -> tuple[int, int] | None:
    """Return the characters from one stem to the other where they stand at most four words apart."""
    for at, token in enumerate(said):
        if not token.text.startswith(first):
            continue
        for other in said[max(0, at - MAX_APART_WORDS) : at + MAX_APART_WORDS + 1]:
            if other is not token and other.text.startswith(second):
                return min(token.start_char, other.start_char), max(token.end_char, other.end_char)
    return None
