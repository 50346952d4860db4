from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.cli.export_commands import export
from insights.settings import load_settings, settings_text
from insights.store import PiiRow, open_store, query, save_call
from insights.study import Study
from transcribe.dialogue import Party

TWICE: tuple[tuple[Party, str], ...] = (
    ("operator", "Почему?"),
    ("respondent", "Было дорого, сказал Иван, снова дорого."),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made.two_calls(tmp_path / "study", made.row(), made.row(2, "en"))


def export_to(root: Path, kind: str, out: Path) -> tuple[int, str]:
    result = CliRunner().invoke(export, ["--study", str(root), "--to", kind, "--out", str(out)])
    return result.exit_code, result.output


@pytest.mark.parametrize("kind", ["snapshot", "datasette"])
def test_a_masked_copy_is_never_written_over_its_own_study(root: Path, kind: str) -> None:
    before = sorted(path for path in root.rglob("*") if path.suffix != ".db-shm")
    code, said = export_to(root, kind, root / ".." / "study")
    assert code == 4
    assert "--out" in said
    assert query(open_store(root / "study.db"), "SELECT count(*) AS n FROM pii_span") == [{"n": 2}]
    assert [path for path in before if not path.exists()] == []
    assert not (root / "metadata.json").exists()


def test_a_headerless_recording_comes_along_as_its_settings_declare_it(root: Path, tmp_path: Path) -> None:
    settings = load_settings(root)
    declared = replace(settings, recordings=replace(settings.recordings, raw_format="s16le"))
    (root / "earful.toml").write_text(settings_text(declared), encoding="utf-8")
    record = made.call(3, name="calls/ru03.raw")
    tone = 3000 * np.sin(2 * np.pi * 200 * np.arange(20 * 8000) / 8000)
    (root / record.facts.path).write_bytes(tone.astype("<i2").tobytes())
    store = open_store(root / "study.db")
    save_call(store, record)
    store.close()
    assert export_to(root, "snapshot", tmp_path / "copy")[0] == 0
    assert len(list((tmp_path / "copy" / "calls").glob("*.ogg"))) == 3


def test_a_codebook_of_another_name_comes_along(root: Path, tmp_path: Path) -> None:
    survey = (
        'name = "s"\nversion = 1\ncodebook = "ours.toml"\n[[question]]\nid = "nps"\nkind = "nps"\nscale = [0, 10]\n'
    )
    (root / "survey.toml").write_text(survey + '[question.ask]\nen = "Likely?"\nru = "Вероятно?"\n', encoding="utf-8")
    (root / "ours.toml").write_text("version = 1", encoding="utf-8")
    assert export_to(root, "snapshot", tmp_path / "copy")[0] == 0
    assert (tmp_path / "copy" / "ours.toml").read_text(encoding="utf-8") == "version = 1"


def test_a_quote_said_twice_keeps_its_place_beside_masks(root: Path, tmp_path: Path) -> None:
    said = made.talk(texts=(*made.TALKS["ru"][:2], *TWICE))
    record, text = made.call(dialogue=said), TWICE[1][1]
    last, start = said.turns[3].words[-1].span, text.rindex("дорого")
    reason = replace(record.reasons[0], code_id="price", quote="дорого", start_char=start, span=last)
    at = text.index("Иван")
    pii = (PiiRow("person", at, at + 4, turn_idx=3, span=said.turns[3].words[3].span),)
    store = open_store(root / "study.db")
    save_call(store, replace(record, reasons=(reason,), pii=pii))
    store.close()
    assert export_to(root, "snapshot", tmp_path / "copy")[0] == 0
    copy = Study(tmp_path / "copy")
    (row,) = query(
        copy.store, "SELECT quote, start_char, text FROM reason JOIN turn USING(turn_id) WHERE code_id = 'price'"
    )
    assert row["text"] == "Было дорого, сказал [имя], снова дорого."
    assert row["start_char"] == row["text"].rindex("дорого")
    assert row["quote"] == "дорого"
