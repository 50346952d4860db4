from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from insights.store import StoreError, hide_clip, open_store, query
from insights.study import Study, Table

NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.two_calls(tmp_path_factory.mktemp("study"), made.row(nps="3"), made.row(2, "en"))


@pytest.fixture
def study(root: Path) -> Study:
    return Study(root, language="en")


def test_figures_come_with_n_interval_and_method(study: Study) -> None:
    found = study.nps()
    assert list(found.columns)[:9] == ["metric", "wave", "slice", "mode", "n", "nps", "low", "high", "method"]
    whole = found.loc[found["slice"] == "all"].iloc[0]
    assert (whole["n"], whole["nps"]) == (2, 0.0)
    assert whole["low"] < whole["nps"] < whole["high"]


def test_a_result_keeps_sql_that_gives_its_rows_again(study: Study) -> None:
    found = study.why("slow", group="detractor")
    assert isinstance(found, Table)
    assert [row["reason_id"] for row in query(study.store, found.sql)] == found["reason_id"].tolist()
    assert found.sort_values("confidence").head(1).sql == found.sql


def test_the_sql_of_a_figure_gives_the_interviews_it_counts(study: Study) -> None:
    rows = query(study.store, study.nps(wave="2026Q4").sql)
    assert sorted(row["value"] for row in rows) == [3.0, 9.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.nps(wave="2026Q5"), "no wave '2026Q5'; waves: 2026Q4"),
        (lambda s: s.nps(by="colour"), "no slice 'colour'; slices: segment"),
        (lambda s: s.why("delivry"), "no code 'delivry'; codes: slow, price"),
        (lambda s: s.why(group="detractors"), "no group 'detractors'; groups: detractor, passive, promoter"),
        (lambda s: s.hesitant("npss"), "no question 'npss'; questions: nps, why"),
        (lambda s: s.drivers("why"), "no target 'why'; targets: nps, speed"),
        (lambda s: s.call("ru99"), "no call 'ru99'; calls: en02, ru01"),
        (lambda s: s.search("ждали", party="client"), "no party 'client'; parties: operator"),
        (lambda s: s.nps().play(), "these rows name no seconds"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_valid_ones(study: Study, call: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call(study)  # type: ignore[operator]  # parametrised


def test_an_unknown_figure_is_an_error_that_says_where_figures_come_from(study: Study) -> None:
    with pytest.raises(StoreError, match="earful metrics"):
        study.explain(4711)


def test_a_study_cannot_be_written(study: Study) -> None:
    with pytest.raises(Exception, match="readonly"):
        study.query("DELETE FROM answer")


def test_rows_play_with_words_that_seek(study: Study) -> None:
    player = study.why("slow").play(2)
    assert player.html.count("<audio") == 2
    assert player.html.count("data:audio/ogg;base64,") == 2
    seeks = [float(found) for found in re.findall(r'data-s="([\d.]+)"', player.html)]
    assert seeks
    assert max(seeks) < 20
    assert "Долго" in player.html
    assert "ages," in player.html


def test_personal_data_is_masked_in_players_and_transcripts(study: Study) -> None:
    call = study.call("ru01")
    assert "[имя] семь." in call.transcript().text
    assert "Ну," not in call.transcript().text
    assert "Ну," not in call.play(1, 8).html


def test_a_hidden_stretch_is_neither_read_nor_played(root: Path) -> None:
    store = open_store(root / "study.db")
    recording = query(store, "SELECT recording_id, path FROM recording WHERE interview_id = 'ru01'")[0]["recording_id"]
    turn = query(store, "SELECT start_s, end_s FROM turn WHERE recording_id = ? AND idx = 3", (recording,))[0]
    from audio.span import Span
    from insights.store import corrections, undo

    hide_clip(store, recording, Span(turn["start_s"], turn["end_s"]), by="anna", why="asked")
    try:
        study = Study(root, language="en")
        assert "Долго" not in study.call("ru01").transcript().text
        found = study.why("slow", group="detractor")
        assert found["quote"].tolist() == ["[…]"]
        assert "no sound" in found.play().html
        assert "Долго" not in found.play().html
    finally:
        undo(store, corrections(store)[-1]["correction_id"], by="anna")
        store.close()


def test_words_of_customers_never_become_html() -> None:
    from audio.span import Span
    from insights.study.player import Heard, Player
    from insights.study.sound import HeardTurn, HeardWord

    turn = HeardTurn("respondent", 0.0, 1.0, (HeardWord(NASTY, 0.0, 1.0),))
    row = Heard((NASTY,), Span(0.0, 1.0), 0.0, (turn,), NASTY, "")
    shown = Player([row], total=1, columns=[NASTY], language="en").html
    assert NASTY not in shown
    assert shown.count("&lt;script&gt;") == 3


@pytest.mark.slow
def test_twenty_rows_stay_under_a_megabyte(study: Study) -> None:
    from insights.study.table import table_of

    row = study.query("SELECT recording_id, 0.0 AS start_s, 20.0 AS end_s FROM recording LIMIT 1").to_dict("records")
    table = table_of(row * 25, listening=study.listening)
    assert len(table.play(25).rows) == 20
    assert len(table.play(20).html.encode()) < 1_000_000


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_plot_and_a_timeline_can_be_saved(root: Path, tmp_path: Path, language: str) -> None:
    study = Study(root, language=language)  # type: ignore[arg-type]  # parametrised
    pictures = {
        "nps": study.plots.nps(),
        "segment": study.plots.nps(by="segment"),
        "reasons": study.plots.reasons(),
        "map": study.plots.satisfaction(),
        "drivers": study.plots.drivers(),
        "latency": study.plots.latency(),
        "hesitation": study.plots.hesitation(),
        "timeline": study.call("ru01").timeline(),
    }
    for name, picture in pictures.items():
        assert picture.save(tmp_path / f"{name}.svg").stat().st_size > 1000
    shown = pictures["timeline"]._repr_html_()  # type: ignore[attr-defined]  # a Timeline
    assert shown.count("<audio") == 1
    assert "data-marks" in shown
    said = (tmp_path / "latency.svg").read_text(encoding="utf-8")
    assert ("Сколько проходит" in said) == (language == "ru")


def test_a_picture_is_not_saved_under_an_unknown_ending(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        study.plots.nps().save(tmp_path / "nps.gif")


@pytest.mark.parametrize(("words", "hits"), [("ждать", 1), ("мастером", 1), ("waiting", 1), ("price", 1), ("слон", 0)])
def test_search_finds_all_forms_of_a_word(study: Study, words: str, hits: int) -> None:
    found = study.search(words, party="respondent")
    assert len(found) == hits == study.count(words)
    assert {"text", "clip", "start_s"} <= set(found.columns)


def test_importing_the_package_stays_light() -> None:
    code = "import sys, insights; sys.exit(any(name in sys.modules for name in ('pandas', 'numpy', 'insights.study')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[1]).returncode == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.hesitant("NPS2"), "(did you mean 'nps'?)"),
        (lambda s: s.why("Slow"), "(did you mean 'slow'?)"),
        (lambda s: s.nps(by="segmnt"), "(did you mean 'segment'?)"),
        (lambda s: s.nps(wave=["2026Q4"]), "(give one, as text)"),
        (lambda s: s.nps(by=["segment"]), "(give one, as text)"),
        (lambda s: s.change("2026Q4", "2026Q4"), "both waves are '2026Q4'"),
        (lambda s: s.search(' "'), "nothing to look for"),
        (lambda s: s.search("ждали", language="de"), "no language 'de'; languages: ru, en"),
        (lambda s: s.query(" "), "an empty query"),
        (lambda s: s.why().play(0), "play(n): how many rows, 1 to 20, not 0"),
        (lambda s: s.call("ru01").timeline(9, 3), "no stretch from 9 s to 3 s; the call lasts"),
        (lambda s: Study(s.folder.root, language="de"), "no language 'de'"),
    ],
)
def test_a_wrong_argument_says_what_was_probably_meant(study: Study, call: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call(study)  # type: ignore[operator]  # parametrised


@pytest.mark.parametrize(("language", "said"), [("en", "Left out, fewer than 10"), ("ru", "меньше 10 интервью")])
def test_a_table_says_what_it_leaves_out_and_why_it_is_empty(root: Path, language: str, said: str) -> None:
    study = Study(root, language=language)  # type: ignore[arg-type]  # parametrised
    sliced = study.nps(by="segment")
    assert said in repr(sliced)
    assert said in (sliced._repr_html_() or "")
    assert sliced.head(1).note == ""
    empty = study.drivers()
    assert empty.empty
    assert "10" in empty.note
    assert "earful code --sample 100" in study.agreement().note


def test_a_call_shows_itself_in_a_line(study: Study) -> None:
    assert re.fullmatch(r"<Call ru01: \d+ s, recording \w+>", repr(study.call("ru01")))
