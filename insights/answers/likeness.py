"""Likeness: the evidence that a sentence puts a question, as one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insights.answers.coverage import (
    Likeness,
    Wording,
    asking_words,
    content,
    likeness,
    meanings,
    wordings_of,
)
from insights.answers.interrogation import Sentence
from insights.answers.spoken import spoken
from insights.survey.codebook import Codebook
from insights.survey.questionnaire import SCALE_KINDS, Question, Survey

# What each witness adds to or takes from the share of the wording that was said.
TOPIC_SHARE, EXPLAINED_SHARE, COVERED_SHARE = 0.62, 0.22, 0.16
SAME_SCALE, OTHER_SCALE, SCALE_WITHOUT_NEED = 0.12, -0.3, -0.3
NOT_ASKING, NOT_EVEN_LAST, READS_BACK = -0.08, -0.35, -0.35
ANSWERED_BY_NUMBER = 0.1
OTHER_KIND = -0.4
ANCHORED = 0.9

# What the kind itself says a question is about, whatever the survey's wording.
ANCHORS: Mapping[str, tuple[frozenset[str], ...]] = {
    "nps": (frozenset({"recommend"}),),
    "csat": (frozenset({"overall"}),),
    "ncs": (frozenset({"mistake"}), frozenset({"tell"})),
}


@dataclass(frozen=True, slots=True)
class Matcher:
    """A survey made ready to be recognised in one language.

    ``wordings``: by question id.
    """

    survey: Survey
    language: str
    wordings: Mapping[str, tuple[Wording, ...]]

    def scores(self, sentence: Sentence, prior: Mapping[str, float]) -> dict[str, float]:
        """Return the evidence for each question that is not only a why-question."""
        said = content(sentence.text, self.language)
        if not said:
            return {}
        return {
            question.question_id: self._evidence(sentence, said, question) + prior.get(question.question_id, 0.0)
            for question in self.survey.questions
            if not (question.kind == "open" and question.follows)
        }

    def plain_likeness(self, sentence: Sentence, question: Question) -> float:
        """Return the share of a question's best wording that was said, in [0, 1]."""
        said = content(sentence.text, self.language)
        wordings = self.wordings[question.question_id]
        return max((likeness(said, wording, self.language).covered for wording in wordings), default=0.0)

    def _evidence(self, sentence: Sentence, said: Sequence[str], question: Question) -> float:
        """Return the evidence that a sentence puts one question."""
        found = max(
            (_weighed(likeness(said, wording, self.language)) for wording in self.wordings[question.question_id]),
            default=0.0,
        )
        if _anchored(sentence, question):
            found = max(found, ANCHORED)
        return found + sum(witness(sentence, said, question) for witness in WITNESSES)


def _weighed(found: Likeness) -> float:
    """Return topic, explanation and coverage as one share in [0, 1]."""
    return (
        TOPIC_SHARE * found.topic * (0.5 + 0.5 * found.explained)
        + EXPLAINED_SHARE * found.explained * (found.topic > 0)
        + COVERED_SHARE * found.covered
    )


def _anchored(sentence: Sentence, question: Question) -> bool:
    """Return whether sentence and question both hold what this kind of question is about.

    All words count, "will you tell us" among them: "tell me" is a courtesy only at a question's start.
    """
    anchors, language = ANCHORS.get(question.kind, ()), sentence.language
    said = [word.text for word in sentence.words]
    written = [word.text for wording in question.wordings(language)[:1] for word in spoken(wording)]
    return bool(anchors) and _hold(said, anchors, language) and _hold(written, anchors, language)


def _hold(words: Sequence[str], anchors: Sequence[frozenset[str]], language: str) -> bool:
    """Return whether the words name every anchor."""
    families = [meanings(word, language) for word in words]
    return all(any(anchor & family for family in families) for anchor in anchors)


def scale_read(sentence: Sentence, _said: Sequence[str], question: Question) -> float:
    """Weigh the scale: one that is read out speaks for questions with it and against all others."""
    if sentence.scale is None:
        return 0.0
    if question.scale is None:
        return SCALE_WITHOUT_NEED
    return SAME_SCALE if sentence.scale == tuple(question.scale) else OTHER_SCALE


def asking(sentence: Sentence, _said: Sequence[str], _question: Question) -> float:
    """Weigh the form: a statement in the middle of a turn is no question; a bare noun at its end may be one."""
    if sentence.has_question_mark or sentence.scale is not None:
        return 0.0
    if sentence.says_number:
        return READS_BACK + NOT_ASKING
    if sentence.is_interrogative:
        return 0.0 if sentence.closes_turn else NOT_ASKING
    return NOT_ASKING if sentence.closes_turn else NOT_EVEN_LAST


def importance(sentence: Sentence, _said: Sequence[str], question: Question) -> float:
    """Weigh importance: "How important is speed" and "how good is speed" are two questions."""
    asks_importance = sentence.has(asking_words(sentence.language).important)
    if question.kind == "importance":
        return 0.0 if asks_importance else OTHER_KIND
    return OTHER_KIND if asks_importance and question.kind in SCALE_KINDS else 0.0


def number_follows(sentence: Sentence, _said: Sequence[str], question: Question) -> float:
    """Weigh the reply: one with a number speaks for a question with a scale."""
    return ANSWERED_BY_NUMBER if sentence.answered and question.scale is not None else 0.0


WITNESSES = (scale_read, asking, importance, number_follows)


def matcher_of(
    survey: Survey,
    language: str,
    *,
    codebook: Codebook | None = None,
) -> Matcher:
    """Return the survey made ready for one language."""
    extra = _names_from(codebook, survey, language)
    return Matcher(survey, language, wordings_of(survey, language, extra))


def _names_from(codebook: Codebook | None, survey: Survey, language: str) -> dict[str, tuple[str, ...]]:
    """Return the codebook's label of the attribute each question rates."""
    if codebook is None:
        return {}
    codes = {code.code_id: code for code in codebook.codes}
    found: dict[str, tuple[str, ...]] = {}
    for question in survey.questions:
        code = codes.get(question.attribute or question.question_id)
        if code is not None and question.kind in SCALE_KINDS and question.kind != "nps" and language in code.label:
            found[question.question_id] = (code.label[language],)
    return found
