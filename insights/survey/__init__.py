"""The questionnaire and the codebook: what was asked and how reasons are named."""

from __future__ import annotations

from insights.survey.codebook import Code, Codebook
from insights.survey.loading import SurveyError, load_codebook, load_survey
from insights.survey.questionnaire import KINDS, SCALE_KINDS, Question, Survey

__all__ = [
    "KINDS",
    "SCALE_KINDS",
    "Code",
    "Codebook",
    "Question",
    "Survey",
    "SurveyError",
    "load_codebook",
    "load_survey",
]
