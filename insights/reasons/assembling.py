"""Assembling: a judged piece becomes a reason with its code, quote and seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audio.span import Span
from insights.reasons.choosing import Choice, choose, needs_meaning, word_scores
from insights.reasons.cues import cue, cue_keys
from insights.reasons.drafts import Draft, Read
from insights.reasons.mixup import MixUp
from insights.reasons.pieces import Piece
from insights.reasons.reading import Seen
from insights.reasons.reason import Polarity, Reason
from insights.reasons.rules import Verdict, View
from insights.reasons.statement import Statement, leaning_of_score
from insights.reasons.turning import Turn
from insights.reasons.worth import total

YES_OR_NO = ("ncs", "closed")
# Answers that judge nothing in particular: without a code of their own they are no reason.
_NEEDS_OWN_CODE = ("no_complaint", "the_rest", "seeds", "named", "asked_for_praise")
_ASSENT = frozenset({"да", "ага", "угу", "ой", "yes", "yeah", "yep", "oh"})
# Neither the thing nor the judgement is in words: only a close likeness to the codebook's phrases is then enough.
_UNSAID = ("seeds", "asked_to_improve", "asked_for_praise")
_ALONE = 0.66
_LEARNT_SURE = 0.0
_LEARNT_SURELY_NOT = -0.9
_LEARNT_PLAINLY = 0.3  # below, words that name a code the refit was never taught come first
_LEARNT_SHARE = 0.6


def is_open(piece: Piece, draft: Draft) -> bool:
    """Return whether words leave a piece open, so that its meaning is worth embedding."""
    if draft.statement.question_kind in YES_OR_NO:  # a yes or no; only words that name a code make it a reason
        return False
    if len(piece.clause.seen) < 2 and not piece.codes:  # noqa: PLR2004 - one unknown word has no meaning to compare
        return False
    return needs_meaning(word_scores(piece.hits, context=draft.context)) or abs(total(piece.worths)) < 1


def view_of(piece: Piece, draft: Draft, meant: Read, *, reported: bool, turn: Turn | None) -> View:
    """Return what the rules see of a piece."""
    return View(
        piece.clause,
        draft.statement.language,
        piece.worths,
        piece.hits,
        asked=draft.asked,
        scored=leaning_of_score(draft.statement.score, draft.statement.scale),
        leaning=meant.leaning if meant.learnt_leaning is None else meant.learnt_leaning,
        reported=reported,
        turn=turn,
        troubles=draft.troubles,
    )


def chosen(piece: Piece, draft: Draft, meant: Read, verdict: Verdict | None, *, carried: str | None) -> Choice | None:
    """Return the code of a piece: its own, else the one before it, else the question's; None without any."""
    content = [seen for seen in piece.clause.seen if not cue(draft.statement.language, "generic").find([seen])]
    own = _own_choice(piece, draft, meant, verdict, content_n=len(content))
    if own is not None and verdict is not None and verdict.rule == "the_rest" and own.code_id == draft.context:
        return None  # "all else is there", asked what the range lacks: no praise of the range
    if own is not None or verdict is None or verdict.polarity is None or verdict.rule in _NEEDS_OWN_CODE:
        return own
    starts_with_pronoun = bool(cue(draft.statement.language, "pronouns").find(piece.clause.seen[:2]))
    follows_on = starts_with_pronoun or piece.clause.link in ("soft", "contrast")
    if carried is not None and follows_on and verdict.rule != "asked_to_improve":
        return Choice(carried, 0.5, "carried")
    if draft.context is not None and len(piece.clause.seen) >= 2 and content:  # noqa: PLR2004 - "отлично" alone is no reason
        return Choice(draft.context, 0.5, "question")
    return None


def _own_choice(piece: Piece, draft: Draft, meant: Read, verdict: Verdict | None, *, content_n: int) -> Choice | None:
    """Return the code that a piece's own words or meaning give it."""
    learnt = _learnt_choice(meant)
    if learnt is not None:
        return _untaught(piece, draft, meant) or learnt
    idle = verdict is not None and verdict.rule == "no_complaint" and total(piece.worths) <= 0
    vague = content_n < 2 or idle  # noqa: PLR2004 - one word, or an idiom, has no topic to compare
    own = choose(piece.hits, likenesses=None if vague else meant.likenesses, context=draft.context)
    if own is None or (meant.learnt is not None and meant.learnt.get(own.code_id, 0.0) < _LEARNT_SURELY_NOT):
        return None
    if draft.statement.question_kind in YES_OR_NO and not _names(own, piece):
        return None
    unsaid = own.evidence == "meaning" and verdict is not None and verdict.rule in _UNSAID
    return None if unsaid and own.confidence < _ALONE else own


def _learnt_choice(meant: Read) -> Choice | None:
    if not meant.learnt:
        return None
    best = max(meant.learnt, key=lambda code: (meant.learnt or {})[code])
    margin = meant.learnt[best]
    return Choice(best, min(1.0, _LEARNT_SHARE + 0.4 * margin), "refit") if margin > _LEARNT_SURE else None


def _untaught(piece: Piece, draft: Draft, meant: Read) -> Choice | None:
    """Return the code that the words name and the refit never saw, as after a line added to the codebook."""
    named = choose(piece.hits, likenesses=None, context=draft.context)
    if named is None or meant.learnt is None or named.code_id in meant.learnt:
        return None
    return named if max(meant.learnt.values()) < _LEARNT_PLAINLY and _names(named, piece) else None


def _names(choice: Choice, piece: Piece) -> bool:
    return any(hit.names_thing and hit.code_id == choice.code_id for hit in piece.hits)


def reason_of(piece: Piece, draft: Draft, choice: Choice, verdict: Verdict, polarity: Polarity) -> Reason:
    """Return the reason a piece holds."""
    statement = draft.statement
    scored = leaning_of_score(statement.score, statement.scale)
    doubts = ("sarcasm?",) if scored < 0 < polarity and draft.asked <= 0 else ()
    quoted = _without_assent(piece.clause.seen, statement)
    return Reason(
        question_id=statement.question_id,
        code_id=choice.code_id,
        polarity=polarity,
        quote=statement.text[quoted[0].start_char : quoted[-1].end_char],
        start_char=quoted[0].start_char,
        span=_span(quoted),
        turn_idx=statement.turn_idx,
        confidence=round(choice.confidence * verdict.strength, 3),
        evidence=f"{choice.evidence}+{verdict.rule}",
        flags=doubts,
    )


def _without_assent(seen: Sequence[Seen], statement: Statement) -> Sequence[Seen]:
    """Leave out a yes, a no or a number before the reason proper ("Да, ...", "Пять, ...")."""
    idle = cue_keys(statement.language, "numbers") | _ASSENT
    while len(seen) > 2 and seen[0].text in idle:  # noqa: PLR2004 - something must be left to quote
        parted = "," in statement.text[seen[0].end_char : seen[1].start_char]
        if not parted and seen[0].text not in _ASSENT:
            break
        seen = seen[1:]
    return seen


def _span(seen: Sequence[Seen]) -> Span | None:
    spans = [word.span for word in seen if word.span is not None]
    if not spans:
        return None
    return Span(min(span.start_s for span in spans), max(span.end_s for span in spans))


def without_repeats(found: Sequence[Reason]) -> tuple[Reason, ...]:
    """Keep the surest of several reasons with one code and one polarity, in the order said."""
    best: dict[tuple[str, int], Reason] = {}
    for reason in found:
        key = (reason.code_id, reason.polarity)
        if key not in best or _worth_quoting(reason) > _worth_quoting(best[key]):
            best[key] = reason
    return tuple(sorted(best.values(), key=lambda reason: reason.start_char))


def _worth_quoting(reason: Reason) -> tuple[float, int]:
    """Return what to prefer of two quotes for one reason: the surer, and of much the same the fuller one."""
    return round(reason.confidence, 1), len(reason.quote)


def same_mistake(earlier: Statement, retracting: Statement, *, whole_call: bool) -> bool:
    """Return whether a retraction reaches back to an earlier statement of the call."""
    if earlier.turn_idx is None or retracting.turn_idx is None:
        return False
    return whole_call or earlier.question_id == retracting.question_id


def mix_up_reason(draft: Draft, found: MixUp, code_id: str) -> Reason:
    """Return the mix-up as a reason; its quote is the sentence around the retraction."""
    text = draft.statement.text
    start_char, end_char = draft.seen[found.start].start_char, draft.seen[found.end - 1].end_char
    stops = [stop.end() for stop in re.finditer(r"[.?!;]\s+", text)]
    opening = max([stop for stop in stops if stop <= start_char], default=0)
    first = next(seen for seen in draft.seen if seen.start_char >= max(opening, start_char - 40))
    words = [seen for seen in draft.seen if first.start_char <= seen.start_char and seen.end_char <= end_char]
    return Reason(
        question_id=draft.statement.question_id,
        code_id=code_id,
        polarity=0,
        quote=text[first.start_char : end_char],
        start_char=first.start_char,
        span=_span(words),
        turn_idx=draft.statement.turn_idx,
        confidence=0.9,
        evidence="mixup",
    )
