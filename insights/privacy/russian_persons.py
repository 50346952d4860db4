"""Persons in Russian speech: named rules over chains of words that can be a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from insights.language.fuzzy import likeness
from insights.language.lemma import is_russian_word, part_of_speech
from insights.privacy.russian_names import NameForm, is_unheard_of, name_form, sounds_like_a_name
from insights.privacy.spans import PiiSpan, Reading
from insights.privacy.words import exact_words, listed, phrase_ends_at, phrase_starts_at

MAX_CHAIN = 4
_MIN_KNOWN_LIKENESS = 0.75
_MIN_GREETED_LIKENESS = 0.65

Chain = tuple[int, int]
Rule = Callable[[Reading, int, int], bool]


def russian_persons(reading: Reading) -> Iterator[PiiSpan]:
    """Yield every name, a chain of words at a time, with the first rule that accepts it."""
    at = 0
    while at < len(reading.tokens):
        introduced = _introduced_end(reading, at)
        last = introduced if introduced is not None else _chain_end(reading, at)
        rule = "introduction" if introduced is not None else _rule_of(reading, at, last)
        if last is None or rule is None:
            at += 1
            continue
        yield reading.found(_with_title(reading, at), last, "person", rule)
        at = last + 1


def _form(reading: Reading, at: int) -> NameForm:
    return name_form(reading.tokens[at].text)


def _is_stop(word: str) -> bool:
    return word in exact_words("ru", "person", "stop")


def _chain_end(reading: Reading, at: int) -> int | None:
    """Return the last token of the words from ``at`` on that can make up one name; None where the first cannot."""
    if not _can_begin(reading, at):
        return None
    last = at
    while last + 1 < len(reading.tokens) and last - at + 1 < MAX_CHAIN and _continues(reading, last):
        last += 1
    return last


def _can_begin(reading: Reading, at: int) -> bool:
    word = reading.tokens[at].text
    if _is_stop(word):
        return False
    return _form(reading, at).any or word in reading.known or is_unheard_of(word) or _is_known(reading, at)


def _continues(reading: Reading, last: int) -> bool:
    """Return whether the next token belongs to the same name: another kind of word in a case both can have."""
    if reading.parted(last) or _is_stop(reading.tokens[last + 1].text):
        return False
    here, following = _form(reading, last), _form(reading, last + 1)
    if not following.any or (following.name and here.name and not following.surname and not following.patronymic):
        return False
    if following.patronymic and not following.surname:
        return True
    return bool(here.cases & following.cases)


def _introduced_end(reading: Reading, at: int) -> int | None:
    """Return the last token of a name after "меня зовут" and the like, whatever the dictionary knows of it."""
    length = phrase_ends_at(reading.tokens, at, "ru", "person", "introductions")
    asked = at == 0 and "person" in reading.asked
    word = reading.tokens[at].text
    if not (length or asked) or _is_stop(word) or len(word) < 3 or word.isdecimal():  # noqa: PLR2004
        return None
    if not _may_be_introduced(reading, at):
        return None
    last = at
    while last + 1 < len(reading.tokens) and last - at < MAX_CHAIN - 1 and not reading.parted(last):
        following = reading.tokens[last + 1].text
        strange = not is_russian_word(following) and len(following) > 3  # noqa: PLR2004
        if _is_stop(following) or not (name_form(following).any or strange or reading.capital(last + 1)):
            break
        last += 1
    return last


def _may_be_introduced(reading: Reading, at: int) -> bool:
    word = reading.tokens[at].text
    if name_form(word).any or not is_russian_word(word):
        return True
    return reading.capital(at) and part_of_speech(word) == "NOUN"


def _with_title(reading: Reading, first: int) -> int:
    return first - 1 if first and listed(reading.tokens[first - 1].text, "ru", "person", "titles") else first


def _rule_of(reading: Reading, first: int, last: int | None) -> str | None:
    """Return the name of the first rule that takes the chain for a person."""
    if last is None or _is_company(reading, first):
        return None
    return next((name for name, rule in RULES if rule(reading, first, last)), None)


def _is_company(reading: Reading, first: int) -> bool:
    word = reading.tokens[first].text
    before = reading.tokens[first - 1].text if first else ""
    if listed(before, "ru", "person", "brand_cues"):
        return True
    brands = exact_words("ru", "person", "brands")
    inside = before in exact_words("ru", "person", "places") and _form(reading, first).lemma in brands
    return inside or (word in brands and not _form(reading, first).sure)


def has_patronymic(reading: Reading, first: int, last: int) -> bool:
    """Take Анна Сергеевна, and палыч alone."""
    return any(_form(reading, at).patronymic for at in range(first, last + 1))


def has_surname(reading: Reading, first: int, last: int) -> bool:
    """Take a given name beside a surname, in either order."""
    if first == last:
        return False
    forms = [_form(reading, at) for at in range(first, last + 1)]
    return any(form.name for form in forms) and any(form.surname for form in forms) and any(f.sure for f in forms)


def is_sure(reading: Reading, first: int, last: int) -> bool:
    """Take a word that hardly is anything but a name."""
    return any(_form(reading, at).sure for at in range(first, last + 1))


def is_known_here(reading: Reading, first: int, last: int) -> bool:
    """Take a name that was introduced elsewhere in the call, misheard or inflected."""
    return _is_known(reading, first) and (
        not _is_common(reading.tokens[first].text) or _stands_out(reading, first, last)
    )


def _is_common(word: str) -> bool:
    return is_russian_word(word) and not name_form(word).sure


def _is_known(reading: Reading, at: int) -> bool:
    word = reading.tokens[at].text
    if not reading.known or len(word) < 3:  # noqa: PLR2004
        return False
    lemma = name_form(word).lemma
    if word in reading.known or lemma in reading.known:
        return True
    return not is_russian_word(word) and any(
        likeness(word, name, "ru") >= _MIN_KNOWN_LIKENESS for name in reading.known
    )


def after_role(reading: Reading, first: int, last: int) -> bool:
    """Take what follows a role: менеджер Роман, девушка вера."""
    if not first or reading.parted(first - 1):
        return False
    if part_of_speech(reading.tokens[first].text) in ("VERB", "INFN", "PREP", "CONJ", "PRCL", "ADVB", "NPRO"):
        return False
    before = reading.tokens[first - 1].text
    return listed(before, "ru", "person", "roles") or listed(before, "ru", "person", "titles")


def stands_as_name(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name with a capital inside the sentence."""
    return _form(reading, first).name and reading.capital(first)


def does_something(reading: Reading, first: int, last: int) -> bool:
    """Take a name in the nominative before what only people do: вера объяснила."""
    if not _form(reading, first).name or "nomn" not in _form(reading, first).cases or last + 1 >= len(reading.tokens):
        return False
    after = last + 1
    if reading.tokens[after].text in exact_words("ru", "person", "between") and after + 1 < len(reading.tokens):
        after += 1
    return not reading.parted(last) and listed(reading.tokens[after].text, "ru", "person", "deeds")


def is_such(reading: Reading, first: int, last: int) -> bool:
    """Take a name in the nominative of which is said what only people are: света такая отзывчивая."""
    form, after = _form(reading, first), last + 1
    while after + 1 < len(reading.tokens) and reading.tokens[after].text in exact_words("ru", "person", "such"):
        after += 1
    named = form.name and "nomn" in form.cases and not reading.parted(last) and after < len(reading.tokens)
    return named and listed(reading.tokens[after].text, "ru", "person", "traits")


def is_addressed(reading: Reading, first: int, last: int) -> bool:
    """Take a name set apart after a greeting or thanks, or one that is thanked: спасибо, Вера; спасибо роману."""
    before = reading.tokens[first - 1].text if first else ""
    if before not in exact_words("ru", "person", "thanks") or not _form(reading, first).name:
        return False
    given = "datv" in _form(reading, first).cases and "nomn" not in _form(reading, first).cases
    return (given and not reading.parted(first - 1)) or (reading.parted(last) and reading.parted(first - 1))


def sounds_right(reading: Reading, first: int, last: int) -> bool:
    """Take a word that no dictionary holds, close to a given name, where a person may be named."""
    hinted = phrase_ends_at(reading.tokens, first, "ru", "person", "hints") > 0
    acts = last + 1 < len(reading.tokens) and listed(reading.tokens[last + 1].text, "ru", "person", "deeds")
    return sounds_like_a_name(reading.tokens[first].text) and (hinted or acts or reading.capital(first))


def opens_call(reading: Reading, first: int, last: int) -> bool:
    """Take a capitalised word of no dictionary where a call begins, unless a company is named there."""
    before = [token.text for token in reading.tokens[max(0, first - 2) : first]]
    company = any(listed(word, "ru", "person", "brand_cues") for word in before)
    return (
        _is_strange(reading, first) and not company and reading.text[reading.tokens[first].start_char - 1] not in '«"'
    )


def _is_strange(reading: Reading, at: int) -> bool:
    return reading.opening and reading.capital(at) and not is_russian_word(reading.tokens[at].text)


def greets(reading: Reading, first: int, last: int) -> bool:
    """Take an unheard-of word beside a greeting that is something like a name: сервель здравствуйте."""
    after = (phrase_starts_at(reading.tokens, last + 1, "ru", "person", "greetings") > 0) and first == 0
    before = phrase_ends_at(reading.tokens, first, "ru", "person", "greetings") > 0
    return (after or before) and sounds_like_a_name(reading.tokens[first].text, least=_MIN_GREETED_LIKENESS)


def works_there(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name with the department it is of: надежда из поддержки."""
    form, after = _form(reading, first), reading.tokens[last + 1 : last + 3]
    of_place = len(after) > 1 and after[0].text in exact_words("ru", "person", "of_place")
    named = (form.name and "nomn" in form.cases) or is_unheard_of(reading.tokens[first].text)
    return named and of_place and listed(after[1].text, "ru", "person", "departments")


def apposed(reading: Reading, first: int, last: int) -> bool:
    """Take a capital beside a role and a comma: Джамшут, курьер ваш; наш инженер, Джон, опоздал."""
    if not reading.capital(first) or not (_form(reading, first).name or is_unheard_of(reading.tokens[first].text)):
        return False
    after = reading.tokens[last + 1].text if last + 1 < len(reading.tokens) else ""
    before = reading.tokens[first - 1].text if first else ""
    return reading.parted(last) and any(listed(word, "ru", "person", "roles") for word in (after, before) if word)


def is_kin(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name told whose it is: тема мой сын."""
    after = [token.text for token in reading.tokens[last + 1 : last + 3]]
    own = len(after) > 1 and after[0] in exact_words("ru", "person", "own")
    return own and _form(reading, first).name and listed(after[1], "ru", "person", "roles")


def called_for(reading: Reading, first: int, last: int) -> bool:
    """Take whom somebody asks for, a surname or an unheard-of word too: спросите Штольца."""
    asked = phrase_ends_at(reading.tokens, first, "ru", "person", "calls") > 0
    return asked and (_form(reading, first).any or is_unheard_of(reading.tokens[first].text))


def hinted(reading: Reading, first: int, last: int) -> bool:
    """Take a possible name where one is expected: вас беспокоит вера."""
    before = phrase_ends_at(reading.tokens, first, "ru", "person", "hints")
    return before > 1 and _form(reading, first).name


def _stands_out(reading: Reading, first: int, last: int) -> bool:
    return any(
        rule(reading, first, last) for rule in (after_role, stands_as_name, does_something, is_addressed, hinted)
    )


RULES: tuple[tuple[str, Rule], ...] = (
    ("patronymic", has_patronymic),
    ("name_and_surname", has_surname),
    ("sure_name", is_sure),
    ("known_in_call", is_known_here),
    ("after_role", after_role),
    ("capital", stands_as_name),
    ("deed", does_something),
    ("trait", is_such),
    ("addressed", is_addressed),
    ("sounds_like_name", sounds_right),
    ("hinted", hinted),
    ("department", works_there),
    ("apposition", apposed),
    ("kin", is_kin),
    ("called_for", called_for),
    ("greeting", greets),
    ("opening", opens_call),
)
