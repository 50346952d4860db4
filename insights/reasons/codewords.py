"""Code words: what customers say when they mean a code, gathered from the codebook itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from insights.language.lemma import is_noun, lemma, part_of_speech
from insights.language.tokens import Language, plain, tokens
from insights.language.wordlists import word_file, words_of
from insights.reasons.cues import PACKAGE, cue_keys, worth_patterns
from insights.reasons.patterns import PatternSet, pattern_set
from insights.reasons.reading import Seen, family_of, keys_of, read
from insights.survey.codebook import Code, Codebook

# How far a word speaks for a code, by where the codebook has it. Includes are what customers say; the rest only hint.
WEIGHTS = {"include": 1.0, "label": 0.95, "note": 0.8, "thesaurus": 0.6, "example": 0.35, "definition": 0.35}
_MIN_HINT_LETTERS = 4
_RATING_PARTS = frozenset({"ADJF", "ADJS", "ADVB", "COMP", "PREP", "CONJ", "PRCL"})
_NOTE = re.compile(r"^(?P<what>.+?)\s*[-–—:]+\s*(?P<code>[\w-]+)$")
_KEPT_SHORT = frozenset({"не", "нет", "ни", "no", "not", "без", "without", "up", "on", "off", "out", "in"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A code's word found in a clause.

    Attributes
    ----------
    code_id, start, end:
        The code and the word indices within the clause, half-open.
    weight:
        How far it speaks for the code, 0.0 to 1.0.
    term:
        The codebook's word or phrase.
    source:
        Key of ``WEIGHTS``.
    names_thing:
        True for words that name what is rated (price), False for those that only rate it (expensive).
    """

    code_id: str
    start: int
    end: int
    weight: float
    term: str
    source: str
    names_thing: bool


@dataclass(frozen=True, slots=True)
class CodeWords:
    """The words of every code in one language.

    Attributes
    ----------
    patterns:
        All terms, compiled.
    terms:
        For each term its codes with their weights and sources.
    families:
        For each stem the terms of that root.
    things:
        Terms that name a thing rather than rate it.
    """

    language: Language
    patterns: PatternSet
    terms: dict[str, tuple[tuple[str, float, str], ...]]
    families: dict[str, tuple[str, ...]]
    things: frozenset[str]

    def hits(self, seen: Sequence[Seen]) -> list[Hit]:
        """Return every code word in the clause, in order; a word may speak for several codes."""
        found = [
            Hit(code_id, match.start, match.end, weight, match.name, source, match.name in self.things)
            for match in self.patterns.find_all(seen)
            for code_id, weight, source in self.terms[match.name]
        ]
        covered = {index for hit in found for index in range(hit.start, hit.end)}
        for index, word in enumerate(seen):
            if index in covered or not word.family:
                continue
            for term in self.families.get(word.family, ()):
                found += [
                    Hit(code_id, index, index + 1, weight * 0.9, term, source, term in self.things)
                    for code_id, weight, source in self.terms[term]
                ]
        return [_discounted(hit, seen, self.language) for hit in found]


def _discounted(hit: Hit, seen: Sequence[Seen], language: Language) -> Hit:
    """Halve a thing that is only named as absent by wish ("без менеджера"): it is not what is rated."""
    without = ("без",) if language == "ru" else ("without",)
    if hit.names_thing and hit.start > 0 and seen[hit.start - 1].text in without:
        return replace(hit, weight=hit.weight / 2)
    return hit


def code_words(codebook: Codebook, language: Language) -> CodeWords:
    """Return the words of a codebook's codes in one language, special codes left out.

    A word that several codes claim counts for none of them unless a codebook's own ``include`` gives it to one.
    """
    claimed: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    for code in codebook.codes:
        if code.special is None:
            for term, source in _terms_of(code, codebook, language):
                weight = WEIGHTS[source]
                if weight > claimed[term].get(code.code_id, (0.0, ""))[0]:
                    claimed[term][code.code_id] = (weight, source)
    _add_thesaurus(claimed, language)
    terms = {term: _settled(by_code) for term, by_code in claimed.items()}
    terms = {term: codes for term, codes in terms.items() if codes}
    families: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        if " " not in term and (family := family_of(term, language)):
            families[family].append(term)
    return CodeWords(
        language,
        pattern_set(terms, language),
        terms,
        {family: tuple(several) for family, several in families.items()},
        frozenset(term for term in terms if _names_thing(term, language)),
    )


def _settled(by_code: dict[str, tuple[float, str]]) -> tuple[tuple[str, float, str], ...]:
    """Keep the codes that claim a term most strongly; a hint that several share is none."""
    best = max(weight for weight, _ in by_code.values())
    kept = [(code_id, weight, source) for code_id, (weight, source) in by_code.items() if weight >= best - 0.1]
    if len(kept) > 1 and best < WEIGHTS["note"]:
        return ()
    return tuple((code_id, weight / len(kept) ** 0.5, source) for code_id, weight, source in kept)


def _terms_of(code: Code, codebook: Codebook, language: Language) -> Iterable[tuple[str, str]]:
    for phrase in code.include.get(language, ()):
        yield from ((term, "include") for term in phrase_terms(phrase, language))
    for note in _notes_for(code.code_id, codebook, language):
        yield from ((term, "note") for term in phrase_terms(note, language))
    yield from _label_terms(code.label.get(language, ""), _never_alone(code, language), language)
    for example in code.examples.get(language, ()):
        yield from ((term, "example") for term in _hints(example, language))
    yield from ((term, "definition") for term in _hints(code.definition.get(language, ""), language))


def _never_alone(code: Code, language: Language) -> frozenset[str]:
    """Return the words that a code's includes hold with others only: the "car" of "courtesy car", "loan car"."""
    includes = [[lemma(token.text, language) for token in tokens(text)] for text in code.include.get(language, ())]
    alone = {words[0] for words in includes if len(words) == 1}
    return frozenset(word for words in includes for word in words) - alone


def _label_terms(label: str, never_alone: frozenset[str], language: Language) -> Iterable[tuple[str, str]]:
    """Return a label's words: the head of each part names the code, the rest only hint at it."""
    for part in re.split(r",|/|\s+(?:и|and|&)\s+", label):
        named = re.split(r" (?:of|on|in|at|for|with) ", part)[0] if language == "en" else part
        words = [token.text for token in tokens(named) if token.text not in function_words(language)]
        if not words:
            continue
        head = words[0] if language == "ru" else words[-1]
        if len(words) > 1:
            yield " ".join(words), "label"
        for word in words:
            vague = keys_of(word, language) & _too_general(language) or lemma(word, language) in never_alone
            strong = word == head and (len(words) == 1 or not vague)
            yield lemma(word, language), "label" if strong else "definition"


def _notes_for(code_id: str, codebook: Codebook, language: Language) -> Iterable[str]:
    """Return what other codes' exclude notes hand over to this one ("the manager does not pick up: manager")."""
    for other in codebook.codes:
        for note in other.exclude.get(language, ()):
            found = _NOTE.match(note.strip())
            if found and found["code"] == code_id and other.code_id != code_id:
                yield found["what"]


def phrase_terms(phrase: str, language: Language) -> list[str]:
    """Return a phrase as patterns: its content words in their order and, for two, the other way round."""
    words = [token.text for token in tokens(phrase)]
    stops = function_words(language)
    content = [word for word in words if word in _KEPT_SHORT or word not in stops] or words
    if len(words) > 1 and (
        set(content) <= _KEPT_SHORT or (len(content) == 1 and _is_too_general(content[0], language))
    ):
        return [" ".join(words)]
    if len(content) == 1:
        return content
    joined = [" .. ".join(content)]
    if len(content) == 2 and not _KEPT_SHORT & set(content):  # noqa: PLR2004
        joined.append(" .. ".join(reversed(content)))
    return joined


def _is_too_general(word: str, language: Language) -> bool:
    return bool(keys_of(word, language) & _too_general(language))


def _too_general(language: Language) -> frozenset[str]:
    return cue_keys(language, "generic") | cue_keys(language, "vague")


@cache
def function_words(language: Language) -> frozenset[str]:
    """Return the words that carry grammar rather than meaning."""
    return frozenset(plain(word) for word in words_of("insights.language", "function_words.toml", language, "words"))


def _hints(text: str, language: Language) -> list[str]:
    """Return the nouns and verbs of a label, example or definition that could name the code's thing."""
    stops = function_words(language) | _too_general(language)
    found: list[str] = []
    for seen in read(text, language):
        if len(seen.text) < _MIN_HINT_LETTERS or seen.keys & stops or seen.text.isdigit():
            continue
        if language == "ru" and part_of_speech(seen.text) not in ("NOUN",):
            continue
        if worth_patterns(language, "positive").find([seen]) or worth_patterns(language, "negative").find([seen]):
            continue
        found.append(lemma(seen.text, language))
    return found


def _add_thesaurus(claimed: dict[str, dict[str, tuple[float, str]]], language: Language) -> None:
    """Let every group the codebook names (by include or label) lend its other words."""
    strong = {
        key: [(code_id, weight) for code_id, (weight, source) in by_code.items() if source in ("include", "label")]
        for term, by_code in list(claimed.items())
        for key in (keys_of(term, language) if " " not in term else (term,))
    }
    for group in word_file(PACKAGE, "thesaurus.toml")[language]["groups"]:
        members = {plain(word) for word in group}
        named: dict[str, float] = defaultdict(float)
        for member in members:
            for code_id in {code for key in _lookups(member, language) for code, _ in strong.get(key, ())}:
                named[code_id] += 1.0
        if not named:
            continue
        most = max(named.values())
        winners = [code_id for code_id, count in named.items() if count == most]
        if len(winners) > 1:
            continue
        for member in members:
            term = phrase_terms(member, language)[0]
            if WEIGHTS["thesaurus"] > claimed[term].get(winners[0], (0.0, ""))[0]:
                claimed[term][winners[0]] = (WEIGHTS["thesaurus"], "thesaurus")


def _lookups(member: str, language: Language) -> frozenset[str]:
    if " " in member:
        return frozenset(phrase_terms(member, language))
    return keys_of(member, language)


def _names_thing(term: str, language: Language) -> bool:
    words = read(term.replace("..", " "), language)
    if any(worth_patterns(language, name).find(words) for name in ("positive", "negative", "more", "less")):
        return False
    if language == "ru":
        return any(part_of_speech(word.text) not in _RATING_PARTS or is_noun(word.text) for word in words)
    return True
