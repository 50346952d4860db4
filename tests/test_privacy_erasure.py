"""Erasure: whatever was kept of a person, in whatever file, is gone; everybody else is untouched."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audio.span import Span
from insights.answers import Answer, Asked
from insights.privacy import Subject, UnknownPersonError, aged, forget, retain
from insights.privacy.needles import rare_words
from insights.reasons import Reason
from insights.store import (
    CallRecord,
    PiiRow,
    RecordingFacts,
    RunRecord,
    hide_clip,
    ingest_folder,
    mend_turn,
    open_store,
    query,
    save_call,
)
from insights.survey import load_codebook, load_survey
from transcribe.dialogue import Dialogue, Turn, Word

MARKER = "Ъымаркерова"
SAID = f"Меня обманул мастер {MARKER} и не извинился потом"
HEADER = "interview_id;started_at;mode;recording;respondent_id;client_id;wave;nps;note\r\n"
OTHER_ROW = 'other-1;2026-11-19T10:00:00+03:00;phone;other.flac;R-2;C-2;w1;9;"спокойно; тихо"\r\n'


@pytest.fixture
def planted(study_dir: Path) -> Path:
    """Return a study in which a person stands in every kind of artefact, beside somebody else."""
    theirs = f"theirs-1;2025-01-10T10:00:00+03:00;phone;theirs.flac;R-1;C-1;w1;2;просил {MARKER}\r\n"
    (study_dir / "responses" / "a.csv").write_bytes((HEADER + OTHER_ROW + theirs).encode("cp1251"))
    (study_dir / "responses" / "b.csv").write_bytes((HEADER + theirs.replace(";2;", ";3;")).encode())
    (study_dir / "responses" / "outcomes.csv").write_text("client_id,period,revenue\nC-1,2025,5\nC-2,2025,7\n")
    store = open_store(study_dir / "study.db")
    ingest_folder(store, study_dir / "responses", survey=load_survey(study_dir), codebook=load_codebook(study_dir))
    save_call(store, record("calls/theirs.flac", "a" * 64, SAID))
    save_call(store, record("calls/other.flac", "b" * 64, "Всё прошло спокойно и вовремя, спасибо большое"))
    mend_turn(store, "a" * 12, 1, SAID + " совсем", by="вера")
    hide_clip(store, "a" * 12, Span(0.5, 1.0), by="вера", why=MARKER)
    hearing = {"recording_id": "a" * 12, "heard_by": "op", "heard_at": "2026-11-20", "note": f"позвонить {MARKER}"}
    store.table("hearing").insert(hearing)
    store.close()
    plant_files(study_dir)
    return study_dir


def record(path: str, sha256: str, said: str) -> CallRecord:
    """Return a processed call in which the respondent says one sentence."""
    ask = Turn("operator", Span(0.0, 0.4), (Word("Почему?", Span(0.0, 0.4), 0.9),), "a")
    words = tuple(Word(word, Span(0.5 + i * 0.1, 0.6 + i * 0.1), 0.9) for i, word in enumerate(said.split()))
    reply = Turn("respondent", Span(0.5, words[-1].span.end_s), words, "b")
    quote = " ".join(said.split()[:3])
    reason = Reason("why_nps", "delivery", -1, quote, 0, reply.span, 1, 0.9, "keyword")
    at = said.find(MARKER)
    return CallRecord(
        RecordingFacts(path, sha256, 10.0, 8000, 2, "flac", "separated", modified_ns=1_700_000_000 * 10**9),
        Dialogue(path, "ru", (ask, reply)),
        lemmas=("почему", said.lower()),
        asked=(Asked("why_nps", Span(0.0, 0.4), 0, 1.0),),
        answers=(Answer("why_nps", (1,), said, reply.span),),
        reasons=(reason,),
        pii=(PiiRow("person", at, at + len(MARKER), turn_idx=1, span=words[3].span),) if at >= 0 else (),
        runs=tuple(RunRecord(stage, "k", "t", "1") for stage in ("turns", "answers", "reasons", "privacy")),
    )


def plant_files(study_dir: Path) -> None:
    """Put the person's words into files of every kind that earful or its users make."""
    for name in ("theirs.flac", "other.flac"):
        (study_dir / "calls" / name).write_bytes(b"fLaC" + name.encode())
    pages, exports = study_dir / "pages", study_dir / "exports"
    for folder in (exports, study_dir / "logs"):
        folder.mkdir()
    (pages / "2026-11-20.html").write_text(f"<p>{SAID}</p>", encoding="utf-8")
    (pages / "2026-11-19.html").write_text("<p>спокойно</p>", encoding="utf-8")
    (pages / "clip.opus").write_bytes(b"OggS")
    (exports / "escaped.json").write_text(json.dumps({"quote": SAID}), encoding="ascii")
    (exports / "ids.csv").write_text("interview_id,nps\ntheirs-1,2\n")
    (exports / "answers.parquet").write_bytes(b"PAR1")
    with zipfile.ZipFile(exports / "table.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", f"<c>{MARKER}</c>")
    (study_dir / "study.db.before-2").write_bytes(SAID.encode())
    (study_dir / "logs" / "night.jsonl").write_text(
        '{"recording": "calls/theirs.flac"}\n{"recording": "calls/other.flac"}\n'
    )
    notebook = {"cells": [{"cell_type": "code", "source": "study.why()", "outputs": [{"text": SAID}]}]}
    (study_dir / "look.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def bytes_with(study_dir: Path, *needles: str) -> list[str]:
    """Return the files in which a needle stands in any writing."""
    forms = [
        form for text in needles for form in (text.encode(), text.encode("cp1251"), json.dumps(text)[1:-1].encode())
    ]
    forms += [text.lower().encode() for text in needles]
    return [
        path.relative_to(study_dir).as_posix()
        for path in study_dir.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


@pytest.mark.parametrize(
    "subject", [Subject("respondent", "R-1"), Subject("client", "C-1"), Subject("interview", "theirs-1")]
)
def test_no_byte_of_a_forgotten_person_is_left(planted: Path, subject: Subject) -> None:
    assert bytes_with(planted, MARKER)
    done = forget(planted, subject)
    assert done.left == ()
    assert bytes_with(planted, MARKER, "обманул мастер", "theirs-1") == []
    assert not (planted / "calls" / "theirs.flac").exists()


def test_a_word_inside_another_persons_word_is_no_remnant(planted: Path) -> None:
    store = open_store(planted / "study.db")
    save_call(store, record("calls/third.flac", "c" * 64, f"Здесь тоже были {MARKER}ми недовольны в тот день"))
    store.close()
    assert forget(planted, Subject("respondent", "R-1")).left == ()
    assert bytes_with(planted, "обманул мастер", "theirs-1") == []


def test_other_people_stay_as_they_were(planted: Path) -> None:
    done = forget(planted, Subject("respondent", "R-1"))
    assert done.response_rows == {"a.csv": 1, "b.csv": 1}
    assert (planted / "responses" / "a.csv").read_bytes() == (HEADER + OTHER_ROW).encode("cp1251")
    assert (planted / "responses" / "b.csv").read_bytes() == HEADER.encode()
    assert (planted / "calls" / "other.flac").exists()
    assert (planted / "pages" / "2026-11-19.html").exists()
    assert "other.flac" in (planted / "logs" / "night.jsonl").read_text()
    store = open_store(planted / "study.db", readonly=True)
    assert query(store, "SELECT interview_id FROM interview") == [{"interview_id": "other-1"}]
    assert query(store, "SELECT count(*) AS n FROM turn") == [{"n": 2}]
    assert query(store, "SELECT count(*) AS n FROM turn_fts WHERE turn_fts MATCH 'спокойно'") == [{"n": 1}]
    store.close()


def test_a_tombstone_keeps_the_numbers_and_no_person(planted: Path) -> None:
    forget(planted, Subject("respondent", "R-1"))
    store = open_store(planted / "study.db", readonly=True)
    (stone,) = query(store, "SELECT * FROM tombstone")
    store.close()
    assert json.loads(stone["values_json"]) == {"nps": 3.0}
    assert (stone["wave_id"], stone["mode"], stone["started_on"]) == ("w1", "phone", "2025-01-10")
    assert not {"R-1", "C-1", "theirs-1"} & {str(value) for value in stone.values()}


def test_the_outcomes_of_a_client_go_with_the_client_only(planted: Path) -> None:
    forget(planted, Subject("respondent", "R-1"))
    assert "C-1" in (planted / "responses" / "outcomes.csv").read_text()
    forget(planted, Subject("client", "C-1"))
    assert (planted / "responses" / "outcomes.csv").read_text() == "client_id,period,revenue\nC-2,2025,7\n"


def test_a_kept_recording_is_not_heard_again(planted: Path) -> None:
    forget(planted, Subject("respondent", "R-1"), keep_recordings=True)
    assert (planted / "calls" / "theirs.flac").exists()
    store = open_store(planted / "study.db", readonly=True)
    rows = query(store, "SELECT status, error_kind FROM recording WHERE path = 'calls/theirs.flac'")
    store.close()
    assert rows == [{"status": "failed", "error_kind": "erased"}]


def test_forgetting_twice_says_that_nobody_is_there(planted: Path) -> None:
    forget(planted, Subject("respondent", "R-1"))
    with pytest.raises(UnknownPersonError, match="R-1"):
        forget(planted, Subject("respondent", "R-1"))


def test_what_people_wrote_into_their_own_files_is_named(planted: Path) -> None:
    path = planted / "codebook.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n# {SAID}\n", encoding="utf-8")
    left = forget(planted, Subject("respondent", "R-1")).left
    assert {hit.path for hit in left} == {"codebook.toml"}


def test_a_private_file_stays_private_when_rewritten(planted: Path) -> None:
    forget(planted, Subject("respondent", "R-1"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in (planted / "responses").glob("[ab].csv")}
    assert set(modes.values()) == {0o600}


def test_age_is_shown_before_anything_is_erased(planted: Path) -> None:
    today = datetime(2026, 11, 21, tzinfo=UTC)
    found = aged(planted, days=365, today=today)
    assert (found.interviews, found.recordings) == (("theirs-1",), ("a" * 12,))
    assert bytes_with(planted, MARKER)
    done = retain(planted, days=365, today=today)
    assert (done.interviews, done.left) == (("theirs-1",), ())
    assert bytes_with(planted, MARKER, "обманул мастер") == []
    assert retain(planted, days=365, today=today).interviews == ()


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ('x;2026;phone;;R-1;C;w;1;"две\nстроки"', True),
        ("broken;R-1;too;few", True),
        ("y;2026;phone;;R-11;C;w;1;R-1 упомянут", False),
    ],
)
def test_rows_of_any_form_are_found_by_their_id(planted: Path, line: str, goes: bool) -> None:
    path = planted / "responses" / "c.csv"
    path.write_text(HEADER + line + "\n" + OTHER_ROW, encoding="utf-8")
    forget(planted, Subject("respondent", "R-1"))
    expected = HEADER + OTHER_ROW if goes else HEADER + line + "\n" + OTHER_ROW
    assert path.read_bytes().decode().replace("\r\n", "\n") == expected.replace("\r\n", "\n")


def test_a_recording_outside_the_study_is_never_deleted(planted: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.flac"
    outside.write_bytes(b"fLaC")
    store = open_store(planted / "study.db")
    store.conn.execute("UPDATE recording SET path = ? WHERE recording_id = ?", (f"../{outside.name}", "a" * 12))
    store.conn.commit()
    store.close()
    forget(planted, Subject("respondent", "R-1"))
    assert outside.exists()


def test_the_command_ends_with_three_where_something_is_left(planted: Path, cli: Callable[..., object]) -> None:
    assert cli("forget", "--respondent", "R-1").exit_code == 0
    assert cli("forget", "--respondent", "R-1").exit_code == 4
    assert cli("forget").exit_code == 2


def test_retain_without_yes_is_a_dry_run(planted: Path, cli: Callable[..., object]) -> None:
    days = str((datetime.now(UTC) - datetime(2026, 1, 1, tzinfo=UTC)).days)  # their call is older, the other's is not
    result = cli("retain", "--days", days)
    assert result.exit_code == 0
    assert "would erase interview theirs-1" in result.output
    assert bytes_with(planted, MARKER)
    assert cli("retain", "--days", days, "--yes").exit_code == 0
    assert bytes_with(planted, MARKER) == []


@pytest.fixture
def cli(planted: Path) -> Callable[..., object]:
    """Return a function that runs a command on the planted study."""
    from click.testing import CliRunner

    from insights.cli.main import cli as group

    return lambda *words: CliRunner().invoke(group, [*words, "--study", str(planted)])


def test_words_that_the_store_uses_itself_are_not_taken_for_the_persons() -> None:
    assert rare_words(["my questions to Featherstonehaugh"]) == ("Featherstonehaugh",)
