"""What a value of earful.toml must be: named checks, each with the cure in its message."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime

# How a type is asked for; what the file's own words are for it.
WANTED: Mapping[object, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text in quotes",
    tuple: 'a list of texts, such as ["…", "…"]',
}
DEVICES = re.compile(r"auto|cpu|cuda(:\d+)?|mps")


def value_faults(place: str, value: object, item: dataclasses.Field[typing.Any], hint: object) -> Iterator[str]:
    """Yield what is wrong with one value, nothing where it fits its option.

    Parameters
    ----------
    place:
        Section and key, as the message names them.
    item:
        The option; its metadata may hold ``least``, ``most`` and ``check``.
    hint:
        The option's type.
    """
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        allowed = typing.get_args(hint)
        if value not in allowed:
            words = ", ".join(one or '""' for one in allowed)
            yield f"{place} = {value!r}: expected one of {words}"
        return
    if not of_type(value, origin or hint):
        yield f"{place} = {value!r}: write {WANTED[origin or hint]}{limits_said(item)}"
    elif not within(value, item):
        yield f"{place} = {value!r}: write {WANTED[hint]}{limits_said(item)}"
    elif (check := item.metadata.get("check")) and (fault := check(value)):
        yield f"{place} = {value!r}: {fault}"


def of_type(value: object, wanted: object) -> bool:
    """Return whether a value is of an option's type; a whole number serves as any number, true serves as none.

    >>> of_type(20, float), of_type(True, int), of_type(["a", 1], tuple)
    (True, False, False)
    """
    if wanted is tuple:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return type(value) is wanted or (wanted is float and type(value) is int)


def within(value: object, item: dataclasses.Field[typing.Any]) -> bool:
    """Return whether a number keeps its option's limits; "not a number" keeps none."""
    least, most = item.metadata.get("least"), item.metadata.get("most")
    if not isinstance(value, int | float):
        return True
    return (least is None or value >= least) and (most is None or value <= most)


def limits_said(item: dataclasses.Field[typing.Any]) -> str:
    """Return an option's limits in words, empty where it has none."""
    least, most = item.metadata.get("least"), item.metadata.get("most")
    if least is None:
        return ""
    return f", {least:g} or more" if most is None else f" from {least:g} to {most:g}"


def pattern_fault(pattern: str) -> str | None:
    """Return why an expression cannot tell whose recording a file is; None where it can, or where there is none.

    >>> pattern_fault("(?P<client>.+)_")
    'no group (?P<time>…); add it'
    """
    if not pattern:
        return None
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        return f"{error}; mend the regular expression"
    missing = [f"(?P<{name}>…)" for name in ("client", "time") if name not in groups]
    return f"no group {', '.join(missing)}; add it" if missing else None


def time_format_fault(written: str) -> str | None:
    """Return why a moment cannot be read as written; None where it can.

    >>> time_format_fault("%Y%m%d-%H%M%S")
    >>> time_format_fault("YYYYMMDD")
    'it holds no date; write one such as %Y%m%d-%H%M%S'
    """
    example = datetime(2026, 11, 20, 10, 15, 30)  # noqa: DTZ001 - only its parts matter
    try:
        found = datetime.strptime(example.strftime(written), written)  # noqa: DTZ007 - local, as the rows'
    except ValueError:
        return "no format of a time; write one such as %Y%m%d-%H%M%S"
    return None if found.date() == example.date() else "it holds no date; write one such as %Y%m%d-%H%M%S"


def device_fault(device: str) -> str | None:
    """Return why a device cannot be one; None where it may.

    >>> device_fault("cuda:1"), device_fault("gpu")
    (None, 'write auto, cpu or cuda')
    """
    return None if DEVICES.fullmatch(device) else "write auto, cpu or cuda"
