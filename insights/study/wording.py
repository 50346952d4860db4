"""Labels of plots and players, in Russian and English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from transcribe.dialogue import Language


@cache
def _labels() -> dict[str, dict[str, str]]:
    text = files("insights.study").joinpath("labels.toml").read_text(encoding="utf-8")
    labels: dict[str, dict[str, str]] = tomllib.loads(text)
    return labels


def label(name: str, language: Language, **parts: object) -> str:
    """Return a label with its parts filled in.

    Examples
    --------
    >>> label("operator", "ru"), label("shown", "en", n=3, total=9)
    ('оператор', '3 of 9 rows; play(n) or .iloc[...] for others')
    """
    return _labels()[name][language].format(**parts)
