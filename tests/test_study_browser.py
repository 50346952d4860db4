from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import chromium
import synthetic_store as made

from audio.encode import encode
from insights.settings import StudyFolder
from insights.store import open_store, save_call
from insights.study import Study

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())]

PLAY = """
const done = arguments[0], word = [...document.querySelectorAll('[data-s]')].at(-1);
const audio = (word.closest('tr').querySelector('audio') || word.closest('.earful').querySelector('audio'));
word.click();
setTimeout(() => done([Number(word.dataset.s), audio.currentTime, audio.duration, audio.error]), 700);
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = StudyFolder(tmp_path_factory.mktemp("study"))
    folder.make()
    store = made.framed(open_store(folder.store), made.row())
    record = made.call()
    save_call(store, record)
    tone = (0.1 * np.sin(2 * np.pi * 200 * np.arange(20 * 8000) / 8000)).astype(np.float32)
    (folder.root / record.facts.path).write_bytes(encode(np.stack([tone, 0.5 * tone]), 8000, codec="wav"))
    store.close()
    return Study(folder.root, language="ru")


@pytest.mark.parametrize("part", ["player", "transcript"])
def test_a_click_on_a_word_plays_from_there_without_any_network(study: Study, tmp_path: Path, part: str) -> None:
    shown = study.why("slow").play().html if part == "player" else study.call("ru01").transcript()._repr_html_()
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{shown}", encoding="utf-8")
    with chromium.browser(tmp_path / "profile") as driver:
        driver.get(page.as_uri())
        wanted_s, at_s, duration_s, error = driver.execute_async_script(PLAY)
        assert error is None
        assert duration_s > 2.0
        assert wanted_s - 0.3 <= at_s <= wanted_s + 1.5
        assert chromium.requests_of(driver) == []
