"""Questions: where the operator put each question of the survey, and where a score was probed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from insights.answers.answer import Asked
from insights.answers.coverage import asking_words, content, is_carrier
from insights.answers.interrogation import Sentence, sentences_of
from insights.answers.likeness import Matcher, matcher_of
from insights.answers.reading import read_number
from insights.survey.codebook import Codebook
from insights.survey.questionnaire import SCALE_KINDS, Question, Survey
from transcribe.dialogue import Dialogue

# Above this a stretch of speech puts the question; a second time it must be clearer. Set on invented surveys.
ASKED_FROM = 0.62
REPEATED_FROM = 0.75
# Where a number is said in reply, some question was put: less is enough, far ahead of all others.
SCORED_FROM, SCORED_LEAD = 0.45, 0.25
# A two-sentence reading must beat the single sentences by this much.
PAIR_LEAD = 0.05
WIDEST_SCALE = (0, 10)


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of one operator turn that may put ``question``.

    Attributes
    ----------
    lead:
        How much likelier it is than the survey's next likely question; 0.0 where it was put before, or where
        the stretch names no topic at all.
    """

    question: Question
    sentence: Sentence
    score: float
    lead: float = 0.0

    @property
    def asks(self) -> bool:
        """Whether it puts the question: surely, or likelier than any other where a score was given in reply."""
        scored = self.sentence.answered and self.question.scale is not None
        return self.score >= ASKED_FROM or (scored and self.score >= SCORED_FROM and self.lead >= SCORED_LEAD)


def find_questions(
    dialogue: Dialogue,
    survey: Survey,
    *,
    codebook: Codebook | None = None,
) -> tuple[Asked, ...]:
    """Return where each question was put, in order of time.

    Parameters
    ----------
    codebook:
        Its labels and ``include`` words are further names of the attribute with the same id.

    Examples
    --------
    See ``tests/test_answers_questions.py``: questions asked in own words, follow-ups shortened to a noun,
    two questions in a turn, and questions that the survey does not hold.
    """
    matcher = matcher_of(survey, dialogue.language, codebook=codebook)
    asked: list[Asked] = []
    for turn_idx, turn in enumerate(dialogue.turns):
        if turn.party not in ("operator", "unknown") or not turn.words:
            continue
        sentences = sentences_of(
            turn,
            turn_idx,
            dialogue.language,
            without_lead=True,
            answered=_answered_by_number(dialogue, turn_idx),
        )
        asked.extend(_in_turn(sentences, matcher, survey, asked))
    return _without_weak_repeats(asked)


def _answered_by_number(dialogue: Dialogue, turn_idx: int) -> bool:
    """Return whether the next turn is the respondent's and gives a number that could be a score."""
    following = dialogue.turns[turn_idx + 1 : turn_idx + 2]
    if not following or following[0].party not in ("respondent", "unknown"):
        return False
    return bool(read_number(following[0].text, dialogue.language, WIDEST_SCALE).candidates)


def _in_turn(
    sentences: Sequence[Sentence], matcher: Matcher, survey: Survey, before: Sequence[Asked]
) -> tuple[Asked, ...]:
    """Return the questions put in one turn."""
    asked: list[Asked] = []
    taken: set[int] = set()
    for found in _best_first(sentences, matcher, [*before]):
        places = set(range(found.sentence.first, found.sentence.last + 1))
        if places & taken or any(one.question_id == found.question.question_id for one in asked):
            continue
        taken |= places
        asked.append(_asked(found))
    asked.extend(
        why
        for sentence in sentences
        if sentence.first not in taken and (why := _why(sentence, survey, [*before, *asked], matcher))
    )
    return tuple(sorted(asked, key=lambda one: one.span))


def _best_first(sentences: Sequence[Sentence], matcher: Matcher, before: Sequence[Asked]) -> list[Found]:
    """Return what may have been asked in a turn, the surest first."""
    singles = [_best(sentence, matcher, before) for sentence in sentences]
    pairs = [_best(first.joined(second), matcher, before) for first, second in pairwise(sentences)]
    found = [one for one in singles if one]
    for i, pair in enumerate(pairs):
        parts = [one for one in (singles[i], singles[i + 1]) if one]
        both_ask = len(parts) > 1 and all(one.asks for one in parts)
        if pair and pair.score > max((one.score for one in parts), default=0.0) + PAIR_LEAD and not both_ask:
            found.append(pair)
    return sorted((one for one in found if one.asks), key=lambda one: -one.score)


def _best(sentence: Sentence, matcher: Matcher, before: Sequence[Asked]) -> Found | None:
    """Return the question that a sentence puts most probably; None where it puts none."""
    scores = matcher.scores(sentence, _order_prior(matcher.survey, before))
    if not scores:
        return None
    question_id, *others = sorted(scores, key=lambda key: -scores[key])
    question, score = matcher.survey.question(question_id), min(1.0, max(0.0, scores[question_id]))
    topical = any(not is_carrier(word, matcher.language) for word in content(sentence.text, matcher.language))
    fresh = all(one.question_id != question_id for one in before)
    lead = score - max(0.0, scores[others[0]]) if others and topical and fresh else 0.0
    return Found(question, sentence, score, lead)


def _order_prior(survey: Survey, before: Sequence[Asked]) -> Mapping[str, float]:
    """Return what the order adds: the question after the last one is likelier, those put already less so."""
    done = {one.question_id for one in before if not one.probe}
    order = [question.question_id for question in survey.questions if not question.follows]
    last = next((one.question_id for one in reversed(before) if one.question_id in order), None)
    after = order[order.index(last) + 1 :] if last else order
    following = next((question_id for question_id in after if question_id not in done), None)
    return {
        question.question_id: 0.06 * (question.question_id == following) - 0.1 * (question.question_id in done)
        for question in survey.questions
    }


def _asked(found: Found) -> Asked:
    """Return a placed question."""
    return Asked(found.question.question_id, found.sentence.span, found.sentence.turn_idx, round(found.score, 3))


def _why(sentence: Sentence, survey: Survey, before: Sequence[Asked], matcher: Matcher) -> Asked | None:
    """Return the survey's own why-question or a probe, where the sentence asks the reason of the last score."""
    if not sentence.has(asking_words(sentence.language).why) or not sentence.is_interrogative:
        return None
    last = _live_score(survey, before)
    open_questions = [question for question in survey.of_kind("open") if question.follows]
    likeness = max((matcher.plain_likeness(sentence, question) for question in open_questions), default=0.0)
    if last is None:
        found = [question for question in open_questions if matcher.plain_likeness(sentence, question) >= ASKED_FROM]
        return _placed(found[0].question_id, sentence, likeness) if found else None
    own = next((question for question in open_questions if question.follows == last.question_id), None)
    if own is not None:
        return _placed(own.question_id, sentence, max(likeness, ASKED_FROM))
    return replace(_placed(last.question_id, sentence, likeness), probe=True)


def _placed(question_id: str, sentence: Sentence, similarity: float) -> Asked:
    """Return a question placed at a sentence."""
    return Asked(question_id, sentence.span, sentence.turn_idx, round(similarity, 3))


def _live_score(survey: Survey, before: Sequence[Asked]) -> Asked | None:
    """Return the score question that is still being talked about, if any."""
    for one in reversed(before):
        question = survey.question(one.question_id)
        if question.kind in SCALE_KINDS:
            return one
        if not question.follows:
            return None
    return None


def _without_weak_repeats(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """Keep each question's clearest place and clear repetitions; mark the later ones as repeated."""
    best: dict[str, float] = {}
    for one in asked:
        if not one.probe:
            best[one.question_id] = max(best.get(one.question_id, 0.0), one.similarity)
    kept: list[Asked] = []
    seen: set[str] = set()
    for one in sorted(asked, key=lambda placed: placed.span):
        if one.probe:
            kept.append(one)
        elif one.similarity >= min(best[one.question_id], REPEATED_FROM) or one.similarity == best[one.question_id]:
            kept.append(replace(one, repeated=one.question_id in seen))
            seen.add(one.question_id)
    return tuple(kept)
