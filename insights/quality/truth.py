"""Truth: what was really said in a call, and when, from its truth file.

A truth file is JSON in UTF-8, one a call, named ``<call>.json`` beside the recording ``<call>_stereo.wav`` (or
``.flac``, or just ``<call>.wav``). Times are seconds from the call's first sample. Keys that count:

``id, language`` (``ru`` or ``en``)
``channels``      which party each channel holds: ``{"0": "operator", "1": "customer"}``
``turns``         ``role`` (``operator`` or ``customer``), ``start, end, text``, ``pauses`` inside it
                  (``[{start, end, kind: "silent"}]``), ``words`` where known (``[[word, start, end], ...]``)
``questions``     ``[{key, turn, start, end}]``; keys that the survey doesn't hold are skipped
``answers``       ``[{key, value, scale, turn, start, end, response_latency}]``; ``scale`` is ``"0-10"`` or
                  ``"yes/no"``; ``value`` is a number, ``yes``, ``no``, ``unsure``, or null where none was given
``reasons``       ``[{turn, category, polarity, quote}]``; polarity ``positive``, ``negative`` or ``neutral``
``questionnaire`` the numbers as recorded, used where the folder has no ``responses/``

Everything else in the file is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audio.span import Span
from transcribe.dialogue import Language, Party

ROLES: Mapping[str, Party] = {"operator": "operator", "customer": "respondent", "respondent": "respondent"}
POLARITIES = {"positive": 1, "negative": -1, "neutral": 0}
STANCES = {"yes": 1.0, "ready": 1.0, "unsure": 0.0, "no": -1.0, "not_ready": -1.0}


class TruthError(ValueError):
    """A truth file that cannot be used; says which file, which key and what to do."""


@dataclass(frozen=True, slots=True)
class TrueTurn:
    """One turn as it was spoken; ``words`` holds (word, its seconds) where they are known."""

    party: Party
    span: Span
    text: str
    pauses: tuple[Span, ...] = ()
    words: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class TrueQuestion:
    """Where a question was put; ``turn_idx`` counts the truth's turns."""

    question_id: str
    turn_idx: int
    span: Span


@dataclass(frozen=True, slots=True)
class TrueAnswer:
    """What was answered; ``value`` None where no number was given; ``latency_s`` None where unknown."""

    question_id: str
    value: float | None
    turn_idx: int
    span: Span
    latency_s: float | None
    is_score: bool


@dataclass(frozen=True, slots=True)
class TrueReason:
    """A reason somebody coded: its turn, code, polarity (-1, 0, 1) and quote."""

    turn_idx: int
    code_id: str
    polarity: int
    quote: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything known of one call."""

    call_id: str
    language: Language
    turns: tuple[TrueTurn, ...]
    questions: tuple[TrueQuestion, ...]
    answers: tuple[TrueAnswer, ...]
    reasons: tuple[TrueReason, ...]
    recorded: Mapping[str, float | str | None]


def read_truth(path: Path) -> Truth:
    """Return one call's truth.

    Raises
    ------
    TruthError
        When the file is no truth file: what is missing, and what to do.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return truth_from(told)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise TruthError(
            f"{path}: no JSON in UTF-8 ({error}); see the README for the format of truth files"
        ) from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise TruthError(
            f"{path}: {type(error).__name__} {error}; add the key as the README's format of truth files shows"
        ) from error


def truth_from(told: Mapping[str, Any]) -> Truth:
    """Return the truth told by a parsed file (``Any``: JSON)."""
    return Truth(
        call_id=str(told["id"]),
        language="en" if told["language"] == "en" else "ru",
        turns=tuple(_turn(turn) for turn in told["turns"]),
        questions=tuple(TrueQuestion(one["key"], int(one["turn"]), _span(one)) for one in told["questions"]),
        answers=tuple(_answer(one) for one in told["answers"]),
        reasons=tuple(
            TrueReason(int(one["turn"]), one["category"], POLARITIES[one["polarity"]], one["quote"])
            for one in told.get("reasons", ())
        ),
        recorded=dict(told.get("questionnaire", {})),
    )


def _span(told: Mapping[str, Any]) -> Span:
    """Return an entry's seconds."""
    return _seconds(told["start"], told["end"])


def _seconds(start: float, end: float) -> Span:
    """Return a span; an end before its start by a rounding becomes the start."""
    return Span(float(start), max(float(start), float(end)))


def _turn(told: Mapping[str, Any]) -> TrueTurn:
    """Return one turn."""
    pauses = tuple(_span(pause) for pause in told.get("pauses") or () if pause.get("kind", "silent") == "silent")
    words = tuple((str(word), _seconds(start, end)) for word, start, end in told.get("words") or ())
    return TrueTurn(ROLES[told["role"]], _span(told), str(told["text"]), pauses, words)


def _answer(told: Mapping[str, Any]) -> TrueAnswer:
    """Return one answer; words such as "yes" become the store's numbers."""
    value, is_score = told["value"], told["scale"] != "yes/no"
    number = None if value is None else STANCES[value] if isinstance(value, str) else float(value)
    latency = told.get("response_latency")
    return TrueAnswer(
        told["key"], number, int(told["turn"]), _span(told), None if latency is None else float(latency), is_score
    )
