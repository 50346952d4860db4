"""Counting: whether a number counts things ("пять рабочих дней", "two lost orders") rather than scores."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from insights.answers.lexicon import lexicon
from insights.answers.mentions import written_number
from insights.answers.spoken import Spoken, phrase_at
from insights.language.lemma import analyser
from insights.language.wordlists import words_of

# A dictionary reading of a form counts only from this share of its uses on.
READING_SHARE = 0.2
# Shorter English words in -s ("yes", "gas") are no plurals of things.
PLURAL_LETTERS = 4
# "Дня на два": what may stand between the things and their number.
BETWEEN_COUNT = ("на", "за", "через", "по", "в")


def is_counted(words: Sequence[Spoken], at: int, language: str) -> bool:
    """Return whether the number at ``at`` counts what follows it, or stands behind what it counts.

    >>> from insights.answers.spoken import spoken
    >>> is_counted(spoken("четыре склада"), 0, "ru"), is_counted(spoken("четыре балла"), 0, "ru")
    (True, False)
    """
    following = [word for word in words[at + 1 : at + 3] if _joined(words, at, word)]
    known = lexicon(language)
    if following and phrase_at(following, 0, known.cue("unit")):
        return False
    if language == "ru":
        return _counts_russian(following, parted=_opens_and_rests(words, at)) or _turned_round(words, at)
    return _counts_english(following)


def _joined(words: Sequence[Spoken], at: int, word: Spoken) -> bool:
    """Return whether no punctuation parts the number from ``word``."""
    return word.clause == words[at].clause


def _opens_and_rests(words: Sequence[Spoken], at: int) -> bool:
    """Return whether the number opens the answer and silence follows: "Пять ... водители вежливые"."""
    hedges = lexicon("ru").cue("hedge")
    opens = all(phrase_at((word,), 0, hedges) for word in words[:at])
    return opens and at + 1 < len(words) and words[at + 1].paused


def _counts_russian(following: Sequence[Spoken], *, parted: bool) -> bool:
    """Return whether a counted noun follows, at most one adjective between.

    Where silence parts the two (``parted``) an ending proves nothing: recognisers write what would follow without
    it, "пять водителей". Words that are counted and never judged ("минут") still count.
    """
    if not following:
        return False
    if parted:
        return phrase_at(following, 0, lexicon("ru").cue("counted")) > 0
    if _is_counted_noun(following[0].text):
        return True
    return len(following) > 1 and _is_genitive(following[0].text, "ADJF") and _is_counted_noun(following[1].text)


def _turned_round(words: Sequence[Spoken], at: int) -> bool:
    """Return whether the counted noun stands before the number: "минут десять", "менеджеров у вас два"."""
    if at == 0 or words[at - 1].clause != words[at].clause:
        return False
    nouns = lexicon("ru").cue("counted")
    behind = at - 2 if words[at - 1].text in BETWEEN_COUNT else at - 1
    if phrase_at(words, behind, nouns) == 1 and not _has_number_before(words, behind):
        return True
    opening = next(word for word in words if word.clause == words[at].clause)
    return opening is not words[at] and _is_plural_genitive(opening.text)


def _has_number_before(words: Sequence[Spoken], noun: int) -> bool:
    """Return whether a noun has its number already: the "утра" of "в шесть утра восемь"."""
    return noun > 0 and (words[noun - 1].text.isdigit() or written_number(words[noun - 1].text, "ru") is not None)


def _is_counted_noun(word: str) -> bool:
    """Return whether a word after a Russian number is what it counts."""
    counted = lexicon("ru").cue("counted")
    listed = phrase_at((Spoken(word, 0, 0, "", 0, 0),), 0, counted) > 0
    return listed or _is_genitive(word, "NOUN")


@lru_cache(maxsize=20_000)
def _is_genitive(word: str, part_of_speech: str) -> bool:
    """Return whether a likely dictionary reading of ``word`` is a genitive of that part of speech."""
    readings = analyser().parse(word)
    return any(
        part_of_speech in reading.tag and ("gent" in reading.tag or "gen2" in reading.tag)
        for reading in readings
        if reading.score >= READING_SHARE
    )


@lru_cache(maxsize=20_000)
def _is_plural_genitive(word: str) -> bool:
    """Return whether a word is most probably a genitive plural noun and no unit of scores: "менеджеров"."""
    best = analyser().parse(word)[0]
    unit = phrase_at((Spoken(word, 0, 0, "", 0, 0),), 0, lexicon("ru").cue("unit")) > 0
    return not unit and {"NOUN", "gent", "plur"} in best.tag


def _counts_english(following: Sequence[Spoken]) -> bool:
    """Return whether a counted noun follows, or any plural right behind the number."""
    if not following:
        return False
    known = lexicon("en")
    counted = known.cue("counted")
    if phrase_at(following, 0, counted):
        return True
    if _is_plural(following[0].text):
        return True
    function_words = words_of("insights.language", "function_words.toml", "en", "words")
    is_adjective = following[0].text not in function_words and not phrase_at(following, 0, known.cue("not_adjective"))
    return is_adjective and phrase_at(following, 1, counted) > 0


@lru_cache(maxsize=20_000)
def _is_plural(word: str) -> bool:
    """Return whether an English word right behind a number looks like a plural noun."""
    plain = lexicon("en").cue("plain_s")
    listed = phrase_at((Spoken(word, 0, 0, "", 0, 0),), 0, plain) > 0
    return len(word) >= PLURAL_LETTERS and word.endswith("s") and not word.endswith(("ss", "'s")) and not listed
