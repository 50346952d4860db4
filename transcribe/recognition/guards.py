"""What the recogniser made up: rules that cut words nobody said, each by its name."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from transcribe.dialogue import Word
from transcribe.recognition.protocol import Recognised

_NO_SPEECH = 0.6
_DOUBTFUL_LOGPROB = -0.4
_COMPRESSED = 2.4
_LOOP_TIMES = 4
# People do say "yes, yes, yes, yes"; loops go on.
_LOOP_LENGTH = 8
_LOOP_WORDS = 8
# Nobody says more; short windows get half a second on top for their soft edges.
_WORDS_PER_S = 8.0
_EDGE_S = 0.5


@dataclass(frozen=True, slots=True)
class InventedPhrases:
    """Phrases Whisper learned from subtitles, lower case and without punctuation.

    ``anywhere``: cut wherever they stand; ``alone``: cut only where they are a window's whole text.
    """

    anywhere: tuple[str, ...]
    alone: frozenset[str]


@lru_cache(maxsize=1)
def invented_phrases() -> InventedPhrases:
    """Return the phrases of ``invented.toml``."""
    text = resources.files("transcribe.recognition").joinpath("invented.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    anywhere = tuple(plain(phrase) for language in data["anywhere"].values() for phrase in language)
    alone = frozenset(plain(phrase) for language in data["alone"].values() for phrase in language)
    return InventedPhrases(anywhere, alone)


def plain(text: str) -> str:
    """Return the text in lower case, ё as е, without punctuation, single blanks.

    >>> plain("Субтитры сделал: DimaTorzok!")
    'субтитры сделал dimatorzok'
    """
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


def compression(text: str) -> float:
    """Return bytes over compressed bytes, high where a text repeats itself; 0.0 for no text."""
    data = text.encode("utf-8")
    return len(data) / len(zlib.compress(data)) if data else 0.0


def guarded(result: Recognised) -> Recognised:
    """Return the result without words nobody said; ``dropped`` names the first rule that cut something."""
    for rule in RULES:
        kept = rule(result)
        if len(kept) < len(result.words):
            result = replace(result, words=kept, dropped=result.dropped or rule.__name__)
    return result


def silence(result: Recognised) -> tuple[Word, ...]:
    """Cut everything where the network itself hears no speech and is unsure of, or repeats, its text."""
    quality = result.quality
    unsure = quality.mean_logprob < _DOUBTFUL_LOGPROB or quality.compression > _COMPRESSED
    return () if quality.no_speech > _NO_SPEECH and unsure else result.words


def subtitle_credit(result: Recognised) -> tuple[Word, ...]:
    """Cut credits and captions that Whisper learned from subtitles."""
    phrases = invented_phrases()
    said = [plain(word.text) for word in result.words]
    if " ".join(said).strip() in phrases.alone:
        return ()
    keep = [True] * len(said)
    for phrase in phrases.anywhere:
        for first, last in _occurrences(said, phrase):
            keep[first:last] = [False] * (last - first)
    return tuple(word for word, kept in zip(result.words, keep) if kept)


def _occurrences(said: Sequence[str], phrase: str) -> list[tuple[int, int]]:
    wanted = phrase.split()
    size = len(wanted)
    return [(at, at + size) for at in range(len(said) - size + 1) if list(said[at : at + size]) == wanted]


def loop(result: Recognised) -> tuple[Word, ...]:
    """Cut the repeats of a phrase said at least four times running and for eight words, its first time kept."""
    words = list(result.words)
    for size in range(1, _LOOP_WORDS + 1):
        at = 0
        while at + size * _LOOP_TIMES <= len(words):
            times = _repeats(words, at, size)
            if times * size >= _LOOP_LENGTH and times >= _LOOP_TIMES:
                del words[at + size : at + size * times]
            at += 1
    return tuple(words)


def _repeats(words: Sequence[Word], at: int, size: int) -> int:
    pattern = [plain(word.text) for word in words[at : at + size]]
    times = 1
    while [plain(word.text) for word in words[at + size * times : at + size * (times + 1)]] == pattern:
        times += 1
    return times


def crowded(result: Recognised) -> tuple[Word, ...]:
    """Cut everything where more words stand than a mouth can say in the window's speech."""
    speech_s = sum(span.duration_s for span in result.window.speech)
    return () if len(result.words) > _WORDS_PER_S * (speech_s + _EDGE_S) else result.words


RULES: tuple[Callable[[Recognised], tuple[Word, ...]], ...] = (silence, subtitle_credit, loop, crowded)
