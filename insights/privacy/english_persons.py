"""Persons in English speech: named rules over chains of words that can be a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from unicodedata import combining, normalize

from insights.language.fuzzy import likeness
from insights.privacy.spans import PiiSpan, Reading
from insights.privacy.words import exact_words, phrase_ends_at

MAX_CHAIN = 3
SPEAKING = ("calling", "speaking", "here")
_MIN_KNOWN_LIKENESS = 0.75

Rule = Callable[[Reading, int, int], bool]


def _in(word: str, key: str) -> bool:
    return _unaccented(word.removesuffix("'s")) in exact_words("en", "person", key)


@lru_cache(maxsize=20_000)
def _unaccented(word: str) -> str:
    """Return a word as the lists write it: jürgen as jurgen, josé as jose."""
    return "".join(char for char in normalize("NFD", word) if not combining(char))


def _is_sure(word: str) -> bool:
    return _in(word, "sure_names") and not _in(word, "also_words")


def _is_name(word: str) -> bool:
    return _in(word, "sure_names") or _in(word, "also_words")


def english_persons(reading: Reading) -> Iterator[PiiSpan]:
    """Yield every name, a chain of words at a time, with the first rule that accepts it."""
    at = 0
    while at < len(reading.tokens):
        introduced = _introduced_end(reading, at)
        last = introduced if introduced is not None else _chain_end(reading, at)
        rule = "introduction" if introduced is not None else _rule_of(reading, at, last)
        if rule is None:
            at += 1
            continue
        yield reading.found(_with_title(reading, at), last, "person", rule)
        at = last + 1


def _with_title(reading: Reading, first: int) -> int:
    return first - 1 if first and _in(reading.tokens[first - 1].text, "titles") else first


def _chain_end(reading: Reading, at: int) -> int:
    """Return the last token of a name that begins at ``at``: a given name takes its surname along."""
    last = at
    given = _is_name(reading.tokens[at].text)
    while given and last + 1 < len(reading.tokens) and last - at + 1 < MAX_CHAIN and not reading.parted(last):
        following = reading.tokens[last + 1].text
        taken = reading.capital(last + 1) or _presents_both(reading, at, last + 1)
        written = taken and not _in(following, "stop") and _is_sure(reading.tokens[at].text)
        if reading.tokens[last].text.endswith("'s") or not (_in(following, "surnames") or written):
            break
        last += 1
    return last


def _presents_both(reading: Reading, first: int, last: int) -> bool:
    """Return whether a caller gives both names: this is tom hargreaves speaking."""
    presented = phrase_ends_at(reading.tokens, first, "en", "person", "presents") > 0
    after = reading.tokens[last + 1].text if last + 1 < len(reading.tokens) else ""
    return presented and after in SPEAKING


def _introduced_end(reading: Reading, at: int) -> int | None:
    """Return the last token of a name after "my name is", whatever the lists know of it."""
    at_title = _in(reading.tokens[at].text, "titles")
    introduced = phrase_ends_at(reading.tokens, at, "en", "person", "introductions") > 0
    asked = at == 0 and "person" in reading.asked
    word = reading.tokens[at].text
    if not (introduced or asked) or at_title or word.isdecimal() or _in(word, "stop"):
        return None
    if asked and not introduced and not (_is_name(word) or _in(word, "surnames")):
        return None
    last = at
    while last + 1 < len(reading.tokens) and last - at + 1 < MAX_CHAIN and not reading.parted(last):
        following = reading.tokens[last + 1].text
        if _in(following, "stop") or not (_goes_on(reading, last + 1) or last == at):
            break
        last += 1
    return last


def _goes_on(reading: Reading, at: int) -> bool:
    word = reading.tokens[at].text
    return _in(word, "surnames") or _is_name(word) or reading.capital(at)


def _rule_of(reading: Reading, first: int, last: int) -> str | None:
    """Return the name of the first rule that takes the chain for a person."""
    if _in(reading.tokens[first].text, "stop") and not _is_name(reading.tokens[first].text):
        return None
    following = reading.tokens[last + 1].text if last + 1 < len(reading.tokens) else ""
    if following in exact_words("en", "person", "brand_cues"):
        return None
    return next((name for name, rule in RULES if rule(reading, first, last)), None)


def is_titled(reading: Reading, first: int, last: int) -> bool:
    """Take what follows a title: mister thompson, Dr. Okafor."""
    before = reading.tokens[first - 1].text if first else ""
    if not _in(before, "titles"):
        return False
    word = reading.tokens[first].text
    if not _in(before, "weak_titles"):
        return not _in(word, "stop")
    alike = reading.capital(first) == reading.text[reading.tokens[first - 1].start_char].isupper()
    return alike and (_is_name(word) or _in(word, "surnames") or reading.capital(first))


def has_surname(reading: Reading, first: int, last: int) -> bool:
    """Take a given name with a surname; an ambiguous one needs more."""
    if last == first:
        return False
    written = reading.capital(last) and reading.text[reading.tokens[first].start_char].isupper()
    hinted = written or reading.capital(first) or _is_hinted(reading, first)
    return _is_sure(reading.tokens[first].text) or (hinted and not _in_title_phrase(reading, first, last))


def is_sure(reading: Reading, first: int, last: int) -> bool:
    """Take a word that hardly is anything but a name."""
    return _is_sure(reading.tokens[first].text)


def is_known_here(reading: Reading, first: int, last: int) -> bool:
    """Take a name that was introduced elsewhere in the call, or a word that sounds like it."""
    word = reading.tokens[first].text.removesuffix("'s")
    if word in reading.known:
        return not _in(word, "also_words") or _stands_out(reading, first, last)
    if len(word) < 5 or _in(word, "stop"):  # noqa: PLR2004 - short words sound like too many others
        return False
    close = any(likeness(word, name, "en") >= _MIN_KNOWN_LIKENESS and word[0] == name[0] for name in reading.known)
    return close and (reading.capital(first) or _is_hinted(reading, first))


def after_role(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name, or any capital, after what people are: the manager rose, my wife Annabel."""
    before = reading.tokens[first - 1].text if first else ""
    word = reading.tokens[first].text
    named = _is_name(word) or (_stands_capital(reading, first) and not _in(word, "not_by_capital"))
    return _in(before, "roles") and named and not reading.parted(first - 1)


def stands_as_name(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name with a capital inside the sentence, unless it stands in a longer proper name."""
    word = reading.tokens[first].text
    return (
        reading.capital(first)
        and _is_name(word)
        and not _in(word, "not_by_capital")
        and not _shouted(reading, first)
        and not _in(reading.tokens[first - 1].text, "not_before")
        and not _in_title_phrase(reading, first, last)
    )


def _stands_capital(reading: Reading, at: int) -> bool:
    return reading.capital(at) and not _shouted(reading, at)


def _shouted(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    return reading.text[token.start_char : token.end_char].isupper()


def _in_title_phrase(reading: Reading, first: int, last: int) -> bool:
    """Return whether capitals go on before or after a possible name: North Star Supplies."""
    before = first > 0 and not reading.parted(first - 1) and reading.capital(first - 1)
    after = last + 1 < len(reading.tokens) and not reading.parted(last) and reading.capital(last + 1)
    named = before and (_is_sure(reading.tokens[first - 1].text) or _in(reading.tokens[first - 1].text, "titles"))
    return (before and not named) or after


def is_hinted_name(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name where only a person fits: spoke with grace, thank you mark."""
    return _is_name(reading.tokens[first].text) and _is_hinted(reading, first) and _closes(reading, last)


def does_something(reading: Reading, first: int, last: int) -> bool:
    """Take a capitalised possible name before what only people do: Hope never rang back."""
    after = [one.text for one in reading.tokens[last + 1 : last + 4]]
    if not _in(reading.tokens[first].text, "also_words") or reading.parted(last):
        return False
    said = after[1:] if after[:1] == ["never"] else after
    acts = bool(said) and _in(said[0], "acts")
    return acts and (_begins_upper(reading, first) or said[1:2] in (["me"], ["us"]))


def is_such(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name of which is said what only people are: will was really polite."""
    after = [one.text for one in reading.tokens[last + 1 : last + 5]]
    if not _is_name(reading.tokens[first].text) or reading.parted(last) or after[:1] not in (["is"], ["was"]):
        return False
    said = next((word for word in after[1:] if not _in(word, "such")), "")
    return _in(said, "traits")


def works_there(reading: Reading, first: int, last: int) -> bool:
    """Take a capitalised possible name with the department it is of: Rose from billing."""
    after = [one.text for one in reading.tokens[last + 1 : last + 3]]
    of_place = len(after) > 1 and _in(after[0], "of_place") and _in(after[1], "departments")
    return of_place and _in(reading.tokens[first].text, "also_words") and _begins_upper(reading, first)


def _begins_upper(reading: Reading, at: int) -> bool:
    return reading.text[reading.tokens[at].start_char].isupper() and not _shouted(reading, at)


def presents(reading: Reading, first: int, last: int) -> bool:
    """Take whatever stands in "this is ... calling"."""
    after = reading.tokens[last + 1].text if last + 1 < len(reading.tokens) else ""
    presented = phrase_ends_at(reading.tokens, first, "en", "person", "presents") > 0
    return presented and after in SPEAKING[:2] and not _in(reading.tokens[first].text, "stop")


def _is_hinted(reading: Reading, first: int) -> bool:
    length = phrase_ends_at(reading.tokens, first, "en", "person", "hints")
    return length > 1 or (length == 1 and reading.tokens[first - 1].text in ("thanks", "hello", "hi", "hey", "dear"))


def _closes(reading: Reading, last: int) -> bool:
    following = reading.tokens[last + 1].text if last + 1 < len(reading.tokens) else ""
    return reading.parted(last) or _in(following, "deeds")


def _stands_out(reading: Reading, first: int, last: int) -> bool:
    return any(rule(reading, first, last) for rule in (is_titled, after_role, stands_as_name, is_hinted_name))


RULES: tuple[tuple[str, Rule], ...] = (
    ("title", is_titled),
    ("name_and_surname", has_surname),
    ("sure_name", is_sure),
    ("known_in_call", is_known_here),
    ("after_role", after_role),
    ("capital", stands_as_name),
    ("hinted", is_hinted_name),
    ("presented", presents),
    ("deed", does_something),
    ("trait", is_such),
    ("department", works_there),
)
