from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_store as made

from audio.encode import encode
from insights.cli import correction_commands, playing
from insights.cli.main import cli
from insights.store import Store, corrections, load_dialogue, open_store, query, save_call

WORDS = ("мастера", "Ну,", "семь", "ages", "Well")


@pytest.fixture
def store(study_dir: Path) -> Store:
    store = made.framed(open_store(study_dir / "study.db"), *(made.row(n) for n in (1, 2, 3)))
    for number, spoken in ((1, 7.0), (2, 10.0), (3, 9.0)):
        save_call(store, made.call(number, spoken=spoken))
    return store


def earful(study_dir: Path, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, [words[0], "--study", str(study_dir), *words[1:]], input=typed)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_commands, "at_a_keyboard", lambda: True)
    monkeypatch.setattr(playing, "PLAYERS", ())


def adjudicated(store: Store) -> dict[str, tuple[float | None, str | None, str | None]]:
    sql = """SELECT interview_id, adjudicated_value, adjudicated_by, adjudicated_note FROM answer
             WHERE question_id = 'nps' ORDER BY interview_id"""
    return {row["interview_id"]: tuple(row.values())[1:] for row in query(store, sql)}


@pytest.mark.parametrize("option", [(), ("--yes",), ("--json",)])
def test_without_a_keyboard_settle_lists_and_changes_nothing(
    store: Store, study_dir: Path, option: tuple[str, ...]
) -> None:
    done = earful(study_dir, "settle", *option)
    assert done.exit_code == 0
    assert all(name in done.output for name in ("ru01", "ru02"))
    assert not any(word in done.output for word in WORDS)
    assert set(adjudicated(store).values()) == {(None, None, None)}
    if option == ("--json",):
        assert [row["moves_group"] for row in json.loads(done.output)] == [1, 0]


@pytest.mark.usefixtures("keyboard")
def test_scores_are_settled_by_keys_and_taken_up_again(store: Store, study_dir: Path) -> None:
    first = earful(study_dir, "settle", "--by", "anna", typed="eleven\n11\nr\n8\nq\n")
    assert first.exit_code == 0
    assert "1 settled, 1 left" in first.output
    assert adjudicated(store)["ru01"] == (8.0, "anna", None)
    second = earful(study_dir, "settle", "--by", "anna", typed="u\n")
    assert "1/1" in second.output
    assert adjudicated(store)["ru02"] == (None, "anna", "unclear")
    assert "Nothing to settle" in earful(study_dir, "settle").output


@pytest.mark.usefixtures("keyboard")
def test_what_is_skipped_comes_again(store: Store, study_dir: Path) -> None:
    assert "0 settled, 2 left" in earful(study_dir, "settle", typed="s\ns\n").output
    assert len(query(store, "SELECT * FROM score_mismatch WHERE adjudicated_at IS NULL")) == 2


@pytest.mark.usefixtures("keyboard", "store")
def test_five_seconds_are_written_where_no_player_is(study_dir: Path) -> None:
    sound = np.zeros((1, 8000 * 10), np.float32)
    sound[0, ::50] = 0.5
    (study_dir / "calls" / "ru01.wav").write_bytes(encode(sound, 8000, codec="wav"))
    done = earful(study_dir, "settle", typed="q\n")
    clip = study_dir / "exports" / "clips"
    files = list(clip.iterdir())
    assert str(files[0]) in done.output
    assert files[0].stat().st_mode & 0o077 == 0
    assert 60_000 < files[0].stat().st_size < 100_000  # five seconds, 16 bits, 8 kHz


@pytest.mark.usefixtures("keyboard", "store")
def test_a_hidden_stretch_is_not_played(study_dir: Path) -> None:
    earful(study_dir, "correct", "ru01.wav", "--hide", "0", "60")
    done = earful(study_dir, "settle", typed="q\n")
    assert "played to nobody" in done.output
    assert not (study_dir / "exports").exists()


def test_a_single_answer_can_be_settled_and_unsettled_by_number(store: Store, study_dir: Path) -> None:
    number = query(store, "SELECT answer_id FROM score_mismatch WHERE moves_group")[0]["answer_id"]
    assert earful(study_dir, "settle", "--answer", str(number), "--value", "7", "--by", "anna").exit_code == 0
    assert adjudicated(store)["ru01"][:2] == (7.0, "anna")
    assert earful(study_dir, "settle", "--answer", str(number), "--value", "undo").exit_code == 0
    assert adjudicated(store)["ru01"] == (None, None, None)
    assert earful(study_dir, "settle", "--answer", str(number), "--value", "12").exit_code == 4
    assert earful(study_dir, "settle", "--answer", str(number), "--value", "seven").exit_code == 4
    assert earful(study_dir, "settle", "--answer", str(number)).exit_code == 2


def test_parties_turns_quotes_and_clips_are_corrected_and_undone(store: Store, study_dir: Path) -> None:
    found = query(store, "SELECT recording_id FROM recording WHERE path = 'calls/ru01.wav'")[0]["recording_id"]
    at_s = made.talk().turns[1].span.middle_s
    for words in (
        ("ru01.wav", "--swap", "--why", "other way round"),
        ("ru01.wav", "--at", str(at_s), "--text", "Ну, девять."),
        ("--reason", "1", "--quote", "ждали мастера,"),
        (found, "--hide", "1", "2.5"),
    ):
        done = earful(study_dir, "correct", *words, "--by", "anna")
        assert (done.exit_code, "Undo: earful correct" in done.output) == (0, True), done.output
    assert [turn.text for turn in load_dialogue(store, found).turns][1] == "Ну, девять."
    listed = earful(study_dir, "correct", "ru01.wav")
    assert [line.split()[1] for line in listed.output.splitlines()] == ["swap", "turn", "quote", "hide"]
    assert not any(word in listed.output for word in (*WORDS, "девять"))
    assert len(json.loads(earful(study_dir, "correct", "--json").output)) == 4
    for number in (1, 2, 3, 4):
        assert earful(study_dir, "correct", "--undo", str(number)).exit_code == 0
    assert corrections(store) == []
    assert load_dialogue(store, found).turns == made.talk().turns
    assert "No corrections" in earful(study_dir, "correct").output


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "words",
    [
        ("--swap",),
        ("ru01.wav", "--swap", "--undo", "1"),
        ("ru01.wav", "--text", "x"),
        ("ru01.wav", "--turn", "1"),
        ("--reason", "1"),
        ("ru01.wav", "--hide", "3", "2"),
    ],
)
def test_an_unclear_wish_is_wrong_usage(study_dir: Path, words: tuple[str, ...]) -> None:
    assert earful(study_dir, "correct", *words).exit_code == 2


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("words", [("nobody.wav", "--swap"), ("--undo", "9"), ("ru01.wav", "--turn=9", "--text=x")])
def test_what_is_not_there_says_so_and_ends_with_4(study_dir: Path, words: tuple[str, ...]) -> None:
    done = earful(study_dir, "correct", *words)
    assert done.exit_code == 4
    assert done.output.startswith("earful: ")


@pytest.mark.parametrize("command", ["settle", "correct"])
def test_a_folder_without_a_store_stays_without_one(study_dir: Path, command: str) -> None:
    done = earful(study_dir, command)
    assert done.exit_code == 4
    assert "earful ingest" in done.output
    assert not (study_dir / "study.db").exists()
