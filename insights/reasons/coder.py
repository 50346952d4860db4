"""The coder: statements in, coded and quoted reasons out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from audio.span import Span
from insights.language.tokens import Language
from insights.language.vectors import Embedder
from insights.reasons.choosing import Choice, choose, needs_meaning, word_scores
from insights.reasons.codewords import CodeWords, code_words
from insights.reasons.cues import cue, expected_words
from insights.reasons.meaning import Meaning, meaning_of
from insights.reasons.mixup import MixUp, mix_up
from insights.reasons.pieces import Piece, pieces
from insights.reasons.reading import Seen, read
from insights.reasons.reason import Polarity, Reason
from insights.reasons.rules import RULES, Rule, Verdict, View, is_reported, judge
from insights.reasons.slips import Vocabulary, heard_through, vocabulary
from insights.reasons.statement import Leaning, Statement, leaning_of_question, leaning_of_score
from insights.reasons.worth import total
from insights.survey.codebook import Codebook

RULES_VERSION = 1
YES_OR_NO = ("ncs", "closed")


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement read: its words, its pieces and what its question says about them."""

    statement: Statement
    seen: tuple[Seen, ...]
    pieces: tuple[Piece, ...]
    mix_up: MixUp | None
    asked: Leaning
    context: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """What the vectors say of one piece; None and no likenesses where it was not embedded."""

    leaning: float | None = None
    likenesses: Mapping[str, float] | None = None


class ReasonCoder:
    """Finds the reasons in what customers said, by a codebook and without training data.

    Parameters
    ----------
    codebook:
        The study's codes.
    embedder:
        Gives meaning to clauses that words leave open; None works by words alone.
    rules:
        The polarity rules in order.

    Examples
    --------
    >>> from insights.survey.codebook import Code, Codebook
    >>> book = Codebook("b", 1, (Code("price", {"en": "Price"}, include={"en": ("price", "expensive")}),))
    >>> coder = ReasonCoder(book)
    >>> reasons = coder.code([Statement("why", "en", "Well, it is too expensive.")])[0]
    >>> [(reason.code_id, reason.polarity, reason.quote) for reason in reasons]
    [('price', -1, 'it is too expensive')]
    """

    def __init__(
        self, codebook: Codebook, *, embedder: Embedder | None = None, rules: tuple[Rule, ...] = RULES
    ) -> None:
        self.codebook = codebook
        self.embedder = embedder
        self.rules = rules
        self._words: dict[Language, CodeWords] = {}
        self._vocabularies: dict[Language, Vocabulary] = {}
        self._meanings: dict[Language, Meaning] = {}

    @cached_property
    def name(self) -> str:
        """Name of this coder and everything its answers hang on; stored as the coder of its reasons."""
        vectors = self.embedder.name if self.embedder is not None else "words"
        return f"rules-{RULES_VERSION}+{vectors}+{self.codebook.name}-{self.codebook.version}"

    def words(self, language: Language) -> CodeWords:
        """Return the codebook's words in one language, gathered once."""
        if language not in self._words:
            self._words[language] = code_words(self.codebook, language)
        return self._words[language]

    def code(self, statements: Sequence[Statement]) -> list[tuple[Reason, ...]]:
        """Return the reasons of each statement.

        Spoken statements of one call belong in one list, in time order: a mix-up found late in the
        call takes back what was said before. Clauses that words leave open are embedded together.
        """
        drafts = [self._drafted(statement) for statement in statements]
        reads = self._meant(drafts)
        coded = [self._reasons(draft, read_pieces) for draft, read_pieces in zip(drafts, reads)]
        return self._retracted(drafts, coded)

    def _vocabulary(self, language: Language) -> Vocabulary:
        if language not in self._vocabularies:
            terms = (term for term in self.words(language).terms if " " not in term)
            self._vocabularies[language] = vocabulary([*terms, *expected_words(language)], language)
        return self._vocabularies[language]

    def _meaning(self, language: Language, embedder: Embedder) -> Meaning:
        if language not in self._meanings:
            self._meanings[language] = meaning_of(self.codebook, language, embedder)
        return self._meanings[language]

    def _drafted(self, statement: Statement) -> Draft:
        language = statement.language
        words = self.words(language)
        seen = heard_through(read(statement.text, language, words=statement.words), self._vocabulary(language))
        return Draft(
            statement,
            seen,
            tuple(pieces(seen, statement.text, words)),
            mix_up(seen, language),
            leaning_of_question(statement.asked_text, language),
            self._context(statement),
        )

    def _context(self, statement: Statement) -> str | None:
        """Return the one code that the question is about, or None."""
        if statement.question_kind in YES_OR_NO:
            return None
        if statement.attribute is not None and any(
            code.code_id == statement.attribute for code in self.codebook.codes
        ):
            return statement.attribute
        hits = self.words(statement.language).hits(read(statement.asked_text, statement.language))
        codes = {hit.code_id for hit in hits if hit.names_thing and hit.weight >= 0.55}  # noqa: PLR2004 - hints don't count
        return next(iter(codes)) if len(codes) == 1 else None

    def _meant(self, drafts: Sequence[Draft]) -> list[list[Read]]:
        """Return what vectors say of every piece that words leave open; one batch a language."""
        reads = [[Read() for _ in draft.pieces] for draft in drafts]
        if self.embedder is None or not self.embedder.semantic:
            return reads
        for language in sorted({draft.statement.language for draft in drafts}):
            open_pieces = [
                (number, place)
                for number, draft in enumerate(drafts)
                if draft.statement.language == language
                for place, piece in enumerate(draft.pieces)
                if _is_open(piece, draft)
            ]
            if not open_pieces:
                continue
            texts = [
                drafts[number].pieces[place].clause.text_in(drafts[number].statement.text)
                for number, place in open_pieces
            ]
            meaning = self._meaning(language, self.embedder)
            vectors = self.embedder.embed([text.lower() for text in texts])
            leanings, likenesses = meaning.leanings(vectors), meaning.likenesses(vectors)
            for row, (number, place) in enumerate(open_pieces):
                by_code = {code: float(values[row]) for code, values in likenesses.items()}
                reads[number][place] = Read(float(leanings[row]), by_code)
        return reads

    def _reasons(self, draft: Draft, reads: Sequence[Read]) -> tuple[Reason, ...]:
        found: list[Reason] = []
        reported = False
        carried: str | None = None
        for piece, meant in zip(draft.pieces, reads):
            reported = (reported and piece.clause.link in ("soft", "aspect")) or is_reported(
                piece.clause, draft.statement.language
            )
            verdict = judge(_view(piece, draft, meant, reported=reported), rules=self.rules)
            choice = _chosen(piece, draft, meant, verdict, carried=carried)
            if choice is not None and choice.evidence.startswith("keyword"):
                carried = choice.code_id
            if choice is not None and verdict is not None and verdict.polarity is not None:
                found.append(_reason(piece, draft, choice, verdict, verdict.polarity))
        return _without_repeats(found)

    def _retracted(self, drafts: Sequence[Draft], coded: list[tuple[Reason, ...]]) -> list[tuple[Reason, ...]]:
        """Drop what was said about another company, and store the mix-up itself where a code is there for it."""
        special = next((code.code_id for code in self.codebook.codes if code.special == "validity"), None)
        for number, draft in enumerate(drafts):
            if draft.mix_up is None:
                continue
            end_char = draft.seen[draft.mix_up.end - 1].end_char
            after = tuple(reason for reason in coded[number] if reason.start_char >= end_char)
            own = (_mix_up_reason(draft, draft.mix_up, special),) if special is not None else ()
            coded[number] = own + after
            for earlier in range(number):
                if _same_mistake(drafts[earlier].statement, draft.statement, whole_call=draft.mix_up.whole_call):
                    coded[earlier] = tuple(reason for reason in coded[earlier] if reason.code_id == special)
        return coded


def _is_open(piece: Piece, draft: Draft) -> bool:
    if draft.statement.question_kind in YES_OR_NO:  # a yes or no; only words that name a code make it a reason
        return False
    if len(piece.clause.seen) < 2 and not piece.codes:  # noqa: PLR2004 - one unknown word has no meaning to compare
        return False
    return needs_meaning(word_scores(piece.hits, context=draft.context)) or not total(piece.worths)


def _view(piece: Piece, draft: Draft, meant: Read, *, reported: bool) -> View:
    return View(
        piece.clause,
        draft.statement.language,
        piece.worths,
        piece.hits,
        asked=draft.asked,
        scored=leaning_of_score(draft.statement.score, draft.statement.scale),
        leaning=meant.leaning,
        reported=reported,
    )


def _chosen(piece: Piece, draft: Draft, meant: Read, verdict: Verdict | None, *, carried: str | None) -> Choice | None:
    """Return the code of a piece: its own, else the one before it, else the question's."""
    language = draft.statement.language
    content = [seen for seen in piece.clause.seen if not cue(language, "generic").find([seen])]
    vague = len(content) < 2 or (verdict is not None and verdict.rule == "no_complaint")  # noqa: PLR2004
    own = choose(piece.hits, likenesses=None if vague else meant.likenesses, context=draft.context)
    if own is not None and draft.statement.question_kind in YES_OR_NO and not _names(own, piece):
        return None
    if own is not None or verdict is None or verdict.polarity is None:
        return own
    if verdict.rule in ("no_complaint", "asked_to_improve", "seeds", "named", "asked_for_praise"):
        return None
    starts_with_pronoun = bool(cue(language, "pronouns").find(piece.clause.seen[:2]))
    if carried is not None and (starts_with_pronoun or piece.clause.link in ("soft", "contrast")):
        return Choice(carried, 0.5, "carried")
    if draft.context is not None and len(piece.clause.seen) >= 2 and content:  # noqa: PLR2004 - "отлично" alone is no reason
        return Choice(draft.context, 0.5, "question")
    return None


def _names(choice: Choice, piece: Piece) -> bool:
    return any(hit.names_thing and hit.code_id == choice.code_id for hit in piece.hits)


def _reason(piece: Piece, draft: Draft, choice: Choice, verdict: Verdict, polarity: Polarity) -> Reason:
    statement = draft.statement
    scored = leaning_of_score(statement.score, statement.scale)
    doubts = ("sarcasm?",) if scored < 0 < polarity and draft.asked <= 0 else ()
    return Reason(
        question_id=statement.question_id,
        code_id=choice.code_id,
        polarity=polarity,
        quote=piece.clause.text_in(statement.text),
        start_char=piece.clause.start_char,
        span=_span(piece.clause.seen),
        turn_idx=statement.turn_idx,
        confidence=round(choice.confidence * verdict.strength, 3),
        evidence=f"{choice.evidence}+{verdict.rule}",
        flags=doubts,
    )


def _span(seen: Sequence[Seen]) -> Span | None:
    spans = [word.span for word in seen if word.span is not None]
    if not spans:
        return None
    return Span(min(span.start_s for span in spans), max(span.end_s for span in spans))


def _without_repeats(found: Sequence[Reason]) -> tuple[Reason, ...]:
    """Keep the surest of several reasons with one code and one polarity, in the order said."""
    best: dict[tuple[str, int], Reason] = {}
    for reason in found:
        key = (reason.code_id, reason.polarity)
        if key not in best or reason.confidence > best[key].confidence:
            best[key] = reason
    return tuple(sorted(best.values(), key=lambda reason: reason.start_char))


def _same_mistake(earlier: Statement, retracting: Statement, *, whole_call: bool) -> bool:
    if earlier.turn_idx is None or retracting.turn_idx is None:
        return False
    return whole_call or earlier.question_id == retracting.question_id


def _mix_up_reason(draft: Draft, found: MixUp, code_id: str) -> Reason:
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
