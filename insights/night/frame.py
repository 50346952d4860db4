"""StudyFrame: the folder, settings, questionnaire and codebook that a run works with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from insights.settings import Settings, StudyFolder, load_settings
from insights.store import NamePattern
from insights.survey import Codebook, Survey, load_codebook, load_survey
from transcribe.dialogue import Language

LANGUAGES: tuple[Language, ...] = ("ru", "en")


@dataclass(frozen=True, slots=True)
class StudyFrame:
    """Everything a run knows of a study before it opens the first recording."""

    folder: StudyFolder
    settings: Settings
    survey: Survey
    codebook: Codebook

    @property
    def question_texts(self) -> Mapping[Language, tuple[str, ...]]:
        """Every wording of every question, by language."""
        return {
            language: tuple(text for question in self.survey.questions for text in question.wordings(language))
            for language in LANGUAGES
        }

    @property
    def name_pattern(self) -> NamePattern | None:
        """Return how the telephone system names files, or None where nobody said."""
        options = self.settings.recordings
        return NamePattern(options.pattern, options.time_format, options.match_minutes) if options.pattern else None


def load_frame(study_dir: Path) -> StudyFrame:
    """Return a study's frame.

    Raises
    ------
    SettingsError, SurveyError
        With every fault of earful.toml, survey.toml and codebook.toml.
    """
    settings = load_settings(study_dir)
    survey = load_survey(study_dir)
    codebook = load_codebook(study_dir, file_name=survey.codebook)
    return StudyFrame(StudyFolder(study_dir), settings, survey, codebook)


def declared_language(text: str | None) -> Language | None:
    """Return the language a response row declares, or None."""
    return next((language for language in LANGUAGES if language == text), None)


def fingerprint(*parts: object) -> str:
    """Return a short hash over what a stage depends on; equal inputs give equal hashes.

    Examples
    --------
    >>> fingerprint("a", {"b": 1}) == fingerprint("a", {"b": 1})
    True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Return a dataclass or mapping as what JSON can hold."""
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload] # a dataclass instance by the line above
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
