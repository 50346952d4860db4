"""What stays inside: no network in child processes, no words in logs, no output in notebooks, hostile text as data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from insights.cli.main import QUIET_ENVIRONMENT, cli
from insights.privacy import find_personal, mask, note_originals_shown
from insights.settings import StudyFolder
from insights.store import ingest_folder, open_store, query
from insights.survey import load_codebook, load_survey

ROOT = Path(__file__).parents[1]
INJECTIONS = (ROOT / "tests/privacy_lines/injections.txt").read_text(encoding="utf-8").splitlines()
HEADER = "interview_id,started_at,mode,recording,respondent_id,client_id,segment,wave,language,nps,why_nps\n"
MARKER = "Ъымаркерова"

# Runs before anything else in a child: a connection or a name look-up beyond this machine ends it with code 97.
GUARD = """
import os, socket
def refuse(self, address, *rest):
    if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost", ""):
        os._exit(97)
    return None
def refuse_name(host, *rest, **named):
    os._exit(97)
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.socket.sendto = lambda self, *rest: os._exit(97)
socket.getaddrinfo = refuse_name
socket.gethostbyname = refuse_name
"""


def guarded(program: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program in a child of its own whose sockets reach nothing."""
    environment = {key: value for key, value in os.environ.items() if key not in QUIET_ENVIRONMENT}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-c", GUARD + program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60, **options)


def test_the_guard_of_child_processes_sees_a_connection() -> None:
    assert guarded("socket.create_connection(('192.0.2.1', 80), timeout=1)").returncode == 97


@pytest.mark.parametrize("words", [("--help",), ("redact", "--text", "-")])
def test_commands_in_processes_of_their_own_reach_no_other_machine(words: tuple[str, ...], tmp_path: Path) -> None:
    program = "import sys\nfrom insights.cli.main import main\nmain()"
    done = guarded(program, *words, cwd=tmp_path, input="меня зовут анна\n")
    assert done.returncode in (0, 4), done.stderr
    if words[0] == "redact":
        assert done.stdout == "меня зовут [имя]\n"


@pytest.mark.parametrize("name", ["PYANNOTE_METRICS_ENABLED", "HF_HUB_OFFLINE", "DO_NOT_TRACK"])
def test_telemetry_is_off_before_a_library_is_imported(name: str) -> None:
    program = "import sys, os\nfrom insights.cli import main\nmain.cli = lambda: None\nmain.main()\n"
    program += f"assert 'torch' not in sys.modules and 'pyannote' not in sys.modules\nprint(os.environ[{name!r}])"
    loud = f"os.environ[{name!r}] = 'whatever the shell says'\n"
    assert guarded(program).stdout.strip() == QUIET_ENVIRONMENT[name]
    assert guarded(loud + program).stdout.strip() == QUIET_ENVIRONMENT[name]


def test_no_notebook_is_committed_with_output() -> None:
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code), path.name


@pytest.fixture
def asked(study_dir: Path) -> Callable[..., None]:
    """Return a function that ingests typed answers."""

    def ingest(*texts: str) -> None:
        cells = ('"' + text.replace('"', '""') + '"' for text in texts)
        rows = "".join(f"w{n},2026-11-20,online,,R{n},C{n},small,w1,ru,3,{cell}\n" for n, cell in enumerate(cells))
        (study_dir / "responses" / "a.csv").write_text(HEADER + rows, encoding="utf-8")
        store = open_store(study_dir / "study.db")
        ingest_folder(store, study_dir / "responses", survey=load_survey(study_dir), codebook=load_codebook(study_dir))
        store.close()

    return ingest


def test_no_command_of_privacy_logs_or_prints_words(
    study_dir: Path, asked: Callable[..., None], caplog: object
) -> None:
    asked(f"меня зовут {MARKER} и я недовольна", "всё хорошо")
    caplog.set_level("DEBUG")
    study = ("--study", str(study_dir))
    outputs = [
        CliRunner().invoke(cli, [*words, *study]).output for words in (["redact"], ["forget", "--respondent", "R0"])
    ]
    note_originals_shown(StudyFolder(study_dir), command="export --originals", n=1)
    logs = "".join(path.read_text(encoding="utf-8") for path in (study_dir / "logs").iterdir())
    assert "originals_shown" in logs
    assert MARKER not in "".join(outputs) + caplog.text + logs
    assert {path.stat().st_mode & 0o777 for path in (study_dir / "logs").iterdir()} == {0o600}


def test_redacting_a_store_stores_places_and_no_words(study_dir: Path, asked: Callable[..., None]) -> None:
    asked("меня зовут Иван Петров", "телефон 8 916 123 45 67", "всё хорошо")
    assert CliRunner().invoke(cli, ["redact", "--study", str(study_dir), "--json"]).exit_code == 0
    store = open_store(study_dir / "study.db", readonly=True)
    rows = query(store, "SELECT kind, start_char, end_char, start_s FROM pii_span ORDER BY answer_id")
    store.close()
    assert [tuple(row.values()) for row in rows] == [("person", 11, 22, None), ("phone", 8, 23, None)]


def test_the_corpus_of_hostile_text_is_large_enough() -> None:
    assert len(set(INJECTIONS)) >= 40


def test_hostile_text_goes_in_and_out_of_the_store_as_it_is(study_dir: Path, asked: Callable[..., None]) -> None:
    asked(*INJECTIONS)
    store = open_store(study_dir / "study.db")
    stored = [row["text"] for row in query(store, "SELECT text FROM answer WHERE text IS NOT NULL ORDER BY answer_id")]
    store.close()
    assert stored == [text.strip() for text in INJECTIONS]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_masking_adds_nothing_but_its_marks(text: str, language: str) -> None:
    spans = find_personal(text, language)
    rest = "".join(part for part in mask(text, spans, language).split() if part)
    assert len(rest) <= len(text) + 12 * len(spans)
    assert mask(text, (), language) == text


@pytest.mark.parametrize("ident", ["' OR 1=1 --", "../../x", "%", "*", "a\nb"])
def test_an_id_is_never_sql_or_a_path(study_dir: Path, asked: Callable[..., None], ident: str) -> None:
    asked("всё хорошо")
    result = CliRunner().invoke(cli, ["forget", "--respondent", ident, "--study", str(study_dir)])
    assert result.exit_code == 4
    store = open_store(study_dir / "study.db", readonly=True)
    assert query(store, "SELECT count(*) AS n FROM interview") == [{"n": 1}]
    store.close()


def masked_by_command(study_dir: Path, given: bytes) -> bytes:
    done = CliRunner().invoke(cli, ["redact", "--text", "-", "--study", str(study_dir)], input=given)
    assert done.exit_code == 0
    return done.stdout_bytes


def test_masking_a_text_keeps_its_layout(study_dir: Path) -> None:
    text = "Строка\n\n\tМеня зовут Иван Петров,   тел.: 8 916 123-45-67\r\n  два  пробела\x0c\nбез конца строки"
    masked = text.replace("Иван Петров", "[имя]").replace("8 916 123-45-67", "[телефон]")
    assert masked_by_command(study_dir, text.encode()) == masked.encode()


def test_a_text_in_the_old_windows_encoding_is_masked_too(study_dir: Path) -> None:
    assert masked_by_command(study_dir, "позвоните Марине\n".encode("cp1251")) == "позвоните [имя]\n".encode()


def test_ids_are_taken_without_the_blanks_of_a_copied_cell(study_dir: Path, asked: Callable[..., None]) -> None:
    asked("всё хорошо", "нормально")
    done = CliRunner().invoke(cli, ["forget", "--respondent", " R0 ", "--yes", "--study", str(study_dir)])
    assert (done.exit_code, "erased: 1 interviews" in done.output) == (0, True)


@pytest.mark.parametrize("days", ["0", "99999999"])
def test_an_age_that_no_calendar_holds_is_wrong_usage(study_dir: Path, days: str) -> None:
    assert CliRunner().invoke(cli, ["retain", "--days", days, "--study", str(study_dir)]).exit_code == 2
