"""The coder: statements in, coded and quoted reasons out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from insights.language.tokens import Language
from insights.language.vectors import Embedder
from insights.reasons.assembling import (
    YES_OR_NO,
    chosen,
    is_open,
    mix_up_reason,
    reason_of,
    same_mistake,
    view_of,
    without_repeats,
)
from insights.reasons.choosing import MEANING, beside
from insights.reasons.drafts import Draft, Read
from insights.reasons.lexicon import Lexicon
from insights.reasons.mixup import mix_up
from insights.reasons.pieces import pieces
from insights.reasons.reading import read
from insights.reasons.reason import Reason
from insights.reasons.refit import Refit, learnt
from insights.reasons.rules import RULES, Rule, judge
from insights.reasons.slips import heard_through
from insights.reasons.statement import Statement, leaning_of_question
from insights.reasons.turning import is_reported, turnings
from insights.survey.codebook import Codebook

RULES_VERSION = 3
_WHOLE_SHARE = 0.4  # a bare clause ("по сервису") leans with the statement it stands in
DROPPING = ("back_channel", "asks_back", "evasion", "reported_speech", "promise")


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
    refit:
        What was learnt from people's codes (see ``earful code --refit``); needs the embedder.

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
        self,
        codebook: Codebook,
        *,
        embedder: Embedder | None = None,
        rules: tuple[Rule, ...] = RULES,
        refit: Refit | None = None,
    ) -> None:
        self.codebook = codebook
        self.refit = refit if embedder is not None else None
        self.embedder = embedder
        self.rules = rules
        self.lexicon = Lexicon(codebook, embedder)

    @cached_property
    def name(self) -> str:
        """Name of this coder and everything its answers hang on; stored as the coder of its reasons."""
        vectors = self.embedder.name if self.embedder is not None else "words"
        refitted = f"+refit-{self.refit.version}" if self.refit is not None else ""
        return f"rules-{RULES_VERSION}+{vectors}+{self.codebook.name}-{self.codebook.version}{refitted}"

    def code(self, statements: Sequence[Statement]) -> list[tuple[Reason, ...]]:
        """Return the reasons of each statement.

        Spoken statements of one call belong in one list, in time order: a mix-up found late in the
        call takes back what was said before. Clauses that words leave open are embedded together.
        """
        drafts = [self._drafted(statement) for statement in statements]
        reads = self._meant(drafts)
        coded = [self._reasons(draft, read_pieces) for draft, read_pieces in zip(drafts, reads)]
        return self._retracted(drafts, coded)

    def uncovered(self, statements: Sequence[Statement]) -> list[tuple[str, ...]]:
        """Return, for each statement, the clauses that say something and have no code; for finding new codes.

        A code that meaning alone suggested doesn't count: what is said of a new matter gets the nearest old code.
        """
        drafts = [self._drafted(statement) for statement in statements]
        found: list[tuple[str, ...]] = []
        for draft, reads in zip(drafts, self._meant(drafts)):
            texts = []
            turns = turnings(draft.pieces, draft.seen, draft.statement.language)
            for piece, meant, turn in zip(draft.pieces, reads, turns):
                verdict = judge(view_of(piece, draft, meant, reported=False, turn=turn), rules=self.rules)
                choice = chosen(piece, draft, meant, verdict, carried=None)
                loose = choice is None or choice.evidence == MEANING
                if loose and (verdict is None or verdict.rule not in DROPPING):
                    texts.append(piece.clause.text_in(draft.statement.text))
            found.append(tuple(texts))
        return found

    def _drafted(self, statement: Statement) -> Draft:
        language = statement.language
        words = self.lexicon.words(language)
        seen = heard_through(read(statement.text, language, words=statement.words), self.lexicon.vocabulary(language))
        return Draft(
            statement,
            seen,
            tuple(pieces(seen, statement.text, words)),
            mix_up(seen, language),
            leaning_of_question(statement.asked_text, language),
            self._context(statement),
            self.lexicon.troubles(language),
        )

    def _context(self, statement: Statement) -> str | None:
        """Return the one code that the question is about, or None."""
        if statement.question_kind in YES_OR_NO:
            return None
        if statement.attribute is not None and any(
            code.code_id == statement.attribute for code in self.codebook.codes
        ):
            return statement.attribute
        hits = self.lexicon.words(statement.language).hits(read(statement.asked_text, statement.language))
        codes = {hit.code_id for hit in hits if hit.names_thing and hit.source in ("include", "label")}
        return next(iter(codes)) if len(codes) == 1 else None

    def _meant(self, drafts: Sequence[Draft]) -> list[list[Read]]:
        """Return what vectors say of every piece that words leave open; one batch a language."""
        reads = [[Read() for _ in draft.pieces] for draft in drafts]
        if self.embedder is None:
            return reads
        for language in sorted({draft.statement.language for draft in drafts}):
            meaning = self.lexicon.meaning(language)
            if meaning is None:
                continue
            open_pieces = [
                (number, place)
                for number, draft in enumerate(drafts)
                if draft.statement.language == language
                for place, piece in enumerate(draft.pieces)
                if self.refit is not None or is_open(piece, draft)
            ]
            if not open_pieces:
                continue
            texts = [drafts[number].pieces[place].clause.plain for number, place in open_pieces]
            vectors = self.embedder.embed(texts)
            whole = self.embedder.embed([drafts[number].plain for number, _ in open_pieces])
            leanings = (1 - _WHOLE_SHARE) * meaning.leanings(vectors) + _WHOLE_SHARE * meaning.leanings(whole)
            likenesses = meaning.likenesses(vectors)
            learnt = self._learnt([(text, language) for text in texts])
            for row, (number, place) in enumerate(open_pieces):
                by_code = {code: float(values[row]) for code, values in likenesses.items()}
                reads[number][place] = Read(float(leanings[row]), by_code, *learnt[row])
        return reads

    def _learnt(self, texts: Sequence[tuple[str, Language]]) -> list[tuple[dict[str, float] | None, float | None]]:
        """Return the refit's margins by code and of praise over complaint, a text each; None without a refit."""
        return [(None, None)] * len(texts) if self.refit is None else [*learnt(self.refit, texts, self.lexicon)]

    def _reasons(self, draft: Draft, reads: Sequence[Read]) -> tuple[Reason, ...]:
        found: list[Reason] = []
        reported = False
        carried: str | None = None
        turns = turnings(draft.pieces, draft.seen, draft.statement.language)
        for piece, meant, turn in zip(draft.pieces, reads, turns):
            reported = (reported and piece.clause.link in ("soft", "aspect")) or is_reported(
                piece.clause, draft.statement.language
            )
            verdict = judge(view_of(piece, draft, meant, reported=reported, turn=turn), rules=self.rules)
            choice = chosen(piece, draft, meant, verdict, carried=carried)
            if choice is not None and choice.evidence.startswith("keyword"):
                carried = choice.code_id
            if choice is not None and verdict is not None and verdict.polarity is not None:
                second = beside(piece.hits, choice, context=draft.context)
                choices = (choice,) if second is None else (choice, second)
                found += [reason_of(piece, draft, one, verdict, verdict.polarity) for one in choices]
        return without_repeats(found)

    def _retracted(self, drafts: Sequence[Draft], coded: list[tuple[Reason, ...]]) -> list[tuple[Reason, ...]]:
        """Drop what was said about another company, and store the mix-up itself where a code is there for it."""
        special = next((code.code_id for code in self.codebook.codes if code.special == "validity"), None)
        for number, draft in enumerate(drafts):
            if draft.mix_up is None:
                continue
            end_char = draft.seen[draft.mix_up.end - 1].end_char
            after = tuple(reason for reason in coded[number] if reason.start_char >= end_char)
            own = (mix_up_reason(draft, draft.mix_up, special),) if special is not None else ()
            coded[number] = own + after
            for earlier in range(number):
                if same_mistake(drafts[earlier].statement, draft.statement, whole_call=draft.mix_up.whole_call):
                    coded[earlier] = tuple(reason for reason in coded[earlier] if reason.code_id == special)
        return coded
