from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from audio.decode import load
from insights.cli.export_commands import export
from insights.demo.two_waves import make_two_waves
from insights.export import FORMATS
from insights.export.tables import escaped, read_csv, unescaped
from insights.store import PiiRow, open_store, save_online_answers
from insights.store.records import TypedRecord
from insights.study import Study
from insights.survey.responses import Cell

FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    typed = made.row(3, mode="online", recording=None, answers={"nps": Cell("4", 4.0), "why": Cell(FORMULA)})
    named = made.row(4, mode="online", recording=None, answers={"nps": Cell("5", 5.0), "why": Cell("Иванов груб")})
    root = made.two_calls(tmp_path_factory.mktemp("study"), made.row(), made.row(2, "en"), typed, named)
    store = open_store(root / "study.db")
    save_online_answers(store, TypedRecord("ru04", pii=(PiiRow("person", 0, 6, question_id="why"),)))
    store.close()
    return root


def exported(root: Path, kind: str, out: Path, *more: str) -> Path:
    result = CliRunner().invoke(export, ["--study", str(root), "--to", kind, "--out", str(out), *more])
    assert result.exit_code == 0, result.output
    return out


@pytest.mark.parametrize("kind", list(FORMATS))
def test_no_export_holds_personal_data_and_all_are_private(root: Path, tmp_path: Path, kind: str) -> None:
    files = [path for path in exported(root, kind, tmp_path / kind).rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert b"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2" not in content, path.name
        assert "Ну,".encode() not in content, path.name
        assert path.stat().st_mode & 0o077 == 0


def test_originals_leave_only_with_a_flag_and_are_noted(root: Path, tmp_path: Path) -> None:
    rows = read_csv(exported(root, "csv", tmp_path, "--originals") / "answers.csv")
    assert "Иванов груб" in {row["text"] for row in rows}
    noted = (root / "logs" / "originals.jsonl").read_text(encoding="utf-8")
    assert "earful export --to csv --originals" in noted
    assert "Иванов" not in noted


def test_a_formula_in_a_cell_is_disarmed_and_comes_back(root: Path, tmp_path: Path) -> None:
    target = exported(root, "csv", tmp_path) / "answers.csv"
    with target.open(encoding="utf-8-sig", newline="") as file:
        raw = {row["interview_id"] + row["question_id"]: row["text"] for row in csv.DictReader(file)}
    assert raw["ru03why"] == f"'{FORMULA}"
    back = {row["interview_id"] + row["question_id"]: row["text"] for row in read_csv(target)}
    assert back["ru03why"] == FORMULA
    assert back["ru04why"] == "[имя] груб"


@given(st.text())
def test_escaping_a_cell_loses_nothing(text: str) -> None:
    cell = escaped(text)
    assert isinstance(cell, str)
    assert unescaped(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_parquet_keeps_null_and_numbers(root: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(exported(root, "parquet", tmp_path) / "answers.parquet")
    speed = frame.loc[frame["question_id"] == "speed"]
    assert speed["value"].isna().all()
    heard = frame.loc[(frame["interview_id"] == "ru01") & (frame["question_id"] == "nps")].iloc[0]
    assert (heard["value"], heard["spoken_value"]) == (9, 7)


def test_russian_labels_survive_spss(root: Path, tmp_path: Path) -> None:
    import pyreadstat

    frame, meta = pyreadstat.read_sav(str(exported(root, "spss", tmp_path) / "interviews.sav"))
    labels = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert labels["nps"] == "Порекомендуете?"
    assert labels["slow_complaint"] == "Долго: жалоба"
    assert meta.variable_value_labels["slow_complaint"] == {0.0: "не названо", 1.0: "названо"}
    assert labels["segment"] == "Сегмент"
    one = frame.set_index("interview_id").loc["ru01"]
    assert (one["nps_recorded"], one["nps_spoken"], one["slow_complaint"]) == (9.0, 7.0, 1.0)
    assert np.isnan(one["speed"])


def test_a_reason_is_missing_in_spss_where_nothing_was_said_and_readiness_has_words(tmp_path: Path) -> None:
    import pyreadstat

    root = tmp_path / "two"
    make_two_waves(root, interviews=3)
    frame, meta = pyreadstat.read_sav(str(exported(root, "spss", tmp_path / "out") / "interviews.sav"))
    assert frame["delivery_complaint"].isna().all()
    assert meta.variable_value_labels["mistakes"] == {1.0: "готов", 0.0: "не уверен", -1.0: "не готов"}


def test_a_textgrid_holds_every_turn_without_holes_or_overlaps(root: Path, tmp_path: Path) -> None:
    text = (exported(root, "textgrid", tmp_path) / "ru01.TextGrid").read_text(encoding="utf-8")
    tiers = re.split(r"    item \[\d+\]:\n", text)[1:]
    assert f"size = {len(tiers)}" in text
    for tier in tiers:
        edges = [float(found) for found in re.findall(r"            xm(?:in|ax) = ([\d.]+)", tier)]
        assert edges[0] == 0.0
        assert edges[-1] == 20.0
        assert edges[1:-1:2] == edges[2::2]
    assert "Долго ждали мастера, ещё и дорого." in text


def test_elan_annotations_point_to_slots_with_their_seconds(root: Path, tmp_path: Path) -> None:
    tree = ET.parse(exported(root, "eaf", tmp_path) / "en02.eaf").getroot()
    slots = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", "-1")) for slot in tree.iter("TIME_SLOT")}
    said = {
        one.findtext("ANNOTATION_VALUE"): (slots[one.get("TIME_SLOT_REF1")], slots[one.get("TIME_SLOT_REF2")])
        for one in tree.find("TIER[@TIER_ID='respondent']").iter("ALIGNABLE_ANNOTATION")  # type: ignore[union-attr]
    }
    turn = made.talk("en").turns[3]
    assert said[turn.text] == (round(1000 * turn.span.start_s), round(1000 * turn.span.end_s))


def test_rttm_and_subtitles_keep_party_and_seconds(root: Path, tmp_path: Path) -> None:
    lines = (exported(root, "rttm", tmp_path) / "en02.rttm").read_text().splitlines()
    turns = made.talk("en").turns
    assert [line.split()[7] for line in lines] == [turn.party for turn in turns]
    assert float(lines[3].split()[3]) == pytest.approx(turns[3].span.start_s)
    assert float(lines[3].split()[4]) == pytest.approx(turns[3].span.duration_s, abs=0.001)
    said = (exported(root, "srt", tmp_path) / "en02.srt").read_text()
    assert "respondent: We waited for ages, and the prices rose." in said


def test_label_studio_gets_parties_texts_and_codes(root: Path, tmp_path: Path) -> None:
    tasks = json.loads((exported(root, "labelstudio", tmp_path) / "tasks.json").read_text(encoding="utf-8"))
    results = tasks[0]["predictions"][0]["result"]
    named = {label for one in results if one["type"] == "labels" for label in one["value"]["labels"]}
    assert named == {"operator", "respondent", "slow"}


def test_a_snapshot_is_a_study_that_plays_elsewhere_and_keeps_only_what_was_answered(
    root: Path, tmp_path: Path
) -> None:
    target = exported(root, "snapshot", tmp_path / "copy")
    assert not list(target.glob("study.db-*"))
    study = Study(target, language="en")
    assert study.why("slow")["quote"].tolist() == Study(root).why("slow")["quote"].tolist()
    assert study.why("slow").play().html.count("data:audio/ogg") == 2
    assert len(study.search("ждать")) == 1
    answered = study.call("ru01")
    sound = load(study.listening.path(answered.recording_id)).samples[0]
    assert np.abs(sound[-8000:]).max() < 0.001 < np.abs(sound).max()


def test_datasette_gets_valid_metadata_whose_queries_run(root: Path, tmp_path: Path) -> None:
    target = exported(root, "datasette", tmp_path)
    metadata = json.loads((target / "metadata.json").read_text(encoding="utf-8"))["databases"]["study"]
    connection = sqlite3.connect(target / "study.db")
    from insights.store.search import match_expression

    connection.create_function("spoken", 1, lambda words: match_expression(words) or '""')
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert set(metadata["tables"]) <= tables
    for query in metadata["queries"].values():
        connection.execute(query["sql"], {"words": "ждали", "code": ""}).fetchall()
    hits = connection.execute(metadata["queries"]["search"]["sql"], {"words": "ждать"}).fetchall()
    assert len(hits) == 1
    connection.close()


def test_an_export_without_a_store_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(export, ["--study", str(tmp_path), "--to", "csv"])
    assert result.exit_code == 4
    assert "earful night" in result.output
