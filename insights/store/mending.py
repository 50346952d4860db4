"""Give a mended turn its seconds: words that stayed keep theirs, new ones share the stretch they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from audio.span import Span
from transcribe.dialogue import Word


def mended_words(old: Sequence[Word], text: str, *, span: Span) -> tuple[Word, ...]:
    """Return the words of ``text`` with seconds inside ``span``.

    Words that stand in both keep span and confidence; what a person wrote anew has confidence 1.0 and shares the
    time of what it replaces, in equal parts, so that a click still lands within a word or two.

    >>> heard = (Word("сим", Span(1.0, 1.5), 0.4), Word("да", Span(1.5, 1.8), 0.9))
    >>> [(word.text, word.span.start_s) for word in mended_words(heard, "семь да", span=Span(1.0, 1.8))]
    [('семь', 1.0), ('да', 1.5)]
    """
    wanted = text.split()
    matcher = SequenceMatcher(None, [word.text for word in old], wanted, autojunk=False)
    words: list[Word] = []
    for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if [word.text for word in old[old_from:old_to]] == wanted[new_from:new_to]:
            words.extend(old[old_from:old_to])
            continue
        start_s = old[old_from - 1].span.end_s if old_from else span.start_s
        end_s = old[old_to].span.start_s if old_to < len(old) else span.end_s
        words.extend(_shared(wanted[new_from:new_to], start_s, max(start_s, end_s)))
    return tuple(words)


def _shared(texts: Sequence[str], start_s: float, end_s: float) -> list[Word]:
    """Return words that share a stretch in equal parts."""
    step_s = (end_s - start_s) / len(texts) if texts else 0.0
    return [Word(text, Span(start_s + i * step_s, start_s + (i + 1) * step_s), 1.0) for i, text in enumerate(texts)]
