"""Lexicon: number words and cues of one language, read from the room's TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from insights.answers.spoken import Phrase, phrases
from insights.language.wordlists import word_file

Form = Literal["exact", "familiar", "oblique", "misheard", "homophone", "digit", "garbled"]
WRITTEN_FORMS: tuple[Form, ...] = ("exact", "oblique", "familiar", "misheard", "homophone")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How one language says numbers of a scale.

    Attributes
    ----------
    numbers:
        By form, the word patterns of each value.
    cues, stance:
        Named lists of phrases, longest first.
    """

    language: str
    numbers: Mapping[Form, Mapping[int, tuple[str, ...]]]
    cues: Mapping[str, tuple[Phrase, ...]]
    stance: Mapping[str, tuple[Phrase, ...]]

    def cue(self, name: str) -> tuple[Phrase, ...]:
        """Return one list of phrases; () where the language needs none."""
        return self.cues.get(name, ())


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of ``ru`` or ``en``.

    >>> lexicon("en").numbers["exact"][8]
    ('eight',)
    """
    written = word_file("insights.answers", f"lexicon/{language}.toml")
    numbers = {
        form: {int(value): tuple(words) for value, words in written.get(form, {}).items()} for form in WRITTEN_FORMS
    }
    cues = {name: phrases(texts) for name, texts in written["cues"].items()}
    stance = {name: phrases(texts) for name, texts in written["stance"].items()}
    return Lexicon(language, numbers, cues, stance)
