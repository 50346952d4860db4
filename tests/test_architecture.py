"""The house as a whole: sizes, one home for three packages, no paths of one machine."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("audio", "transcribe", "insights")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FUNCTION, LONGEST_FILE = 60, 300


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    docstring = body[0].end_lineno - body[0].lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert {f.name: lines_of_code(f) for f in functions if lines_of_code(f) > LONGEST_FUNCTION} == {}


def test_the_three_packages_come_from_one_place() -> None:
    homes = {Path(importlib.util.find_spec(name).origin).parents[1] for name in PACKAGES}
    assert homes == {ROOT}


def test_no_source_names_a_grab_bag() -> None:
    forbidden = re.compile(r"(utils?|helpers?|misc|common|manager)\.py$")
    assert [path for path in SOURCES if forbidden.search(path.name)] == []


def test_no_test_shadows_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
