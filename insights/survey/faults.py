"""What can be wrong with a questionnaire or a codebook: named checks in two ordered lists."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from insights.survey.columns import COLUMNS
from insights.survey.keys import misspelt_keys
from insights.survey.questionnaire import KINDS, SCALE_KINDS

Table = Mapping[str, Any]  # Any: TOML values of unknown type are what these checks are for
Check = Callable[[Table], Iterator[str]]

LANGUAGES = ("ru", "en")
SPECIALS = ("validity", "residual")
DEFAULT_SCALES = {"nps": "[0, 10]", "csat": "[1, 5]", "attribute": "[1, 5]", "importance": "[1, 5]"}
MAX_SCALE_STEPS = 100


def survey_faults(table: Table) -> list[str]:
    """Return one line for each fault of a questionnaire; [] where it can be used."""
    return faults_of(table, SURVEY_SHAPE, SURVEY_CHECKS)


def codebook_faults(table: Table) -> list[str]:
    """Return one line for each fault of a codebook; [] where it can be used."""
    return faults_of(table, CODEBOOK_SHAPE, CODEBOOK_CHECKS)


def faults_of(table: Table, shape: Sequence[Check], checks: Sequence[Check]) -> list[str]:
    """Return the faults of shape or, where the shape is right, of content."""
    faults = [fault for check in shape for fault in check(table)]
    return faults or [fault for check in checks for fault in check(table)]


def entries(table: Table, key: str) -> list[Table]:
    """Return the tables of an array such as ``[[question]]`` that carry an id; what else stands there is a fault."""
    rows = table.get(key)
    return [row for row in rows if isinstance(row, Mapping) and "id" in row] if isinstance(rows, list) else []


def head_shape(table: Table) -> Iterator[str]:
    """Name and version are there and of the right type."""
    if not isinstance(table.get("name"), str) or not table["name"]:
        yield f'name is {table.get("name")!r}; write a short name, such as name = "voice-of-customer"'
    if type(table.get("version")) is not int:
        yield f"version is {table.get('version')!r}; write a whole number and raise it when you change the file"


def codebook_name(table: Table) -> Iterator[str]:
    """Name a file of the study as the codebook."""
    name = table.get("codebook", "codebook.toml")
    if not is_text(name):
        yield f'codebook = {name!r}; write the file\'s name, such as codebook = "codebook.toml"'


def array_shape(key: str) -> Check:
    """Return the check that ``[[key]]`` is a non-empty array of tables that carry an id."""

    def check(table: Table) -> Iterator[str]:
        rows = table.get(key)
        if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
            yield f"no [[{key}]]; write at least one, in double brackets"
            return
        for number, row in enumerate(rows, 1):
            if not isinstance(row.get("id"), str) or not row["id"]:
                yield f'[[{key}]] number {number}: id is {row.get("id")!r}; write a short word, such as id = "nps"'

    return check


def is_text(value: object) -> bool:
    """Return whether a value is text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def is_word_list(value: object) -> bool:
    """Return whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def text_faults(place: str, texts: object, *, lists: bool) -> Iterator[str]:
    """Yield the faults of one table of texts by language."""
    if not isinstance(texts, Mapping):
        yield f"{place} is {texts!r}; write it by language, with .ru = … and .en = …"
        return
    expected = 'a list, such as ["…", "…"]' if lists else "text in quotes"
    fits = is_word_list if lists else is_text
    for language, value in texts.items():
        if language not in LANGUAGES:
            yield f"{place}.{language}: unknown language; there is ru and en"
        elif not fits(value):
            yield f"{place}.{language} is {value!r}; write {expected}"


def words_shape(key: str, fields: Sequence[str], *, lists: bool) -> Check:
    """Return the check that texts by language are tables of strings (or of lists of strings)."""

    def check(table: Table) -> Iterator[str]:
        for row in entries(table, key):
            for field in fields:
                yield from text_faults(f"{key} {row['id']!r}: {field}", row.get(field, {}), lists=lists)

    return check


def one_id_each(key: str) -> Check:
    """Return the check that no id stands twice."""

    def check(table: Table) -> Iterator[str]:
        for name, count in Counter(row["id"] for row in entries(table, key)).items():
            if count > 1:
                yield f"{key} {name!r}: {count} entries with one id; give each its own"

    return check


def no_column_of_ours(table: Table) -> Iterator[str]:
    """No question has the id of another column of responses/*.csv."""
    for row in entries(table, "question"):
        if row["id"] in COLUMNS:
            yield f"question {row['id']!r}: responses/*.csv has a column of that name for something else; rename it"


def known_kind(table: Table) -> Iterator[str]:
    """Every question is of a known kind."""
    for row in entries(table, "question"):
        kind = row.get("kind")
        if kind not in KINDS:
            close = difflib.get_close_matches(str(kind), KINDS, n=1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            yield f"question {row['id']!r}: kind = {kind!r} is unknown{meant}; kinds: {', '.join(KINDS)}"


def usable_scale(table: Table) -> Iterator[str]:
    """Questions with a number have a scale of two whole numbers, the lower first."""
    for row in entries(table, "question"):
        scale, kind = row.get("scale"), row.get("kind")
        if scale is None:
            if kind in SCALE_KINDS:
                yield f"question {row['id']!r}: no scale; write scale = {DEFAULT_SCALES[kind]}"
            continue
        if not isinstance(scale, list) or [type(end) for end in scale] != [int, int]:
            yield f"question {row['id']!r}: scale = {scale!r}; write its two ends, such as scale = [1, 5]"
        elif scale[0] >= scale[1]:
            yield f"question {row['id']!r}: scale = {scale} is upside down; write [{scale[1]}, {scale[0]}]"
        elif scale[1] - scale[0] > MAX_SCALE_STEPS:
            yield f"question {row['id']!r}: scale = {scale} has more than {MAX_SCALE_STEPS} steps; narrow it"
        elif kind == "nps" and scale != [0, 10]:
            yield f'question {row["id"]!r}: scale = {scale}; NPS is defined on [0, 10], use kind = "csat" otherwise'


def follows_somewhere(table: Table) -> Iterator[str]:
    """Follows points at another question, and not at an open one."""
    kinds = {row["id"]: row.get("kind") for row in entries(table, "question")}
    for row in entries(table, "question"):
        target = row.get("follows")
        if target is None:
            continue
        if not isinstance(target, str):
            yield f'question {row["id"]!r}: follows = {target!r}; write one question\'s id, such as follows = "nps"'
        elif target not in kinds:
            yield f"question {row['id']!r}: follows = {target!r} points nowhere; questions: {', '.join(kinds)}"
        elif target == row["id"]:
            yield f"question {row['id']!r}: follows itself; name the score whose reason it asks"
        elif kinds[target] == "open":
            yield f"question {row['id']!r}: follows = {target!r} is an open question; name the score instead"


def worded(table: Table) -> Iterator[str]:
    """Every question has a wording in each of the survey's languages."""
    languages = table.get("languages", list(LANGUAGES))
    if not isinstance(languages, list) or not languages or any(item not in LANGUAGES for item in languages):
        yield f'languages = {languages!r}; write ["ru"], ["en"] or ["ru", "en"]'
        return
    for row in entries(table, "question"):
        for language in languages:
            if language not in row.get("ask", {}):
                cure = f"write how it is asked, or drop {language!r} from languages"
                yield f"question {row['id']!r}: no ask.{language}; {cure}"


def attribute_named(table: Table) -> Iterator[str]:
    """Attribute and importance questions say what they rate."""
    for row in entries(table, "question"):
        if row.get("kind") in ("attribute", "importance") and not isinstance(row.get("attribute"), str):
            yield f'question {row["id"]!r}: no attribute; write attribute = "{row["id"]}"'


def known_special(table: Table) -> Iterator[str]:
    """Find codes whose special is neither validity nor residual."""
    for row in entries(table, "code"):
        if row.get("special") is not None and row["special"] not in SPECIALS:
            yield f'code {row["id"]!r}: special = {row["special"]!r}; write "validity" or "residual", or drop it'


def defined(table: Table) -> Iterator[str]:
    """Every code has a label, and a definition unless it is special."""
    for row in entries(table, "code"):
        if not row.get("label"):
            yield f"code {row['id']!r}: no label; write label.ru = … and label.en = …"
        if not row.get("definition") and row.get("special") not in SPECIALS:
            yield f"code {row['id']!r}: no definition; write definition.ru = … (only special codes need none)"


def survey_keys(table: Table) -> Iterator[str]:
    """No key of a survey is a slip of the pen."""
    yield from misspelt_keys(table, "survey")


def codebook_keys(table: Table) -> Iterator[str]:
    """No key of a codebook is a slip of the pen."""
    yield from misspelt_keys(table, "codebook")


SURVEY_SHAPE: tuple[Check, ...] = (
    survey_keys,
    head_shape,
    codebook_name,
    array_shape("question"),
    words_shape("question", ("ask",), lists=False),
    words_shape("question", ("aliases",), lists=True),
)
SURVEY_CHECKS: tuple[Check, ...] = (
    one_id_each("question"),
    no_column_of_ours,
    known_kind,
    usable_scale,
    follows_somewhere,
    worded,
    attribute_named,
)
CODEBOOK_SHAPE: tuple[Check, ...] = (
    codebook_keys,
    head_shape,
    array_shape("code"),
    words_shape("code", ("label", "definition"), lists=False),
    words_shape("code", ("include", "exclude", "examples"), lists=True),
)
CODEBOOK_CHECKS: tuple[Check, ...] = (one_id_each("code"), known_special, defined)
