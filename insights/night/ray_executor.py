"""Many machines: Ray actors hold the models and return results; this process alone writes the store."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insights.night.executors import ExecutorUnusableError, WorkerPlan
from insights.night.jobs import Job, Outcome
from insights.night.ray_crew import Crew, drain
from insights.night.ray_worker import machine_here, study_files
from insights.settings import load_settings

# An actor that asks for a whole CPU can wait for ever on a cluster whose CPUs are all held by actors.
CPUS_A_WORKER = 0.5
KNOCK_S = 5.0
MISSING = "Ray is not installed; run: pip install 'earful[ray]', or use --executor local"
UNREACHED = "no Ray cluster answers at {address} ({error}); start one with `ray start --head`, or use --executor local"
NO_CARD = "[recognition] device = cuda, but the cluster has no graphics card; write device = auto"


class RayMissingError(ExecutorUnusableError):
    """Ray was asked for and is not installed."""


@dataclass(frozen=True, slots=True)
class RayExecutor:
    """Runs batches on a Ray cluster.

    Attributes
    ----------
    address:
        Of the cluster (``auto``, ``10.0.0.5:6379``); None starts one on this machine.
    wished:
        Workers; None = one for each CPU of the cluster.
    """

    address: str | None = None
    wished: int | None = None

    @property
    def workers(self) -> int:
        """How many workers a run asks the cluster for."""
        return self.wished or cpus_of(connected(self.address).cluster_resources())

    def run(self, batches: Iterable[Sequence[Job]], plan: WorkerPlan) -> Iterator[Outcome]:
        """Yield outcomes as batches end; a batch whose worker or machine is lost is run again elsewhere, by the call.

        Raises
        ------
        ExecutorUnusableError
            Where no machine can start a worker.
        """
        ray, settings = connected(self.address), load_settings(Path(plan.study_dir))
        shares = shares_of(
            ray.cluster_resources(),
            workers=self.workers,
            device=settings.recognition.device,
            cards_a_worker=settings.ray.cards_a_worker,
        )
        crew = Crew(
            ray,
            plan,
            study_files(Path(plan.study_dir)),
            settings.ray.calls_at,
            most_faults=2 * len(shares),
            home=machine_here(),
        )
        try:
            for share in shares:
                crew.hire(share)
            yield from drain(crew, batches)
        finally:
            crew.dismiss_all()


def connected(address: str | None) -> Any:  # noqa: ANN401 - ray has no types of its own here
    """Return the ray module, connected; usage reports off."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise RayMissingError(MISSING) from error
    if ray.is_initialized():
        return ray
    refuse_silent(address)
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, log_to_driver=False, include_dashboard=False if address is None else None)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ExecutorUnusableError(UNREACHED.format(address=address or "here", error=error)) from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)  # Ray takes it for itself and would end the run with its own exit code
    return ray


def refuse_silent(address: str | None) -> None:
    """Raise where nothing listens at a host and port: Ray would knock for minutes and then end the process."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=KNOCK_S).close()
    except OSError as error:
        raise ExecutorUnusableError(UNREACHED.format(address=address, error=error)) from error


def cpus_of(resources: Mapping[str, float]) -> int:
    """Return the whole CPUs of a cluster, at least one."""
    return max(1, int(resources.get("CPU", 1)))


def shares_of(
    resources: Mapping[str, float], *, workers: int, device: str, cards_a_worker: float
) -> list[dict[str, float]]:
    """Return what each worker asks of the cluster: a share of a CPU, and of a graphics card where there is one.

    Ray hides the cards from a worker that asks for none, so workers without a share run on the processor.

    Raises
    ------
    ExecutorUnusableError
        Where only cards are wanted and the cluster has none.

    Examples
    --------
    >>> shares_of({"CPU": 4.0, "GPU": 1.0}, workers=3, device="auto", cards_a_worker=0.5)
    [{'num_cpus': 0.5, 'num_gpus': 0.5}, {'num_cpus': 0.5, 'num_gpus': 0.5}, {'num_cpus': 0.5, 'num_gpus': 0.0}]
    """
    wanted = device != "cpu" and cards_a_worker > 0
    with_card = min(workers, int(resources.get("GPU", 0) / cards_a_worker + 1e-9)) if wanted else 0
    if device.startswith("cuda"):
        if not with_card:
            raise ExecutorUnusableError(NO_CARD)
        workers = with_card
    cards = [cards_a_worker] * with_card + [0.0] * (workers - with_card)
    return [{"num_cpus": CPUS_A_WORKER, "num_gpus": share} for share in cards]
