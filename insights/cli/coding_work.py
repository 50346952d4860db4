"""What earful code and agree do with the store: sheets out and in, themes, refits, agreement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insights.cli.coding_texts import texts_to_code, uncovered
from insights.language import language_of
from insights.night.frame import declared_language
from insights.reasons.agreement import Agreement, CodeAgreement, agreement, by_code
from insights.reasons.learning import Coded
from insights.reasons.refit import Example
from insights.reasons.sheets import HandCode, SheetRow, draw, read_sheet, sheet_text
from insights.reasons.statement import Statement
from insights.settings import make_private, write_private
from insights.store.coding_queries import answer_turns, codable_answers, code_sets, human_reasons, save_human_codes
from insights.survey import Codebook, Survey

if TYPE_CHECKING:
    from insights.store import Store

Row = dict[str, Any]  # Any: a column is text, a number or NULL
LEAST_S = 0.001


@dataclass(frozen=True, slots=True)
class Pair:
    """Two coders, how far they agree, and each code of the second measured against the first."""

    first: str
    second: str
    overall: Agreement
    codes: tuple[CodeAgreement, ...]


def write_sheet(store: Store, path: Path, *, count: int, seed: int, redact: bool) -> int:
    """Write a sheet of answers drawn at random and return how many it holds; ``redact`` covers personal words."""
    answers = {row["answer_id"]: row for row in codable_answers(store)}
    drawn = [answers[one] for one in draw(answers, count, seed=seed)]
    texts = texts_to_code(store, drawn, redact=redact)
    rows = [
        SheetRow(row["answer_id"], row["question_id"], row["score"], texts[row["answer_id"]], _clip(row))
        for row in drawn
    ]
    make_private(path.parent)
    write_private(path, sheet_text(rows).encode("utf-8-sig"))
    return len(rows)


def _clip(answer: Row) -> str:
    if answer["path"] is None or answer["start_s"] is None:
        return ""
    return f"{answer['path']}#t={answer['start_s']:.2f},{answer['end_s']:.2f}"


def read_codes(store: Store, sheet: Path, codebook: Codebook, *, redact: bool) -> list[HandCode]:
    """Return the codes on a filled sheet, their quotes in the stored words.

    Raises
    ------
    SheetError
        With every fault of the sheet.
    """
    answers = codable_answers(store)
    shown, texts = texts_to_code(store, answers, redact=redact), {row["answer_id"]: row["text"] for row in answers}
    return [
        replace(code, quote=uncovered(code.quote, shown=shown[code.answer_id], text=texts[code.answer_id]))
        for code in read_sheet(sheet, codebook, texts=shown)
    ]


def store_hand_codes(store: Store, coder: str, codes: Sequence[HandCode], codebook: Codebook) -> int:
    """Store a person's codes with the seconds of their quotes; "no reason" goes under the codebook's residual code."""
    residual = next((code.code_id for code in codebook.codes if code.special == "residual"), None)
    answers = {row["answer_id"]: row for row in codable_answers(store)}
    turns = answer_turns(store, sorted({code.answer_id for code in codes}))
    rows = []
    for code in codes:
        code_id = code.code_id or residual
        if code_id is None:
            raise ValueError('"-" needs a code with special = "residual" in codebook.toml; add one (id = "no_reason")')
        place = _place(code.quote, answers[code.answer_id], turns[code.answer_id])
        rows.append(
            {"answer_id": code.answer_id, "code_id": code_id, "polarity": code.polarity, "quote": code.quote, **place}
        )
    return save_human_codes(store, coder, rows)


def _place(quote: str, answer: Row, turns: Sequence[Row]) -> Row:
    """Return where a quote stands: in the turn that holds it word by word, else the whole answer."""
    for turn in turns:
        at = turn["text"].find(quote)
        if at >= 0:
            start_s, end_s = _seconds(turn, at, at + len(quote))
            return {"start_char": at, "start_s": start_s, "end_s": end_s, "turn_id": turn["turn_id"]}
    start_s, end_s = answer["start_s"], answer["end_s"]
    if turns:
        start_s, end_s = turns[0]["start_s"], turns[-1]["end_s"]
    if start_s is not None:
        end_s = max(end_s, start_s + LEAST_S)
    return {"start_char": max(0, answer["text"].find(quote)), "start_s": start_s, "end_s": end_s, "turn_id": None}


def _seconds(turn: Row, start_char: int, end_char: int) -> tuple[float, float]:
    at = 0
    touched: list[tuple[float, float]] = []
    for text, start_ms, end_ms, *_ in json.loads(turn["words_json"]):
        if at < end_char and start_char < at + len(text):
            touched.append((start_ms / 1000, end_ms / 1000))
        at += len(text) + 1
    if not touched:
        return turn["start_s"], max(turn["end_s"], turn["start_s"] + LEAST_S)
    return touched[0][0], max(touched[-1][1], touched[0][0] + LEAST_S)


def statements_stored(store: Store, survey: Survey, *, redact: bool) -> dict[int, Statement]:
    """Return the stored answers as statements without seconds, by answer id; ``redact`` where their words leave."""
    known = {question.question_id: question for question in survey.questions}
    found: dict[int, Statement] = {}
    answers = codable_answers(store)
    texts = texts_to_code(store, answers, redact=redact)
    for row in answers:
        question = known.get(row["question_id"])
        if question is None:
            continue
        language = declared_language(row["language"]) or language_of(row["text"])
        behind = survey.question(question.follows) if question.follows else question
        scale = behind.scale or next((one.scale for one in survey.of_kind("nps")), None)
        found[row["answer_id"]] = Statement(
            row["question_id"],
            language,
            texts[row["answer_id"]],
            asked_text=question.ask.get(language, ""),
            score=row["score"],
            scale=scale,
            question_kind=question.kind,
            attribute=question.attribute,
        )
    return found


def hand_coded(store: Store, survey: Survey) -> list[Coded]:
    """Return the answers that people coded, the codes of several people put together."""
    statements = statements_stored(store, survey, redact=False)  # learning keeps no words
    codes: dict[int, dict[str, int]] = {}
    for row in human_reasons(store):
        own = codes.setdefault(row["answer_id"], {})
        if row["special"] is None:
            own[row["code_id"]] = row["polarity"]
    return [
        Coded(statement, Example(statement.text, statement.language, frozenset(codes[answer_id]), codes[answer_id]))
        for answer_id, statement in statements.items()
        if answer_id in codes
    ]


def pairs(store: Store, *, seed: int = 0) -> list[Pair]:
    """Return every pair of coders that coded an answer both: people first, then people against the machine."""
    sets = code_sets(store)
    machine = sets.pop("machine", {})
    people = sorted(sets)
    couples = [(a, sets[a], b, sets[b]) for place, a in enumerate(people) for b in people[place + 1 :]]
    couples += [(a, sets[a], "machine", machine) for a in people]
    found = []
    for first, one, second, other in couples:
        shared = one.keys() & other.keys()
        if shared:
            named = {first: {str(k): one[k] for k in shared}, second: {str(k): other[k] for k in shared}}
            found.append(Pair(first, second, agreement(named, seed=seed), tuple(by_code(named[first], named[second]))))
    return found
