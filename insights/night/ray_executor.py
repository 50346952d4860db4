"""Many machines: Ray actors hold the models and return results; this process alone writes the store."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from insights.night.executors import WorkerPlan, next_batch, run_batch, start_worker
from insights.night.jobs import Job, Outcome, Quarantined

# An actor that asks for a whole CPU can wait for ever on a cluster whose CPUs are all held by actors.
CPUS_A_WORKER = 0.5
MISSING = "Ray is not installed; run: pip install 'earful[ray]', or use --executor local"


class RayMissingError(RuntimeError):
    """Ray was asked for and is not installed."""


class Worker:
    """One actor: its models load on the first batch and stay."""

    def __init__(self, memory_gb: float) -> None:
        start_worker(memory_gb)

    def run(self, plan: WorkerPlan, batch: Sequence[Job]) -> list[Outcome]:
        """Process one batch."""
        return run_batch(plan, batch)


@dataclass(frozen=True, slots=True)
class RayExecutor:
    """Runs batches on a Ray cluster; audio is read from paths that every node can read.

    Attributes
    ----------
    address:
        Of the cluster (``auto``, ``ray://host:10001``); None starts one on this machine.
    workers:
        Actors; None = one for each CPU of the cluster.
    """

    address: str | None = None
    workers: int | None = None

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        """Yield outcomes as batches end; a batch whose actor or node is lost is run again elsewhere, call by call."""
        ray = connected(self.address)
        count = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        make = ray.remote(num_cpus=CPUS_A_WORKER, scheduling_strategy="SPREAD")(Worker)
        idle = deque(make.remote(plan.memory_gb) for _ in range(count))
        try:
            yield from drain(ray, idle, batches, plan, renew=lambda: make.remote(plan.memory_gb))
        finally:
            for worker in idle:
                ray.kill(worker)


def connected(address: str | None) -> Any:  # noqa: ANN401 - ray has no types of its own here
    """Return the ray module, connected; usage reports off."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise RayMissingError(MISSING) from error
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False, include_dashboard=False if address is None else None)
    return ray


def drain(
    ray: Any,  # noqa: ANN401
    idle: deque[Any],
    batches: Iterable[Sequence[Job]],
    plan: WorkerPlan,
    *,
    renew: Callable[[], Any],
) -> Iterator[Outcome]:
    """Give every idle actor a batch and yield what comes back; each result is durable before the next is asked.

    An actor that was lost, with its node or by its call, is never asked again: ``renew`` makes another, elsewhere.
    """
    fresh, again = iter(batches), deque[Job]()
    running: dict[Any, tuple[Any, tuple[Job, ...], bool]] = {}
    while True:
        while idle:
            following = next_batch(again, fresh)
            if following is None:
                break
            worker, (batch, alone) = idle.popleft(), following
            running[worker.run.remote(plan, batch)] = (worker, batch, alone)
        if not running:
            return
        done, _ = ray.wait(list(running), num_returns=1)
        worker, batch, alone = running.pop(done[0])
        outcomes, error = collected(ray, done[0])
        idle.append(worker if error is None else renew())
        if error is None:
            yield from outcomes
        elif alone:
            name = type(error).__name__
            yield Quarantined(batch[0], kind=name, message=f"lost its worker twice ({name}); `earful night --retry`")
        else:
            again.extend(batch)


def collected(ray: Any, reference: Any) -> tuple[list[Outcome], Exception | None]:  # noqa: ANN401
    """Return a batch's outcomes, or what took its worker away."""
    try:
        return ray.get(reference), None
    except (ray.exceptions.RayError, RuntimeError, MemoryError) as error:
        return [], error
