"""Apply corrections to a call's rows, and bring back what the machine heard."""

from __future__ import annotations

import json

from audio.span import Span
from insights.store.connection import Row, Store, query
from insights.store.mending import mended_words
from insights.store.row_values import Values, edges, to_json, update, words_from, words_json
from insights.store.search import lemma_text, other_lemmas
from transcribe.dialogue import Turn

SWAPPED = {"operator": "respondent", "respondent": "operator"}
SAME_STRETCH = 0.5  # of the longer of two turns: less shared time than that is another turn
HEARD = ("text", "lemmas", "words_json", "overlapped_json")


def reapply_corrections(store: Store, recording_id: str | None, *, interview_id: str | None = None) -> None:
    """Apply a call's corrections to rows fresh from the machine, inside the caller's transaction."""
    owner, value = ("recording_id", recording_id) if recording_id else ("interview_id", interview_id)
    sql = f"""SELECT * FROM correction WHERE {owner} = ? AND undone_at IS NULL AND kind <> 'hide'
              ORDER BY correction_id"""  # noqa: S608 - one of two names
    for row in query(store, sql, (value,)):
        applied = APPLY[row["kind"]](store, row)
        update(store, "correction", {"applied": int(applied)}, where={"correction_id": row["correction_id"]})


def show_corrected(store: Store, recording_id: str | None, *, interview_id: str | None = None) -> None:
    """Bring the rows back to what the machine heard, then apply every correction that stands."""
    if recording_id is not None:
        sql = "SELECT * FROM turn WHERE recording_id = ? AND (heard_party IS NOT NULL OR heard_json IS NOT NULL)"
        for row in query(store, sql, (recording_id,)):
            values: Values = {"party": row["heard_party"] or row["party"], "heard_party": None, "heard_json": None}
            if row["heard_json"]:
                values |= json.loads(row["heard_json"])
            update(store, "turn", values, where={"turn_id": row["turn_id"]})
    owner, value = ("recording_id", recording_id) if recording_id else ("interview_id", interview_id)
    sql = f"""SELECT reason_id, heard_json FROM reason JOIN answer USING(answer_id)
              WHERE answer.{owner} = ? AND heard_json IS NOT NULL"""  # noqa: S608 - one of two names
    for row in query(store, sql, (value,)):
        heard = json.loads(row["heard_json"])
        update(store, "reason", {**heard, "heard_json": None}, where={"reason_id": row["reason_id"]})
    reapply_corrections(store, recording_id, interview_id=interview_id)


def _apply_swap(store: Store, row: Row) -> bool:
    """Exchange operator and respondent in every turn."""
    sql = "SELECT turn_id, party, heard_party FROM turn WHERE recording_id = ?"
    for turn in query(store, sql, (row["recording_id"],)):
        party = turn["party"]
        values = {"party": SWAPPED.get(party, party), "heard_party": turn["heard_party"] or party}
        update(store, "turn", values, where={"turn_id": turn["turn_id"]})
    return True


def _apply_turn(store: Store, row: Row) -> bool:
    """Put a person's words into the turn that covers the same stretch; False where the turns were cut anew."""
    span = Span(row["start_s"], row["end_s"])
    sql = "SELECT * FROM turn WHERE recording_id = ? AND start_s <= ? AND end_s >= ? ORDER BY idx"
    best: Row | None = None
    best_share = SAME_STRETCH
    for turn in query(store, sql, (row["recording_id"], row["end_s"], row["start_s"])):
        other = Span(turn["start_s"], turn["end_s"])
        longest_s = max(span.duration_s, other.duration_s, 0.001)
        share = span.overlap_s(other) / longest_s if span.duration_s else float(span == other)
        if share > best_share or (share == best_share and turn["idx"] == row["turn_idx"]):
            best, best_share = turn, share
    if best is None:
        return False
    _write_turn(store, best, row["after"])
    return True


def _write_turn(store: Store, turn: Row, text: str) -> None:
    """Store a turn's new words, what was heard kept beside."""
    language = store.conn.execute(
        "SELECT language FROM recording WHERE recording_id = ?", (turn["recording_id"],)
    ).fetchone()[0]
    words = mended_words(words_from(turn["words_json"]), text, span=Span(turn["start_s"], turn["end_s"]))
    heard = turn["heard_json"] or to_json({name: turn[name] for name in HEARD})
    values = {
        "text": text,
        "lemmas": other_lemmas(text, lemma_text(text, language or "ru")),
        "words_json": words_json(words),
        "overlapped_json": None,
        "heard_json": heard,
    }
    update(store, "turn", values, where={"turn_id": turn["turn_id"]})


def _apply_quote(store: Store, row: Row) -> bool:
    """Put a person's quote to the reason it was written for; False where the machine no longer finds that reason."""
    sql = """SELECT reason_id, quote, start_char, reason.start_s, reason.end_s, turn_id, reason.heard_json,
                    turn.text AS turn_text, turn.words_json, turn.party, answer.text AS answer_text
             FROM reason JOIN answer USING(answer_id) LEFT JOIN turn USING(turn_id)
             WHERE (answer.recording_id = :recording_id OR answer.interview_id = :interview_id)
               AND answer.question_id = :question_id AND reason.code_id = :code_id
               AND (reason.quote = :before OR (reason.start_s < :end_s AND reason.end_s > :start_s))
             ORDER BY reason.quote = :before DESC, reason_id LIMIT 1"""
    names = ("recording_id", "interview_id", "question_id", "code_id", "before", "start_s", "end_s")
    found = query(store, sql, {name: row[name] for name in names})
    text = found and (found[0]["turn_text"] if found[0]["turn_id"] is not None else found[0]["answer_text"])
    if not text or row["after"] not in text:
        return False
    reason = found[0]
    at = text.index(row["after"])
    values: Values = {"quote": row["after"], "start_char": at}
    if reason["turn_id"] is not None:
        values |= _quote_seconds(reason, at, at + len(row["after"]))
    heard = {name: reason[name] for name in ("quote", "start_char", "start_s", "end_s")}
    values["heard_json"] = reason["heard_json"] or to_json(heard)
    update(store, "reason", values, where={"reason_id": reason["reason_id"]})
    return True


def _quote_seconds(reason: Row, start_char: int, end_char: int) -> Values:
    """Return the seconds of a stretch of a turn's text."""
    words = words_from(reason["words_json"])
    turn = Turn(reason["party"], Span(words[0].span.start_s, words[-1].span.end_s), words) if words else None
    touched = turn.words_between(start_char, end_char) if turn else ()
    if not touched:
        return {}
    span = Span(touched[0].span.start_s, max(word.span.end_s for word in touched))
    start_s, end_s = edges(span, least_s=0.001)
    return {"start_s": start_s, "end_s": end_s}


APPLY = {"swap": _apply_swap, "turn": _apply_turn, "quote": _apply_quote}
