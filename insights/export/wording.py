"""Words of exports that are no data, in Russian and English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def labels(language: str) -> dict[str, str]:
    """Return the labels in one language.

    >>> labels("ru")["praise"], labels("en")["praise"]
    ('похвала', 'praise')
    """
    text = files("insights.export").joinpath("labels.toml").read_text(encoding="utf-8")
    return {name: both[language] for name, both in tomllib.loads(text).items()}
