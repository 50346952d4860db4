"""Which days a meeting looks back on."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def days_before(meeting: date) -> tuple[date, date]:
    """Return the first day of a meeting's calls and the day after the last one: the meeting's own.

    Calls are those since the previous working day's meeting; on Monday they are from Friday to Sunday.

    >>> days_before(date(2026, 11, 23))
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 23))
    >>> days_before(date(2026, 11, 24))[0]
    datetime.date(2026, 11, 23)
    """
    first = meeting - timedelta(days=1)
    while first.weekday() >= SATURDAY:
        first -= timedelta(days=1)
    return first, meeting
