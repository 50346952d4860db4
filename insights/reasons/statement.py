"""Statement: one stretch of the customer's words, and the question it stands under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from insights.reasons.cues import cue
from insights.reasons.reading import read
from insights.survey.questionnaire import Kind
from transcribe.dialogue import Language, Word

Leaning = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a customer said in one turn, or typed into one cell.

    Attributes
    ----------
    question_id:
        The question its reasons belong to; a probe's answer belongs to the score probed.
    text:
        The turn's words joined by single blanks, or the cell as typed; quotes are substrings of it.
    words:
        With their seconds; None for typed answers.
    turn_idx:
        Index in the dialogue; None for typed answers.
    asked_text:
        What was asked, in the operator's (or the questionnaire's) words; "" when unknown.
    score:
        The number given at the score this answer explains, or None.
    scale:
        Lowest and highest number of that scale, or None.
    attribute:
        What the question rates, or None.
    """

    question_id: str
    language: Language
    text: str
    words: tuple[Word, ...] | None = None
    turn_idx: int | None = None
    asked_text: str = ""
    score: float | None = None
    scale: tuple[int, int] | None = None
    question_kind: Kind = "open"
    attribute: str | None = None


def leaning_of_score(score: float | None, scale: tuple[int, int] | None) -> Leaning:
    """Return what a score alone says: 1 for the best marks, -1 for the low ones, 0 between or without one.

    On 0-10 these are promoters and detractors; on 1-5 five, and three or less.

    >>> [leaning_of_score(score, (0, 10)) for score in (10, 8, 3, None)]
    [1, 0, -1, 0]
    """
    if score is None or scale is None or scale[0] >= scale[1]:
        return 0
    share = (score - scale[0]) / (scale[1] - scale[0])
    if share >= 0.9:  # noqa: PLR2004 - 9 of 10, 5 of 5
        return 1
    return -1 if share <= 0.6 else 0  # noqa: PLR2004 - 6 of 10, 3 of 5


def leaning_of_question(asked_text: str, language: Language) -> Leaning:
    """Return what a question asks for: -1 what to improve or what was missing, 1 what is liked, 0 neither.

    >>> leaning_of_question("What should we improve?", "en")
    -1
    """
    asked = read(asked_text, language)
    if cue(language, "improve_question").find(asked):
        return -1
    return 1 if cue(language, "praise_question").find(asked) else 0
