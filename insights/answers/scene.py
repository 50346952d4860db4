"""Scene: an answer's words, every number in it, and the scale asked for, as the rules look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insights.answers.lexicon import Lexicon, lexicon
from insights.answers.mentions import Mention
from insights.answers.spoken import Spoken, any_phrase, same_clause


@dataclass(frozen=True, slots=True)
class Scene:
    """An answer's words, all numbers in it, and the scale asked for."""

    words: tuple[Spoken, ...]
    mentions: tuple[Mention, ...]
    language: str
    scale: tuple[int, int]

    @property
    def known(self) -> Lexicon:
        """The lexicon of the answer's language."""
        return lexicon(self.language)

    def clause(self, mention: Mention) -> tuple[Spoken, ...]:
        """Return the words of the mention's clause."""
        return same_clause(self.words, mention.at)

    def before(self, mention: Mention) -> tuple[Spoken, ...]:
        """Return the words of the mention's clause that go before it."""
        return tuple(word for word in self.clause(mention) if word.start_char < self.words[mention.at].start_char)

    def near(self, at: int) -> Mention | None:
        """Return the mention at word ``at``, if any."""
        return next((mention for mention in self.mentions if mention.at == at), None)

    def has(self, words: Sequence[Spoken], cue: str) -> bool:
        """Return whether a phrase of ``cue`` occurs among ``words``."""
        return any_phrase(words, self.known.cue(cue))
