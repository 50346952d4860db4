"""The human loop by its commands: sheets out and in, themes, agreement, refits; a study of typed answers."""

from __future__ import annotations

import csv
import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import insights.language
from insights.cli.main import cli
from insights.language.vectors import CachedEmbedder, TfidfEmbedder
from insights.reasons import ReasonCoder, statements_of_typed
from insights.settings import StudyFolder
from insights.store import Store, TypedRecord, ingest_folder, open_store, query, save_online_answers
from insights.survey import load_codebook, load_survey

HEADER = "interview_id,started_at,mode,language,wave,nps,why_nps"
SAID = {
    "ru": ("дорого очень", "менеджер вежливый", "доставка опаздывает", "парковки возле склада нет", "всё нормально"),
    "en": ("too expensive", "the manager is polite", "the delivery is late", "no parking by the store", "all is fine"),
}
MEANT = ("price-", "manager+", "delivery-", "-", "-")
EACH = 8
ODD = '=HYPERLINK(""http://example.org"")'


class Letters(TfidfEmbedder):
    """Letter vectors that the coder may use like meanings: a refit needs such."""

    semantic = True


@pytest.fixture
def study(study_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of 80 written interviews in two languages, coded by the machine's words alone."""
    monkeypatch.setattr(insights.language, "embedder", lambda: CachedEmbedder(TfidfEmbedder()))
    lines = [HEADER]
    for language, texts in SAID.items():
        for at in range(EACH * len(texts)):
            text = f"{texts[at % len(texts)]} {at}"
            lines.append(f'{language}{at},2026-11-20T10:00:00+03:00,online,{language},2026Q4,{at % 11},"{text}"')
    lines.append(f'odd,2026-11-20T10:00:00+03:00,online,en,2026Q4,3,"{ODD}"')
    (study_dir / "responses" / "online.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    survey, codebook = load_survey(study_dir), load_codebook(study_dir)
    coder = ReasonCoder(codebook)
    store = opened(study_dir)
    ingest_folder(store, study_dir / "responses", survey=survey, codebook=codebook)
    for row in query(store, "SELECT interview_id, recorded_text AS text FROM answer WHERE question_id = 'why_nps'"):
        statements = statements_of_typed({"why_nps": row["text"]}, survey, scores={})
        reasons = [reason for found in coder.code(statements) for reason in found]
        save_online_answers(store, TypedRecord(row["interview_id"], tuple(reasons)))
    store.close()
    return study_dir


def opened(study: Path) -> Store:
    return open_store(StudyFolder(study).store)


def run(study: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--study", str(study)], catch_exceptions=False)


def asked(study: Path, *arguments: str) -> Any:
    done = run(study, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def cells(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig"), newline="")))


def fill(path: Path, codes: dict[int, str], *, delimiter: str = ",", encoding: str = "utf-8-sig") -> None:
    """Write codes into a sheet by line, as a spreadsheet would save it."""
    rows = cells(path)
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**row, "codes": codes.get(at, row["codes"])} for at, row in enumerate(rows))
    path.write_bytes(out.getvalue().encode(encoding))


def meant(row: dict[str, str]) -> str:
    """Return what a careful person would code the answer of a row."""
    for texts in SAID.values():
        for text, code in zip(texts, MEANT, strict=True):
            if row["text"].startswith(text):
                return code
    return "-"


def coded_sheet(study: Path, coder: str = "anna", count: int = 81, **form: str) -> Path:
    path = Path(asked(study, "code", "--sample", str(count), "--coder", coder)["sheet"])
    fill(path, {at: meant(row) for at, row in enumerate(cells(path))}, **form)
    return path


def reasons_of(study: Path, kind: str) -> list[tuple[Any, ...]]:
    store = opened(study)
    rows = store.conn.execute(
        """SELECT answer_id, code_id, coder_id, polarity, quote, evidence FROM reason JOIN coder USING(coder_id)
           WHERE kind = ? ORDER BY answer_id, code_id""",
        (kind,),
    ).fetchall()
    store.close()
    return rows


def test_a_sheet_holds_a_random_draw_in_both_languages_and_no_codes_of_the_machine(study: Path) -> None:
    found = asked(study, "code", "--sample", "20", "--coder", "anna")
    assert found["answers"] == 20
    rows = cells(Path(found["sheet"]))
    assert {row["codes"] + row["quote"] for row in rows} == {""}
    assert {row["text"][0] > "z" for row in rows} == {True, False}
    assert [row["answer_id"] for row in rows] != sorted((row["answer_id"] for row in rows), key=int)
    other = asked(study, "code", "--sample", "20", "--coder", "boris")
    assert cells(Path(other["sheet"])) == rows


def test_a_sheet_is_for_its_owner_alone_and_is_never_written_over(study: Path) -> None:
    path = coded_sheet(study)
    before = path.read_bytes()
    again = run(study, "code", "--sample", "5", "--coder", "anna")
    assert (again.exit_code, path.read_bytes()) == (2, before)
    assert "exists" in again.stderr
    fresh = Path(asked(study, "code", "--sample", "5", "--coder", "boris")["sheet"])
    assert fresh.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", [{}, {"delimiter": ";", "encoding": "cp1251"}, {"delimiter": "\t"}])
def test_human_codes_stand_beside_the_machines_and_never_over_them(study: Path, form: dict[str, str]) -> None:
    machine = reasons_of(study, "machine")
    assert {row[1] for row in machine} >= {"price", "manager", "delivery"}
    asked(study, "code", "--read", str(coded_sheet(study, **form)), "--coder", "anna")
    people = reasons_of(study, "human")
    assert reasons_of(study, "machine") == machine
    assert len(people) == 81
    assert {(row[1], row[3]) for row in people} == {("price", -1), ("manager", 1), ("delivery", -1), ("no_reason", 0)}
    assert {row[5] for row in people} == {"by hand"}


def test_reading_the_same_sheet_twice_keeps_one_row_and_a_change_of_mind_replaces_it(study: Path) -> None:
    path = coded_sheet(study, count=10)
    asked(study, "code", "--read", str(path), "--coder", "anna")
    once = reasons_of(study, "human")
    asked(study, "code", "--read", str(path), "--coder", "anna")
    assert reasons_of(study, "human") == once
    fill(path, {0: "speed0, speed0, website+"})
    asked(study, "code", "--read", str(path), "--coder", "anna")
    first = int(cells(path)[0]["answer_id"])
    assert [(row[1], row[3]) for row in reasons_of(study, "human") if row[0] == first] == [
        ("speed", 0),
        ("website", 1),
    ]
    assert len(reasons_of(study, "human")) == len(once) + 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("prise-", ["row 3", "'prise-'", "price"]),
        ("price", ["row 3", "price+ for praise"]),
        ("price- prise", ["row 3", "prise"]),
    ],
)
def test_wrong_codes_are_named_with_row_and_cure_and_nothing_is_stored(
    study: Path, written: str, said: list[str]
) -> None:
    path = coded_sheet(study, count=10)
    fill(path, {1: written})
    done = run(study, "code", "--read", str(path), "--coder", "anna")
    assert done.exit_code == 4
    assert [part for part in said if part not in done.stderr] == []
    assert reasons_of(study, "human") == []


def test_a_file_that_is_no_sheet_is_refused_with_the_columns_it_needs(study: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("interview_id,nps\n1,9\n", encoding="utf-8")
    done = run(study, "code", "--read", str(path), "--coder", "anna")
    assert done.exit_code == 4
    assert "answer_id" in done.stderr
    assert "codes" in done.stderr


def test_cells_like_formulas_stay_inert_and_can_still_be_quoted(study: Path) -> None:
    path = coded_sheet(study)
    rows = cells(path)
    assert [value for row in rows for value in row.values() if value[:1] in tuple("=+@\t\r")] == []
    at, row = next((at, row) for at, row in enumerate(rows) if "HYPERLINK" in row["text"])
    text = path.read_text("utf-8-sig").replace("\r\n", "\n").splitlines()
    quoted = row["text"].replace('"', '""')
    text[at + 1] = f'{row["answer_id"]},why_nps,3,"{quoted}",,website-,"{quoted}",'
    path.write_text("\n".join(text), encoding="utf-8-sig")
    asked(study, "code", "--read", str(path), "--coder", "anna")
    (stored,) = [one for one in reasons_of(study, "human") if one[1] == "website"]
    assert stored[4] == '=HYPERLINK("http://example.org")'


@pytest.mark.parametrize("name", ["machine", "Machine "])
@pytest.mark.parametrize("command", ["--sample", "--read"])
def test_nobody_can_code_under_the_machines_name(study: Path, name: str, command: str) -> None:
    path = coded_sheet(study, count=10)
    before = reasons_of(study, "machine")
    done = run(study, "code", command, "5" if command == "--sample" else str(path), "--coder", name)
    assert done.exit_code == 2
    assert "another name" in done.stderr
    assert reasons_of(study, "machine") == before


def test_codes_added_to_the_codebook_since_the_last_night_can_be_given(study: Path) -> None:
    book = study / "codebook.toml"
    added = '\n[[code]]\nid = "parking"\nlabel.ru = "Парковка"\nlabel.en = "Parking"\n'
    added += 'definition.ru = "Где оставить машину"\ndefinition.en = "Where to leave the car"\n'
    book.write_text(book.read_text("utf-8") + added, encoding="utf-8")
    path = coded_sheet(study, count=10)
    fill(path, {0: "parking-"})
    asked(study, "code", "--read", str(path), "--coder", "anna")
    assert "parking" in {row[1] for row in reasons_of(study, "human")}


def test_agreement_is_measured_between_people_and_with_the_machine(study: Path) -> None:
    for coder in ("anna", "boris"):
        path = coded_sheet(study, coder)
        if coder == "boris":
            fill(path, {at: "website-" for at, row in enumerate(cells(path)) if meant(row) == "price-"})
        asked(study, "code", "--read", str(path), "--coder", coder)
    found = {(pair["first"], pair["second"]): pair for pair in asked(study, "agree")}
    assert set(found) == {("anna", "boris"), ("anna", "machine"), ("boris", "machine")}
    for pair in found.values():
        assert (pair["n"], "masi" in pair["method"]) == (81, True)
        assert pair["low"] <= pair["alpha"] <= pair["high"]
    people = {row["code_id"]: row for row in found["anna", "boris"]["codes"]}
    assert (people["manager"]["precision"], people["manager"]["recall"], people["manager"]["kappa"]) == (1, 1, 1)
    assert people["price"]["recall"] == 0
    assert people["price"]["prevalence"] == pytest.approx(2 * EACH / 81)
    assert found["anna", "machine"]["alpha"] > found["boris", "machine"]["alpha"]


def test_agreement_for_people_has_a_line_for_every_code_with_its_figures(study: Path) -> None:
    assert "earful code --sample" in run(study, "agree").output
    asked(study, "code", "--read", str(coded_sheet(study)), "--coder", "anna")
    text = run(study, "agree").output
    assert "anna - machine: alpha" in text
    assert [code for code in ("price", "manager", "delivery") if f"\n  {code} " not in text] == []


def test_themes_offer_what_no_code_covers_in_both_languages_ready_to_paste(study: Path) -> None:
    found = asked(study, "code", "--themes")
    path = study / "exports" / "themes.toml"
    offered = tomllib.loads(path.read_text("utf-8"))["code"]
    words = {word for code in offered for listed in code["include"].values() for word in listed}
    assert words >= {"парковка", "склад", "parking", "store"}
    printed = run(study, "code", "--themes").output + str(found)
    assert not [word for word in words if word in printed]  # what customers say stays in the file
    assert path.stat().st_mode & 0o077 == 0
    book = study / "codebook.toml"
    book.write_text(book.read_text("utf-8") + "\n" + path.read_text("utf-8"), encoding="utf-8")
    added = [code for code in load_codebook(study).codes if code.code_id.startswith("new_")]
    assert len(added) == len(found) == len(tomllib.loads(path.read_text("utf-8"))["code"])


def test_a_code_guessed_by_meaning_alone_leaves_a_clause_open_for_a_new_code(study_dir: Path) -> None:
    coder = ReasonCoder(load_codebook(study_dir), embedder=CachedEmbedder(Letters()))
    (statement,) = statements_of_typed({"why_nps": "парковки возле склада нет 0"}, load_survey(study_dir), scores={})
    assert [reason.evidence.split("+")[0] for reason in coder.code([statement])[0]] == ["meaning"]
    assert coder.uncovered([statement]) == [("парковки возле склада нет 0",)]


def test_a_refit_is_kept_only_where_it_agrees_with_people_better(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insights.language, "embedder", lambda: CachedEmbedder(Letters()))
    few = run(study, "code", "--refit")
    assert few.exit_code == 4
    assert "30" in few.stderr
    path = coded_sheet(study)
    fill(
        path, {at: "website-" for at, row in enumerate(cells(path)) if "park" in row["text"] or "парк" in row["text"]}
    )
    asked(study, "code", "--read", str(path), "--coder", "anna")
    first = asked(study, "code", "--refit")
    assert first["after"] > first["before"]
    assert Path(first["kept"]).is_file()
    assert b"parking" not in Path(first["kept"]).read_bytes()
    again = asked(study, "code", "--refit")
    assert (again["kept"], again["before"]) == (None, pytest.approx(first["after"], abs=0.1))


@pytest.mark.parametrize(
    "options", [(), ("--themes", "--refit"), ("--sample", "5"), ("--sample", "0", "--coder", "a")]
)
def test_a_wrong_use_ends_with_code_two(study_dir: Path, options: tuple[str, ...]) -> None:
    assert run(study_dir, "code", *options).exit_code == 2
