"""Single cells of a table as people type them: words, moments, numbers, and what a fault may show of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

Faults = list[tuple[str, str]]

# Of a cell that a fault repeats: "20 ноября 2026" is one, a remark, a name or a phone has more of something.
MOST_SHOWN, MOST_LETTERS, MOST_FIGURES = 20, 8, 8
# The day goes before the month; a date with the month first is refused, since half the year it cannot be told.
DATES = ("%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d")
TIMES = (" %H:%M:%S", " %H:%M", ", %H:%M:%S", ", %H:%M", "")
# 1 250 000: spreadsheets write a space there, often one that does not break.
THOUSANDS = re.compile(r"-?[0-9]{1,3}(\s[0-9]{3})+(\.[0-9]*)?")
SHORTENED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+[0-9]+")
# Days since the end of 1899, as spreadsheets count them: 1990 to 2100.
SERIAL_DAYS = (32874, 73050)


def shown(text: str) -> str:
    """Return a cell as a fault may show it: figures and a single short word, never a remark, a name or a phone.

    >>> shown("10/10"), shown("fax"), shown("грубили, звоните +7 916 123-45-67")
    ("'10/10'", "'fax'", 'a text of 33 characters')
    """
    letters, figures = sum(char.isalpha() for char in text), sum(char.isdigit() for char in text)
    dated = any(char in "/:" for char in text)
    phone = figures > MOST_FIGURES and not dated
    word = text.islower() and not any(char.isspace() for char in text)
    brief = len(text) <= MOST_SHOWN and letters <= MOST_LETTERS and not phone
    return repr(text) if brief and (figures or word or not letters) else f"a text of {len(text)} characters"


def shortened(text: str) -> bool:
    """Return whether a spreadsheet wrote a long number as its first figures: whose id it was cannot be told.

    >>> shortened("7,91612E+10"), shortened("A1E5"), shortened("12")
    (True, False, False)
    """
    return SHORTENED.fullmatch(text) is not None


def word_in(name: str, values: Mapping[str, str], allowed: Sequence[str], faults: Faults) -> str | None:
    """Return one of a few words, or None with a fault where the cell holds another."""
    text = values.get(name, "").casefold()
    if not text or text in allowed:
        return text or None
    faults.append((f"{name} is {shown(values[name])}", f"write {', '.join(allowed)} or leave it empty"))
    return None


def moment_in(name: str, values: Mapping[str, str], faults: Faults) -> str | None:
    """Return a time as ISO 8601, its zone kept; None with a fault where it cannot be read."""
    text = values.get(name, "")
    moment = moment_of(text) if text else None
    if text and moment is None:
        faults.append((f"{name} is {shown(text)}", "write it as 2026-11-20T10:15:00+03:00 or 20.11.2026 10:15"))
    return moment


@lru_cache(maxsize=10_000)
def moment_of(text: str) -> str | None:
    """Return a written time as ISO 8601; None where its day or month cannot be told.

    >>> moment_of("20.11.2026 10:15"), moment_of("46346.4375"), moment_of("11/20/2026")
    ('2026-11-20T10:15:00', '2026-11-20T10:30:00', None)
    """
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        pass
    for form in (date + time for date in DATES for time in TIMES):
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 - local time, as delivered
        except ValueError:
            continue
    days = number_in(text)
    if days is None or not SERIAL_DAYS[0] <= days < SERIAL_DAYS[1]:
        return None
    return (datetime(1899, 12, 30) + timedelta(seconds=round(days * 86400))).isoformat()  # noqa: DTZ001 - as delivered


def weight_in(values: Mapping[str, str], faults: Faults) -> float | None:
    """Return a positive weight, None where there is none."""
    text = values.get("weight", "")
    if not text:
        return None
    number = number_in(text)
    if number is None or not 0 < number < float("inf"):
        faults.append((f"weight is {shown(text)}", "write a number above 0 or leave it empty"))
        return None
    return number


def number_in(text: str) -> float | None:
    """Return the number a cell holds, with a point or a comma, its thousands apart or not; None where it holds none.

    >>> number_in(" 9,0 "), number_in("1 250 000,5"), number_in("nine"), number_in("1e3"), number_in("9 10")
    (9.0, 1250000.5, None, None, None)
    """
    plain = text.strip().replace(",", ".").replace("\u2212", "-")
    if THOUSANDS.fullmatch(plain):
        plain = "".join(plain.split())
    digits = plain.removeprefix("-").replace(".", "", 1)
    return float(plain) if digits.isascii() and digits.isdigit() else None
