"""Provenance: figures kept in the store with formula, filter, rows, versions and the command that makes them again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from insights.statistics.figure import Figure
from insights.statistics.waves import WaveChange
from insights.store import Store
from insights.store.metric_queries import keep_metrics, survey_versions

LIBRARIES = ("earful", "numpy", "scipy")


def keep(store: Store, figures: Sequence[Figure], *, command: str) -> tuple[Figure, ...]:
    """Store figures and return them with their ids; a figure that stands already keeps its id.

    Parameters
    ----------
    store:
        Open for writing.
    figures:
        As computed.
    command:
        What a person types to get them again.
    """
    shared = shared_columns(store, command)
    ids = keep_metrics(store, [{**figure_row(figure), **shared} for figure in figures])
    return tuple(replace(figure, metric_id=metric_id) for figure, metric_id in zip(figures, ids, strict=True))


def keep_changes(store: Store, changes: Sequence[WaveChange], *, command: str) -> list[int]:
    """Store changes between waves and return their ids."""
    shared = shared_columns(store, command)
    return keep_metrics(store, [{**change_row(found), **shared} for found in changes])


def shared_columns(store: Store, command: str) -> dict[str, object]:
    """Return what all figures of one run have in common."""
    return {
        "versions_json": {**library_versions(), **survey_versions(store)},
        "command": command,
        "computed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def library_versions() -> dict[str, str]:
    """Return the versions a figure depends on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def figure_row(figure: Figure) -> dict[str, object]:
    """Return a figure's own columns."""
    return {
        "metric": figure.metric,
        "wave": figure.wave,
        "slice": figure.slice,
        "mode": figure.mode,
        "n": figure.n,
        "n_eff": round(figure.n_eff, 4),
        "value": round(figure.value, 6),
        "low": round(figure.low, 6),
        "high": round(figure.high, 6),
        "method": figure.method,
        "formula": figure.formula,
        "filter_json": {"wave": figure.wave, "mode": figure.mode, "slice": figure.slice},
        "rows_sha256": figure.rows_sha256,
        "extra_json": {**figure.extra, **rest_of(figure)},
    }


def rest_of(figure: Figure) -> dict[str, object]:
    """Return how a slice was compared with the rest of its wave; empty where it was not."""
    if figure.p_rest is None:
        return {}
    return {
        "p_rest": figure.p_rest,
        "p_rest_method": "against the rest of the wave, Benjamini-Hochberg over its slices",
    }


def change_row(found: WaveChange) -> dict[str, object]:
    """Return a change's own columns; n is that of both waves."""
    change = found.change
    waves = " -> ".join(found.waves)
    return {
        "metric": f"change:{change.metric}",
        "wave": waves,
        "slice": "all",
        "mode": found.mode,
        "n": sum(change.n),
        "n_eff": None,
        "value": round(change.difference, 6),
        "low": round(change.low, 6),
        "high": round(change.high, 6),
        "method": change.method,
        "formula": f"second wave minus first: {found.formula}",
        "filter_json": {"wave": list(found.waves), "mode": found.mode},
        "rows_sha256": found.rows_sha256,
        "extra_json": {
            "p_value": change.p_value,
            "significant": change.significant,
            "detectable_difference": change.detectable_difference,
            "n": list(change.n),
            "family": found.family,
        },
    }
