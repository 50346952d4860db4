"""Meaning: clauses compared with the codebook's phrases and with phrases of known worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.language.tokens import Language
from insights.language.vectors import Embedder, Vectors
from insights.language.wordlists import word_file
from insights.reasons.cues import PACKAGE
from insights.survey.codebook import Codebook

_SOURCES = ("include", "examples")
# Chosen on 1,400 sentences of public reviews' training parts and half of the fresh answers (tests/reasons_traps).
_RIDGE = 10.0
_TROUBLE = -1.1  # clear complaints only: words such as "warned" lean halfway
_CAUTION = 0.15  # complaints are said more mildly than seeds are


@dataclass(frozen=True, slots=True)
class Meaning:
    """What vectors know of one language's codes and of praise and complaint.

    Attributes
    ----------
    code_ids:
        The code of each prototype row.
    prototypes:
        Shape (n, d): the codebook's phrases.
    usual, spread:
        Shape (n,): mean and spread of each prototype's likeness to small talk and to seeds of
        praise and complaint; raw likenesses bunch together and mean nothing by themselves.
    axis, middle:
        Direction from complaint to praise, shape (d,), and the point between them on it.
    troubles:
        Phrases of the codebook that complain by themselves ("отключают").
    """

    code_ids: tuple[str, ...]
    prototypes: Vectors
    usual: Vectors
    spread: Vectors
    axis: Vectors
    middle: float
    troubles: frozenset[str]

    def likenesses(self, vectors: Vectors) -> dict[str, Vectors]:
        """Return for each code how many spreads above usual its nearest phrases are, shape (len(vectors),)."""
        if not self.code_ids:
            return {}
        raised = (vectors @ self.prototypes.T - self.usual) / self.spread
        codes = np.array(self.code_ids)
        return {code: _nearest_two(raised[:, codes == code]) for code in dict.fromkeys(self.code_ids)}

    def leanings(self, vectors: Vectors) -> Vectors:
        """Return how far each vector leans to praise (+) or complaint (-), about -1 to 1."""
        leaning: Vectors = ((vectors @ self.axis) - self.middle).astype(np.float32)
        return leaning


def _nearest_two(raised: Vectors) -> Vectors:
    """Return the mean of the best two phrases: one lucky phrase alone is no evidence."""
    best = np.sort(raised, axis=1)[:, -2:]
    mean: Vectors = best.mean(axis=1)
    return mean


def meaning_of(codebook: Codebook, language: Language, embedder: Embedder) -> Meaning:
    """Return the vectors of a codebook in one language (special codes left out)."""
    phrases = [
        (code.code_id, phrase)
        for code in codebook.codes
        if code.special is None
        for phrase in _phrases(code.label.get(language, ""), code.definition.get(language, ""))
        + tuple(phrase for source in _SOURCES for phrase in getattr(code, source).get(language, ()))
    ]
    seeds = word_file(PACKAGE, "seeds.toml")
    background = embedder.embed([text for worth in seeds[language].values() for text in worth])
    prototypes = embedder.embed([phrase for _, phrase in phrases])
    against = prototypes @ background.T if len(prototypes) else np.zeros((0, 1), dtype=np.float32)
    axis, middle = _worth_axis(seeds, embedder)
    leanings = prototypes @ axis - middle if len(prototypes) else ()
    return Meaning(
        code_ids=tuple(code_id for code_id, _ in phrases),
        prototypes=prototypes,
        usual=against.mean(axis=1),
        spread=np.maximum(against.std(axis=1), 1e-3),
        axis=axis,
        middle=middle,
        troubles=frozenset(phrase for (_, phrase), lean in zip(phrases, leanings) if lean <= _TROUBLE),
    )


def _phrases(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _worth_axis(seeds: dict[str, dict[str, Sequence[str]]], embedder: Embedder) -> tuple[Vectors, float]:
    """Return the direction from complaint to praise, both languages pooled, two long between their means.

    A discriminant with its covariance drawn towards the identity: what all seeds of one side share counts for more
    than what they happen to speak of.
    """
    good = _seed_vectors(seeds, "positive", embedder)
    bad = _seed_vectors(seeds, "negative", embedder)
    apart = good.mean(axis=0) - bad.mean(axis=0)
    within = np.vstack([good - good.mean(axis=0), bad - bad.mean(axis=0)])
    covariance = within.T @ within / len(within)
    size = np.trace(covariance) / len(covariance)
    axis = np.linalg.solve(covariance + _RIDGE * size * np.eye(len(covariance)), apart)
    axis *= 2 / max(float(axis @ apart), 1e-9)
    return axis.astype(np.float32), float(axis @ (good.mean(axis=0) + bad.mean(axis=0)) / 2) + _CAUTION


def _seed_vectors(seeds: dict[str, dict[str, Sequence[str]]], worth: str, embedder: Embedder) -> NDArray[np.float64]:
    return embedder.embed([text for language in seeds.values() for text in language[worth]]).astype(np.float64)
