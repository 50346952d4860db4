"""Masks: personal data replaced by the name of its kind."""

from __future__ import annotations

from collections.abc import Iterable

from insights.language.tokens import Language
from insights.privacy.spans import PiiSpan
from insights.store.records import PiiKind

MASKS: dict[Language, dict[PiiKind, str]] = {
    "ru": {
        "person": "[имя]",
        "phone": "[телефон]",
        "card": "[карта]",
        "email": "[почта]",
        "address": "[адрес]",
        "document": "[документ]",
    },
    "en": {
        "person": "[name]",
        "phone": "[phone]",
        "card": "[card]",
        "email": "[email]",
        "address": "[address]",
        "document": "[document]",
    },
}


def mask(text: str, spans: Iterable[PiiSpan], language: Language) -> str:
    """Return ``text`` with every span replaced by its kind in brackets; all else stays as it is.

    >>> mask("I'm Anna.", [PiiSpan(4, 8, "person", "sure_name")], "en")
    "I'm [name]."
    """
    parts, at = [], 0
    for span in sorted(spans):
        parts += [text[at : span.start_char], MASKS[language][span.kind]]
        at = span.end_char
    return "".join((*parts, text[at:]))
