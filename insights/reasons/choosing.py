"""Choosing: the code of a clause, from its words, its meaning and what was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insights.reasons.codewords import Hit

MEANING = "meaning"
_SURE = 0.9  # above, words decide alone and the clause need not be embedded
_ENOUGH = 0.45
_RATING_SHARE = 0.8  # words that only rate ("долго") count less than words that name a thing
_RATING_BESIDE_THING = (
    0.5  # and less still where another code's thing is named: "вежливый курьер" is about the courier
)
_THING_WEIGHT = 0.55
_CONTEXT_BONUS = 0.45
_TIE = 0.25
_PLAIN = 0.9
_BESIDE = 0.35
_BESIDE_SHARE = 0.8
_MEANING_SHARE = 0.2
_MEANING_ALONE = 2.3
_MEANING_MARGIN = 0.35


@dataclass(frozen=True, slots=True)
class Choice:
    """A code chosen for a clause.

    Attributes
    ----------
    confidence:
        In [0, 1].
    evidence:
        What it rests on: ``keyword:<term>``, ``meaning``, ``question`` or ``carried``.
    """

    code_id: str
    confidence: float
    evidence: str


def word_scores(hits: Sequence[Hit], *, context: str | None) -> dict[str, float]:
    """Return how far the words speak for each code; each word, and each term said twice, counts once a code."""
    things = {hit.code_id for hit in hits if hit.names_thing and hit.weight >= _THING_WEIGHT}
    by_word: dict[str, dict[int, tuple[float, str]]] = defaultdict(dict)
    for hit in hits:
        value = (hit.weight * _share(hit, things, context), hit.term)
        by_word[hit.code_id][hit.start] = max(value, by_word[hit.code_id].get(hit.start, (0.0, "")))
    scores = {}
    for code_id, values in by_word.items():
        by_term = {term: value for value, term in sorted(values.values())}
        best = sorted(by_term.values(), reverse=True)
        scores[code_id] = best[0] + 0.3 * sum(best[1:]) + (_CONTEXT_BONUS if code_id == context else 0.0)
    return scores


def _share(hit: Hit, things: set[str], context: str | None) -> float:
    if hit.names_thing or hit.code_id == context:
        return 1.0
    return _RATING_BESIDE_THING if things - {hit.code_id} else _RATING_SHARE


def needs_meaning(scores: Mapping[str, float]) -> bool:
    """Return whether words leave the code open: none sure, or two nearly alike."""
    best = sorted(scores.values(), reverse=True)
    if not best or best[0] < _SURE * _RATING_SHARE:
        return True
    return len(best) > 1 and best[0] - best[1] < _TIE


def choose(hits: Sequence[Hit], *, likenesses: Mapping[str, float] | None, context: str | None) -> Choice | None:
    """Return the code that words and meaning speak for most, or None when neither says enough.

    Parameters
    ----------
    likenesses:
        By code, in spreads above usual; None where the clause was not embedded.
    context:
        The code that the question itself is about, or None.
    """
    scores = word_scores(hits, context=context)
    meant = likenesses or {}
    if context is not None and context not in scores and not any(_speaks_up(hit) for hit in hits):
        return None
    if scores:
        raised = {code: _MEANING_SHARE * max(0.0, meant.get(code, 0.0)) for code in {**scores, **meant}}
        both = {code: scores.get(code, 0.0) + value for code, value in raised.items()}
        best = max(both, key=lambda code: both[code])
        if scores.get(best, 0.0) >= _ENOUGH:
            term = max((hit for hit in hits if hit.code_id == best), key=lambda hit: hit.weight).term
            return Choice(best, min(1.0, scores[best]), f"keyword:{term}")
    return _by_meaning(meant, scores)


def beside(hits: Sequence[Hit], first: Choice, *, context: str | None) -> Choice | None:
    """Return a second code whose thing is named as plainly ("prices on the website"), or None."""
    scores = word_scores(hits, context=context)
    plain = {
        hit.code_id: hit
        for hit in hits
        if hit.names_thing
        and hit.source in ("include", "label", "note")
        and hit.weight >= _PLAIN
        and hit.code_id != first.code_id
    }
    near = [code for code in plain if scores.get(first.code_id, 0.0) - scores[code] <= _BESIDE]
    if not near or not first.evidence.startswith("keyword"):
        return None
    best = max(near, key=lambda code: scores[code])
    return Choice(best, min(1.0, scores[best]) * _BESIDE_SHARE, f"keyword:{plain[best].term}")


def _speaks_up(hit: Hit) -> bool:
    """Return whether a word may lead away from what was asked: a thing, or a rating the codebook itself has."""
    return (hit.names_thing and hit.weight >= _THING_WEIGHT) or hit.source == "include"


def _by_meaning(meant: Mapping[str, float], scores: Mapping[str, float]) -> Choice | None:
    if not meant:
        return None
    raised = {code: value + 2.0 * scores.get(code, 0.0) for code, value in meant.items()}
    ranked = sorted(raised, key=lambda code: raised[code], reverse=True)
    best = ranked[0]
    margin = raised[best] - (raised[ranked[1]] if len(ranked) > 1 else 0.0)
    if raised[best] < _MEANING_ALONE or margin < _MEANING_MARGIN:
        return None
    return Choice(best, min(0.8, 0.2 * raised[best]), MEANING)
