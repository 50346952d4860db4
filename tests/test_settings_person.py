"""Who signs: a name where there is one, a number where a container has only that."""

from __future__ import annotations

import os
import pwd

import pytest

from insights.settings import person_here


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name_signs_by_number(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def unknown(number: int) -> object:
        raise error(f"getpwuid(): uid not found: {number}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert person_here() == str(os.getuid())
    monkeypatch.setenv("LOGNAME", "anna")
    assert person_here() == "anna"
