"""plan and models bench: figures of this study, of this machine, or of elsewhere, and every line says which."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import fake_night
import numpy as np
import pytest
from click.testing import CliRunner

from audio.decode import load
from audio.encode import encode
from insights.cli.main import cli
from insights.cli.model_bench import NightSpeed, bench_night, bench_path, kept_bench, validity
from insights.night import run as run_module
from insights.night.executors import WorkerPlan
from insights.night.jobs import Done, Job, Outcome
from insights.night.processing import NightOptions
from insights.settings import Settings

STAGE_S = 0.25
STAGES = 12
CALL_S = 1.5


class Measured:
    """An executor without processes whose every stage takes a quarter of a second."""

    workers = 1

    def run(self, batches: Sequence[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        for job in (job for batch in batches for job in batch):
            outcome = fake_night.outcome_of(job)
            assert isinstance(outcome, Done)
            runs = tuple(replace(run, seconds=STAGE_S) for run in outcome.record.runs)
            assert len(runs) == STAGES
            yield replace(outcome, record=replace(outcome.record, runs=runs))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARFUL_CACHE", str(tmp_path / "cache"))


def heard(study_dir: Path, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_module, "model_hashes", lambda frame: {"fake": "1"})
    rng = np.random.default_rng(1)
    for number in range(calls):
        samples = rng.normal(0, 0.1, (1, int(CALL_S * 8000))).astype(np.float32).clip(-1, 1)
        (study_dir / "calls" / f"{number}.wav").write_bytes(encode(samples, 8000, codec="wav"))
    run_module.run_night(study_dir, NightOptions(executor=Measured()))


def keep_bench(settings: Settings, *, cpu_s: float = 20.0) -> NightSpeed:
    speed = NightSpeed("2026-11-22", **validity(settings), calls=2, sound_s=100.0, cpu_s=cpu_s, worker_gb=1.25)
    bench_path().parent.mkdir(parents=True, exist_ok=True)
    bench_path().write_text(json.dumps(asdict(speed)))
    return speed


def planned(study_dir: Path) -> dict[str, object]:
    result = CliRunner().invoke(cli, ["plan", "--study", str(study_dir), "--cores", "2", "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_without_anything_measured_the_plan_says_so(tmp_path: Path) -> None:
    found = planned(tmp_path)
    assert found["source"] == "measured on another machine"
    assert "assumed" in str(found["sound_source"])


def test_a_bench_of_this_machine_goes_before_figures_from_elsewhere(tmp_path: Path) -> None:
    keep_bench(Settings())
    found = planned(tmp_path)
    assert (found["cpu_seconds_per_second"], found["n"], found["memory_gb"]) == (0.2, 2, 2.5)
    assert "earful models bench" in str(found["source"])
    # 130,000 calls of 4 minutes at 0.2 CPU seconds a second, two cores of which each gives nine tenths
    assert found["core_hours"] == pytest.approx(130_000 * 4 / 60 * 0.2, abs=0.1)
    assert found["hours_here"] == pytest.approx(130_000 * 4 / 60 * 0.2 / 1.8, abs=0.1)
    assert found["machines"] == 121


def test_a_bench_counts_only_for_its_machine_release_and_models(tmp_path: Path) -> None:
    speed = keep_bench(Settings())
    assert kept_bench(Settings()) == speed
    for other in (
        '[recognition]\nmodel = "whisper-small"',
        "[recognition]\nbeams = 1",
        '[diarization]\npipeline = "/own"',
    ):
        (tmp_path / "earful.toml").write_text(other)
        assert planned(tmp_path)["source"] == "measured on another machine"
    for name in ("machine", "release"):
        bench_path().write_text(json.dumps({**asdict(speed), name: "another"}))
        assert kept_bench(Settings()) is None
    bench_path().write_text("no json")
    assert kept_bench(Settings()) is None


def test_a_study_tells_its_own_speed_once_its_calls_are_many(study_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_bench(Settings())
    heard(study_dir, 19, monkeypatch)
    few = planned(study_dir)
    assert (few["n"], few["cpu_seconds_per_second"]) == (2, 0.2)
    heard(study_dir, 20, monkeypatch)
    many = planned(study_dir)
    assert (many["n"], many["source"]) == (20, "measured over this study's nights")
    assert many["cpu_seconds_per_second"] == pytest.approx(STAGES * STAGE_S / CALL_S)
    # 16-bit sound in one channel: 16,000 bytes a second and a header
    assert many["sound_gb"] == pytest.approx(130_000 * 240 * 16_030 / 1e9, abs=0.5)
    assert "n = 20 calls" in str(many["sound_source"])
    assert "made-up calls" in str(many["store_source"])  # twenty calls do not tell what a call takes in the store


def test_the_text_names_a_source_beside_every_figure(tmp_path: Path) -> None:
    lines = CliRunner().invoke(cli, ["plan", "--study", str(tmp_path)]).output.splitlines()
    by_name = {line.split("  ")[0]: line for line in lines}
    for name in ("speed", "store", "recordings", "memory"):
        assert "measured" in by_name[name] or "assumed" in by_name[name]
    assert "nothing measured" in by_name["cards"]
    assert max(map(len, lines)) < 110


@pytest.mark.models
def test_benching_needs_no_study_and_is_kept_for_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EARFUL_CACHE")  # the converted weights
    monkeypatch.setattr("insights.cli.model_bench.bench_path", lambda: tmp_path / "bench.json")
    shipped = Path(__file__).parents[1] / "insights" / "demo" / "calls" / "ru01_stereo.flac"
    recording = load(shipped)
    short = tmp_path / "short.flac"
    short.write_bytes(encode(recording.samples[:, : 25 * recording.rate_hz], recording.rate_hz, codec="flac"))
    empty = tmp_path / "empty"
    empty.mkdir()
    speed = bench_night(empty, [short])
    assert (speed.calls, speed.sound_s) == (1, 25.0)
    assert speed.cpu_s > 0.3
    assert 0.3 < speed.worker_gb < 4
    assert kept_bench(Settings()) == speed
    assert list(empty.iterdir()) == []
