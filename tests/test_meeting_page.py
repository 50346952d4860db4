"""The page is always built, holds what it should, and hides what must not be read."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from meeting_study import HOSTILE, MEETING, make_study

from audio.decode import load
from insights.cli.main import cli
from insights.meeting import build_morning, next_meeting
from insights.meeting.calls import with_secrets
from insights.meeting.wording import labels, readable_words
from insights.store import begin_night, end_night, hide_clip, open_store

SAID = (
    ("operator", 1.0, "десяти"),
    ("respondent", 3.0, "8-9."),
    ("operator", 6.0, "Восьмёрка,"),
    ("respondent", 7.0, "заказ"),
    ("respondent", 8.0, "2026"),
)
DAY = date.fromisoformat(MEETING)


def data_of(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def said(data: dict[str, Any]) -> list[str]:
    return [word[0] for call in data["calls"] for turn in call["turns"] for word in turn["words"]]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_holds_three_calls_in_either_language(tmp_path: Path, language: str) -> None:
    folder = make_study(tmp_path / "s", language=language)
    morning = build_morning(folder.root, meeting=DAY)
    data = data_of(morning.path)
    assert len(data["calls"]) == len(morning.calls) == 3
    assert morning.problems == ()
    assert data["labels"] == labels(language)
    assert morning.path.stat().st_mode & 0o777 == 0o600
    call = data["calls"][0]
    assert call["questions"]
    assert call["pauses"] == [[3.5, 4.4]]
    assert call["reasons"][0]["quote"] == "ждали долго"
    assert call["scores"][0]["spoken"] != call["scores"][0]["recorded"]
    assert data["mismatches"][0]["audio"]["data"]


def test_hostile_words_stay_inside_the_data(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s")
    path = build_morning(folder.root, meeting=DAY).path
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script>") == 2
    assert "<img" not in text
    assert set(HOSTILE) <= set(said(data_of(path)))


def test_personal_data_is_masked_unless_redaction_is_off(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s")
    masked = said(data_of(build_morning(folder.root, meeting=DAY).path))
    assert "[имя]" in masked
    assert "Анна" not in masked
    with (folder.root / "earful.toml").open("a") as settings:
        settings.write("[privacy]\nredact = false\n")
    assert "Анна" in said(data_of(build_morning(folder.root, meeting=DAY).path))


def test_personal_data_is_bleeped_in_the_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from insights.meeting import building

    asked: list[tuple[float, float]] = []
    real = building.call_sound

    def watched(recording: Any, settings: Any, *, bleep: Any) -> Any:
        asked.extend((span.start_s, span.end_s) for span in bleep)
        return real(recording, settings, bleep=bleep)

    monkeypatch.setattr(building, "call_sound", watched)
    build_morning(make_study(tmp_path / "s").root, meeting=DAY)
    assert asked == [(1.0, 1.5)] * 3


def test_the_sound_in_the_page_is_bleeped_in_place_and_equally_loud(tmp_path: Path) -> None:
    data = data_of(build_morning(make_study(tmp_path / "s").root, meeting=DAY).path)
    levels_db = []
    for n, call in enumerate(data["calls"]):
        file = tmp_path / f"{n}.opus"
        file.write_bytes(base64.b64decode(call["audio"]["data"]))
        sound = load(file)
        samples, rate_hz = sound.samples[0], sound.rate_hz
        # The word stands from 1.0 to 1.5 s; the bleep covers 0.15 s more on both sides.
        for at_s in (0.9, 1.25, 1.55):
            assert loudest_hz(samples, rate_hz, at_s) == pytest.approx(1000, abs=25)
        assert loudest_hz(samples, rate_hz, 2.1) < 500
        levels_db.append(20 * np.log10(np.abs(samples[2 * rate_hz : 10 * rate_hz]).max()))
    assert max(levels_db) - min(levels_db) < 1.5


def loudest_hz(samples: Any, rate_hz: int, at_s: float) -> float:
    """Return the strongest frequency of 50 ms around a second."""
    part = samples[round((at_s - 0.025) * rate_hz) : round((at_s + 0.025) * rate_hz)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(part.size), 8192))
    return float(np.argmax(spectrum) * rate_hz / 8192)


def test_a_stretch_that_people_hid_is_neither_read_nor_quoted(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=3)
    store = open_store(folder.store)
    for row in store.conn.execute("SELECT recording_id FROM recording").fetchall():
        from audio.span import Span

        hide_clip(store, row[0], Span(6.9, 8.2), by="me", why="test")
    store.close()
    data = data_of(build_morning(folder.root, meeting=DAY).path)
    assert "долго" not in said(data)
    assert labels("ru")["hidden"] in said(data)
    assert all(not call["reasons"] for call in data["calls"])


def test_words_that_tell_the_score_are_marked_to_be_held_back(tmp_path: Path) -> None:
    data = data_of(build_morning(make_study(tmp_path / "s").root, meeting=DAY).path)
    marked = {word[0] for call in data["calls"] for turn in call["turns"] for word in turn["words"] if len(word) == 4}
    assert marked == {"семь", HOSTILE[0]}  # that one holds a digit
    turns = [{"party": party, "words": [[text, at_s, at_s + 0.5]]} for party, at_s, text in SAID]
    score = {"value_start_s": 4.0, "spoken_text": "восемь", "kind": "nps"}
    kept = [word for turn in with_secrets(turns, [score], spoken="ru") for word in turn["words"] if len(word) == 4]
    assert [word[0] for word in kept] == ["8-9.", "Восьмёрка,"]


def test_an_unplayable_call_is_replaced_and_the_reason_kept(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=5)
    first = build_morning(folder.root, meeting=DAY)
    data = data_of(first.path)
    store = open_store(folder.store)
    gone = store.conn.execute("SELECT path FROM recording WHERE recording_id = ?", (first.calls[0],)).fetchone()[0]
    (folder.root / gone).unlink()
    store.close()
    second = data_of(build_morning(folder.root, meeting=DAY).path)
    assert second["draw"]["replaced"] == [{"id": first.calls[0], "why": "the recording is missing"}]
    assert len(second["calls"]) == 3
    assert second["draw"]["frame"] == data["draw"]["frame"]
    assert CliRunner().invoke(cli, ["draw", "--study", str(folder.root), "--verify", MEETING]).exit_code == 0


@pytest.mark.parametrize(
    ("status", "said_word"), [("running", "не закончилась"), ("stopped", "остановилась"), ("failed", "сорвалась")]
)
def test_a_bad_night_is_said_at_the_top(tmp_path: Path, status: str, said_word: str) -> None:
    folder = make_study(tmp_path / "s")
    store = open_store(folder.store)
    night = begin_night(store)
    if status != "running":
        end_night(store, night, status=status, counts={"left": 7})
    store.close()
    morning = build_morning(folder.root, meeting=DAY, now=datetime.now(UTC))
    assert any(said_word in problem for problem in morning.problems)
    assert len(morning.calls) == 3


def test_too_few_calls_play_what_there_is_and_say_so(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=2)
    morning = build_morning(folder.root, meeting=DAY)
    assert len(morning.calls) == 2
    assert "звонков: 2 (нужно 3)" in " ".join(morning.problems)
    later = build_morning(folder.root, meeting=date(2027, 1, 15))
    assert later.calls == ()
    assert "of 20 Nov 2026; for their page: earful morning --date 2026-11-21" in " ".join(later.problems_en)
    assert "за 20.11.2026; их страница: earful morning --date 2026-11-21" in " ".join(later.problems)
    assert next_meeting(folder.root) == DAY


@pytest.mark.parametrize("damage", ["no store", "broken store", "broken settings", "empty folder", "missing table"])
def test_the_page_is_built_whatever_is_broken(tmp_path: Path, damage: str) -> None:
    root = tmp_path / "s"
    if damage == "empty folder":
        root.mkdir()
    else:
        folder = make_study(root)
    if damage == "no store":
        folder.store.unlink()
    elif damage == "broken store":
        folder.store.write_bytes(b"no database" * 1000)
    elif damage == "broken settings":
        (root / "earful.toml").write_text("[meeting\n")
    elif damage == "missing table":
        store = open_store(folder.store)
        store.conn.execute("DROP TABLE draw_item")
        store.close()
    morning = build_morning(root, meeting=DAY)
    assert morning.path.is_file()
    assert morning.problems


def test_a_part_that_breaks_is_named_and_the_rest_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from insights.meeting import building

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(building, "wave_section", broken)
    morning = build_morning(make_study(tmp_path / "s").root, meeting=DAY)
    assert "ZeroDivisionError" in morning.problems[0]
    assert data_of(morning.path)["cases"] is not None
    assert len(morning.calls) == 3


def test_words_that_cannot_be_placed_are_masked_for_safety() -> None:
    turn = {"text": "совсем другое", "words": [["Анна", 0, 400, 0.9], ["совсем", 500, 900, 0.9]]}
    span = {"kind": "person", "start_char": 50, "end_char": 54, "start_s": None, "end_s": None}
    assert [word[0] for word in readable_words(turn, [span], language="ru")] == ["[имя]", "совсем"]


def test_every_label_exists_in_both_languages_and_every_used_one_exists() -> None:
    table = tomllib.loads(files("insights.meeting").joinpath("labels.toml").read_text(encoding="utf-8"))
    assert all(set(both) == {"ru", "en"} and all(both.values()) for both in table.values())
    script = files("insights.meeting").joinpath("page.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\bL\.(\w+)", script)) <= set(table)


def test_the_command_prints_where_the_page_lies(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s")
    found = CliRunner().invoke(cli, ["morning", "--study", str(folder.root), "--date", MEETING])
    assert found.exit_code == 0
    assert f"{MEETING}.html" in found.output
    assert "ждали" not in found.output
    assert CliRunner().invoke(cli, ["morning", "--study", str(tmp_path / "none")]).exit_code == 4
    assert CliRunner().invoke(cli, ["morning", "--study", str(folder.root), "--date", "soon"]).exit_code == 2
