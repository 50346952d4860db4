"""Many machines: two real Ray nodes on this one, and every call stored once whatever is lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import killed_nights as killed
import numpy as np
import pytest
from killed_nights import rows

from audio.encode import encode
from insights.night import ray_crew, ray_executor
from insights.night import run as run_module
from insights.night.executors import ExecutorUnusableError, WorkerPlan
from insights.night.processing import NightOptions, NightReport
from insights.night.ray_executor import RayExecutor, RayMissingError, connected, refuse_silent
from insights.night.run import run_night

TESTS = Path(__file__).parent
# A driver of its own, to be killed; the run's end is the parent's to see.
DRIVER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from insights.night import run as run_module
from insights.night.processing import NightOptions
from insights.night.ray_executor import RayExecutor
run_module.model_hashes = lambda frame: {{"fake": "1"}}
run_module.time.sleep = lambda seconds: None
if __name__ == "__main__":
    run_module.run_night(Path({study!r}), NightOptions(executor=RayExecutor({address!r}), maker="fake_night:make"))
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Start a head node with one CPU and a card that is only said to be there."""
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'earful[ray]'")
    # The name of a socket is at most 107 bytes long, Ray's takes 64 of them: no room for any folder there is.
    short = TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True)
    with short, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", short.name)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", f"{TESTS}{os.pathsep}{TESTS.parent}")
        started = first_node(tries=3)
        yield started
        ray.shutdown()
        started.shutdown()


def first_node(*, tries: int) -> Any:
    """Return a cluster of one node; Ray gives up on a node after half a minute, too soon on a busy machine."""
    from ray.cluster_utils import Cluster

    try:
        head = {"num_cpus": 1, "num_gpus": 1, "include_dashboard": False}
        return Cluster(initialize_head=True, head_node_args=head)
    except Exception:  # Ray raises no narrower one
        if tries == 1:
            raise
    return first_node(tries=tries - 1)


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at files without waiting, at no weights, and knock at no address: a node's is not the loopback."""
    monkeypatch.setattr(ray_executor, "refuse_silent", lambda address: None)
    monkeypatch.setattr(run_module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(run_module, "model_hashes", lambda frame: {"fake": "1"})


class Watching:
    """A progress that calls back, and counts the calls that ended."""

    def __init__(self, at: int, action: Callable[[], object]) -> None:
        self.at, self.action, self.ended = at, action, 0

    def begin(self, *, calls: int) -> None:
        if self.at == 0:
            self.action()

    def advance(self, **_counts: object) -> None:
        self.ended += 1
        if self.ended == self.at:
            self.action()


def write_calls(study_dir: Path, names: list[str]) -> None:
    rng = np.random.default_rng(3)
    for name in names:
        samples = rng.normal(0, 0.1, (2, 10_000)).astype(np.float32).clip(-1, 1)
        (study_dir / "calls" / f"{name}.flac").write_bytes(encode(samples, 8000, codec="flac"))


def night(study_dir: Path, cluster: Any, *, maker: str = "make_elsewhere", **options: Any) -> NightReport:
    executor = RayExecutor(cluster.address, wished=options.pop("workers", None))
    return run_night(study_dir, NightOptions(executor=executor, maker=f"fake_night:{maker}", **options))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_hundred_calls_are_stored_once_although_a_machine_is_lost(cluster: Any, study_dir: Path) -> None:
    second = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    write_calls(study_dir, [f"{number:03}" for number in range(200)])
    watching = Watching(60, lambda: cluster.remove_node(second, allow_graceful=False))
    # Five workers of half a CPU each; there is room for four, then for two: those without room hold up nothing.
    report = night(study_dir, cluster, workers=5, progress=watching)
    assert (report.done, report.failed, report.quarantined, report.left, report.exit_code) == (200, 0, 0, 0, 0)
    assert watching.ended == 200
    found = rows(study_dir, "SELECT count(*) AS n, count(DISTINCT path) AS names, min(status) AS s FROM recording")
    assert found == [{"n": 200, "names": 200, "s": "done"}]
    assert killed.is_whole(study_dir)
    again = night(study_dir, cluster)
    assert (again.done, again.unchanged) == (0, 200)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_killed_driver_leaves_whole_calls_and_the_next_one_does_the_rest(
    cluster: Any, study_dir: Path, tmp_path: Path
) -> None:
    write_calls(study_dir, [f"slow{number:03}" for number in range(16)])
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(study_dir, undisturbed)
    program = tmp_path / "driver.py"
    program.write_text(DRIVER.format(tests=str(TESTS), study=str(study_dir), address=cluster.address))
    driver = subprocess.Popen([sys.executable, str(program)], start_new_session=True, stderr=subprocess.DEVNULL)
    while driver.poll() is None and ended_calls(study_dir) < 4:
        time.sleep(0.02)
    os.killpg(driver.pid, signal.SIGKILL)
    assert driver.wait() == -signal.SIGKILL
    assert killed.is_whole(study_dir)
    stored = int(str(rows(study_dir, "SELECT count(*) AS n FROM recording WHERE status = 'done'")[0]["n"]))
    assert 4 <= stored < 16
    report = night(study_dir, cluster)
    assert (report.done, report.unchanged) == (16 - stored, stored)
    night(undisturbed, cluster)
    assert killed.content(study_dir) == killed.content(undisturbed)


def ended_calls(study_dir: Path) -> int:
    return sum(file.read_text().count('"event": "call"') for file in (study_dir / "logs").glob("*.jsonl"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_four_poisonous_calls_of_sixty_take_no_other_with_them(cluster: Any, study_dir: Path) -> None:
    write_calls(study_dir, [*(f"{number:03}" for number in range(56)), "exit", "hang", "greedy", "raise"])
    (study_dir / "earful.toml").write_text("[night]\ncall_minutes = 0.05\nbatch_calls = 2\n")
    report = night(study_dir, cluster, workers=2)
    assert (report.done, report.quarantined, report.exit_code) == (56, 4, 3)
    found = rows(study_dir, "SELECT path, error_kind, error FROM recording WHERE status = 'quarantined' ORDER BY path")
    assert {str(row["path"]).removeprefix("calls/"): row["error_kind"] for row in found} == {
        "exit.flac": "ActorDiedError",
        "greedy.flac": "MemoryError",
        "hang.flac": "TimeoutError",
        "raise.flac": "RuntimeError",
    }
    assert all("twice" in str(row["error"]) and "--retry" in str(row["error"]) for row in found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_call_that_takes_its_machine_down_each_time_is_stopped(cluster: Any, study_dir: Path) -> None:
    # Workers ask for two cards, and the first node, which holds the cluster together, has only one.
    nodes = [cluster.add_node(num_cpus=1, num_gpus=2) for _ in range(4)]
    cluster.wait_for_nodes()
    write_calls(study_dir, [*(f"slow{number}" for number in range(7)), "unplug"])
    cards = '[recognition]\ndevice = "cuda"\n[ray]\ncards_a_worker = 2.0\n'
    (study_dir / "earful.toml").write_text(f"[night]\nbatch_calls = 2\n{cards}")
    report = night(study_dir, cluster)
    assert (report.done, report.quarantined, report.left, report.exit_code) == (7, 1, 0, 3)
    found = rows(study_dir, "SELECT path, error_kind, error FROM recording WHERE status = 'quarantined'")
    assert [(row["path"], row["error_kind"]) for row in found] == [("calls/unplug.flac", "MachineLost")]
    assert "3 machines that were lost" in str(found[0]["error"])
    for node in nodes:
        cluster.remove_node(node, allow_graceful=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_machines_read_where_they_are_told_and_other_bytes_there_do_not_count(
    cluster: Any, study_dir: Path, tmp_path: Path
) -> None:
    write_calls(study_dir, ["a", "b", "c", "d"])
    shared = tmp_path / "shared calls"
    shutil.copytree(study_dir / "calls", shared)
    (shared / "c.flac").write_bytes((shared / "a.flac").read_bytes())
    (shared / "d.flac").unlink()
    (study_dir / "earful.toml").write_text(f'[night]\nbatch_calls = 1\n[ray]\ncalls_at = "file://{shared}"\n')

    def lose_sound_here() -> None:
        for name in ("a", "b"):
            (study_dir / "calls" / f"{name}.flac").unlink()

    report = night(study_dir, cluster, progress=Watching(0, lose_sound_here))
    assert (report.done, report.exit_code) == (4, 0)
    assert rows(study_dir, "SELECT count(DISTINCT sha256) AS n FROM recording WHERE status = 'done'") == [{"n": 4}]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_workers_get_their_share_of_a_card_where_there_is_one(cluster: Any, study_dir: Path) -> None:
    write_calls(study_dir, ["a", "b", "c"])
    assert night(study_dir, cluster, maker="make_on_card").done == 3
    (study_dir / "earful.toml").write_text('[recognition]\ndevice = "cpu"\n')
    write_calls(study_dir, ["a", "b", "c", "d"])
    with pytest.raises(ExecutorUnusableError, match="no graphics card was given"):
        night(study_dir, cluster, maker="make_on_card")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_machine_with_another_release_gets_no_call(
    cluster: Any, study_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_calls(study_dir, ["a"])
    monkeypatch.setattr(ray_crew, "release_here", lambda: "earful 0.0.1")
    with pytest.raises(ExecutorUnusableError, match=r"the driver earful 0\.0\.1; install the same"):
        night(study_dir, cluster)
    assert rows(study_dir, "SELECT count(*) AS n FROM recording") == [{"n": 0}]


def test_a_night_on_a_cluster_is_stopped_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    # What ray.init does besides connecting: it takes SIGTERM for itself.
    taken = SimpleNamespace(
        is_initialized=lambda: False, init=lambda **_how: signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(15))
    )
    monkeypatch.setitem(sys.modules, "ray", taken)

    def stop(number: int, frame: object) -> None:
        raise AssertionError("nobody asked to stop")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        connected(None)
        assert signal.getsignal(signal.SIGTERM) is stop
    finally:
        signal.signal(signal.SIGTERM, before)


def test_without_ray_the_message_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayMissingError, match="--executor local"):
        next(RayExecutor().run([], WorkerPlan("x:y", "", 1.0, 1.0)))


def test_an_address_where_nothing_listens_is_named_at_once() -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ExecutorUnusableError, match=f"no Ray cluster answers at {address}.*ray start --head"):
            refuse_silent(address)
