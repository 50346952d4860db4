"""Days and moments on the page: as people read them off their own clock and calendar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from insights.meeting.wording import in_words


@pytest.fixture
def clock_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "ru", "en"),
    [
        ("UTC0", "20.11.2026 22:30", "20 Nov 2026 22:30"),
        ("MSK-3", "21.11.2026 01:30", "21 Nov 2026 01:30"),
        ("NST3:30", "20.11.2026 19:00", "20 Nov 2026 19:00"),
    ],
)
def test_a_moment_has_the_day_and_the_hour_of_one_clock(
    clock_of: pytest.MonkeyPatch, zone: str, ru: str, en: str
) -> None:
    clock_of.setenv("TZ", zone)
    time.tzset()
    began = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert (in_words(began, "ru"), in_words(began, "en")) == (ru, en)


def test_a_day_is_the_same_on_every_clock(clock_of: pytest.MonkeyPatch) -> None:
    clock_of.setenv("TZ", "VLAT-10")
    time.tzset()
    assert in_words(date(2026, 11, 20), "en") == "20 Nov 2026"
