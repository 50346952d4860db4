"""The questionnaires that ship: usable as they are, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.survey import load_codebook, load_survey
from insights.survey.templates import TEMPLATES, template_files


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_usable_study_in_both_languages(name: str, tmp_path: Path) -> None:
    for file, text in template_files(name).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    survey, codebook = load_survey(tmp_path), load_codebook(tmp_path)
    assert survey.languages == ("ru", "en")
    assert all(question.ask["ru"] and question.ask["en"] for question in survey.questions)
    assert {code.special for code in codebook.codes} == {None, "validity", "residual"}
    plain = [code for code in codebook.codes if code.special is None]
    assert all(code.include["ru"] and code.include["en"] and code.examples["ru"] for code in plain)


def test_the_survey_after_a_service_request_has_three_questions() -> None:
    assert template_files("after-service")["survey.toml"].count("[[question]]") == 3


def test_written_interviews_ask_importance_beside_every_attribute(tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text(template_files("written")["survey.toml"], encoding="utf-8")
    survey = load_survey(tmp_path)
    rated = {question.attribute for question in survey.of_kind("attribute")}
    assert rated == {question.attribute for question in survey.of_kind("importance")}


def test_an_unknown_template_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="templates: voice-of-customer, written, after-service"):
        template_files("phone")
