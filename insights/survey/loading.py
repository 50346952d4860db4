"""Reading survey.toml and codebook.toml: every fault named with file, key and cure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from insights.survey.codebook import Code, Codebook
from insights.survey.faults import codebook_faults, survey_faults
from insights.survey.questionnaire import Question, Survey

Table = Mapping[str, Any]  # Any: TOML values, checked by the faults before use


class SurveyError(ValueError):
    """A survey or codebook that cannot be used; ``faults`` holds one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_survey(study_dir: Path) -> Survey:
    """Return the study's questionnaire.

    Raises
    ------
    SurveyError
        With every fault found in ``survey.toml``: what is wrong, where, and what to write instead.
    """
    path = study_dir / "survey.toml"
    table = read_toml(path)
    faults = survey_faults(table)
    if faults:
        raise SurveyError([f"{path.name}: {fault}" for fault in faults])
    return Survey(
        name=table["name"],
        version=table["version"],
        languages=tuple(table.get("languages", ("ru", "en"))),
        questions=tuple(question_from(entry) for entry in table["question"]),
        codebook=table.get("codebook", "codebook.toml"),
    )


def load_codebook(study_dir: Path, *, file_name: str = "codebook.toml") -> Codebook:
    """Return the study's codebook; SurveyError lists every fault."""
    path = study_dir / file_name
    table = read_toml(path)
    faults = codebook_faults(table)
    if faults:
        raise SurveyError([f"{path.name}: {fault}" for fault in faults])
    return Codebook(
        name=table["name"],
        version=table["version"],
        codes=tuple(code_from(entry) for entry in table["code"]),
    )


def read_toml(path: Path) -> Table:
    """Return a TOML file's content; SurveyError where it is missing or broken."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        where = f"{path.name}: not found in {path.parent.resolve()}"
        cure = "name the study's folder with --study, or make a study with `earful init`"
        raise SurveyError([f"{where}; {cure}"]) from None
    except UnicodeDecodeError as error:
        raise SurveyError([f"{path.name}: not in UTF-8 (byte {error.start}); save it as UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise SurveyError([f"{path.name}: not readable as TOML ({error}); {cure_of_toml(str(error))}"]) from error


def cure_of_toml(error: str) -> str:
    """Return what to do about TOML that cannot be read.

    >>> cure_of_toml("Cannot overwrite a value (at line 17, column 11)")
    'entries that repeat stand in double brackets, [[question]] or [[code]]'
    """
    if "overwrite" in error or "declare" in error:
        return "entries that repeat stand in double brackets, [[question]] or [[code]]"
    return "mend that place"


def question_from(entry: Table) -> Question:
    """Return one checked ``[[question]]`` as a Question."""
    scale = entry.get("scale")
    return Question(
        question_id=entry["id"],
        kind=entry["kind"],
        ask=dict(entry.get("ask", {})),
        scale=(scale[0], scale[1]) if scale else None,
        follows=entry.get("follows"),
        attribute=entry.get("attribute"),
        aliases=word_lists(entry.get("aliases", {})),
    )


def code_from(entry: Table) -> Code:
    """Return one checked ``[[code]]`` as a Code."""
    return Code(
        code_id=entry["id"],
        label=dict(entry.get("label", {})),
        definition=dict(entry.get("definition", {})),
        include=word_lists(entry.get("include", {})),
        exclude=word_lists(entry.get("exclude", {})),
        examples=word_lists(entry.get("examples", {})),
        special=entry.get("special"),
    )


def word_lists(table: Table) -> dict[str, tuple[str, ...]]:
    """Return lists of words by language as tuples."""
    return {language: tuple(words) for language, words in table.items()}
