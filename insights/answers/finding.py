"""Finding: the answer to each question asked, its number settled by all witnesses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.answers.lexicon import lexicon
from insights.answers.linking import Exchange, exchanges
from insights.answers.passage import Passage, passage_of
from insights.answers.read_back import ReadBack, read_back
from insights.answers.reading import Reading, read_number
from insights.answers.scale_phrases import scale_phrases
from insights.answers.spoken import any_phrase, spoken
from insights.answers.stance import READINESS, YES_OR_NO, read_stance
from insights.answers.witness import Evidence, Verdict, Witness, WitnessRequest, settle
from insights.survey.questionnaire import Question, Survey
from transcribe.dialogue import Dialogue, Turn, Word
from transcribe.recognition.protocol import NumberPosterior

# Cut before the number's word: the recogniser sets word starts late as often as early.
BEFORE_WORD_S = 0.2
# Cut soon behind it: the sound of a later "two weeks" must not be heard as the score.
AFTER_WORD_S = 0.8
LONGEST_CUT_S = 8.0
# A word cut in two may go before the number in the sound; more is another number's place.
WORDS_BEFORE = 1
BY_PERSON = "person"
STANCE_CONFIDENCE = {"turned_round": 0.75, "under_condition": 0.8, "unsure_first": 0.75, "first_sentence": 0.9}


@dataclass(frozen=True, slots=True)
class Heard:
    """A score question's answer as read from the words, before other witnesses."""

    question: Question
    scale: tuple[int, int]
    turn_idxs: tuple[int, ...]
    passage: Passage
    reading: Reading
    read_back: ReadBack
    by_person: bool = False


def find_answers(
    dialogue: Dialogue,
    asked: Sequence[Asked],
    survey: Survey,
    *,
    witness: Witness | None = None,
    written: Collection[Word] = frozenset(),
) -> tuple[Answer, ...]:
    """Return one answer for each question asked, in the survey's order.

    Parameters
    ----------
    asked:
        From ``find_questions``, probes included.
    witness:
        Hears numbers in the sound (see ``witness.WitnessRequest``); all questions of the call in one request.
        None: the words and the clerk's reading back decide alone.
    written:
        Words of the dialogue that a person put in place of what the machine heard: a number in them stands,
        whatever other witnesses say.

    Returns
    -------
    tuple of Answer
        Questions never asked are absent; asked but unanswered ones have ``span`` None.
    """
    talks = exchanges(dialogue, asked)
    questions = [q for q in survey.questions if any(t.asked.question_id == q.question_id for t in talks)]
    own = {q.question_id: [t for t in talks if t.asked.question_id == q.question_id] for q in questions}
    scored = [
        _by_person(_heard(dialogue, q, q.scale, own[q.question_id]), written) for q in questions if q.scale is not None
    ]
    sounds = _listen(scored, dialogue, witness)
    scores = {one.question.question_id: _scored(one, sounds.get(i), dialogue) for i, one in enumerate(scored)}
    return tuple(
        scores[q.question_id] if q.question_id in scores else _unscored(dialogue, q, own[q.question_id])
        for q in questions
    )


def _heard(dialogue: Dialogue, question: Question, scale: tuple[int, int], talks: Sequence[Exchange]) -> Heard:
    """Return what the words of the question's replies give."""
    direct = [index for talk in talks if not talk.asked.probe for index in talk.replies]
    probed = [index for talk in talks if talk.asked.probe for index in talk.replies]
    idxs = tuple(sorted(dict.fromkeys([*direct, *probed])))
    own = [index for index in sorted(dict.fromkeys(direct)) if dialogue.turns[index].words]
    passage, reading = read_turns([dialogue.turns[index] for index in own], dialogue.language, scale)
    said_last = max((i for i in own if _gives(dialogue.turns[i], reading.value, dialogue.language, scale)), default=-1)
    clerk = [
        dialogue.turns[index]
        for talk in talks
        if not talk.asked.probe
        for index in talk.clerk
        if index > said_last or _gives(dialogue.turns[index], reading.value, dialogue.language, scale)
    ]
    return Heard(question, scale, idxs, passage, reading, read_back(clerk, dialogue.language, scale))


def _gives(turn: Turn, value: float | None, language: str, scale: tuple[int, int]) -> bool:
    """Return whether a turn gives this number: what the clerk read back before that counts for it alone."""
    return value is not None and read_number(turn.text, language, scale).value == value


def _by_person(heard: Heard, written: Collection[Word]) -> Heard:
    """Return an answer with whether the number in its words was written by a person."""
    reading = heard.reading
    words = () if reading.value is None else heard.passage.words(reading.start_char, reading.end_char)
    return replace(heard, by_person=any(word in written for word in words))


def read_turns(turns: Sequence[Turn], language: str, scale: tuple[int, int]) -> tuple[Passage, Reading]:
    """Return the turns that the number rests on, and the number.

    Later turns are read together with the first ones while no number stands; afterwards only a turn that says so
    ("нет, поставьте девять") changes it.
    """
    passage = passage_of(turns[:1])
    reading = read_number(passage.text, language, scale, pauses=passage.pauses)
    for turn in turns[1:]:
        later = read_number(turn.text, language, scale)
        if reading.value is None:
            passage = passage_of([*passage.turns, turn])
            reading = read_number(passage.text, language, scale, pauses=passage.pauses)
            if reading.value is None and later.value is not None:
                passage, reading = passage_of([turn]), later
        elif later.value not in (None, reading.value) and _revises(turn, later, language):
            first = reading.first_value if reading.first_value is not None else reading.value
            passage, reading = passage_of([turn]), replace(later, rule="revised_later", first_value=first)
    return passage, reading


def _revises(turn: Turn, later: Reading, language: str) -> bool:
    """Return whether a later turn takes the score back: "нет, поставьте девять", "well, six. Six."."""
    if later.rule == "restated":
        return True
    words, known = spoken(turn.text), lexicon(language)
    before = [word for word in words if word.start_char < later.start_char]
    cues = (*known.cue("takes_back"), *known.cue("second_thought"))
    return any_phrase(words, known.cue("revise")) or any_phrase(before, cues)


def _listen(scored: Sequence[Heard], dialogue: Dialogue, witness: Witness | None) -> Mapping[int, NumberPosterior]:
    """Return by position what the sound says of each score, asked for in one go."""
    if witness is None:
        return {}
    requests = {i: request for i, one in enumerate(scored) if (request := _request(one, dialogue)) is not None}
    answers = witness(list(requests.values()))
    return {i: found for i, found in zip(requests, answers) if found is not None and _is_about(scored[i], found)}


def _is_about(heard: Heard, found: NumberPosterior) -> bool:
    """Return whether the sound speaks of the number the words give, and not of one said after it."""
    return not heard.reading.candidates or len(found.after.split()) <= WORDS_BEFORE


def _request(heard: Heard, dialogue: Dialogue) -> WitnessRequest | None:
    """Return the cut in which the number should come first: around its word, or the answer's opening."""
    turns = heard.passage.turns or tuple(dialogue.turns[index] for index in heard.turn_idxs[:1])
    if not turns or heard.by_person:
        return None
    reading, turn = heard.reading, turns[0]
    cut = Span(turn.span.start_s, min(turn.span.end_s, turn.span.start_s + LONGEST_CUT_S))
    at = reading.start_char if reading.value is not None else reading.first_char
    word = heard.passage.span(at, at + 1) if at is not None else None
    if at is not None and word is not None:
        turn = heard.passage.turn_at(at)
        start_s = max(turn.span.start_s, word.start_s - BEFORE_WORD_S) if at else turn.span.start_s
        cut = Span(start_s, max(start_s, min(turn.span.end_s, word.end_s + AFTER_WORD_S)))
    phrases = scale_phrases(dialogue.language, heard.scale)
    return WitnessRequest(cut, turn.lane, dialogue.language, phrases)


def _scored(heard: Heard, sound: NumberPosterior | None, dialogue: Dialogue) -> Answer:
    """Return the answer to a score question."""
    reading = heard.reading
    back = heard.read_back
    verdict = settle(Evidence(reading, sound, back.value, back.not_values), heard.scale)
    if heard.by_person:
        verdict = Verdict(reading.value, 1.0, BY_PERSON)
    span = heard.passage.span(reading.start_char, reading.end_char) if verdict.value == reading.value else None
    if verdict.value is not None and span is None:
        span = _opening(dialogue, heard.turn_idxs)
    return replace(
        _answer(dialogue, heard.question, heard.turn_idxs),
        value=verdict.value,
        value_span=span if verdict.value is not None else None,
        value_text=_value_text(heard, verdict, sound),
        first_value=reading.first_value if verdict.value == reading.value else None,
        confidence=verdict.confidence,
        rule=verdict.rule,
        low=reading.low,
        high=reading.high,
    )


def _value_text(heard: Heard, verdict: Verdict, sound: NumberPosterior | None) -> str:
    """Return the words the value rests on: those said, or the phrase that the sound holds."""
    if verdict.value is None:
        return ""
    if verdict.value == heard.reading.value:
        return " ".join(word.text for word in heard.passage.words(heard.reading.start_char, heard.reading.end_char))
    return sound.phrase if sound is not None and sound.values.get(verdict.value, 0.0) > 0 else ""


def _opening(dialogue: Dialogue, turn_idxs: Sequence[int]) -> Span | None:
    """Return the first word's seconds, or the first reply's."""
    if not turn_idxs:
        return None
    turn = dialogue.turns[turn_idxs[0]]
    return turn.words[0].span if turn.words else turn.span


def _unscored(dialogue: Dialogue, question: Question, talks: Sequence[Exchange]) -> Answer:
    """Return the answer to an open, closed or readiness question."""
    idxs = tuple(sorted(dict.fromkeys(index for talk in talks for index in talk.replies)))
    answer = _answer(dialogue, question, idxs)
    if question.kind not in ("ncs", "closed") or not idxs:
        return answer
    passage = passage_of([dialogue.turns[index] for index in idxs])
    stance = read_stance(passage.text, dialogue.language)
    sides = READINESS if question.kind == "ncs" else YES_OR_NO
    value = sides[stance.side] if stance.side else None
    if value is None:
        return replace(answer, rule=stance.rule)
    words = passage.words(stance.start_char, stance.end_char)
    return replace(
        answer,
        value=value,
        value_span=passage.span(stance.start_char, stance.end_char),
        value_text=" ".join(word.text for word in words),
        confidence=STANCE_CONFIDENCE[stance.rule],
        rule=stance.rule,
    )


def _answer(dialogue: Dialogue, question: Question, turn_idxs: tuple[int, ...]) -> Answer:
    """Return an answer with its turns and words, no value yet."""
    turns = [dialogue.turns[index] for index in turn_idxs]
    text = " ".join(turn.text for turn in turns if turn.words)
    return Answer(question.question_id, turn_idxs, text, turns[0].span if turns else None)
