"""Coverage: how much of a question's content a stretch of the operator's speech says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz

from insights.answers.spoken import Phrase, fits, phrases, spoken
from insights.language.lemma import is_russian_word, lemma
from insights.language.wordlists import word_file
from insights.survey.questionnaire import Question, Survey

# Words that carry no topic still tell apart two questions on the same thing ("how satisfied", "how important").
CARRIER_WEIGHT = 0.15
TOPIC_WEIGHT = 1.0
# Two forms are one word from this likeness (0-100) on, or where they share this part of the longer as a beginning.
LIKENESS = 80.0
SHARED_BEGINNING = 0.6
BEGINNING_LETTERS = 4
# A word that the dictionary doesn't know may be a garbled one ("уныгжера"): weaker evidence from this likeness on.
GARBLED_LIKENESS, GARBLED_LETTERS, GARBLED_SHARE = 55.0, 6, 0.6


@dataclass(frozen=True, slots=True)
class AskingWords:
    """One language's words for asking: courtesies, carriers, ways of asking why, words of one meaning."""

    courtesy: tuple[Phrase, ...]
    carrier: tuple[Phrase, ...]
    why: tuple[Phrase, ...]
    important: tuple[Phrase, ...]
    question_word: tuple[Phrase, ...]
    same: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to put a question, as weighted words.

    ``words`` are dictionary forms or, where unknown, the words themselves; ``weights`` fall with the number of
    questions of the survey that hold the word.
    """

    words: tuple[str, ...]
    weights: tuple[float, ...]


@cache
def asking_words(language: str) -> AskingWords:
    """Return the asking words of ``ru`` or ``en``."""
    written = word_file("insights.answers", "lexicon/questions.toml")[language]
    lists = {name: phrases(written[name]) for name in ("courtesy", "carrier", "why", "important", "question_word")}
    same = {name: tuple(patterns) for name, patterns in written["same"].items()}
    return AskingWords(**lists, same=same)


def content(text: str, language: str) -> tuple[str, ...]:
    """Return the words of a text that are no courtesy, in order.

    >>> content("Спасибо. А ассортимент?", "ru")
    ('ассортимент',)
    """
    known = asking_words(language)
    return tuple(word.text for word in spoken(text) if not _listed(word.text, known.courtesy))


def is_carrier(word: str, language: str) -> bool:
    """Return whether a word belongs to asking rather than to what is asked about."""
    return _listed(word, asking_words(language).carrier)


def _listed(word: str, known: Sequence[Phrase]) -> bool:
    """Return whether a single word is among one-word phrases."""
    return any(len(phrase) == 1 and fits(word, phrase[0]) for phrase in known)


@lru_cache(maxsize=50_000)
def meanings(word: str, language: str) -> frozenset[str]:
    """Return the names of the word families a word belongs to."""
    families = asking_words(language).same
    return frozenset(
        name
        for name, patterns in families.items()
        if any(fits(word, pattern) for pattern in patterns if " " not in pattern)
    )


@lru_cache(maxsize=100_000)
def same_word(first: str, second: str, language: str) -> float:
    """Return how surely a word said (``first``) is a word of a wording: a form of it, garbled, or of one meaning.

    >>> same_word("порекомендуете", "рекомендовать", "ru")
    0.9
    """
    if first == second or lemma(first, _ru_or_en(language)) == lemma(second, _ru_or_en(language)):
        return 1.0
    if meanings(first, language) & meanings(second, language):
        return 0.9
    shorter, longer = sorted((first, second), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(shorter, longer)) if a != b), len(shorter))
    if shared >= BEGINNING_LETTERS and shared / len(longer) >= SHARED_BEGINNING:
        return 0.95
    ratio = fuzz.ratio(first, second) if len(shorter) >= BEGINNING_LETTERS else 0.0
    if ratio >= LIKENESS:
        return 0.9
    return GARBLED_SHARE if ratio >= GARBLED_LIKENESS and _is_garbled(first, language) else 0.0


def _is_garbled(word: str, language: str) -> bool:
    """Return whether a word said is no word of the language; English has no dictionary here, so never."""
    return language == "ru" and len(word) >= GARBLED_LETTERS and not is_russian_word(word)


def _ru_or_en(language: str) -> Literal["ru", "en"]:
    """Return the language as the lemmatiser wants it."""
    return "en" if language == "en" else "ru"


def wordings_of(survey: Survey, language: str, extra: Mapping[str, Sequence[str]]) -> dict[str, tuple[Wording, ...]]:
    """Return every question's wordings as weighted words; ``extra`` holds further topic words by question id."""
    texts = {question.question_id: _texts(question, language, extra) for question in survey.questions}
    holders = [frozenset(word for text in found[:1] for word in content(text, language)) for found in texts.values()]
    return {
        question_id: tuple(_wording(text, language, holders) for text in found) for question_id, found in texts.items()
    }


def _texts(question: Question, language: str, extra: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a question's wordings, the attribute's own name and the extra topic words among them."""
    named = (question.attribute,) if question.attribute else ()
    return (*question.wordings(language), *named, *extra.get(question.question_id, ()))


def _wording(text: str, language: str, holders: Sequence[frozenset[str]]) -> Wording:
    """Return one wording with a weight for each word."""
    words = tuple(dict.fromkeys(content(text, language)))
    weights = []
    for word in words:
        shared_by = sum(any(same_word(word, other, language) for other in holder) for holder in holders)
        base = CARRIER_WEIGHT if is_carrier(word, language) else TOPIC_WEIGHT
        weights.append(base / max(1, shared_by) ** 0.5)
    return Wording(words, tuple(weights))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a stretch of speech and a wording agree, each in [0, 1].

    ``covered``: share of the wording's weight that was said; ``topic``: the same over topic words alone (``covered``
    where the wording has none); ``explained``: share of the stretch's topic words that the wording holds.
    """

    covered: float
    topic: float
    explained: float


def likeness(said: Sequence[str], wording: Wording, language: str) -> Likeness:
    """Return how much of a wording was said, and how much of what was said it explains.

    Neighbours count as one word too: a recogniser parts long words it doesn't know ("мены бжера").
    """
    joined = [
        first + second
        for first, second in pairwise(said)
        if not (is_carrier(first, language) and is_carrier(second, language))
    ]
    matched = [
        max((same_word(other, word, language) for other in (*said, *joined)), default=0.0) for word in wording.words
    ]
    topics = [not is_carrier(word, language) for word in wording.words]
    total = sum(wording.weights)
    covered = sum(weight * share for weight, share in zip(wording.weights, matched)) / total if total else 0.0
    topic_total = sum(weight for weight, topic in zip(wording.weights, topics) if topic)
    topic_said = sum(w * share for w, share, topic in zip(wording.weights, matched, topics) if topic)
    return Likeness(covered, topic_said / topic_total if topic_total else covered, _explained(said, wording, language))


def _explained(said: Sequence[str], wording: Wording, language: str) -> float:
    """Return the share of the topic words said that a wording holds, garbled words of no likeness left out."""
    shares = []
    for i, word in enumerate(said):
        if is_carrier(word, language):
            continue
        pairs = ("".join(said[max(0, i - 1) : i + 1]), "".join(said[i : i + 2]))
        share = max((same_word(form, own, language) for form in (word, *pairs) for own in wording.words), default=0.0)
        if share or not _is_garbled(word, language):
            shares.append(share)
    return sum(shares) / len(shares) if shares else 1.0
