"""Linking: which turns of the respondent answer which question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.answers.answer import Asked
from insights.answers.coverage import asking_words
from insights.answers.interrogation import Sentence, sentences_of
from insights.answers.lexicon import lexicon
from insights.answers.spoken import spoken
from transcribe.dialogue import Dialogue, Turn

# An answer may begin this long before the question ends.
EARLY_S = 1.0
SHORT_TURN_WORDS = 4


@dataclass(frozen=True, slots=True)
class Exchange:
    """One place of a question, and the turns that follow until the next one.

    Attributes
    ----------
    replies:
        Indexes of the respondent's turns, those after a question of the clerk's own left out.
    clerk:
        Indexes of the operator's turns between the first reply and the next question, that one's turn included.
    """

    asked: Asked
    replies: tuple[int, ...]
    clerk: tuple[int, ...]


def exchanges(dialogue: Dialogue, asked: Sequence[Asked]) -> tuple[Exchange, ...]:
    """Return for each place of a question the turns that answer it, in order of time."""
    ordered = sorted(asked, key=lambda one: one.span)
    found: list[Exchange] = []
    for i, one in enumerate(ordered):
        # Two questions in one breath share the reply.
        following = next((later for later in ordered[i + 1 :] if later.turn_idx != one.turn_idx), None)
        stretch = _stretch(dialogue, one, following)
        replies = _replies(dialogue, one, stretch)
        clerk = tuple(
            index
            for index, turn in enumerate(dialogue.turns)
            if replies and turn.party == "operator" and _after_first_reply(dialogue, index, replies, following)
        )
        found.append(Exchange(one, replies, clerk))
    return tuple(found)


def _stretch(dialogue: Dialogue, one: Asked, following: Asked | None) -> tuple[int, ...]:
    """Return the turns that begin between a question and the next."""
    end_s = following.span.end_s - min(EARLY_S, following.span.duration_s) if following else float("inf")
    start_s = one.span.end_s - min(EARLY_S, one.span.duration_s)
    return tuple(i for i, turn in enumerate(dialogue.turns) if start_s <= turn.span.start_s < end_s)


def _replies(dialogue: Dialogue, one: Asked, stretch: Sequence[int]) -> tuple[int, ...]:
    """Return the respondent's turns up to a question of the clerk's own."""
    replies: list[int] = []
    for index in stretch:
        turn = dialogue.turns[index]
        if turn.party in ("respondent", "unknown"):
            replies.append(index)
        elif turn.party == "operator" and index != one.turn_idx and replies and asks_something_else(turn, dialogue):
            break
    return tuple(replies)


def asks_something_else(turn: Turn, dialogue: Dialogue) -> bool:
    """Return whether the clerk's turn asks a question that is no clarification of the score."""
    return any(_is_own_question(sentence) for sentence in sentences_of(turn, 0, dialogue.language))


def _is_own_question(sentence: Sentence) -> bool:
    """Return whether a sentence is a question about something new: no scale, no number, not a mere word."""
    if not sentence.has_question_mark or sentence.scale is not None or sentence.says_number:
        return False
    known = lexicon(sentence.language)
    clarifies = sentence.has((*known.cue("unit"), *known.cue("give"), *asking_words(sentence.language).why))
    return not clarifies and len(spoken(sentence.text)) >= SHORT_TURN_WORDS


def _after_first_reply(dialogue: Dialogue, index: int, replies: Sequence[int], following: Asked | None) -> bool:
    """Return whether an operator's turn lies between the first reply and the next question's turn, that included."""
    first = dialogue.turns[replies[0]]
    turn = dialogue.turns[index]
    limit = following.turn_idx if following else len(dialogue.turns)
    return turn.span.start_s >= first.span.middle_s and index <= limit
