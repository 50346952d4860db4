"""Names of methods as researchers read them, in Russian and English."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from insights.statistics.sentences import Language


@cache
def _patterns() -> tuple[tuple[str, str], ...]:
    text = files("insights.statistics").joinpath("methods.toml").read_text(encoding="utf-8")
    return tuple((pattern, replacement) for pattern, replacement in tomllib.loads(text)["ru"])


def method_text(method: str, language: Language) -> str:
    """Return a method's stored name in the reader's language; what has no translation stays English.

    Examples
    --------
    >>> method_text("adjusted Wald; 50 of 120 clients", "ru"), method_text("Wilson", "en")
    ('Вальд с поправкой; 50 из 120 клиентов', 'Wilson')
    """
    if language == "ru":
        for pattern, replacement in _patterns():
            method = re.sub(pattern, replacement, method)
    return method
