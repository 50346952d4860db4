"""The example study: what ships with the package becomes a study that passes its own check."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audio.decode import load
from insights.demo.create import COMPANIES, MONO_CALLS, create_demo
from insights.night.inspection import inspect_study
from insights.settings import load_settings


def test_the_example_holds_both_languages_both_layouts_and_two_typed_interviews(tmp_path: Path) -> None:
    folder = create_demo(tmp_path / "demo")
    calls = sorted(path.name for path in folder.calls.iterdir())
    assert calls == ["en01_mono.flac", "en02_stereo.flac", "ru01_stereo.flac", "ru03_stereo.flac", "ru05_mono.flac"]
    typed = (folder.responses / "2026-11-20-online.csv").read_text(encoding="utf-8")
    assert typed.count(",online,") == 2
    assert inspect_study(folder.root).faults == ()
    assert load_settings(folder.root).privacy.company_names == COMPANIES


def test_a_mono_call_is_the_mean_of_its_channels(tmp_path: Path) -> None:
    folder = create_demo(tmp_path / "demo")
    shipped = Path(__file__).parents[1] / "insights" / "demo" / "calls"
    for call_id in MONO_CALLS:
        mono = load(folder.calls / f"{call_id}_mono.flac").samples
        both = load(shipped / f"{call_id}_stereo.flac").samples
        assert mono.shape[0] == 1
        assert np.abs(mono[0] - both.mean(axis=0)).max() < 1e-4


def test_making_it_twice_changes_nothing(tmp_path: Path) -> None:
    folder = create_demo(tmp_path / "demo")
    before = {
        path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.root.rglob("*") if path.is_file()
    }
    (folder.root / "survey.toml").write_text("mine", encoding="utf-8")
    create_demo(tmp_path / "demo")
    assert (folder.root / "survey.toml").read_text(encoding="utf-8") == "mine"
    after = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in before if path.name != "survey.toml"}
    assert after == {path: value for path, value in before.items() if path.name != "survey.toml"}
