"""Lexicon: all that is gathered of one codebook, once for each language."""

from __future__ import annotations

from insights.language.tokens import Language
from insights.language.vectors import Embedder
from insights.reasons.codewords import CodeWords, code_words, phrase_terms
from insights.reasons.cues import expected_words
from insights.reasons.meaning import Meaning, meaning_of
from insights.reasons.slips import Vocabulary, vocabulary
from insights.survey.codebook import Codebook


class Lexicon:
    """A codebook's words, what may be heard as them, and what its phrases mean.

    Gathering takes longer than coding a statement, so each is gathered when first asked for and kept.

    Examples
    --------
    >>> from insights.survey.codebook import Code
    >>> lexicon = Lexicon(Codebook("shop", 1, (Code("price", {"en": "Price"}),)), None)
    >>> lexicon.words("en") is lexicon.words("en"), lexicon.meaning("en")
    (True, None)
    """

    def __init__(self, codebook: Codebook, embedder: Embedder | None) -> None:
        self.codebook = codebook
        self.embedder = embedder
        self._words: dict[Language, CodeWords] = {}
        self._vocabularies: dict[Language, Vocabulary] = {}
        self._meanings: dict[Language, Meaning] = {}

    def words(self, language: Language) -> CodeWords:
        """Return the codebook's words in one language."""
        if language not in self._words:
            self._words[language] = code_words(self.codebook, language)
        return self._words[language]

    def vocabulary(self, language: Language) -> Vocabulary:
        """Return the words worth hearing through a slip."""
        if language not in self._vocabularies:
            terms = (term for term in self.words(language).terms if " " not in term)
            self._vocabularies[language] = vocabulary([*terms, *expected_words(language)], language)
        return self._vocabularies[language]

    def meaning(self, language: Language) -> Meaning | None:
        """Return what the vectors know of the codes; None without vectors, or where they only compare letters."""
        if self.embedder is None or not self.embedder.semantic:
            return None
        if language not in self._meanings:
            self._meanings[language] = meaning_of(self.codebook, language, self.embedder)
        return self._meanings[language]

    def troubles(self, language: Language) -> frozenset[str]:
        """Return the code words that are complaints by themselves; none without vectors."""
        meaning = self.meaning(language)
        if meaning is None:
            return frozenset()
        return frozenset(term for phrase in meaning.troubles for term in phrase_terms(phrase, language))
