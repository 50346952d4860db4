"""Roles: which voice asks the questionnaire and which answers it, from what is said; never from a voice print."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import exp

from rapidfuzz import fuzz

from transcribe.dialogue import Party, Turn

# Weights and thresholds were set by hand on what clerks must say; the margin is in the same points.
QUESTION_POINTS = 2.0
SIMILAR_FROM = 55.0
SIMILAR_FULL = 90.0
PRIOR_POINTS = 0.75
MARGIN_POINTS = 1.5
QUESTION_MARK_POINTS = 0.5
NUMBER_POINTS = 1.0
SHORT_ANSWER_WORDS = 4
MOST_PER_RULE = 4.0
# An answering machine talks once or twice; whoever talks on is a person who speaks of one.
MACHINE_TURNS = 3


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is who in a call.

    Attributes
    ----------
    parties:
        Party by lane; ``unknown`` where the evidence is below the margin, ``other`` for a third voice.
    confidence:
        In [0, 1]; 0.5 means nothing is known.
    margin:
        Points by which the operator's lane leads.
    evidence:
        Points by lane and rule, e.g. ``{"channel0": {"questions": 9.1, ...}}``.
    flags:
        ``channels_swapped`` where the configured channels are the other way round, ``roles_unknown``, ``voicemail``.
    """

    parties: Mapping[str, Party]
    confidence: float
    margin: float
    evidence: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def assign_roles(
    turns: Sequence[Turn],
    *,
    question_texts: Sequence[str],
    configured: Mapping[str, Party] | None = None,
) -> Roles:
    """Return which lane is the operator and which the respondent.

    Parameters
    ----------
    turns:
        All turns of the call in time order, with their lanes.
    question_texts:
        How the survey's questions are worded, in the call's language or all of them; clerks vary them.
    configured:
        Party by lane as the recording is said to be made: a prior that evidence overrules.
    """
    lanes = _by_words(turns)
    if not lanes:
        return Roles({}, 0.5, 0.0, {}, ("roles_unknown",))
    evidence = {lane: _points(lane, turns, question_texts, configured) for lane in lanes}
    machines = _machines(lanes, turns)
    if machines:
        return _with_machines(turns, machines, evidence, question_texts=question_texts, configured=configured)
    lead = {lane: sum(points.values()) for lane, points in evidence.items()}
    if len(lanes) == 1:
        return _alone(lanes[0], lead, evidence, configured)
    operator = max(lanes, key=lambda lane: lead[lane])
    rest = [lane for lane in lanes if lane != operator]
    respondent = rest[0]
    margin = lead[operator] - lead[respondent]
    if margin < MARGIN_POINTS:
        return Roles(dict.fromkeys(lanes, "unknown"), _confidence(margin), margin, evidence, ("roles_unknown",))
    parties: dict[str, Party] = dict.fromkeys(rest, "other")
    parties |= {operator: "operator", respondent: "respondent"}
    return Roles(parties, _confidence(margin), margin, evidence, _swapped(parties, configured))


def _machines(lanes: Sequence[str], turns: Sequence[Turn]) -> list[str]:
    """Return the lanes that are an answering machine: it says so, in one of the few turns it has."""
    found = []
    for lane in lanes:
        said = [plain(turn.text) for turn in turns if turn.lane == lane and turn.words]
        if len(said) <= MACHINE_TURNS and any(_says("machine", "voicemail", turn) for turn in said):
            found.append(lane)
    return found


def _with_machines(
    turns: Sequence[Turn],
    machines: Sequence[str],
    evidence: Mapping[str, Mapping[str, float]],
    *,
    question_texts: Sequence[str],
    configured: Mapping[str, Party] | None,
) -> Roles:
    """Name the lanes that are people; a machine is ``other``."""
    people = [turn for turn in turns if turn.lane not in machines]
    rest = assign_roles(people, question_texts=question_texts, configured=configured)
    parties: dict[str, Party] = {**rest.parties, **dict.fromkeys(machines, "other")}
    return Roles(parties, rest.confidence, rest.margin, evidence, ("voicemail", *rest.flags))


def _by_words(turns: Sequence[Turn]) -> list[str]:
    """Return the lanes that say something, most words first: the third voice is the one that says least."""
    count: dict[str, int] = {}
    for turn in turns:
        if turn.words:
            count[turn.lane] = count.get(turn.lane, 0) + len(turn.words)
    return sorted(count, key=lambda lane: (-count[lane], lane))


def _alone(
    lane: str,
    lead: Mapping[str, float],
    evidence: Mapping[str, Mapping[str, float]],
    configured: Mapping[str, Party] | None,
) -> Roles:
    """Name a lone voice only where what it says leaves no doubt."""
    margin = lead[lane]
    if abs(margin) < MARGIN_POINTS:
        return Roles({lane: "unknown"}, _confidence(abs(margin)), margin, evidence, ("roles_unknown",))
    parties: dict[str, Party] = {lane: "operator" if margin > 0 else "respondent"}
    return Roles(parties, _confidence(abs(margin)), margin, evidence, _swapped(parties, configured))


def _swapped(parties: Mapping[str, Party], configured: Mapping[str, Party] | None) -> tuple[str, ...]:
    said = configured or {}
    contradicted = any(
        said.get(lane) in {"operator", "respondent"} and party in {"operator", "respondent"} and said[lane] != party
        for lane, party in parties.items()
    )
    return ("channels_swapped",) if contradicted else ()


def _confidence(margin: float) -> float:
    """Return the margin as a probability-like figure in [0.5, 1]."""
    return 1 / (1 + exp(-margin / 2))


def _points(
    lane: str, turns: Sequence[Turn], question_texts: Sequence[str], configured: Mapping[str, Party] | None
) -> dict[str, float]:
    """Return the points each rule gives a lane: above 0 it sounds like the operator."""
    own = [turn for turn in turns if turn.lane == lane and turn.words]
    said = [plain(turn.text) for turn in own]
    points = {rule: min(MOST_PER_RULE, hint(said)) for rule, hint in HINTS}
    points["questions"] = question_points(said, question_texts)
    points["question_marks"] = min(MOST_PER_RULE, QUESTION_MARK_POINTS * sum("?" in turn.text for turn in own))
    points["numbers"] = -min(MOST_PER_RULE, NUMBER_POINTS * _numbers_answered(lane, turns))
    points["configured"] = {"operator": PRIOR_POINTS, "respondent": -PRIOR_POINTS}.get(
        (configured or {}).get(lane, "unknown"), 0.0
    )
    return points


def plain(text: str) -> str:
    """Return lower-case words parted by single blanks, nothing else; ё is written е.

    >>> plain("Да, всё так: I'd say 9!")
    'да все так i d say 9'
    """
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


def question_points(said: Sequence[str], question_texts: Sequence[str]) -> float:
    """Return the points for questions of the survey that are heard among ``said`` (plain turns of one lane)."""
    points = 0.0
    for question in question_texts:
        wanted = plain(question)
        best = max((_likeness(wanted, turn) for turn in said), default=0.0)
        points += QUESTION_POINTS * min(1.0, max(0.0, (best - SIMILAR_FROM) / (SIMILAR_FULL - SIMILAR_FROM)))
    return points


def _likeness(question: str, turn: str) -> float:
    """Return 0 to 100: how much of a question's words, as stems, a turn holds in any order and form."""
    wanted, there = _stems(question), _stems(turn)
    if not wanted or not there:
        return 0.0
    found = sum(max((fuzz.ratio(stem, other) for other in there), default=0.0) >= 80 for stem in wanted)  # noqa: PLR2004
    return 100.0 * found / len(wanted)


def _stems(text: str) -> list[str]:
    """Return the beginnings of the longer words: endings are what inflection and the recogniser change."""
    return [word[:5] for word in dict.fromkeys(text.split()) if len(word) > 3]  # noqa: PLR2004


@lru_cache(maxsize=1)
def _patterns() -> dict[str, dict[str, tuple[re.Pattern[str], ...]]]:
    data = tomllib.loads(files("transcribe").joinpath("roles.toml").read_text(encoding="utf-8"))
    return {
        party: {rule: tuple(re.compile(rf"\b(?:{pattern})") for pattern in found) for rule, found in rules.items()}
        for party, rules in data.items()
    }


def _says(party: str, rule: str, said: str) -> bool:
    """Tell whether a plain turn matches a rule of the word list."""
    return any(pattern.search(said) for pattern in _patterns()[party][rule])


def _counted(party: str, rule: str) -> Callable[[Sequence[str]], float]:
    def points(said: Sequence[str]) -> float:
        found = sum(_says(party, rule, turn) for turn in said)
        return float(found if party == "operator" else -found)

    return points


HINTS: tuple[tuple[str, Callable[[Sequence[str]], float]], ...] = (
    ("scale", _counted("operator", "scale")),
    ("opening", _counted("operator", "opening")),
    ("asking", _counted("operator", "asking")),
    ("read_back", _counted("operator", "read_back")),
    ("closing", _counted("operator", "closing")),
    ("answering", _counted("respondent", "answering")),
)


def _numbers_answered(lane: str, turns: Sequence[Turn]) -> int:
    """Return how often a lane answers another's turn with a short number and nothing to ask."""
    answered = 0
    for before, turn in pairwise(turns):
        short = 0 < len(turn.words) <= SHORT_ANSWER_WORDS and "?" not in turn.text
        if turn.lane == lane and before.lane != lane and short and _says("numbers", "said", plain(turn.text)):
            # An operator who reads a score back does so after a shorter turn than a question.
            answered += len(before.words) > len(turn.words)
    return answered
