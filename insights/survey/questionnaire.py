"""Survey: the questions of a questionnaire, as people wrote them in survey.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["nps", "csat", "attribute", "importance", "ncs", "open", "closed"]
KINDS: tuple[Kind, ...] = ("nps", "csat", "attribute", "importance", "ncs", "open", "closed")
SCALE_KINDS: tuple[Kind, ...] = ("nps", "csat", "attribute", "importance")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the survey.

    Attributes
    ----------
    question_id:
        Unique within the survey; also the column in ``responses/*.csv``.
    kind:
        One of ``KINDS``.
    ask:
        Wording by language (``ru``, ``en``); clerks vary it.
    scale:
        Lowest and highest number of the scale, or None where there is none.
    follows:
        The score that an open question asks the reason of, or None.
    attribute:
        What an attribute or importance question rates, or None.
    aliases:
        Further wordings by language.
    """

    question_id: str
    kind: Kind
    ask: Mapping[str, str]
    scale: tuple[int, int] | None = None
    follows: str | None = None
    attribute: str | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def wordings(self, language: str) -> tuple[str, ...]:
        """Return every way to ask in ``language``, the questionnaire's own first; () where unworded."""
        asked = (self.ask[language],) if language in self.ask else ()
        return asked + tuple(self.aliases.get(language, ()))


@dataclass(frozen=True, slots=True)
class Survey:
    """A questionnaire: its name, version, languages and questions in order."""

    name: str
    version: int
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    codebook: str = "codebook.toml"

    def question(self, question_id: str) -> Question:
        """Return one question; KeyError names the ones there are."""
        for question in self.questions:
            if question.question_id == question_id:
                return question
        raise KeyError(f"no question {question_id!r}; questions: {', '.join(q.question_id for q in self.questions)}")

    def of_kind(self, *kinds: Kind) -> tuple[Question, ...]:
        """Return the questions of these kinds, in the survey's order."""
        return tuple(question for question in self.questions if question.kind in kinds)
