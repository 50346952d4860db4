"""Some sixty bad files among good ones: each is classified, none hangs, the good ones come out as without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import killed_nights as killed
import pytest
import synthetic_files as files

from insights.store import open_store, query

GOOD = 8


@pytest.mark.slow
def test_bad_files_among_good_ones_change_nothing_for_these(study_dir: Path, tmp_path: Path) -> None:
    killed.write_calls(study_dir, GOOD, seed=11)
    alone = tmp_path / "alone"
    shutil.copytree(study_dir, alone)
    assert killed.finished_night(alone)[0] == 0
    (study_dir / "calls" / "bad").mkdir()
    expected = files.bad_files(study_dir / "calls" / "bad")
    assert killed.finished_night(study_dir)[0] == 3
    store = open_store(study_dir / "study.db", readonly=True)
    try:
        rows = query(store, "SELECT path, status, error_kind, error FROM recording WHERE path LIKE 'calls/bad/%'")
        aliases = query(store, "SELECT path FROM recording_alias")
    finally:
        store.close()
    found = {Path(row["path"]).name: row for row in rows}
    missing = set(expected) - set(found) - {Path(row["path"]).name for row in aliases}
    assert missing == set(), "every entry that looks like sound or is no regular file has a row"
    assert [row for row in rows if row["status"] != "done" and not row["error"]] == []
    assert all(str(study_dir) not in (row["error"] or "") for row in rows)
    good, after = killed.content(alone), killed.content(study_dir)
    ids = {row[0] for row in good["recording"]}
    for table in ("recording", "turn", "asked", "pause"):
        assert [row for row in after[table] if row[0] in ids] == good[table]
