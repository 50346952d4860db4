"""Refit: a coder that follows what people corrected, and is kept only where it agrees with them better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.language.lemma import lemma
from insights.language.tokens import Language, tokens
from insights.language.vectors import Embedder, Vectors
from insights.reasons.choosing import word_scores
from insights.reasons.lexicon import Lexicon
from insights.reasons.reading import read
from insights.reasons.worth import total, worths
from insights.survey.codebook import Codebook

Floats = NDArray[np.float32]
_HASHED = 2**17
_MIN_EXAMPLES = 3  # a code seen less often keeps to the codebook's own words
FEATURES = 2  # counts what the columns mean; weights learnt on others are of no use
# Shares, margin and stretches were chosen on draws of 100, 400 and 1,300 sentences within the training parts of
# public reviews; without the likenesses to the codebook 100 English labels give .010 less.
_VECTOR_SHARE = 2.0
_WORD_SHARE = 0.7
_LIKENESS_SHARE = 0.2
_LEANING_SHARE = 0.3
_LEANING_STRETCH = 2.0  # for polarity the leaning tells more than for codes
CODE_MARGIN = -0.25  # rare codes are under-predicted at 0


@dataclass(frozen=True, slots=True)
class Example:
    """One coded answer or clause.

    Attributes
    ----------
    codes:
        Given by people; an empty set means no reason.
    polarity:
        By code, where it was given.
    """

    text: str
    language: Language
    codes: frozenset[str]
    polarity: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Refit:
    """Weights learnt from corrections; holds no words of any customer.

    Attributes
    ----------
    version:
        1 for the first refit of a study, then counting.
    codebook_codes:
        The codes in the order of their features.
    code_ids:
        The codes learnt; the others keep to rules.
    code_weights:
        Shape (codes learnt, features + 1), the last column the bias.
    polarity_weights:
        Shape (features + 1,), or empty where polarity was not learnt.
    """

    version: int
    codebook_codes: tuple[str, ...]
    code_ids: tuple[str, ...]
    code_weights: Floats
    polarity_weights: Floats

    def save(self, path: Path) -> None:
        """Write the weights; nothing in the file can run code or be read as text."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path,
            features=np.array(FEATURES),
            version=np.array(self.version),
            codebook_codes=np.array(self.codebook_codes),
            code_ids=np.array(self.code_ids),
            code_weights=self.code_weights,
            polarity_weights=self.polarity_weights,
        )


def ordinary_codes(codebook: Codebook) -> tuple[str, ...]:
    """Return the codes that stand for reasons, in the codebook's order."""
    return tuple(code.code_id for code in codebook.codes if code.special is None)


def load_refit(path: Path) -> Refit:
    """Return the weights written by ``Refit.save``.

    Raises
    ------
    ValueError
        Where they were learnt on features that this version no longer computes.
    """
    with np.load(path, allow_pickle=False) as stored:
        if "features" not in stored or int(stored["features"]) != FEATURES:
            raise ValueError(f"{path.name} was learnt by another version of earful; learn again: earful code --refit")
        return Refit(
            int(stored["version"]),
            tuple(stored["codebook_codes"].tolist()),
            tuple(stored["code_ids"].tolist()),
            stored["code_weights"],
            stored["polarity_weights"],
        )


def learn(examples: Sequence[Example], codebook: Codebook, *, embedder: Embedder, version: int = 1) -> Refit:
    """Return a coder learnt from examples: linear SVMs on words, letters, vectors and code-word hits.

    Raises
    ------
    ValueError
        When no code was given often enough to learn from.
    """
    from sklearn.svm import LinearSVC

    features = features_of([(one.text, one.language) for one in examples], Lexicon(codebook, embedder))
    ordinary = ordinary_codes(codebook)
    learnable = [
        code for code in ordinary if _MIN_EXAMPLES <= sum(code in one.codes for one in examples) < len(examples)
    ]
    if not learnable:
        raise ValueError(f"{len(examples)} coded answers: no code was given {_MIN_EXAMPLES} times; code more first")
    rows = []
    for code in learnable:
        machine = LinearSVC(C=0.5, random_state=0).fit(features, [code in one.codes for one in examples])
        rows.append(np.append(machine.coef_[0], machine.intercept_[0]))
    return Refit(
        version,
        ordinary,
        tuple(learnable),
        np.array(rows, dtype=np.float32),
        _learn_polarity(examples, features),
    )


def _learn_polarity(examples: Sequence[Example], features: Any) -> Floats:  # noqa: ANN401 - scipy ships no types
    from sklearn.svm import LinearSVC

    clear = [
        (row, values.pop())
        for row, one in enumerate(examples)
        if len(values := {value for value in one.polarity.values() if value}) == 1
    ]
    if len(clear) < 2 * _MIN_EXAMPLES or len({value for _, value in clear}) < 2:  # noqa: PLR2004
        return np.zeros(0, dtype=np.float32)
    stretches = np.ones(features.shape[1], dtype=np.float32)
    stretches[-1] = _LEANING_STRETCH
    machine = LinearSVC(C=0.5, class_weight="balanced", random_state=0)  # complaints are fewer, and matter more
    machine.fit(features[[row for row, _ in clear]].multiply(stretches).tocsr(), [value > 0 for _, value in clear])
    return np.append(machine.coef_[0] * stretches, machine.intercept_[0]).astype(np.float32)


def features_of(texts: Sequence[tuple[str, Language]], lexicon: Lexicon, *, codes: Sequence[str] | None = None) -> Any:  # noqa: ANN401
    """Return the features of texts as a sparse matrix, one row a text.

    Hashed words and letters (no vocabulary is kept), sentence vectors, how far the codebook's words
    speak for each code, the worth of the words, how like the codebook's phrases each text is, and its leaning.

    Raises
    ------
    ValueError
        Where the lexicon has no vectors.
    """
    from scipy.sparse import csr_matrix, hstack

    if lexicon.embedder is None:
        raise ValueError("features need sentence vectors; give the lexicon an embedder")
    known = ordinary_codes(lexicon.codebook) if codes is None else tuple(codes)
    vectors = lexicon.embedder.embed([text.lower() for text, _ in texts])
    dense = [
        vectors * _VECTOR_SHARE,
        _rule_features(texts, lexicon, known),
        _sense(texts, vectors, lexicon, known),
    ]
    return hstack([*_hashed(texts), *(csr_matrix(block) for block in dense)]).tocsr()


def _sense(texts: Sequence[tuple[str, Language]], vectors: Vectors, lexicon: Lexicon, known: Sequence[str]) -> Floats:
    """Return likenesses to the codes' phrases and the leaning, shape (n, codes + 1); zeros for letter vectors."""
    rows = np.zeros((len(texts), len(known) + 1), dtype=np.float32)
    for language in sorted({language for _, language in texts}):
        meaning = lexicon.meaning(language)
        if meaning is None:
            continue
        own = [row for row, (_, other) in enumerate(texts) if other == language]
        likenesses = meaning.likenesses(vectors[own])
        for place, code in enumerate(known):
            if code in likenesses:
                rows[own, place] = _LIKENESS_SHARE * np.clip(likenesses[code], -1.0, 5.0)
        rows[own, -1] = _LEANING_SHARE * np.clip(meaning.leanings(vectors[own]), -2.0, 2.0)
    return rows


def _hashed(texts: Sequence[tuple[str, Language]]) -> list[Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(
        ngram_range=(1, 2), n_features=_HASHED, tokenizer=str.split, token_pattern=None, alternate_sign=False
    )
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=_HASHED, alternate_sign=False)
    lemmatised = [" ".join(lemma(token.text, language) for token in tokens(text)) for text, language in texts]
    return [words.transform(lemmatised), letters.transform([text.lower() for text, _ in texts])]


def _rule_features(texts: Sequence[tuple[str, Language]], lexicon: Lexicon, ordinary: Sequence[str]) -> Floats:
    rows = np.zeros((len(texts), len(ordinary) + 2), dtype=np.float32)
    for row, (text, language) in enumerate(texts):
        seen = read(text, language)
        scores = word_scores(lexicon.words(language).hits(seen), context=None)
        rows[row, : len(ordinary)] = [_WORD_SHARE * min(1.5, scores.get(code, 0.0)) for code in ordinary]
        worth = total(worths(seen, language))
        rows[row, len(ordinary) :] = (max(-2.0, min(2.0, worth)), float(worth < 0))
    return rows


def decisions(refit: Refit, features: Any) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Return the margins of each code learnt, shape (n, codes), and of praise over complaint, shape (n,)."""
    codes = features @ refit.code_weights[:, :-1].T + refit.code_weights[:, -1]
    if not refit.polarity_weights.size:
        return np.asarray(codes), np.full(features.shape[0], np.nan, dtype=np.float32)
    return np.asarray(codes), np.asarray(features @ refit.polarity_weights[:-1] + refit.polarity_weights[-1])


def learnt(
    refit: Refit, texts: Sequence[tuple[str, Language]], lexicon: Lexicon
) -> list[tuple[dict[str, float], float | None]]:
    """Return, for each text, the margin of each code learnt and that of praise over complaint.

    The codebook may have changed since: codes it no longer has are left out, new ones were not learnt. The margin
    of praise is None where polarity was not learnt.
    """
    features = features_of(texts, lexicon, codes=refit.codebook_codes)
    codes, leaning = decisions(refit, features)
    kept = set(ordinary_codes(lexicon.codebook))
    return [
        (
            {code: float(value) for code, value in zip(refit.code_ids, row) if code in kept},
            None if isnan(lean) else float(lean),
        )
        for row, lean in zip(codes, leaning)
    ]


def predicted(
    refit: Refit,
    texts: Sequence[tuple[str, Language]],
    codebook: Codebook,
    *,
    embedder: Embedder,
    above: float = CODE_MARGIN,
) -> list[frozenset[str]]:
    """Return the codes learnt that each text has.

    Parameters
    ----------
    above:
        Margin of the decision.
    """
    margins = learnt(refit, texts, Lexicon(codebook, embedder))
    return [frozenset(code for code, value in codes.items() if value > above) for codes, _ in margins]
