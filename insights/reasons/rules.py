"""Rules: named decisions on a clause's polarity, asked in order; the first that answers is stored with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from insights.language.tokens import Language
from insights.reasons.clauses import Clause
from insights.reasons.codewords import Hit, function_words
from insights.reasons.cues import cue, cue_keys
from insights.reasons.reason import Polarity
from insights.reasons.statement import Leaning
from insights.reasons.turning import Turn, is_reported
from insights.reasons.worth import Worth, is_negator, sized, total

_SHORT_WORDS = 4
_DENIAL_REACH = 2
_CLEAR_LEANING = 0.15
_SCORE_DECIDES = 1.1
_SCORE_PULL = 0.9  # how far the score given moves the reading of a clause that no word decides


@dataclass(frozen=True, slots=True)
class View:
    """A clause with everything the rules may look at.

    Attributes
    ----------
    asked:
        -1 when asked what to improve or what was missing, 1 when asked what is liked, else 0.
    scored:
        What the score given says (see ``leaning_of_score``).
    leaning:
        Of the clause's meaning, about -1 to 1; None where it was not embedded.
    reported:
        True where the clause before says that somebody else says so.
    turn:
        What the clause is to its neighbour (see ``turnings``), or None.
    troubles:
        The code words that are complaints by themselves ("отключают"), as far as their meaning shows.
    """

    clause: Clause
    language: Language
    worths: tuple[Worth, ...]
    hits: tuple[Hit, ...]
    asked: Leaning = 0
    scored: Leaning = 0
    leaning: float | None = None
    reported: bool = False
    turn: Turn | None = None
    troubles: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Return whether the clause holds a cue of this name."""
        return bool(cue(self.language, name).find(self.clause.seen))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer.

    Attributes
    ----------
    polarity:
        Of the reason; None when the clause is no reason of the customer's own.
    rule:
        The rule's name.
    strength:
        In [0, 1]: how surely.
    """

    polarity: Polarity | None
    rule: str
    strength: float


Rule = Callable[[View], Verdict | None]


def back_channel(view: View) -> Verdict | None:
    """Drop "да, да, понятно", numbers and thanks."""
    idle = cue_keys(view.language, "backchannel") | cue_keys(view.language, "numbers")
    if not view.worths and _only_scores(view):
        return Verdict(None, "back_channel", 0.9)
    if view.hits and any(hit.names_thing for hit in view.hits):
        return None
    if all(seen.text in idle or seen.text.isdigit() for seen in view.clause.seen):
        return Verdict(None, "back_channel", 1.0)
    return None


def _only_scores(view: View) -> bool:
    """Return whether a clause says no more than a number for a thing ("the range, four, I would say")."""
    numbers = cue_keys(view.language, "numbers")
    idle = numbers | cue_keys(view.language, "backchannel") | function_words(view.language)
    named = {index for hit in view.hits for index in range(hit.start, hit.end)}
    seen = view.clause.seen
    return any(word.keys & numbers or word.text.isdigit() for word in seen) and all(
        word.keys & idle or word.text.isdigit() or index in named for index, word in enumerate(seen)
    )


def asks_back(view: View) -> Verdict | None:
    """Drop the customer's own questions ("а вы откуда звоните")."""
    return Verdict(None, "asks_back", 0.8) if view.has("asks_back") and not view.worths else None


def evasion(view: View) -> Verdict | None:
    """Drop answers that give no answer ("трудно сказать", "nothing comes to mind"), unless they name a thing."""
    named_plainly = any(hit.names_thing and hit.source == "include" for hit in view.hits)
    said_by_denial = bool(view.worths) and view.has("denying_frame")
    if view.has("evasion") and not said_by_denial and (not named_plainly or not view.worths):
        return Verdict(None, "evasion", 0.8)
    return None


def reported_speech(view: View) -> Verdict | None:
    """Drop what others say, unless the customer agrees."""
    if view.has("endorsed") or view.turn == "endorsed":
        return None
    if view.reported or is_reported(view.clause, view.language):
        return Verdict(None, "reported_speech", 0.9)
    return None


def promise(view: View) -> Verdict | None:
    """Drop what was only promised; a promise with a complaint in it stays a complaint."""
    kept = view.has("denying_frame") or view.has("kept_word")
    if view.has("promised") and not kept and total(view.worths) > 0:
        return Verdict(None, "promise", 0.7)
    return None


def outdone(view: View) -> Verdict | None:
    """Drop what others do or what once was, where the next clause sets us or the present against it."""
    return Verdict(None, view.turn, 0.8) if view.turn in ("foil", "past") else None


def mended(view: View) -> Verdict | None:
    """Praise a trouble put right ("был вопрос со счётом, но вы пересчитали")."""
    return Verdict(1, "mended", 0.8) if view.turn == "mended" and total(view.worths) >= 0 else None


def the_rest(view: View) -> Verdict | None:
    """Praise what is left beside the improvement asked for ("а так всё есть", "otherwise"), unless it complains."""
    left = view.turn == "rest" and view.asked < 0 and total(view.worths) >= 0
    return Verdict(1, "the_rest", 0.7) if left else None


def comparison(view: View) -> Verdict | None:
    """Read who comes off better: we, a competitor, or we in the past."""
    side = _better_side(view)
    value = _compared_value(view)
    if not side or not value:
        return None
    return Verdict(1 if side * value > 0 else -1, "comparison", 0.9)


def _better_side(view: View) -> int:
    """Return 1 where the comparison speaks of us now, -1 where of others or of the past, 0 without one."""
    if view.has("kept_word") or view.has("new_trouble"):  # "earlier than they said" compares with no company
        return 0
    if view.has("than_you"):
        return 1 if view.has("nobody") else -1
    if view.has("than_others") or view.has("better_than_before"):
        return 1
    return -1 if view.has("competitor") or (view.has("before") and not view.has("now")) else 0


def _degree(view: View, name: str) -> int:
    """Return how often a degree is said, less how often it is denied ("не хуже"); sizes hang on the thing."""
    seen = view.clause.seen
    sizes = {place for size in sized(seen, view.language) for place in range(size.start, size.end)}
    found = [match for match in cue(view.language, name).find(seen) if match.start not in sizes]
    denied = sum(match.start > 0 and is_negator(seen[match.start - 1], view.language) for match in found)
    return len(found) - 2 * denied


def _compared_value(view: View) -> float:
    degree = _degree(view, "better") - _degree(view, "worse")
    degree += round(total(sized(view.clause.seen, view.language)))
    value = float(degree) or total(view.worths)
    if value < 0 and not degree and not view.has("before"):  # a complaint beside another company's name is about us
        return 0.0
    return value


def no_complaint(view: View) -> Verdict | None:
    """Praise by idioms of having nothing to complain of."""
    return Verdict(1, "no_complaint", 0.9) if view.has("no_complaint") else None


def wish(view: View) -> Verdict | None:
    """Take a wish for a complaint about what is wished for."""
    if view.has("wish") and not view.has("not_wish"):
        return Verdict(-1, "wish", 0.85)
    return None


def asked_to_improve(view: View) -> Verdict | None:
    """Take what is named when asked for improvements for a complaint, unless it is liked outright."""
    liked = total(view.worths) > 0 and view.has("liking") and not view.has("better")
    return None if view.asked >= 0 or liked else Verdict(-1, "asked_to_improve", 0.75)


def no_trouble(view: View) -> Verdict | None:
    """Praise the denial of what the codebook itself knows as a trouble ("не было ни одного отключения")."""
    seen = view.clause.seen
    for hit in view.hits:
        before = range(max(0, hit.start - _DENIAL_REACH), hit.start)
        denied = next((at for at in before if is_negator(seen[at], view.language)), None)
        if hit.term not in view.troubles or denied is None:
            continue
        if total([worth for worth in view.worths if worth.end <= denied or hit.end <= worth.start]) >= 0:
            return Verdict(1, "no_trouble", 0.7)
    return None


def worth_words(view: View) -> Verdict | None:
    """Sum the words of praise and complaint, negation applied."""
    value = total(view.worths)
    if len({worth.value > 0 for worth in view.worths}) > 1:  # praise beside complaint: the score says which is meant
        value += _SCORE_DECIDES * view.scored
    if 0 < abs(value) < 1 and len(view.worths) == 1:  # a denied verb that no list knows: its sense has a say
        value += (view.leaning or 0.0) + _SCORE_PULL * view.scored
    if not value:
        return None
    polarity: Polarity = 1 if value > 0 else -1
    name = "negation" if any(worth.name.startswith("not ") for worth in view.worths) else "worth_words"
    return Verdict(polarity, name, min(1.0, 0.6 + 0.2 * abs(value)))


def absence(view: View) -> Verdict | None:
    """Take the absence of the thing rated for a complaint ("нет отделения рядом", "no branch nearby")."""
    missing = ("нет", "нету", "без") if view.language == "ru" else ("no", "without", "isn't", "aren't")
    words = view.clause.seen
    near = any(
        words[index].text in missing
        for hit in view.hits
        if hit.names_thing
        for index in range(max(0, hit.start - 2), min(len(words), hit.end + 2))
    )
    return Verdict(-1, "absence", 0.7) if near else None


def asked_for_praise(view: View) -> Verdict | None:
    """Take what is named when asked what is liked for praise."""
    return Verdict(1, "asked_for_praise", 0.7) if view.asked > 0 else None


def seeds(view: View) -> Verdict | None:
    """Compare the meaning with phrases of known worth, pulled a little by the score given."""
    if view.leaning is None:
        return None
    pulled = 0 if view.clause.link == "contrast" else view.scored  # after "but" the score speaks of what went before
    value = view.leaning + _SCORE_PULL * pulled
    if abs(value) < (_CLEAR_LEANING if not view.worths else 0.0):  # praise and complaint in balance: either way
        return None
    return Verdict(1 if value > 0 else -1, "seeds", min(0.8, 0.3 + 0.5 * abs(value)))


def named(view: View) -> Verdict | None:
    """Take a thing merely named as the reason of a clear score ("из-за цены") as the score says."""
    if view.scored and len(view.clause.seen) <= _SHORT_WORDS and any(hit.names_thing for hit in view.hits):
        return Verdict(view.scored, "named", 0.5)
    return None


RULES: tuple[Rule, ...] = (
    back_channel,
    asks_back,
    evasion,
    reported_speech,
    promise,
    outdone,
    mended,
    the_rest,
    comparison,
    no_complaint,
    wish,
    asked_to_improve,
    no_trouble,
    worth_words,
    absence,
    asked_for_praise,
    named,
    seeds,
)


def judge(view: View, *, rules: tuple[Rule, ...] = RULES) -> Verdict | None:
    """Return the first rule's answer, or None when no rule has one."""
    for rule in rules:
        verdict = rule(view)
        if verdict is not None:
            return verdict
    return None
