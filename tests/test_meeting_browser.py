"""The page in a real browser: plays, seeks, keeps back the score, keeps notes, sends nothing, reads aloud well."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from chromium import browser, complaints_of, missing, requests_of, resize, violations_of
from meeting_study import HOSTILE, MEETING, make_study

from insights.cases import open_recorded_cases
from insights.meeting import build_morning, import_notes
from insights.meeting.serve import make_app
from insights.settings.options import CaseOptions
from insights.store import open_store

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason=missing() or "browser there")]
HIDDEN = "document.querySelector('#result').textContent"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_study(tmp_path_factory.mktemp("browser") / "s")


@pytest.fixture(scope="module")
def page(folder: Any) -> Path:
    return build_morning(folder.root, meeting=date.fromisoformat(MEETING)).path


@pytest.fixture
def opened(driver: Any, page: Path) -> Any:
    resize(driver, 1280, 720)
    driver.get(page.as_uri())
    driver.execute_script("localStorage.clear()")
    driver.get(page.as_uri())
    return driver


def wait_for(check: Callable[[], object], *, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def press(driver: Any, keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(keys).perform()


def js(driver: Any, expression: str) -> Any:
    return driver.execute_script(f"return {expression}")


def play(driver: Any) -> None:
    """Press the button where nothing plays: a browser lets sound begin only after a person's own click."""
    if js(driver, "audio.paused"):
        driver.find_element("id", "play").click()


def to_the_end(driver: Any) -> None:
    """Let the last half second of the current call play."""
    driver.execute_script("audio.currentTime = calls[current].duration - 0.5")
    play(driver)
    wait_for(lambda: js(driver, "calls[current].ended"))


def test_a_click_on_play_plays_and_the_transcript_follows(opened: Any) -> None:
    opened.find_element("id", "play").click()
    wait_for(lambda: js(opened, "audio.currentTime > 1.3"))
    assert js(opened, "document.querySelectorAll('.word.now').length") == 1
    assert js(opened, "document.querySelector('.turn.current .who').textContent").endswith("Оператор")
    opened.find_element("id", "play").click()
    wait_for(lambda: js(opened, "audio.paused"))


def test_a_click_on_a_word_plays_from_there_within_a_third_of_a_second(opened: Any) -> None:
    words = opened.find_elements("css selector", ".word")
    errors = []
    for word in (words[-1], words[0], words[4], words[6]):
        wanted = float(word.get_attribute("data-start"))
        opened.execute_script(
            "audio.addEventListener('playing', () => { window.at = audio.currentTime }, {once: true})"
        )
        opened.execute_script("window.at = null; arguments[0].scrollIntoView({block: 'center'})", word)
        word.click()
        wait_for(lambda: js(opened, "window.at !== null"))
        errors.append(abs(js(opened, "window.at") - wanted))
        opened.execute_script("audio.pause()")
    assert max(errors) <= 0.3


def test_everything_can_be_done_from_the_keyboard(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    press(opened, " ")
    wait_for(lambda: not js(opened, "audio.paused"))
    press(opened, " ")
    wait_for(lambda: js(opened, "audio.paused"))
    before = js(opened, "audio.currentTime")
    press(opened, Keys.ARROW_RIGHT)
    assert js(opened, "audio.currentTime") == pytest.approx(before + 5, abs=0.1)
    press(opened, Keys.ARROW_LEFT)
    assert js(opened, "audio.currentTime") == pytest.approx(before, abs=0.1)
    press(opened, "2")
    assert js(opened, "current") == 1
    press(opened, "n")
    assert js(opened, "document.activeElement.id") == "note-text"
    press(opened, "это 1 2 n" + Keys.ENTER)
    wait_for(lambda: js(opened, "kept.length") == 1)
    assert js(opened, "current") == 1
    press(opened, Keys.ESCAPE)
    opened.execute_script("document.body.focus(); document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        press(opened, Keys.TAB)
        reached.add(js(opened, "document.activeElement.id || document.activeElement.className || 'body'"))
    assert {"play", "seek", "transcript", "note-text", "notes-export", "who"} <= reached


def test_the_score_stays_hidden_until_the_call_has_ended(opened: Any) -> None:
    everything = "document.querySelector('main').innerText"
    assert js(opened, HIDDEN) == ""
    assert "семь" not in js(opened, everything)
    assert "скрыто до конца звонка 1" in js(opened, everything)
    opened.execute_script("audio.currentTime = 4.2; draw()")
    wait_for(lambda: "семь" in js(opened, everything))
    assert js(opened, HIDDEN) == ""
    to_the_end(opened)
    wait_for(lambda: "Записано" in js(opened, HIDDEN))
    assert "≠ не совпадает" in js(opened, HIDDEN)
    assert "скрыто до конца звонка 1" not in js(opened, everything)
    assert "скрыто до конца звонка 2" in js(opened, everything)


def test_why_a_case_was_opened_is_not_told_before_its_call_has_ended(driver: Any, tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", calls=3)
    store = open_store(folder.store)
    assert open_recorded_cases(store, CaseOptions(low_score=10)).count == 3
    store.close()
    driver.get(build_morning(folder.root, meeting=date.fromisoformat(MEETING)).path.as_uri())
    told = "document.querySelector('#cases').innerText"
    assert "низкая оценка" not in js(driver, told)
    to_the_end(driver)
    driver.execute_script("stopTimer()")
    assert js(driver, told).count("низкая оценка") == 1
    assert js(driver, told).count("скрыто до конца звонка 2") == 2


def test_a_reason_is_marked_as_it_is_said(opened: Any) -> None:
    assert js(opened, "document.querySelectorAll('#chips li').length") == 0
    opened.execute_script("audio.currentTime = 7.2")
    play(opened)
    wait_for(lambda: js(opened, "document.querySelectorAll('#chips li.live').length") == 1)
    assert "жалоба" in js(opened, "document.querySelector('#chips').textContent")
    assert js(opened, "[...document.querySelectorAll('.word.reason')].map(w => w.textContent).join(' ')").startswith(
        "ждали"
    )
    opened.execute_script("audio.pause()")


def test_one_button_runs_the_calls_in_order(opened: Any) -> None:
    for index in range(3):
        assert js(opened, "current") == index
        to_the_end(opened)
        if index < 2:
            opened.execute_script("stopTimer()")
            opened.find_element("id", "play").click()
            wait_for(lambda: not js(opened, "audio.paused"))
    assert js(opened, "calls.every(call => call.ended)")


def test_the_next_call_begins_by_itself_unless_somebody_stops_it(opened: Any) -> None:
    to_the_end(opened)
    assert js(opened, "timer !== null")
    assert "Следующий звонок через" in js(opened, "ui.status.textContent")
    opened.execute_script("stopTimer(); countDown(1)")
    wait_for(lambda: js(opened, "current === 1 && !audio.paused"))
    opened.execute_script("audio.pause()")


def test_notes_are_kept_through_a_reload_exported_and_imported(opened: Any, page: Path, folder: Any) -> None:
    opened.execute_script("audio.currentTime = 7.1; draw()")
    opened.find_element("id", "note-text").send_keys("снова сроки")
    opened.execute_script("audio.currentTime = 11; draw()")
    opened.find_element("id", "note-search").send_keys("долго ждать")
    opened.find_element("css selector", "#note-form button").click()
    wait_for(lambda: "сохранена" in js(opened, "ui.noteStatus.textContent"))
    opened.get(page.as_uri())
    assert "снова сроки" in js(opened, "document.querySelector('#notes-kept').textContent")
    opened.execute_script("URL.createObjectURL = blob => { window.saved = blob; return 'blob:none' }")
    opened.execute_script("HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download }")
    opened.find_element("id", "notes-export").click()
    exported = opened.execute_async_script("window.saved.text().then(arguments[0])")
    assert js(opened, "window.savedAs") == f"notes-{MEETING}.json"
    assert json.loads(exported)["notes"][0]["at_s"] == pytest.approx(7.1, abs=0.1)
    store = open_store(folder.store)
    found = import_notes(store, exported, source="test")
    store.close()
    assert (found.new, found.refused) == (1, ())


def test_hostile_words_stay_words(opened: Any) -> None:
    opened.execute_script("calls[0].ended = true; draw()")
    shown = js(opened, "[...document.querySelectorAll('.word')].map(word => word.textContent)")
    assert set(HOSTILE) <= set(shown)
    assert js(opened, "window.hit === undefined && document.querySelectorAll('main img, main script').length === 0")
    assert js(opened, "getComputedStyle(document.querySelector('.word')).unicodeBidi") == "isolate"


def test_nothing_is_fetched_and_nothing_is_complained_about(opened: Any) -> None:
    complaints_of(opened)
    requests_of(opened)
    opened.refresh()
    opened.find_element("id", "play").click()
    wait_for(lambda: js(opened, "audio.currentTime > 0.5"))
    opened.execute_script("audio.pause(); document.querySelector('#mismatches button').click()")
    assert requests_of(opened) == []
    assert complaints_of(opened) == []
    script = "fetch('https://example.org/').then(() => arguments[0]('sent'), () => arguments[0]('refused'))"
    assert opened.execute_async_script(script) == "refused"
    assert any("Content Security Policy" in line for line in complaints_of(opened))


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 720), (3840, 2160)])
def test_accessibility_and_width_on_every_screen(opened: Any, width: int, height: int) -> None:
    resize(opened, width, height)
    assert violations_of(opened) == []
    assert js(opened, "document.documentElement.scrollWidth <= window.innerWidth")
    to_the_end(opened)
    opened.execute_script("stopTimer()")
    assert violations_of(opened) == []
    assert js(opened, "parseFloat(getComputedStyle(ui.transcript).fontSize)") >= (
        21 if width < 800 else width * 0.0237
    )


def test_a_page_without_calls_is_whole_too(driver: Any, tmp_path: Path) -> None:
    folder = make_study(tmp_path / "s", language="en")
    driver.get(build_morning(folder.root, meeting=date(2027, 1, 15)).path.as_uri())
    assert "Calls that can be played: 0" in js(driver, "document.querySelector('#problems').innerText")
    assert violations_of(driver) == []
    assert complaints_of(driver) == []


def test_a_served_page_stores_its_notes_at_once(driver: Any, tmp_path: Path) -> None:
    import uvicorn

    folder = make_study(tmp_path / "s")
    build_morning(folder.root, meeting=date.fromisoformat(MEETING))
    server = uvicorn.Server(uvicorn.Config(make_app(folder.root), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        driver.get(f"http://127.0.0.1:{port}/pages/{MEETING}.html")
        driver.find_element("id", "note-text").send_keys("по сети")
        driver.find_element("css selector", "#note-form button").click()
        wait_for(lambda: "записана в исследование" in js(driver, "ui.noteStatus.textContent"))
    finally:
        server.should_exit = True
        thread.join(10)
    store = open_store(folder.store)
    assert store.conn.execute("SELECT note FROM hearing").fetchall() == [("по сети",)]
    store.close()
