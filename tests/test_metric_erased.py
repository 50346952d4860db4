from __future__ import annotations

import sys
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.main import cli
from insights.store import open_store


def test_figures_say_how_many_interviews_were_erased(tmp_path: Path) -> None:
    store = made.framed(open_store(tmp_path / "study.db"), *(made.row(n) for n in range(1, 4)))
    for wave in ("2026Q4", "2026Q4", "2026Q3"):
        store.execute(
            "INSERT INTO tombstone(erased_at, why, wave_id) VALUES ('2026-11-20T08:00:00Z', 'asked', ?)", (wave,)
        )
    store.close()
    asked = ["metrics", "--study", str(tmp_path)]
    assert "erased interviews, in no figure: 2026Q3 n=1; 2026Q4 n=2" in CliRunner().invoke(cli, asked).output
    narrowed = CliRunner().invoke(cli, [*asked, "--wave", "2026Q4"]).output
    assert "erased interviews, in no figure: 2026Q4 n=2" in narrowed
    assert "erased" not in CliRunner().invoke(cli, [*asked, "--json"]).output
