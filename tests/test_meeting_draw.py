"""The draw: repeatable, uniform, tied to its frame, verified without earful too."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from meeting_study import MEETING, make_study
from scipy.stats import chisquare

from insights.cli.main import cli
from insights.meeting.days import days_before
from insights.meeting.draw import Candidate, draw_calls
from insights.meeting.drawing import MeetingError, commit_keys, draw_for, verify_draw
from insights.meeting.frame import frame_of
from insights.settings import load_settings
from insights.settings.options import MeetingOptions
from insights.store import open_store, transaction

KEY = "5a" * 32
FORTY = tuple(Candidate(f"call-{n:03d}") for n in range(40))


def ids(draw: object) -> list[str]:
    return [item.recording_id for item in draw.chosen]


@given(st.permutations(FORTY))
def test_the_order_of_the_list_does_not_matter(calls: list[Candidate]) -> None:
    assert draw_calls("2026-11-21", calls, key_hex=KEY, k=3) == draw_calls("2026-11-21", FORTY, key_hex=KEY, k=3)


def test_removing_one_call_changes_the_hash_of_the_frame() -> None:
    whole = draw_calls("2026-11-21", FORTY, key_hex=KEY, k=3)
    seen = {draw_calls("2026-11-21", FORTY[:n] + FORTY[n + 1 :], key_hex=KEY, k=3).frame_sha256 for n in range(40)}
    assert len(seen | {whole.frame_sha256}) == 41


def test_draws_are_uniform_over_many_mornings() -> None:
    frame = FORTY[:12]
    counts = Counter(name for day in range(3000) for name in ids(draw_calls(str(day), frame, key_hex=KEY, k=3)))
    # Three of twelve without replacement: the statistic is smaller than of independent draws by (1 - 3/12) n/(n-1).
    statistic = chisquare([counts[call.recording_id] for call in frame]).statistic / (0.75 * 12 / 11)
    assert statistic < 24.7  # p = 0.01 with 11 degrees of freedom


def test_other_days_and_other_keys_draw_other_calls() -> None:
    draws = {tuple(ids(draw_calls(day, FORTY, key_hex=key, k=3))) for day in "abc" for key in (KEY, "11" * 32)}
    assert len(draws) == 6


@pytest.mark.parametrize(("n", "k", "expected"), [(0, 3, 0), (2, 3, 2), (3, 3, 3), (40, 0, 0), (40, 40, 40)])
def test_as_many_calls_are_drawn_as_there_are(n: int, k: int, expected: int) -> None:
    draw = draw_calls("d", FORTY[:n], key_hex=KEY, k=k)
    assert len(draw.chosen) == expected
    assert sum(item.probability for item in draw.items) == pytest.approx(expected)


def test_a_call_that_cannot_be_played_gives_way_to_the_next_rank_and_keeps_its_reason() -> None:
    first = draw_calls("d", FORTY, key_hex=KEY, k=3)
    reserve = [item.recording_id for item in first.items if item.status == "reserve"][:2]
    gone = {ids(first)[1]: "missing", reserve[0]: "broken"}
    again = draw_calls("d", FORTY, key_hex=KEY, k=3, unplayable=gone)
    assert set(ids(again)) == {ids(first)[0], ids(first)[2], reserve[1]}
    assert {item.recording_id: item.why for item in again.items if item.status == "replaced"} == gone
    assert [item.probability for item in again.items] == [item.probability for item in first.items]


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=30), st.integers(1, 6))
def test_strata_each_get_a_place_and_probabilities_add_up(strata: list[str], k: int) -> None:
    frame = [Candidate(f"c{n}", name) for n, name in enumerate(strata)]
    draw = draw_calls("d", frame, key_hex=KEY, k=k)
    assert len(draw.chosen) == min(k, len(frame))
    if k >= len(set(strata)):
        assert {item.stratum for item in draw.chosen} == set(strata)
    assert sum(item.probability for item in draw.items) == pytest.approx(min(k, len(frame)))


def test_stated_probabilities_of_strata_are_what_happens() -> None:
    frame = [Candidate(f"c{n}", "small" if n < 2 else "large") for n in range(10)]
    draws = [draw_calls(str(day), frame, key_hex=KEY, k=3) for day in range(2000)]
    stated = {item.recording_id: item.probability for item in draws[0].items}
    counts = Counter(name for draw in draws for name in ids(draw))
    assert all(abs(counts[name] / 2000 - p) < 4 * (p * (1 - p) / 2000) ** 0.5 + 1e-9 for name, p in stated.items())


@pytest.mark.parametrize(
    ("meeting", "first"),
    [
        ("2026-11-23", "2026-11-20"),
        ("2026-11-24", "2026-11-23"),
        ("2026-11-21", "2026-11-20"),
        ("2026-11-22", "2026-11-20"),
    ],
)
def test_calls_are_those_since_the_previous_working_day(meeting: str, first: str) -> None:
    assert days_before(date.fromisoformat(meeting)) == (date.fromisoformat(first), date.fromisoformat(meeting))


def test_calls_are_left_out_only_by_declared_rules_and_listed() -> None:
    row = {"consent": "given", "status": "done", "duration_s": 60.0, "played": 0, "segment": None, "score": None}
    rows = [
        {**row, "recording_id": "good"},
        {**row, "recording_id": "refused", "consent": "refused"},
        {**row, "recording_id": "waiting", "status": "waiting", "duration_s": None},
        {**row, "recording_id": "short", "duration_s": 29.9},
        {**row, "recording_id": "played", "played": 1},
    ]
    frame = frame_of(rows, MeetingOptions(exclude_played=True))
    assert [call.recording_id for call in frame.eligible] == ["good"]
    assert dict(frame.excluded) == {
        "refused": "consent_refused", "waiting": "not_processed", "short": "too_short", "played": "played_before",
    }  # fmt: skip
    assert "played" in {call.recording_id for call in frame_of(rows, MeetingOptions()).eligible}


def test_a_kept_draw_verifies_until_somebody_touches_it(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=6)
    options, day = load_settings(folder.root).meeting, date.fromisoformat(MEETING)
    store = open_store(folder.store)
    with pytest.raises(MeetingError, match="earful morning"):
        verify_draw(store, day, options)
    commit_keys(store)
    draw, _ = draw_for(store, day, options, k=3)
    (found,) = verify_draw(store, day, options)
    assert found.faults == ()
    assert found.chosen == tuple(ids(draw))
    store.conn.execute("UPDATE draw_item SET status = CASE status WHEN 'drawn' THEN 'reserve' ELSE 'drawn' END")
    assert "other calls" in verify_draw(store, day, options)[0].faults[0]
    draw_for(store, day, options, k=3)
    store.conn.execute("UPDATE draw SET frame_json = replace(frame_json, ?, 'another')", (ids(draw)[0],))
    assert "does not give the stored hash" in verify_draw(store, day, options)[0].faults[0]
    store.conn.execute("UPDATE draw_key SET key_hex = ?", ("00" * 32,))
    assert "published" in verify_draw(store, day, options)[0].faults[-1]
    store.close()


def test_a_key_is_committed_once(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=1)
    store = open_store(folder.store)
    commit_keys(store)
    key = store.conn.execute("SELECT * FROM draw_key").fetchall()
    commit_keys(store)
    assert store.conn.execute("SELECT * FROM draw_key").fetchall() == key
    assert len(key) == 1
    store.close()


@pytest.mark.parametrize("strata", ["", "segment", "nps"])
def test_a_sceptic_finds_the_same_calls_without_earful(tmp_path: Path, strata: str) -> None:
    folder = make_study(tmp_path / "s", calls=8, more=f'strata = "{strata}"')
    store = open_store(folder.store)
    draw, _ = draw_for(store, date.fromisoformat(MEETING), load_settings(folder.root).meeting, k=3)
    store.close()
    if strata:
        assert {item.stratum for item in draw.items} - {""}
        return
    assert sceptic(folder.store) == ids(draw)


def sceptic(path: Path) -> list[str]:
    """Recompute the latest draw as the README shows it: no line of earful is used."""
    import hashlib
    import hmac

    base = sqlite3.connect(path)
    row = base.execute(
        "SELECT meeting_on, frame_json, frame_sha256, key_sha256, k FROM draw ORDER BY made_at"
    ).fetchall()[-1]
    day, frame, digest, published, k = row
    key = bytes.fromhex(base.execute("SELECT key_hex FROM draw_key WHERE key_sha256 = ?", (published,)).fetchone()[0])
    base.close()
    assert hashlib.sha256(key).hexdigest() == published
    calls = sorted(call for call, _ in json.loads(frame))
    assert hashlib.sha256("\n".join(calls).encode()).hexdigest() == digest

    def rank(call: str) -> str:
        return hmac.new(key, f"draw/1|{day}|{digest}|{call}".encode(), hashlib.sha256).hexdigest()

    return sorted(calls, key=rank)[:k]


def test_the_command_shows_the_frame_and_says_whether_a_draw_holds(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=6)
    study = ["--study", str(folder.root)]
    shown = CliRunner().invoke(cli, ["draw", *study, "--date", MEETING, "--json"])
    assert len(json.loads(shown.output)["eligible"]) == 6
    assert CliRunner().invoke(cli, ["draw", *study, "--verify", MEETING]).exit_code == 4
    assert CliRunner().invoke(cli, ["morning", *study, "--date", MEETING]).exit_code == 0
    held = CliRunner().invoke(cli, ["draw", *study, "--verify", MEETING])
    assert (held.exit_code, "holds" in held.output) == (0, True)
    store = open_store(folder.store)
    with transaction(store):
        store.conn.execute("UPDATE draw_item SET rank_hmac = 'ff'")
    store.close()
    broken = CliRunner().invoke(cli, ["draw", *study, "--verify", MEETING])
    assert (broken.exit_code, "DOES NOT HOLD" in broken.output) == (3, True)
