"""Themes: clauses no code covers, grouped and named by their own words, offered as new codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.language.lemma import is_noun, part_of_speech
from insights.language.tokens import Language
from insights.language.vectors import Embedder
from insights.reasons.coder import ReasonCoder
from insights.reasons.codewords import function_words
from insights.reasons.cues import cue_keys
from insights.reasons.reading import read
from insights.reasons.statement import Leaning, Statement, leaning_of_score

_MIN_CLAUSES = 3
# Groups grow with the root of the clauses: of codes hidden in five small codebooks 37 of 46 are then found (with one
# group for every twenty clauses 26), and in the purest group .71 of the answers have the code, not .43.
_GROUPS_A_ROOT = 0.7
_MOST_THEMES = 12
_VECTOR_SHARE = 1.0
_TERMS = 4
_QUOTES = 5
_GRAMMAR = frozenset({"PREP", "CONJ", "PRCL", "NPRO"})


@dataclass(frozen=True, slots=True)
class Loose:
    """A clause that holds a judgement, or answers a why, and has no code."""

    text: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of clauses that might deserve a code.

    Attributes
    ----------
    terms:
        The words that set it apart from the other groups, strongest first.
    quotes:
        Up to five clauses nearest its middle.
    n:
        Clauses in it.
    by_score:
        Clauses by what the score says: 1 best marks, 0 between or unknown, -1 low marks.
    toml:
        Lines ready to paste into ``codebook.toml``.
    clauses:
        All its clauses with their statements, nearest its middle first.
    """

    language: Language
    terms: tuple[str, ...]
    quotes: tuple[str, ...]
    n: int
    by_score: dict[Leaning, int]
    toml: str
    clauses: tuple[Loose, ...] = ()


def loose_clauses(statements: Sequence[Statement], coder: ReasonCoder) -> list[Loose]:
    """Return the clauses of open answers that no code covers, back-channel and small talk left out."""
    return [
        Loose(text, statement)
        for statement, texts in zip(statements, coder.uncovered(statements))
        for text in texts
        if len(content_words(text, statement.language)) > 1
    ]


def themes(loose: Sequence[Loose], *, embedder: Embedder | None = None, seed: int = 0) -> list[Theme]:
    """Return the groups of uncovered clauses, largest first, each language by itself.

    Clauses are grouped by shared lemmas first and by meaning second, since vectors alone group by
    style; the words that name a group come from class-wise tf-idf.
    """
    found: list[Theme] = []
    for language in sorted({one.statement.language for one in loose}):
        own = [one for one in loose if one.statement.language == language]
        if len(own) >= _MIN_CLAUSES:
            found += _grouped(own, language, embedder, seed)
    return sorted(found, key=lambda theme: -theme.n)


def _grouped(loose: Sequence[Loose], language: Language, embedder: Embedder | None, seed: int) -> list[Theme]:
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = [" ".join(content_words(one.text, language)) for one in loose]
    tfidf = TfidfVectorizer(token_pattern=r"\S+", sublinear_tf=True)
    rows = tfidf.fit_transform(documents).toarray()
    if embedder is not None and embedder.semantic:
        vectors = embedder.embed([one.text.lower() for one in loose])
        rows = np.hstack([rows, _VECTOR_SHARE * (vectors - vectors.mean(axis=0)) * np.sqrt(5)])
    different = len(np.unique(rows.round(6), axis=0))
    count = max(1, min(_MOST_THEMES, different, round(_GROUPS_A_ROOT * len(loose) ** 0.5)))
    labels = KMeans(count, n_init=10, random_state=seed).fit_predict(rows)
    names = _terms_by_group(documents, labels)
    if language == "en":
        said = _forms_said(loose)
        names = {group: tuple(said[term] for term in terms) for group, terms in names.items()}
    return [
        _theme([place for place, label in enumerate(labels) if label == group], loose, rows, names[group], language)
        for group in sorted(set(labels.tolist()))
        if int((labels == group).sum()) >= _MIN_CLAUSES
    ]


def _theme(
    members: list[int], loose: Sequence[Loose], rows: NDArray[np.float64], terms: tuple[str, ...], language: Language
) -> Theme:
    middle = rows[members].mean(axis=0)
    near = sorted(members, key=lambda place: float(np.linalg.norm(rows[place] - middle)))
    quotes = tuple(dict.fromkeys(loose[place].text for place in near))[:_QUOTES]
    leanings = Counter(leaning_of_score(loose[p].statement.score, loose[p].statement.scale) for p in members)
    clauses = tuple(loose[place] for place in near)
    return Theme(language, terms, quotes, len(members), dict(leanings), toml_of(terms, quotes, language), clauses)


def _terms_by_group(documents: Sequence[str], labels: NDArray[np.int32]) -> dict[int, tuple[str, ...]]:
    """Return each group's words by class-wise tf-idf (Grootendorst, "BERTopic", 2022, section 3.3)."""
    counts = {int(group): Counter[str]() for group in set(labels.tolist())}
    for document, label in zip(documents, labels):
        counts[int(label)].update(document.split())
    overall = sum(counts.values(), Counter[str]())
    average = sum(overall.values()) / max(1, len(counts))
    named: dict[int, tuple[str, ...]] = {}
    for group, words in counts.items():
        weight = {word: n * np.log(1 + average / overall[word]) for word, n in words.items()}
        named[group] = tuple(sorted(weight, key=lambda word: (-weight[word], word))[:_TERMS])
    return named


def _forms_said(loose: Sequence[Loose]) -> dict[str, str]:
    """Return lemma -> the form said most: English lemmas are stems at times ("park" for "parking")."""
    forms: dict[str, Counter[str]] = {}
    for one in loose:
        for lemma, form in _content(one.text, one.statement.language):
            forms.setdefault(lemma, Counter())[form] += 1
    return {lemma: min(counts, key=lambda form: (-counts[form], form)) for lemma, counts in forms.items()}


def content_words(text: str, language: Language) -> list[str]:
    """Return the lemmas that carry meaning: grammar, fillers, numbers and bare praise left out.

    >>> content_words("ну парковки возле склада нет", "ru")
    ['парковка', 'склад']
    """
    return [lemma for lemma, _ in _content(text, language)]


def _content(text: str, language: Language) -> list[tuple[str, str]]:
    """Return (lemma, form said) of the words that carry meaning."""
    stops = function_words(language) | cue_keys(language, "fillers") | cue_keys(language, "generic")
    stops = stops | cue_keys(language, "numbers") | cue_keys(language, "pronouns")
    words = [
        seen
        for seen in read(text, language)
        if len(seen.text) > 2  # noqa: PLR2004 - shorter ones carry grammar
        and not seen.keys & stops
        and not seen.text.isdigit()
        and not (language == "ru" and part_of_speech(seen.text) in _GRAMMAR)
    ]
    return [(min(seen.keys - {seen.text}, default=seen.text), seen.text) for seen in words]


def toml_of(terms: Sequence[str], quotes: Sequence[str], language: Language) -> str:
    """Return a ``[[code]]`` table for a theme, to be renamed by the researcher."""
    import json

    def listed(values: Sequence[str]) -> str:
        return "[" + ", ".join(json.dumps(value, ensure_ascii=False) for value in values) + "]"

    things = [term for term in terms if language == "ru" and is_noun(term)]  # a code is named by a thing
    named = [*things, *(term for term in terms if term not in things)][:2]
    name = json.dumps(" ".join(named), ensure_ascii=False)
    return (
        f"[[code]]\nid = {json.dumps('new_' + '_'.join(named), ensure_ascii=False)}\nlabel.{language} = {name}\n"
        f"definition.{language} = {name}\n"
        f"include.{language} = {listed(terms)}\nexamples.{language} = {listed(quotes[:2])}\n"
    )
