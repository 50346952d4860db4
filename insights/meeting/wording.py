"""The page's words in both languages, and words of a call with what must not be read taken out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, cast

from insights.language.tokens import Language
from insights.privacy import MASKS
from insights.store import Row
from insights.store.records import PiiKind

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def labels(language: str) -> dict[str, str]:
    """Return the page's labels in one language."""
    text = files("insights.meeting").joinpath("labels.toml").read_text(encoding="utf-8")
    return {name: both[language] for name, both in tomllib.loads(text).items()}


@cache
def failures() -> dict[str, str]:
    """Return what the Russian page says of recordings that could not be used, by their kind."""
    text = files("insights.meeting").joinpath("failures.toml").read_text(encoding="utf-8")
    return {kind: str(said) for kind, said in tomllib.loads(text).items()}


def failure_text(row: Row, language: Language) -> str:
    """Return why a recording could not be used and what to do.

    >>> failure_text({"error_kind": "empty", "error": "0 bytes; copy it again"}, "en")
    '0 bytes; copy it again'
    >>> failure_text({"error_kind": "OSError", "error": "..."}, "ru")
    'обработать не удалось; подробности покажет earful gaps'
    """
    if language == "en":
        return str(row["error"])
    return failures().get(row["error_kind"], failures()["other"])


def problem_text(name: str, parts: Mapping[str, object], language: Language) -> str:
    """Return what is wrong in one sentence; days and moments among the parts as people write them.

    >>> problem_text("latest_day", {"day": date(2026, 11, 20), "next": "2026-11-21"}, "ru")
    'Последние звонки в исследовании — за 20.11.2026; их страница: earful morning --date 2026-11-21'
    """
    told = {key: in_words(part, language) for key, part in parts.items()}
    if "part" in parts:
        told["part"] = labels(language)[str(parts["part"])]
    return labels(language)[name].format(**told)


def in_words(part: object, language: Language) -> object:
    """Return a day, or a moment on this machine's clock, as the language writes it; anything else as it is.

    >>> in_words(date(2026, 11, 3), "en"), in_words(3, "en")
    ('3 Nov 2026', 3)
    """
    if not isinstance(part, date):
        return part
    here = part.astimezone() if isinstance(part, datetime) else part
    day = f"{here:%d.%m.%Y}" if language == "ru" else f"{here.day} {MONTHS[here.month - 1]} {here.year}"
    return f"{day} {here:%H:%M}" if isinstance(part, datetime) else day


def places_of(text: str, words: Sequence[Sequence[Any]]) -> list[tuple[int, int] | None]:
    """Return where each word stands in the text of its turn; None for one that is not found.

    >>> places_of("да, да", [["да,", 0, 1, 1.0], ["да", 1, 2, 1.0]])
    [(0, 3), (4, 6)]
    """
    places: list[tuple[int, int] | None] = []
    after = 0
    for word in words:
        at = text.find(word[0], after)
        places.append(None if at < 0 else (at, at + len(word[0])))
        after = after if at < 0 else at + len(word[0])
    return places


def readable_words(turn: Row, pii: Sequence[Row], *, language: Language) -> list[list[Any]]:
    """Return a turn's words as ``[text, start_s, end_s]``, personal data replaced by its kind in brackets.

    A word that cannot be placed in the text is masked by its seconds, and where those are missing as well it is
    masked for safety.
    """
    shown: list[list[Any]] = []
    masked_by: Row | None = None
    for word, place in zip(turn["words"], places_of(turn["text"], turn["words"]), strict=True):
        span = next((row for row in pii if covers(row, word, place)), None)
        start_s, end_s = word[1] / 1000, word[2] / 1000
        if span is not None and span is masked_by:
            shown[-1][2] = end_s
        else:
            shown.append([word[0] if span is None else mask_of(span["kind"], language), start_s, end_s])
        masked_by = span
    return shown


def covers(row: Row, word: Sequence[Any], place: tuple[int, int] | None) -> bool:
    """Return whether a personal span touches a word."""
    if place is not None:
        return bool(row["start_char"] < place[1] and place[0] < row["end_char"])
    if row["start_s"] is None:
        return True
    return bool(row["start_s"] * 1000 < word[2] and word[1] < row["end_s"] * 1000)


def mask_of(kind: str, language: Language) -> str:
    """Return what stands in place of personal data.

    >>> mask_of("person", "ru")
    '[имя]'
    """
    return MASKS[language][cast("PiiKind", kind)]
