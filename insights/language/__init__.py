"""Language: words, lemmas, likeness of sound and of meaning, in Russian and English."""

from insights.language.lemma import lemma, lemmas
from insights.language.pipelines import pipeline
from insights.language.tokens import Token, language_of, plain, tokens
from insights.language.truecase import truecased
from insights.language.vectors import Embedder, embedder

__all__ = [
    "Embedder",
    "Token",
    "embedder",
    "language_of",
    "lemma",
    "lemmas",
    "pipeline",
    "plain",
    "tokens",
    "truecased",
]
