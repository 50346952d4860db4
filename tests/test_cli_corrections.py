"""Corrections from the command line: what is personal in a mended turn is masked at once, not after the next night."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from audio.span import Span
from insights.cli.main import cli
from insights.privacy import personal_in_dialogue, spans_of_call
from insights.store import CallRecord, RecordingFacts, RunRecord, load_dialogue, open_store, save_call
from transcribe.dialogue import Dialogue, Language, Turn, Word

STAGES = ("turns", "privacy")


def personal_words(study_dir: Path) -> list[str]:
    """Return what is masked in the only turn of the only call."""
    store = open_store(study_dir / "study.db", readonly=True)
    try:
        text = load_dialogue(store, "a" * 12).turns[0].text
        return [text[span.start_char : span.end_char] for span in spans_of_call(store, "a" * 12).get(0, ())]
    finally:
        store.close()


@pytest.mark.parametrize(
    ("language", "heard", "said", "name"),
    [
        ("ru", "меня зовут Иван Петров", "ну да, как я говорил, меня зовут Иван Петров", "Иван Петров"),
        ("en", "my name is John Smith", "well, as I said before, my name is John Smith", "John Smith"),
    ],
)
def test_a_name_in_a_mended_turn_is_masked_at_once_and_after_undo(
    study_dir: Path, language: Language, heard: str, said: str, name: str
) -> None:
    words = tuple(Word(word, Span(at / 2, at / 2 + 0.5), 0.9) for at, word in enumerate(heard.split()))
    turn = Turn("respondent", Span(0.0, words[-1].span.end_s), words, "channel0")
    dialogue = Dialogue("calls/a.flac", language, (turn,))
    facts = RecordingFacts("calls/a.flac", "a" * 64, 4.0, 8000, 1, "flac", "mono")
    store = open_store(study_dir / "study.db")
    runs = tuple(RunRecord(stage, "k", "t", "1") for stage in STAGES)
    save_call(store, CallRecord(facts, dialogue, pii=personal_in_dialogue(dialogue), runs=runs))
    store.close()
    assert personal_words(study_dir) == [name]
    for wish in (["a.flac", "--turn", "0", "--text", said], ["--undo", "1"]):
        done = CliRunner().invoke(cli, ["correct", *wish, "--by", "anna", "--study", str(study_dir)])
        assert done.exit_code == 0, done.output
        assert personal_words(study_dir) == [name]
