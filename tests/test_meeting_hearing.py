"""Notes: stored once, refused with a reason, searched for the next morning; the server that takes them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from meeting_study import MEETING, make_study
from starlette.testclient import TestClient

from insights.cli.main import cli
from insights.meeting import HearingError, import_notes
from insights.meeting.sections import search_section
from insights.meeting.serve import make_app
from insights.store import open_store

ORIGIN = "http://127.0.0.1"


def note(call: str, **other: object) -> dict[str, Any]:
    return {
        "key": "k1", "recording_id": call, "at_s": 7.5, "note": "снова про сроки", "search": "долго ждать",
        "heard_by": "Ольга", "heard_at": "2026-11-21T06:00:00Z", **other,
    }  # fmt: skip


def document(*notes: object) -> str:
    return json.dumps({"format": "earful-notes/1", "draw_id": "d", "date": MEETING, "notes": list(notes)})


@pytest.fixture
def study(tmp_path: Path) -> tuple[Any, str]:
    folder = make_study(tmp_path / "s")
    (folder.pages / f"{MEETING}.html").write_text(f"<p>{MEETING}</p>" * 10, encoding="utf-8")
    store = open_store(folder.store)
    recording_id = store.conn.execute("SELECT min(recording_id) FROM recording").fetchone()[0]
    store.close()
    return folder, recording_id


def test_a_note_is_stored_once_and_counted_the_next_morning(study: tuple[Any, str]) -> None:
    folder, recording_id = study
    store = open_store(folder.store)
    assert import_notes(store, document(note(recording_id)), source="a").new == 1
    again = import_notes(store, document(note(recording_id)), source="b")
    assert (again.new, again.known, again.refused) == (0, 1, ())
    (found,) = search_section(store, date.fromisoformat(MEETING))
    assert (found["search"], found["calls"], found["new"]) == ("долго ждать", 4, 4)
    store.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"recording_id": "none"}, {"at_s": -1}, {"at_s": 9999}, {"at_s": "7"}, {"at_s": True}, {"at_s": float("nan")},
        {"note": " "}, {"note": 5}, {"note": "x" * 3000}, {"search": 5}, {"key": ""}, {"heard_by": None},
    ],
)  # fmt: skip
def test_a_note_that_cannot_be_right_is_refused_and_the_others_are_kept(
    study: tuple[Any, str], wrong: dict[str, object]
) -> None:
    folder, recording_id = study
    store = open_store(folder.store)
    found = import_notes(store, document(note(recording_id, **wrong), note(recording_id, key="k2")), source="a")
    store.close()
    assert found.new == 1
    assert len(found.refused) == 1


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", "{}", '{"format": "earful-notes/1", "notes": 3}', b"\xff\xfe"]
)
def test_a_file_that_holds_no_notes_is_refused(study: tuple[Any, str], content: str | bytes) -> None:
    store = open_store(study[0].store)
    with pytest.raises(HearingError, match="exported"):
        import_notes(store, content, source="a")
    store.close()


def test_the_command_imports_files_that_the_page_exported(study: tuple[Any, str], tmp_path: Path) -> None:
    folder, recording_id = study
    file = tmp_path / "notes.json"
    file.write_text(document(note(recording_id)), encoding="utf-8")
    found = CliRunner().invoke(cli, ["hearing", "import", str(file), "--study", str(folder.root)])
    assert (found.exit_code, found.output) == (0, "notes.json: 1 new note, 0 known, 0 refused\n")


@pytest.fixture
def client(study: tuple[Any, str]) -> TestClient:
    return TestClient(make_app(study[0].root), base_url=ORIGIN)


def test_the_page_is_served_whole_and_by_ranges(client: TestClient) -> None:
    address = f"/pages/{MEETING}.html"
    whole = client.get(address)
    assert whole.status_code == 200
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert MEETING in client.get("/").text
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/pages/../study.db", "/pages/%2e%2e/study.db", "/pages/..%2fstudy.db", "/pages//etc/passwd", "/study.db",
     "/calls/c0.flac", "/pages/out.html", "/pages/..%5cstudy.db"],
)  # fmt: skip
def test_nothing_outside_the_pages_is_served(client: TestClient, study: tuple[Any, str], path: str) -> None:
    (study[0].pages / "out.html").symlink_to(study[0].store)
    assert client.get(path).status_code == 404


def test_foreign_hosts_are_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_notes_are_stored_only_for_pages_of_this_server(client: TestClient, study: tuple[Any, str]) -> None:
    body, kind = document(note(study[1])), {"Content-Type": "application/json"}
    assert client.post("/notes", content=body, headers={**kind, "Origin": "http://evil.example"}).status_code == 403
    assert client.post("/notes", content=body, headers={"Content-Type": "text/plain"}).status_code == 403
    assert client.post("/notes", content="x" * 300_000, headers=kind).status_code == 413
    assert client.post("/notes", content="{}", headers=kind).status_code == 400
    assert client.post("/notes", content=body, headers={**kind, "Origin": ORIGIN}).json()["new"] == 1
    assert client.get("/notes").status_code == 405


def test_a_study_without_pages_is_not_served(tmp_path: Path) -> None:
    found = CliRunner().invoke(cli, ["serve", "--study", str(tmp_path)])
    assert found.exit_code == 4
