"""How well reasons are coded: traps, unseen codebooks, five calls, public reviews; prints bar against measured.

    python tests/benchmarks/reasons.py [--short]

Calls and reviews are measured where EARFUL_SHARED_DATA names their folder. --short leaves the learning rows out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.language import embedder
from insights.reasons import Reason, ReasonCoder, Statement, statements_of
from insights.reasons.lexicon import Lexicon
from insights.reasons.refit import Example, decisions, features_of, learn
from insights.reasons.themes import loose_clauses, themes
from insights.survey import Codebook, load_codebook, load_survey
from insights.survey.loading import code_from
from transcribe.dialogue import Dialogue, Turn, Word

TRAPS = Path(__file__).parents[1] / "reasons_traps"
ASKED = {
    "why": {"ru": "Почему вы поставили такую оценку?", "en": "Why did you give this score?"},
    "improve": {"ru": "Что нам стоит улучшить?", "en": "What should we improve?"},
    "score": {"ru": "Насколько вероятно, что вы порекомендуете нас?", "en": "How likely are you to recommend us?"},
}
FILLERS = {"ru": ("ну", "э", "как бы", "в общем"), "en": ("uh", "um", "you know", "well")}
TOP_THEMES = 5
FOUND_F1 = 0.5
SIDES = {"positive": 1, "negative": -1, "neutral": 0, "conflict": 0}


@dataclass(frozen=True)
class Trap:
    """One line of a trap list."""

    language: str
    kind: str
    statement: Statement
    expected: frozenset[str]


def read_book(name: str) -> Codebook:
    table = tomllib.loads((TRAPS / name).read_text(encoding="utf-8"))
    return Codebook(table["name"], table["version"], tuple(code_from(code) for code in table["code"]))


def read_traps(name: str) -> list[Trap]:
    found = []
    for line in (TRAPS / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        language, kind, question, score, text, expected = line.split("\t")
        statement = Statement(
            "q",
            language,
            text,
            asked_text=ASKED[question][language],
            score=float(score) if score else None,
            scale=(0, 10) if score else None,
        )
        found.append(Trap(language, kind, statement, frozenset(() if expected == "none" else expected.split())))
    return found


def signed(reasons: Iterable[Reason]) -> frozenset[str]:
    return frozenset(reason.code_id + {1: "+", -1: "-", 0: ""}[reason.polarity] for reason in reasons)


def codes(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rstrip("+-") for name in names)


def row(what: str, bar: str, measured: str, n: int) -> None:
    print(f"{what:<66} {bar:>10} {measured:>12} {n:>6}", flush=True)


def f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    both = sum(len(want & got) for want, got in pairs)
    return 2 * both / max(1, sum(len(want) + len(got) for want, got in pairs))


def measure_traps(coder: ReasonCoder, name: str, title: str) -> None:
    traps = read_traps(name)
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for trap in traps:
        got = signed(coder.code([trap.statement])[0])
        right[trap.kind] += got == trap.expected
        count[trap.kind] += 1
    row(title, ">= .85", f"{right.total() / count.total():.3f}", count.total())
    for kind in sorted(count):
        row(f"    {kind}", "", f"{right[kind]}/{count[kind]}", count[kind])


def measure_unseen(coder: ReasonCoder, name: str, title: str) -> None:
    coded = [(trap, coder.code([trap.statement])[0]) for trap in read_traps(name)]
    for language in ("ru", "en"):
        own = [(trap, reasons) for trap, reasons in coded if trap.language == language]
        pairs = [(codes(trap.expected), frozenset(reason.code_id for reason in reasons)) for trap, reasons in own]
        sides = [
            {x for x in trap.expected if x.rstrip("+-") == code}
            == {x for x in signed(reasons) if x.rstrip("+-") == code}
            for (trap, reasons), (want, got) in zip(own, pairs)
            for code in want & got
        ]
        idle = [bool(reasons) for trap, reasons in own if not trap.expected]
        verbatim = [trap.statement.text[r.start_char :].startswith(r.quote) for trap, rs in own for r in rs]
        row(f"{title}, {language}: code micro-F1", ">= .65", f"{f1(pairs):.3f}", len(own))
        row(f"{title}, {language}: polarity on matched", ">= .85", f"{np.mean(sides):.3f}", len(sides))
        row(f"{title}, {language}: reasons on off-topic answers", "<= .10", f"{np.mean(idle):.3f}", len(idle))
        row(f"{title}, {language}: verbatim quotes", "1.000", f"{np.mean(verbatim):.3f}", len(verbatim))


def mangled(text: str, language: str, seed: int) -> str:
    random = np.random.default_rng(seed)
    words = re.sub(r"[^\w\s'’-]", " ", text.lower()).split()
    return " ".join(
        word
        for at, plain in enumerate(words)
        for word in ((FILLERS[language][seed % 4], plain) if random.random() < 0.2 or not at else (plain,))
    )


def measure_invariance(coder: ReasonCoder, statements: Sequence[Statement]) -> None:
    changed = total = 0
    for at, statement in enumerate(statements):
        before = frozenset(reason.code_id for reason in coder.code([statement])[0])
        other = replace(statement, text=mangled(statement.text, statement.language, at), words=None)
        after = frozenset(reason.code_id for reason in coder.code([other])[0])
        changed += len(before ^ after)
        total += len(before | after)
    row("codes changed by fillers in, punctuation and case out", "<= .05", f"{changed / max(1, total):.3f}", total)


def call_statements(folder: Path) -> list[tuple[dict, list[Statement]]]:
    survey = load_survey(folder)
    known = {question.question_id for question in survey.questions}
    found = []
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        turns = []
        for turn in truth["turns"]:
            words = turn["text"].split()
            step = (turn["end"] - turn["start"]) / max(1, len(words))
            spoken = tuple(
                Word(word, Span(turn["start"] + at * step, turn["start"] + (at + 1) * step), 1.0)
                for at, word in enumerate(words)
            )
            party = "operator" if turn["role"] == "operator" else "respondent"
            turns.append(Turn(party, Span(turn["start"], turn["end"]), spoken))
        asked = []
        for question in truth["questions"]:
            key, probe = question["key"], question["key"] not in known
            key = key.removeprefix("why_") if probe else key
            if key in known:
                asked.append(Asked(key, Span(question["start"], question["end"]), question["turn"], 1.0, probe=probe))
        answers = [
            Answer(one["key"], (one["turn"],), one["text"], Span(one["start"], one["end"]), value=one["value"])
            for one in truth["answers"]
            if not isinstance(one["value"], str)
        ]
        found.append(
            (truth, statements_of(Dialogue(truth["id"], truth["language"], tuple(turns)), asked, answers, survey))
        )
    return found


def measure_calls(folder: Path, vectors) -> None:
    coder = ReasonCoder(load_codebook(folder), embedder=vectors)
    hit = given = wanted = 0
    sides, overlaps, statements = [], [], []
    began, sound_s = time.process_time(), 0.0
    for truth, spoken in call_statements(folder):
        sound_s += truth["duration"]
        statements += spoken
        got = {statement.turn_idx: list(reasons) for statement, reasons in zip(spoken, coder.code(spoken))}
        given += sum(map(len, got.values()))
        for one in truth["reasons"]:
            wanted += 1
            side = SIDES[one["polarity"]]
            same = [reason for reason in got.get(one["turn"], ()) if reason.code_id == one["category"]]
            if not same:
                continue
            best = min(same, key=lambda reason: reason.polarity != side)
            got[one["turn"]].remove(best)
            hit += 1
            sides.append(best.polarity == side)
            start = truth["turns"][one["turn"]]["text"].find(one["quote"])
            shared = min(best.start_char + len(best.quote), start + len(one["quote"])) - max(best.start_char, start)
            overlaps.append(max(0, shared) / min(len(best.quote), len(one["quote"])))
    cpu_s = time.process_time() - began
    row("five calls, truth text: reasons by code F1", ">= .80", f"{2 * hit / (given + wanted):.3f}", wanted)
    row("five calls: polarity on matched", ">= .95", f"{np.mean(sides):.3f}", len(sides))
    row("five calls: characters shared, of the shorter quote", ">= .80", f"{np.mean(overlaps):.3f}", len(overlaps))
    row("five calls: CPU share of the calls' length, set-up included", "<= .02", f"{cpu_s / sound_s:.4f}", 5)
    measure_invariance(coder, statements)


def sentences(folder: Path, language: str, part: str) -> list[tuple[str, list[tuple[str, int]]]]:
    name = {"en": "english", "ru": "russian"}[language]
    tree = ET.parse(folder / f"restaurants_{part}_{name}.xml")
    return [
        (one.findtext("text") or "", [(o.get("category"), SIDES[o.get("polarity")]) for o in one.iter("Opinion")])
        for one in tree.iter("sentence")
        if one.get("OutOfScope") != "TRUE"
    ]


def measure_zero_labels(folder: Path, coder: ReasonCoder, language: str, bars: tuple[str, str]) -> None:
    test = sentences(folder, language, "test")
    reasons = coder.code([Statement("q", language, text) for text, _ in test])
    pairs = [
        (frozenset(code for code, _ in truth), frozenset(reason.code_id for reason in found))
        for (_, truth), found in zip(test, reasons)
    ]
    sides = []
    for (_, truth), found in zip(test, reasons):
        by_code = defaultdict(set)
        for code, side in truth:
            by_code[code].add(side)
        for code, several in by_code.items():
            own = [reason for reason in found if reason.code_id == code]
            if own and len(several) == 1:
                sides.append((several.pop(), max(own, key=lambda reason: reason.confidence).polarity))
    complaints = [got < 0 for want, got in sides if want < 0]
    row(f"reviews {language}, zero labels: code micro-F1", bars[0], f"{f1(pairs):.3f}", len(test))
    row(
        f"reviews {language}, zero labels: polarity on matched",
        bars[1],
        f"{np.mean([a == b for a, b in sides]):.3f}",
        len(sides),
    )
    row(
        f"reviews {language}, zero labels: recall of complaints",
        ">= .75",
        f"{np.mean(complaints):.3f}",
        len(complaints),
    )


def measure_learning(folder: Path, book: Codebook, vectors, language: str, bars: tuple[str, str, str]) -> None:
    train, test = sentences(folder, language, "train"), sentences(folder, language, "test")
    examples = [Example(text, language, frozenset(c for c, _ in truth), dict(truth)) for text, truth in train]
    features = features_of([(text, language) for text, _ in test], Lexicon(book, vectors))
    order = np.random.default_rng(0).permutation(len(examples))
    scores, leant = [], []
    for draw in range(3):
        few = learn([examples[at] for at in order[draw * 100 : draw * 100 + 100]], book, embedder=vectors)
        scores.append(learnt_f1(few, features, test))
        few_leaning = decisions(few, features)[1]
        leant += [np.sign(few_leaning[at]) == want for at, (_, truth) in enumerate(test) for _, want in truth]
    row(f"reviews {language}, 100 labels: code micro-F1 (3 draws)", bars[0], f"{np.mean(scores):.3f}", len(test))
    row(f"reviews {language}, 100 labels: polarity (3 draws)", "", f"{np.mean(leant):.3f}", len(leant) // 3)
    refit = learn(examples, book, embedder=vectors)
    row(
        f"reviews {language}, all labels: code micro-F1", bars[1], f"{learnt_f1(refit, features, test):.3f}", len(test)
    )
    leaning = decisions(refit, features)[1]
    sides = [(want, 1 if leaning[at] > 0 else -1) for at, (_, truth) in enumerate(test) for _, want in truth]
    row(f"reviews {language}, all labels: polarity", bars[2], f"{np.mean([a == b for a, b in sides]):.3f}", len(sides))
    complaints = [got < 0 for want, got in sides if want < 0]
    row(
        f"reviews {language}, all labels: recall of complaints",
        ">= .75",
        f"{np.mean(complaints):.3f}",
        len(complaints),
    )


def learnt_f1(refit, features, test) -> float:
    from insights.reasons.refit import CODE_MARGIN

    names = np.array(refit.code_ids)
    margins = decisions(refit, features)[0]
    return f1(
        [
            (frozenset(code for code, _ in truth), frozenset(names[row_ > CODE_MARGIN].tolist()))
            for (_, truth), row_ in zip(test, margins)
        ]
    )


def hidden_code(
    book: Codebook, hidden: str, answers: Sequence[tuple[Statement, frozenset[str]]], vectors
) -> tuple[float, float]:
    """Return the best F1 and the best share of its own answers among the first five themes, for a code taken out."""
    left = replace(book, codes=tuple(code for code in book.codes if code.code_id != hidden))
    loose = loose_clauses([statement for statement, _ in answers], ReasonCoder(left, embedder=vectors))
    wanted = {id(statement) for statement, truth in answers if hidden in truth}
    best = own = 0.0
    for theme in themes(loose, embedder=vectors)[:TOP_THEMES]:
        got = {id(clause.statement) for clause in theme.clauses}
        best = max(best, 2 * len(got & wanted) / (len(got) + len(wanted)))
        own = max(own, len(got & wanted) / len(got))
    return best, own


def measure_themes(
    book: Codebook, answers: Sequence[tuple[Statement, frozenset[str]]], vectors, title: str, *, least: int = 5
) -> None:
    """Hide each code that ``least`` answers have in turn, and look for it among the first five themes."""
    for language in ("ru", "en"):
        own = [(statement, truth) for statement, truth in answers if statement.language == language]
        counts = Counter(code for _, truth in own for code in truth)
        ordinary = [code.code_id for code in book.codes if code.special is None and counts[code.code_id] >= least]
        found = {code: hidden_code(book, code, own, vectors) for code in ordinary}
        share = np.mean([value >= FOUND_F1 for value, _ in found.values()])
        purest = np.mean([value for _, value in found.values()])
        row(f"{title}, {language}: hidden codes found by a theme (F1 >= .5)", "", f"{share:.3f}", len(found))
        row(f"{title}, {language}: the purest theme's share of the hidden code", "", f"{purest:.3f}", len(found))
        for code, (value, _) in found.items():
            row(f"    {code}: best F1 of the first {TOP_THEMES} themes", "", f"{value:.3f}", counts[code])


def trap_answers(name: str) -> list[tuple[Statement, frozenset[str]]]:
    return [(trap.statement, codes(trap.expected)) for trap in read_traps(name)]


def review_answers(folder: Path) -> list[tuple[Statement, frozenset[str]]]:
    return [
        (Statement("q", language, text), frozenset(code for code, _ in truth))
        for language in ("ru", "en")
        for text, truth in sentences(folder, language, "test")
    ]


def measure_speed(coder: ReasonCoder) -> None:
    traps = [trap.statement for name in ("dev.tsv", "telecom.tsv", "bank.tsv") for trap in read_traps(name)]
    coder.code(traps[:10])
    fresh = ReasonCoder(coder.codebook, embedder=embedder())
    fresh.code(traps[:2])
    began = time.process_time()
    fresh.code(traps)
    row(
        "CPU ms an answer of one or two clauses, nothing cached",
        "<= 40",
        f"{1000 * (time.process_time() - began) / len(traps):.1f}",
        len(traps),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="leave the learning rows out")
    short = parser.parse_args().short
    vectors = embedder()
    shop = ReasonCoder(read_book("shop.toml"), embedder=vectors)
    print(f"{'what':<66} {'bar':>10} {'measured':>12} {'n':>6}")
    measure_traps(shop, "heldout.tsv", "traps written before the rules")
    measure_traps(shop, "dev.tsv", "traps the rules were tuned on")
    measure_unseen(ReasonCoder(read_book("bank.toml"), embedder=vectors), "bank.tsv", "bank (not tuned on)")
    measure_unseen(ReasonCoder(read_book("telecom.toml"), embedder=vectors), "telecom.tsv", "telecom (tuned on)")
    for name in ("bank", "telecom"):
        measure_themes(read_book(f"{name}.toml"), trap_answers(f"{name}.tsv"), vectors, name)
    measure_speed(shop)
    shared = os.environ.get("EARFUL_SHARED_DATA", "")
    if not shared or not Path(shared, "calls").is_dir():
        print("calls and reviews: not measured, EARFUL_SHARED_DATA names no folder with them")
        return
    measure_calls(Path(shared, "calls"), vectors)
    book = read_book("restaurants.toml")
    for language, bars in (("en", (">= .62", ">= .82")), ("ru", (">= .61", ">= .80"))):
        measure_zero_labels(Path(shared, "reasons"), ReasonCoder(book, embedder=vectors), language, bars)
    measure_themes(book, review_answers(Path(shared, "reasons")), vectors, "reviews", least=60)
    if short:
        return
    for language, learning in (("en", (">= .67", ">= .72", ">= .86")), ("ru", (">= .64", ">= .76", ">= .82"))):
        measure_learning(Path(shared, "reasons"), book, vectors, language, learning)


if __name__ == "__main__":
    main()
