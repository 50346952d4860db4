"""Many machines: two real Ray nodes on this one, and every call stored once although a node is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from insights.night.executors import WorkerPlan
from insights.night.jobs import Done, Job
from insights.night.ray_executor import RayExecutor, RayMissingError
from insights.store import RecordingFacts

CALLS = 40


@pytest.fixture
def two_nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start a head node and a second one, each with one CPU."""
    ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'earful[ray]'")
    from ray.cluster_utils import Cluster

    tests = str(Path(__file__).parent)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", f"{tests}:{Path(tests).parent}")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def job(number: int) -> Job:
    facts = RecordingFacts(path=f"calls/{number:03}.flac", sha256=f"{number:064x}")
    return Job(facts, file=f"/slow/{number:03}.flac", keys={}, todo=frozenset())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_lost_node_costs_no_call_and_doubles_none(two_nodes: Any) -> None:
    second = two_nodes.add_node(num_cpus=1)
    two_nodes.wait_for_nodes()
    executor = RayExecutor(address=two_nodes.address, workers=2)
    plan = WorkerPlan("fake_night:make_quick", "unused", 60.0, 4.0)
    seen: list[str] = []
    for outcome in executor.run([(job(number),) for number in range(CALLS)], plan):
        assert isinstance(outcome, Done)
        seen.append(outcome.job.facts.path)
        if len(seen) == CALLS // 4:
            two_nodes.remove_node(second, allow_graceful=False)
    assert sorted(seen) == [job(number).facts.path for number in range(CALLS)]


def test_without_ray_the_message_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayMissingError, match="--executor local"):
        next(RayExecutor().run([], WorkerPlan("x:y", "", 1.0, 1.0)))
