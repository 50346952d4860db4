from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.statistics.metrics import metrics
from insights.store import open_store, save_call


def test_spoken_scores_have_no_line_for_both_modes(tmp_path: Path) -> None:
    rows = [made.row(n) for n in range(1, 13)]
    rows += [made.row(n, "en", mode="online", recording=None) for n in range(1, 13)]
    store = made.framed(open_store(tmp_path / "study.db"), *rows)
    for number in range(1, 13):
        save_call(store, made.call(number))
    modes: dict[str, list[str]] = {}
    for figure in metrics(store).figures:
        modes.setdefault(figure.metric, []).append(figure.mode)
    assert modes["nps"] == ["online", "phone", "phone+online"]
    assert modes["nps_spoken"] == modes["nps_same_interviews"] == ["phone"]
