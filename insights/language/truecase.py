"""True case: capitals for Russian names in text that came without any."""

from __future__ import annotations

import re
from functools import lru_cache

from insights.language.lemma import analyser

_NAME_TAGS = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})
_MIN_SCORE = 0.4  # below, words such as "вера" and "надежда" would turn into names
_RUSSIAN_WORD = re.compile(r"[а-яё]+")


def truecased(text: str) -> str:
    """Return ``text`` with a capital on every word whose likeliest reading is a name; its length is kept.

    >>> truecased("меня зовут иван петров живу в москве")
    'меня зовут Иван Петров живу в Москве'
    >>> truecased("вера в банк")
    'вера в банк'
    """
    return _RUSSIAN_WORD.sub(lambda found: found[0].capitalize() if is_name(found[0]) else found[0], text)


@lru_cache(maxsize=100_000)
def is_name(word: str) -> bool:
    """Return whether a lower-case Russian word is likeliest a person's or a place's name.

    >>> is_name("иван"), is_name("доставка")
    (True, False)
    """
    best = analyser().parse(word)[0]
    return best.score > _MIN_SCORE and bool(_NAME_TAGS & set(best.tag.grammemes))
