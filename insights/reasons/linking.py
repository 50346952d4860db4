"""Linking: the customer's turns and typed answers as statements, each under the question it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from insights.answers.answer import Answer, Asked
from insights.language.tokens import language_of, tokens
from insights.reasons.statement import Statement, leaning_of_question
from insights.survey.questionnaire import SCALE_KINDS, Question, Survey
from transcribe.dialogue import Dialogue, Language, Turn

_SHORT_REMARK_WORDS = 3


def statements_of(
    dialogue: Dialogue, asked: Sequence[Asked], answers: Sequence[Answer], survey: Survey
) -> list[Statement]:
    """Return the respondent's turns as statements, in time order.

    A turn belongs to the question last put before it; a probe's answer to the score probed. What is
    said before the first question is small talk and left out, turns without words too.

    Parameters
    ----------
    asked:
        Where questions and probes were put, in any order.
    answers:
        Their values say how the score leans.
    """
    scores = {answer.question_id: answer.value for answer in answers}
    found: list[Statement] = []
    current: Asked | None = None
    asked_text = ""
    at = {one.turn_idx: one for one in sorted(asked, key=lambda one: (one.turn_idx, one.span.start_s))}
    remark = False
    for index, turn in enumerate(dialogue.turns):
        if index in at:
            current, remark = at[index], False
            asked_text = _asked_text(turn, current, survey, dialogue.language)
        elif turn.party == "operator" and current is not None and _asks(turn):
            asked_text, remark = turn.text, True
        elif turn.party == "respondent" and current is not None and turn.words:
            question = survey.question(current.question_id)
            scored = _score_behind(question, asked_text, dialogue.language, scores, survey)
            found.append(
                _spoken(turn, index, dialogue.language, question, asked_text=asked_text, remark=remark, scored=scored)
            )
    return found


def statements_of_typed(
    texts: Mapping[str, str],
    survey: Survey,
    *,
    language: Language | None = None,
    scores: Mapping[str, float | None] | None = None,
) -> list[Statement]:
    """Return typed answers as statements, in the survey's order.

    Parameters
    ----------
    texts:
        Typed text by question id; empty cells and unknown ids are left out.
    language:
        Of the answers; None detects it for each text.
    scores:
        Recorded numbers by question id.
    """
    found: list[Statement] = []
    for question in survey.questions:
        text = texts.get(question.question_id, "")
        if not tokens(text):
            continue
        written = language or language_of(text, default="en" if survey.languages[:1] == ("en",) else "ru")
        asked_text = question.ask.get(written, "")
        score, scale = _score_behind(question, asked_text, written, scores or {}, survey)
        found.append(
            Statement(
                question.question_id,
                written,
                text,
                asked_text=asked_text,
                score=score,
                scale=scale,
                question_kind=question.kind,
                attribute=question.attribute,
            )
        )
    return found


def _spoken(
    turn: Turn,
    turn_idx: int,
    language: Language,
    question: Question,
    *,
    asked_text: str,
    remark: bool,
    scored: tuple[float | None, tuple[int, int] | None],
) -> Statement:
    score, scale = (None, None) if remark else scored
    return Statement(
        question.question_id,
        language,
        turn.text,
        words=turn.words,
        turn_idx=turn_idx,
        asked_text=asked_text,
        score=score,
        scale=scale,
        question_kind=question.kind,
        attribute=None if remark else question.attribute,
    )


def _score_behind(
    question: Question, asked_text: str, language: Language, scores: Mapping[str, float | None], survey: Survey
) -> tuple[float | None, tuple[int, int] | None]:
    """Return the score that an answer explains: its own, the one its question follows, else the NPS."""
    if question.kind in SCALE_KINDS:
        return scores.get(question.question_id), question.scale
    if question.kind != "open" or (leaning_of_question(asked_text, language) < 0 and question.follows is None):
        return None, None
    candidates: Iterable[Question] = (
        (survey.question(question.follows),) if question.follows is not None else survey.of_kind("nps")
    )
    for candidate in candidates:
        return scores.get(candidate.question_id), candidate.scale
    return None, None


def _asked_text(turn: Turn, asked: Asked, survey: Survey, language: Language) -> str:
    """Return what was asked as heard, with the questionnaire's words where they alone tell what it is asked for.

    One word that was heard wrong ("стоит лучше" for "стоит улучшить") would turn a wish into praise.
    """
    written = "" if asked.probe else survey.question(asked.question_id).ask.get(language, "")
    if leaning_of_question(turn.text, language) or not leaning_of_question(written, language):
        return turn.text
    return f"{turn.text} {written}"


def _asks(turn: Turn) -> bool:
    """Return whether an operator's turn asks something of its own: short remarks only keep the talk going."""
    return "?" in turn.text and len(tokens(turn.text)) >= _SHORT_REMARK_WORDS
