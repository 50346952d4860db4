"""Questionnaires to start from: by phone, in writing, and three questions a day after a service request."""

from __future__ import annotations

from importlib.resources import files

TEMPLATES = ("voice-of-customer", "written", "after-service")
FILES = ("survey.toml", "codebook.toml")


def template_files(name: str) -> dict[str, str]:
    """Return the texts of a template's ``survey.toml`` and ``codebook.toml`` by file name.

    Raises
    ------
    KeyError
        No such template; the message names those there are.

    Examples
    --------
    >>> sorted(template_files("after-service"))
    ['codebook.toml', 'survey.toml']
    """
    if name not in TEMPLATES:
        raise KeyError(f"no template {name!r}; templates: {', '.join(TEMPLATES)}")
    folder = files("insights.survey.templates") / name
    return {file: (folder / file).read_text(encoding="utf-8") for file in FILES}
