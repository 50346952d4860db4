"""Interrogation: an operator's turn cut into sentences, and how much each one asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from audio.span import Span
from insights.answers.coverage import asking_words
from insights.answers.exclusions import excluded_by
from insights.answers.lexicon import lexicon
from insights.answers.mentions import mentions
from insights.answers.scene import Scene
from insights.answers.spoken import Phrase, Spoken, any_phrase, phrase_at, spoken
from transcribe.dialogue import Turn

# "From zero to ten ..." at the very start is no score read back.
SCALE_WORDS = 4
# "1-5" is how recognisers write "one to five"; other pairs with a dash are hesitation ("seven-eight").
DASHES = ("-", "–", "—")
DASHED_SCALES = ((0, 10), (1, 10), (1, 5), (0, 5), (1, 7))
KNOWN_SCALES = ((0, 10), (1, 10), (1, 5), (0, 5), (1, 7), (1, 3), (0, 3), (1, 4), (2, 5))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or more sentences of an operator's turn.

    Attributes
    ----------
    words:
        As said.
    first, last:
        Running numbers of the turn's sentences, both included.
    closes_turn:
        True where nothing follows in the turn.
    answered:
        True where the respondent's next words hold a number.
    """

    text: str
    words: tuple[Spoken, ...]
    span: Span
    turn_idx: int
    first: int
    last: int
    closes_turn: bool
    language: str
    answered: bool = False

    def has(self, known: Sequence[Phrase]) -> bool:
        """Whether any of the phrases occurs."""
        return any_phrase(self.words, known)

    @property
    def has_question_mark(self) -> bool:
        """Whether the recogniser heard a question."""
        return any(word.asked for word in self.words)

    @property
    def is_interrogative(self) -> bool:
        """Whether anything says that this asks: a question mark, a question word, a scale."""
        asks = self.has(asking_words(self.language).question_word)
        return self.has_question_mark or asks or self.scale is not None

    @property
    def scale(self) -> tuple[int, int] | None:
        """The scale that is read out ("от одного до пяти"), else None."""
        return scale_read_out(self.words, self.language)

    @property
    def says_number(self) -> bool:
        """Whether a number is said that is no scale: the reading back of a score."""
        found = mentions(self.words, self.language)
        scene = Scene(self.words, found, self.language, (0, 10))
        own = self.scale
        scenes = (scene, Scene(self.words, found, self.language, own)) if own else (scene,)
        return any(all(excluded_by(place, mention) is None for place in scenes) for mention in found)

    def joined(self, other: Sentence) -> Sentence:
        """Return this sentence and the next as one."""
        span = Span(self.span.start_s, max(self.span.end_s, other.span.end_s))
        return Sentence(
            f"{self.text} {other.text}",
            self.words + other.words,
            span,
            self.turn_idx,
            self.first,
            other.last,
            other.closes_turn,
            self.language,
            other.answered,
        )


def sentences_of(
    turn: Turn, turn_idx: int, language: str, *, without_lead: bool = False, answered: bool = False
) -> tuple[Sentence, ...]:
    """Return a turn's sentences with their seconds.

    Parameters
    ----------
    without_lead:
        Leave out courtesies and numbers read back before the question ("Ставлю три ассортимент как оцените").
    answered:
        The respondent's next words hold a number; kept with the turn's last sentence.
    """
    words = spoken(turn.text)
    cut = [tuple(group) for _, group in groupby(words, key=lambda word: word.sentence)]
    if without_lead:
        cut = [_without_lead(group, language) for group in cut]
    sentences = []
    for i, group in enumerate(cut):
        start, end = group[0].start_char, group[-1].end_char
        heard = turn.words_between(start, end)
        span = Span(heard[0].span.start_s, max(word.span.end_s for word in heard))
        sentences.append(
            Sentence(
                turn.text[start:end],
                group,
                span,
                turn_idx,
                i,
                i,
                closes_turn=i + 1 == len(cut),
                language=language,
                answered=answered and i + 1 == len(cut),
            )
        )
    return tuple(sentences)


def _without_lead(words: tuple[Spoken, ...], language: str) -> tuple[Spoken, ...]:
    """Return a sentence from the first word on that is neither a courtesy nor a score read back."""
    if scale_read_out(words[:SCALE_WORDS], language) is not None:
        return words
    polite = (*asking_words(language).courtesy, *lexicon(language).cue("ack"))
    numbers = {mention.at for mention in mentions(words, language)}
    at = 0
    while at < len(words) and (at in numbers or phrase_at(words, at, polite)):
        at += max(1, phrase_at(words, at, polite))
    return words[at:] if at < len(words) else words


def scale_read_out(words: Sequence[Spoken], language: str) -> tuple[int, int] | None:
    """Return the scale read out in ``words``; None where there is none.

    >>> scale_read_out(spoken("А ассортимент, от одного до пяти?"), "ru")
    (1, 5)
    >>> scale_read_out(spoken("Rate the signal, 1-5."), "en")
    (1, 5)
    """
    found = {mention.at: int(mention.value) for mention in mentions(words, language)}
    links = lexicon(language).cue("scale_link")
    for at, low in found.items():
        length = phrase_at(words, at + 1, links)
        scale = (low, found.get(at + 1 + length, low))
        dashed = at + 1 < len(words) and words[at + 1].gap in DASHES and scale in DASHED_SCALES
        if dashed or (length and scale in KNOWN_SCALES):
            return scale
    return None
