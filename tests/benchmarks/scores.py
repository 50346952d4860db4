"""Measure questions found and spoken scores read: written lists, truth text, and recognised calls.

python tests/benchmarks/scores.py           everything, stereo and mono (minutes: calls are recognised)
python tests/benchmarks/scores.py --short   written lists and truth text only, no weights

Calls: the folder ``calls`` of the data that ``EARFUL_SHARED_DATA`` points at, else those that ship with earful.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from audio.decode import load
from audio.recording import Recording
from audio.span import Span
from insights.answers import Answer, Asked, find_answers, find_questions, read_number
from insights.quality.gold import GoldCall, gold_calls
from insights.quality.observed import Observed
from insights.quality.talk import count_questions, count_scores
from insights.quality.truth import Truth
from insights.survey.loading import load_codebook, load_survey
from insights.survey.questionnaire import Survey
from transcribe.dialogue import Dialogue, Turn, Word

# Written before the rules, after them and read once, and against them: the rules were mended by the third only.
WRITTEN = {
    "before": "before the rules",
    "after": "after the rules",
    "mended": "against the rules, mended since",
    "last": "last of all",
    "fresh": "after all else, read once",
    "again": "once more, mended since",
}
LISTS = Path(__file__).parent.parent / "answers_spoken"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    bar: str
    measured: str
    n: int


@dataclass(frozen=True, slots=True)
class Played:
    """One call as questions and answers, and its truth."""

    truth: Truth
    observed: Observed


@contextmanager
def calls_folder() -> Iterator[Path]:
    """Give the folder of calls with truth."""
    shared = os.environ.get("EARFUL_SHARED_DATA", "")
    if shared and (Path(shared) / "calls").is_dir():
        yield Path(shared) / "calls"
    else:
        with resources.as_file(resources.files("insights.demo") / "calls") as folder:
            yield folder


def list_rows() -> list[Row]:
    """Return the figures of the written lists, the half written before the rules apart."""
    rows = []
    for language in ("ru", "en"):
        with (LISTS / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
            entries = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for half, when in WRITTEN.items():
            chosen = [entry for entry in entries if entry["half"] == half]
            outcomes = [list_outcome(entry, language) for entry in chosen]
            exact = outcomes.count("exact") / len(outcomes)
            what = f"list {language}, written {when}: exact; wrong or false"
            bad = outcomes.count("wrong")
            rows.append(Row(what, ">= .95; 0", f"{exact:.3f}; {bad}", len(outcomes)))
    return rows


def list_outcome(entry: dict[str, str], language: str) -> str:
    """Return "exact", "abstained" or "wrong" for one written answer."""
    low, high = (int(end) for end in entry["scale"].split("-"))
    reading = read_number(entry["text"], language, (low, high))
    expected = entry["expected"]
    if ".." in expected:
        ends = tuple(float(end) for end in expected.split(".."))
        exact = reading.value is None and (reading.low, reading.high) == ends
    else:
        exact = reading.value == (None if expected == "none" else float(expected))
    return "exact" if exact else "abstained" if reading.value is None else "wrong"


def written(truth: Truth) -> Dialogue:
    """Return the truth's own text as a dialogue, words spread evenly over their turns."""
    turns = []
    for turn in truth.turns:
        texts = turn.text.split()
        step = turn.span.duration_s / len(texts)
        starts = [turn.span.start_s + i * step for i in range(len(texts))]
        words = tuple(Word(text, Span(start_s, start_s + step), 1.0) for text, start_s in zip(texts, starts))
        turns.append(Turn(turn.party, turn.span, words))
    return Dialogue(truth.call_id, truth.language, tuple(turns))


def observed_of(dialogue: Dialogue, asked: Sequence[Asked], answers: tuple[Answer, ...]) -> Observed:
    """Return what the counts need, nothing measured beside questions and answers."""
    kept = tuple(one for one in asked if not one.probe)
    return Observed(dialogue, kept, answers, (), (), (), {})


def played_on_truth(folder: Path, calls: Sequence[GoldCall]) -> list[Played]:
    """Return questions and answers found in the truth's own text."""
    survey, codebook = load_survey(folder), load_codebook(folder)
    played = []
    for call in calls:
        dialogue = written(call.truth)
        asked = find_questions(dialogue, survey, codebook=codebook)
        played.append(Played(call.truth, observed_of(dialogue, asked, find_answers(dialogue, asked, survey))))
    return played


def played_on_sound(folder: Path, calls: Sequence[GoldCall], *, mono: bool, witness: bool = True) -> list[Played]:
    """Return questions and answers found in what the recogniser hears."""
    from transcribe.listen import Listener, NumberQuestion

    survey, codebook = load_survey(folder), load_codebook(folder)
    texts = {language: [q.ask[language] for q in survey.questions if language in q.ask] for language in ("ru", "en")}
    listener = Listener()
    recordings = [recording_of(call, mono=mono) for call in calls]
    played = []
    for call, recording, heard in zip(calls, recordings, listener.listen(recordings, question_texts=texts)):
        lanes = heard.party_map.speech_map

        def listen(requests, *, recording=recording, lanes=lanes):
            return listener.number_posteriors(
                recording,
                [NumberQuestion(r.span, lanes.lane(r.lane).channel, r.language, r.phrases) for r in requests],
            )

        asked = find_questions(heard.dialogue, survey, codebook=codebook)
        answers = find_answers(heard.dialogue, asked, survey, witness=listen if witness else None)
        played.append(Played(call.truth, observed_of(heard.dialogue, asked, answers)))
    return played


def recording_of(call: GoldCall, *, mono: bool) -> Recording:
    """Return a call's sound, mixed to one channel where asked."""
    recording = load(call.recording, call_id=call.truth.call_id)
    if not mono:
        return recording
    mixed = recording.samples.mean(axis=0, keepdims=True).astype(np.float32)
    return Recording(recording.call_id, mixed, recording.rate_hz)


def played_rows(name: str, played: Sequence[Played], survey: Survey, *, mono: bool = False) -> list[Row]:
    """Return the table's lines for one way of hearing the calls."""
    known = {question.question_id for question in survey.questions}
    questions = [count_questions(one.truth, one.observed, known) for one in played]
    scores = [count_scores(one.truth, one.observed, known) for one in played]
    put, found, false = (sum(getattr(q, field) for q in questions) for field in ("put", "found", "false"))
    said, exact, abstained, wrong = (
        sum(getattr(s, field) for s in scores) for field in ("said", "exact", "abstained", "wrong")
    )
    unsaid, invented = sum(s.unsaid for s in scores), sum(s.invented for s in scores)
    worded, answered = answered_with_words(played, known)
    caught, planted, alarms, kept = planted_errors(played, survey)
    bar = ">= .97" if mono else "1.000"
    return [
        Row(f"{name}: questions found; found where none was put", ">= .95; <= 2", f"{found / put:.3f}; {false}", put),
        Row(f"{name}: answers to scale questions with words", bar, f"{worded / answered:.3f}", answered),
        Row(f"{name}: scores exact, not abstained", ">= .97", f"{exact / max(1, exact + wrong):.3f}", exact + wrong),
        Row(f"{name}: scores abstained; wrong", "<= .10; 0", f"{abstained / said:.3f}; {wrong}", said),
        Row(f"{name}: scores where none was said", "0", str(invented), unsaid),
        Row(f"{name}: planted keying errors caught", ">= .90", f"{caught / max(1, planted):.3f}", planted),
        Row(f"{name}: false alarms on right numbers", "<= .01", f"{alarms / max(1, kept):.3f}", kept),
    ]


def answered_with_words(played: Sequence[Played], known: set[str]) -> tuple[int, int]:
    """Return answers to scale questions in whose seconds the respondent's words were recognised, and all of them."""
    worded = answered = 0
    for one in played:
        words = [w.span for turn in one.observed.dialogue.turns if turn.party == "respondent" for w in turn.words]
        for answer in one.truth.answers:
            if answer.is_score and answer.question_id in known:
                answered += 1
                worded += any(span.overlap_s(answer.span) > 0 for span in words)
    return worded, answered


def planted_errors(played: Sequence[Played], survey: Survey) -> tuple[int, int, int, int]:
    """Return (caught, planted, false alarms, right numbers), abstained answers left out.

    Every spoken score is recorded once rightly and once as each other number of its scale; an error is caught where
    the spoken number that was read differs from the recorded one.
    """
    caught = planted = alarms = kept = 0
    for one in played:
        read = {answer.question_id: answer.value for answer in one.observed.answers}
        for answer in one.truth.answers:
            scale = next((q.scale for q in survey.questions if q.question_id == answer.question_id), None)
            value = read.get(answer.question_id)
            if scale is None or not answer.is_score or answer.value is None or value is None:
                continue
            others = [number for number in range(scale[0], scale[1] + 1) if number != answer.value]
            planted += len(others)
            caught += sum(value != number for number in others)
            kept += 1
            alarms += value != answer.value
    return caught, planted, alarms, kept


def print_table(rows: Sequence[Row]) -> None:
    """Print the table of bars."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*((r.what, r.bar, r.measured) for r in rows))]
    for row in rows:
        cells = (row.what.ljust(widths[0]), row.bar.rjust(widths[1]), row.measured.rjust(widths[2]))
        print("  ".join(cells), f"n={row.n}")


def main() -> None:
    """Print what was measured beside its bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="no recognition, no weights")
    args = parser.parse_args()
    rows = list_rows()
    with calls_folder() as folder:
        calls, survey = gold_calls(folder), load_survey(folder)
        rows += played_rows("truth text", played_on_truth(folder, calls), survey)
        if not args.short:
            rows += played_rows("stereo", played_on_sound(folder, calls, mono=False), survey)
            rows += played_rows("mono", played_on_sound(folder, calls, mono=True), survey, mono=True)
    print_table(rows)


if __name__ == "__main__":
    main()
