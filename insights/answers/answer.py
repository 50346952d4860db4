"""Asked and Answer: where a question was put, and what was said in reply."""

from __future__ import annotations

from dataclasses import dataclass

from audio.span import Span


@dataclass(frozen=True, slots=True)
class Asked:
    """One place where the operator put a question of the survey.

    Attributes
    ----------
    question_id:
        The survey's question; for a probe, the score it asks the reason of.
    span:
        From the first to the last word of the question.
    turn_idx:
        Index of the operator's turn in the dialogue.
    similarity:
        Likeness to the questionnaire's wording, in [0, 1].
    repeated:
        True where the same question was put earlier in the call.
    probe:
        True for a follow-up that the survey does not hold ("What was missing for five?");
        probes are not stored in ``asked``, they only link reasons to the score probed.
    """

    question_id: str
    span: Span
    turn_idx: int
    similarity: float
    repeated: bool = False
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the respondent said to one question.

    Attributes
    ----------
    question_id:
        The survey's question.
    turn_idxs:
        The respondent's turns that answer it, probes' answers included, in order.
    text:
        The respondent's words in those turns, joined; ``""`` where nothing was recognised.
    span:
        From the first to the last sound of the first answering turn, or None where nobody answered.
    value:
        The number that stands (after self-correction); None where none was given or the
        machine abstains. For ncs questions: 1 ready, 0 unsure, -1 not ready.
    value_span:
        Seconds of the number that stands; None without a value.
    value_text:
        The words the value rests on.
    first_value:
        The number first said where it was revised, else None.
    confidence:
        Posterior probability of ``value`` in [0, 1]; 0.0 where abstained.
    rule:
        Name of the rule or witness that decided, stored with the row ("self_correction", "witness", ...).
    low, high:
        The range where one was given ("восемь-девять"), else None.
    """

    question_id: str
    turn_idxs: tuple[int, ...]
    text: str
    span: Span | None
    value: float | None = None
    value_span: Span | None = None
    value_text: str = ""
    first_value: float | None = None
    confidence: float = 0.0
    rule: str = ""
    low: float | None = None
    high: float | None = None
