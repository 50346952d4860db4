from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parent / "benchmarks" / "store.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("store_benchmark", BENCHMARK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_whole_calls(benchmark: ModuleType, tmp_path: Path) -> None:
    bars = list(benchmark.kill_bars(tmp_path, 3))
    assert [bar.measured for bar in bars] == ["0"]


@pytest.mark.slow
def test_readers_beside_a_writer_see_no_error_and_no_half_call(benchmark: ModuleType, tmp_path: Path) -> None:
    bars = list(benchmark.reader_bars(tmp_path, 3))
    assert [bar.what for bar in bars if not bar.held] == []


@pytest.mark.slow
def test_the_store_keeps_its_pace(benchmark: ModuleType, tmp_path: Path) -> None:
    bars = {bar.what: bar for bar in benchmark.size_bars(tmp_path, 60)}
    assert bars["calls in (CPU)"].held
    assert bars["full-text query (CPU)"].held
