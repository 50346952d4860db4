"""Which executor a run uses, by its name."""

from __future__ import annotations

from insights.night.executors import Executor, LocalExecutor


def choose_executor(name: str, *, address: str | None = None, workers: int | None = None) -> Executor | None:
    """Return the executor called ``name``; None = worker processes as the settings say.

    Parameters
    ----------
    name:
        ``local`` or ``ray``.
    address:
        Of the Ray cluster; None starts one here.
    workers:
        Worker processes; None = one for each core, of the machine or of the cluster.
    """
    if name == "ray":
        from insights.night.ray_executor import RayExecutor

        return RayExecutor(address=address, wished=workers)
    return LocalExecutor(workers) if workers else None
