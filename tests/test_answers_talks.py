"""Whole talks on surveys of other trades: every question found, nothing else, every number read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from audio.span import Span
from insights.answers import find_answers, find_questions
from insights.survey.loading import load_survey
from transcribe.dialogue import Dialogue, Turn, Word

TALKS = Path(__file__).parent / "answers_talks"
NAMES = sorted(path.stem for path in TALKS.glob("*.toml"))


def talk(name: str, folder: Path):
    """Return survey, dialogue and the expectations of one written talk."""
    told = tomllib.loads((TALKS / f"{name}.toml").read_text(encoding="utf-8"))
    (folder / "survey.toml").write_text(told["survey"], encoding="utf-8")
    turns, asks, probes, values = [], [], [], {}
    for i, entry in enumerate(told["turn"]):
        party, text = ("operator", entry["o"]) if "o" in entry else ("respondent", entry["r"])
        turns.append(spoken_turn(party, text, start_s=5.0 * i))
        asks += [(question_id, i) for question_id in entry.get("asks", [])]
        probes += [(question_id, i) for question_id in entry.get("probes", [])]
        values |= entry.get("value", {})
    return load_survey(folder), Dialogue(name, told["language"], tuple(turns)), (asks, probes, values)


def spoken_turn(party: str, text: str, *, start_s: float) -> Turn:
    words = text.split()
    step = 4.0 / len(words)
    placed = tuple(Word(word, Span(start_s + k * step, start_s + (k + 1) * step), 0.9) for k, word in enumerate(words))
    return Turn(party, Span(start_s, start_s + 4.0), placed, lane=party)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_found_where_it_was_put_and_nowhere_else(name, tmp_path):
    survey, dialogue, (asks, probes, _) = talk(name, tmp_path)
    asked = find_questions(dialogue, survey)
    assert [(one.question_id, one.turn_idx) for one in asked if not one.probe] == asks
    assert [(one.question_id, one.turn_idx) for one in asked if one.probe] == probes


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_read_and_none_is_made_up(name, tmp_path):
    survey, dialogue, (_, _, values) = talk(name, tmp_path)
    answers = find_answers(dialogue, find_questions(dialogue, survey), survey)
    read = {answer.question_id: answer.value for answer in answers}
    assert {question_id: read[question_id] for question_id in values} == {
        question_id: None if value == "none" else value for question_id, value in values.items()
    }
