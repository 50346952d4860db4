"""Refusals and missed calls have rows in responses/ too: they miss no recording, and are no interviews of a day."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from insights.cli.main import cli
from insights.night.status import gaps_of
from insights.store import open_store
from insights.store.meeting_queries import interviews_between
from insights.store.status_queries import interviews_without_recording

ROWS = """interview_id,started_at,mode,recording,disposition,nps
silent,2026-11-20T10:00:00+03:00,phone,,недозвон,
refused,2026-11-20T10:05:00+03:00,phone,,refusal,
kept,2026-11-20T10:10:00+03:00,phone,refusal.wav,refusal,
scored,2026-11-20T10:15:00+03:00,phone,,complete,9
wordless,2026-11-20T10:20:00+03:00,phone,,complete,не знаю
bare,2026-11-20T10:25:00+03:00,phone,,,
typed,2026-11-20T10:30:00+03:00,online,,complete,10
unanswered,2026-11-20T10:35:00+03:00,online,,no answer,
"""


def test_only_interviews_that_took_place_miss_a_recording_and_are_counted(study_dir: Path) -> None:
    (study_dir / "responses" / "r.csv").write_text(ROWS, encoding="utf-8")
    done = CliRunner().invoke(cli, ["ingest", "--study", str(study_dir)])
    assert done.exit_code == 0, done.output
    store = open_store(study_dir / "study.db", readonly=True)
    missing = ["bare", "kept", "scored", "wordless"]
    assert [row["interview_id"] for row in interviews_without_recording(store)] == missing
    assert interviews_between(store, "2026-11-20", "2026-11-21") == {"phone": 4, "online": 1, "unheard": 4}
    store.close()
    assert sorted(gap.where for gap in gaps_of(study_dir) if gap.kind == "no_recording") == missing
