"""Disks that are full and folders that may not be read or written: a clear line, the exit code, nothing lost.

Root is bound to permissions here as everybody is: its capability to ignore them is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import killed_nights as killed
import pytest

READ_ONLY, SHUT = 0o500, 0o000


@pytest.fixture
def done_study(study_dir: Path) -> Iterator[Path]:
    """Return a study with a night behind it, its folders writable again at the end."""
    killed.write_calls(study_dir, 2, seed=5)
    assert said_by(study_dir, "night") == (0, "")
    yield study_dir
    for folder in (study_dir, *(path for path in study_dir.iterdir() if path.is_dir())):
        folder.chmod(0o700)


def said_by(study_dir: Path, *arguments: str, largest_file: int = 0) -> tuple[int, str]:
    """Run a command; return its exit code and what it said on standard error."""
    process = killed.command_process(study_dir, *arguments, largest_file=largest_file)
    _, said = process.communicate(timeout=120)
    return process.returncode, said.strip()


def one_line(said: str) -> bool:
    return said.startswith("earful: ") and "\n" not in said


@pytest.mark.slow
def test_a_read_only_folder_is_named_and_can_still_be_read(done_study: Path) -> None:
    before = killed.content(done_study)
    assert killed.is_whole(done_study)  # closing a store that was open for writing leaves no files beside it
    done_study.chmod(READ_ONLY)
    for command in ("night", "ingest"):
        code, said = said_by(done_study, command)
        assert (code, one_line(said)) == (4, True), said
        assert "writable" in said
    for command in ("status", "gaps"):
        assert said_by(done_study, command) == (0, "")
    assert killed.content(done_study) == before


@pytest.mark.slow
def test_a_folder_that_is_read_only_from_the_start_is_named(study_dir: Path) -> None:
    study_dir.chmod(READ_ONLY)
    try:
        code, said = said_by(study_dir, "night")
    finally:
        study_dir.chmod(0o700)
    assert (code, one_line(said)) == (4, True), said
    assert "give the user who runs earful permission" in said


@pytest.mark.slow
def test_a_read_only_store_is_named(done_study: Path) -> None:
    (done_study / "study.db").chmod(0o400)
    code, said = said_by(done_study, "night")
    assert (code, one_line(said)) == (4, True), said
    assert "writable" in said
    (done_study / "study.db").chmod(0o600)
    assert killed.is_whole(done_study)


@pytest.mark.slow
def test_what_may_not_be_read_is_a_gap_and_stops_no_other(study_dir: Path) -> None:
    killed.write_calls(study_dir, 3, seed=5)
    (study_dir / "calls" / "slow000.flac").chmod(SHUT)
    (study_dir / "calls" / "shut").mkdir(mode=SHUT)
    assert said_by(study_dir, "night")[0] == 3
    found = killed.rows(study_dir, "SELECT path, status, error FROM recording WHERE status <> 'done' ORDER BY path")
    assert [(row["path"], row["status"]) for row in found] == [
        ("calls/shut", "failed"),
        ("calls/slow000.flac", "failed"),
    ]
    assert all("permission" in str(row["error"]) for row in found)
    assert len(killed.rows(study_dir, "SELECT 1 FROM recording WHERE status = 'done'")) == 2
    (study_dir / "calls" / "shut").chmod(0o700)
    (study_dir / "calls" / "slow000.flac").chmod(0o600)
    assert said_by(study_dir, "night", "--retry")[0] == 0
    assert killed.rows(study_dir, "SELECT path FROM recording WHERE status <> 'done'") == []


@pytest.mark.slow
def test_responses_that_may_not_be_read_are_named(study_dir: Path) -> None:
    killed.write_calls(study_dir, 1, seed=5)
    (study_dir / "responses" / "r.csv").chmod(SHUT)
    code, said = said_by(study_dir, "night")
    assert (code, one_line(said)) == (4, True), said
    assert "r.csv: Permission denied; give the user" in said


@pytest.mark.slow
def test_a_page_that_cannot_be_written_is_named(done_study: Path) -> None:
    (done_study / "pages").chmod(READ_ONLY)
    code, said = said_by(done_study, "morning", "--date", "2026-11-21")
    assert (code, one_line(said)) == (4, True), said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "largest_file"),
    [
        (("ingest",), 200_000),
        (("morning", "--date", "2026-11-21"), 20_000),
        (("export", "--to", "csv"), 30),
    ],
)
def test_a_disk_that_fills_up_loses_nothing_and_leaves_nothing_half(
    done_study: Path, arguments: tuple[str, ...], largest_file: int
) -> None:
    before = killed.content(done_study)
    rows = "".join(f"j{number},2026-11-20T10:00:00+03:00,phone,,,,,,,w1,3\n" for number in range(3000))
    header = (done_study / "responses" / "r.csv").read_text().splitlines()[0]
    (done_study / "responses" / "more.csv").write_text(f"{header}\n{rows}")
    code, said = said_by(done_study, *arguments, largest_file=largest_file)
    assert (code, one_line(said)) == (4, True), said
    assert killed.is_whole(done_study)
    assert killed.content(done_study) == before
    assert list(done_study.rglob("*.part")) == []
