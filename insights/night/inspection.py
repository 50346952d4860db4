"""Inspecting a study before a run: everything that would stop or mislead it, with the cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from insights.settings import Settings, SettingsError, StudyFolder, load_settings
from insights.survey import Codebook, Survey, SurveyError, load_codebook, load_survey
from insights.survey.delimited import Problem
from insights.survey.frame_files import paths_beside, read_outcomes, read_population
from insights.survey.keys import unknown_keys
from insights.survey.loading import read_toml
from insights.survey.responses import ResponseFile, ResponseRow, read_responses, response_paths, unread


@dataclass(frozen=True, slots=True)
class Inspection:
    """The faults that stop a run, and the warnings that do not; each line names place and cure.

    ``problems`` are the faults of responses/ and of the files beside it: they cost a cell or a row.
    """

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    questions: int
    codes: int

    @property
    def usable(self) -> bool:
        """Whether a run can start."""
        return not self.faults


def inspect_study(study_dir: Path) -> Inspection:
    """Return what is wrong with a study's files; nothing is written."""
    faults: list[str] = []
    settings = settings_or_fault(study_dir, faults)
    survey = survey_or_fault(study_dir, faults)
    codebook = codebook_or_fault(study_dir, survey, faults)
    warnings: list[str] = []
    problems: list[Problem] = []
    if survey is not None:
        warnings += key_warnings(study_dir / "survey.toml", "survey")
        warnings += survey_warnings(survey)
        files = response_files(study_dir, survey, settings or Settings())
        warnings += spelling_warnings([row for file in files for row in file.rows])
        problems += response_problems(study_dir, files)
    if codebook is not None and survey is not None:
        warnings += key_warnings(study_dir / survey.codebook, "codebook")
    if codebook is not None:
        warnings += codebook_warnings(codebook)
    questions, codes = len(survey.questions) if survey else 0, len(codebook.codes) if codebook else 0
    return Inspection(tuple(faults), tuple(warnings), tuple(problems), questions, codes)


def settings_or_fault(study_dir: Path, faults: list[str]) -> Settings | None:
    """Return the settings, or None with the fault added."""
    try:
        return load_settings(study_dir)
    except SettingsError as error:
        faults.extend(error.faults)
        return None


def survey_or_fault(study_dir: Path, faults: list[str]) -> Survey | None:
    """Return the questionnaire, or None with its faults added."""
    try:
        return load_survey(study_dir)
    except SurveyError as error:
        faults.extend(error.faults)
        return None


def codebook_or_fault(study_dir: Path, survey: Survey | None, faults: list[str]) -> Codebook | None:
    """Return the codebook, or None with its faults added."""
    try:
        return load_codebook(study_dir, file_name=survey.codebook if survey else "codebook.toml")
    except SurveyError as error:
        faults.extend(error.faults)
        return None


def key_warnings(path: Path, kind: str) -> list[str]:
    """Return the keys of a readable survey or codebook that nobody reads."""
    return [f"{path.name}: {line}" for line in unknown_keys(read_toml(path), kind)]


def survey_warnings(survey: Survey) -> list[str]:
    """Return what a survey should rather have: a why behind each score, one thing asked at a time."""
    found = []
    followed = {question.follows for question in survey.questions}
    for question in survey.of_kind("nps"):
        if question.question_id not in followed:
            found.append(
                f"survey.toml: score {question.question_id!r} has no open question that follows it; "
                f'add one with follows = "{question.question_id}" to learn why'
            )
    for question in survey.questions:
        for language, text in question.ask.items():
            doubles = (" и ", " and ")
            if question.scale and any(word in f" {text.lower()} " for word in doubles) and text.count("?") > 1:
                found.append(
                    f"survey.toml: question {question.question_id!r} asks two things at once in {language}; "
                    "split it, or nobody knows what the number rates"
                )
    return found


def codebook_warnings(codebook: Codebook) -> list[str]:
    """Return words that two codes claim: the coder cannot tell them apart by these."""
    found = []
    for language in ("ru", "en"):
        owners: dict[str, list[str]] = {}
        for code in codebook.codes:
            for word in {item.lower() for item in code.include.get(language, ())}:
                owners.setdefault(word, []).append(code.code_id)
        for word, codes in sorted(owners.items()):
            if len(codes) > 1:
                found.append(
                    f"codebook.toml: {word!r} is in include.{language} of {', '.join(codes)}; keep it in one of them"
                )
    return found


def response_files(study_dir: Path, survey: Survey, settings: Settings) -> list[ResponseFile]:
    """Return every file of ``responses/``, read."""
    paths = response_paths(StudyFolder(study_dir).responses)
    return [read_responses(path, survey=survey, columns=settings.columns) for path in paths]


def spelling_warnings(rows: Sequence[ResponseRow]) -> list[str]:
    """Return waves, segments and roles that differ only in case or blanks: each is a group of its own in figures."""
    found = []
    for name in ("wave", "segment", "role"):
        spellings: dict[str, set[str]] = {}
        for value in {getattr(row, name) for row in rows} - {None}:
            spellings.setdefault("".join(value.casefold().split()), set()).add(value)
        for same in sorted(sorted(one) for one in spellings.values() if len(one) > 1):
            found.append(f"responses/: {name} is written {' and '.join(map(repr, same))}; write it in one way")
    return found


def response_problems(study_dir: Path, files: Sequence[ResponseFile]) -> list[Problem]:
    """Return what cannot be used of ``responses/``, population.csv and outcomes.csv."""
    folder = StudyFolder(study_dir).responses
    beside = {path.name: path for path in paths_beside(folder)}
    found = [*unread(folder), *(problem for file in files for problem in file.problems)]
    for name, read in (("population.csv", read_population), ("outcomes.csv", read_outcomes)):
        found += read(beside[name])[1] if name in beside else ()
    return found
