"""From the domain's dataclasses to column values: what each row of a call holds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from numbers import Integral, Real
from typing import Any

from audio.activity import SpeechMap
from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery
from insights.store.connection import Store
from transcribe.dialogue import Turn, Word

Values = dict[str, Any]  # Any: text, number or None, as SQLite takes it


def seconds(value: float | None) -> float | None:
    """Return seconds rounded to the millisecond, None kept.

    >>> seconds(1.23456)
    1.235
    """
    return None if value is None else round(float(value), 3)


def plain(value: object) -> float | int | str | None:
    """Return a number as SQLite takes it: numpy's become Python's, NaN becomes None, floats keep four decimals.

    >>> plain(float("nan")) is None, plain(0.123456), plain(3)
    (True, 0.1235, 3)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | Integral):
        return int(value)
    if not isinstance(value, Real):
        raise TypeError(f"{value!r} is {type(value).__name__}; a column holds a number, text or None")
    number = float(value)
    return None if math.isnan(number) else round(number, 4)


def edges(span: Span | None, *, least_s: float = 0.0) -> tuple[float | None, float | None]:
    """Return start and end to the millisecond, at least ``least_s`` apart; (None, None) without a span.

    >>> edges(Span(1.0, 1.0001), least_s=0.001)
    (1.0, 1.001)
    """
    if span is None:
        return None, None
    start_s, end_s = round(float(span.start_s), 3), round(float(span.end_s), 3)
    return start_s, max(end_s, round(start_s + least_s, 3))


def rounded(value: object, *, digits: int = 3) -> object:
    """Return a value for JSON: numbers in it to some decimals, whole ones without a point, NaN as None.

    >>> rounded({"snr_db": 21.4999999, "flags": [], "path": "stereo", "speech_s": [60.38000000000001, 2.0]})
    {'snr_db': 21.5, 'flags': [], 'path': 'stereo', 'speech_s': [60.38, 2]}
    """
    if isinstance(value, Mapping):
        return {name: rounded(part, digits=digits) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part, digits=digits) for part in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    number = round(float(value), digits)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def to_json(value: object) -> str:
    """Return compact JSON with Cyrillic letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def words_json(words: Iterable[Word]) -> str:
    """Return ``[[word, start_ms, end_ms, confidence], ...]``.

    >>> words_json([Word("да", Span(1.0, 1.25), 0.987)])
    '[["да",1000,1250,0.99]]'
    """
    return to_json(
        [
            [
                word.text,
                round(word.span.start_s * 1000),
                round(word.span.end_s * 1000),
                round(float(word.confidence), 2),
            ]
            for word in words
        ]
    )


def words_from(stored: str, overlapped: str | None = None) -> tuple[Word, ...]:
    """Return the words of a turn as the store kept them.

    >>> words_from('[["да",1000,1250,0.99]]')[0].span
    Span(start_s=1.0, end_s=1.25)
    """
    over = set(json.loads(overlapped)) if overlapped else set()
    return tuple(
        Word(text, Span(start_ms / 1000, end_ms / 1000), confidence, overlapped=i in over)
        for i, (text, start_ms, end_ms, confidence) in enumerate(json.loads(stored))
    )


def turn_values(turn: Turn, idx: int, lemmas: str) -> Values:
    """Return the columns of one turn."""
    start_s, end_s = edges(turn.span)
    overlapped = [i for i, word in enumerate(turn.words) if word.overlapped]
    return {
        "idx": idx,
        "lane": turn.lane,
        "party": turn.party,
        "party_confidence": plain(turn.party_confidence),
        "start_s": start_s,
        "end_s": end_s,
        "text": turn.text,
        "lemmas": lemmas,
        "words_json": words_json(turn.words),
        "overlapped_json": to_json(overlapped) if overlapped else None,
    }


def asked_values(asked: Asked) -> Values:
    """Return the columns of one place where a question was put."""
    start_s, end_s = edges(asked.span)
    return {
        "question_id": asked.question_id,
        "start_s": start_s,
        "end_s": end_s,
        "similarity": plain(asked.similarity),
        "repeated": int(asked.repeated),
    }


def spoken_values(answer: Answer) -> Values:
    """Return the columns that the machine fills in an answer; recorded and settled ones stay untouched."""
    start_s, end_s = edges(answer.span)
    value_start_s, value_end_s = edges(answer.value_span)
    return {
        "spoken_value": plain(answer.value),
        "spoken_text": answer.value_text or answer.text,
        "first_spoken_value": plain(answer.first_value),
        "spoken_low": plain(answer.low),
        "spoken_high": plain(answer.high),
        "confidence": plain(answer.confidence),
        "rule": answer.rule,
        "start_s": start_s,
        "end_s": end_s,
        "value_start_s": value_start_s,
        "value_end_s": value_end_s,
        "turn_idxs_json": to_json(list(answer.turn_idxs)),
        "text": answer.text,
    }


SPOKEN_COLUMNS = (
    "spoken_value",
    "spoken_text",
    "first_spoken_value",
    "spoken_low",
    "spoken_high",
    "confidence",
    "rule",
    "start_s",
    "end_s",
    "value_start_s",
    "value_end_s",
    "turn_idxs_json",
    "text",
)

MEASURES = (
    "latency_s",
    "time_to_value_s",
    "pause_n",
    "pause_total_s",
    "pause_median_s",
    "pause_max_s",
    "filler_n",
    "filler_probable_n",
    "lengthening_n",
    "repeat_n",
    "hedge_n",
    "repair_n",
    "speech_rate",
    "artic_rate",
    "f0_median_st",
    "f0_range_st",
    "f0_final_st",
    "level_db",
    "level_range_db",
    "overlap_s",
    "word_n",
)


def delivery_values(delivery: Delivery) -> Values:
    """Return the columns of one delivery; None stays NULL, never zero."""
    values: Values = {name: plain(getattr(delivery, name)) for name in MEASURES}
    values["quality_json"] = to_json(rounded(delivery.quality))
    return values


def speech_json(speech: SpeechMap | None) -> str | None:
    """Return a speech map as JSON, each lane as lengths of silence and speech by turns, or None."""
    if speech is None:
        return None
    lanes = [{"key": lane.key, "channel": lane.channel, "speech": spells_ms(lane.speech)} for lane in speech.lanes]
    return to_json({"detector": speech.detector, "lanes": lanes})


def spells_ms(spans: Iterable[Span]) -> list[int]:
    """Return spans as milliseconds of silence and speech by turns: a third shorter than starts and ends.

    >>> spells_ms([Span(0.5, 1.0), Span(1.25, 2.0)])
    [500, 500, 250, 750]
    """
    edges_ms = [0, *(round(edge_s * 1000) for span in spans for edge_s in (span.start_s, span.end_s))]
    return [after - before for before, after in pairwise(edges_ms)]


def spans_of(spells: Iterable[int]) -> tuple[Span, ...]:
    """Return the spans that ``spells_ms`` was given, to the millisecond.

    >>> spans_of([500, 500, 250, 750])
    (Span(start_s=0.5, end_s=1.0), Span(start_s=1.25, end_s=2.0))
    """
    edges_s = [at_ms / 1000 for at_ms in accumulate(spells)]
    return tuple(map(Span, edges_s[::2], edges_s[1::2]))


def insert(store: Store, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the keys of the first; table and column names come from this package only."""
    if not rows:
        return
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(f":{name}" for name in names)
    store.conn.executemany(f'INSERT INTO "{table}"({columns}) VALUES ({marks})', rows)  # noqa: S608 - names are ours


def insert_one(store: Store, table: str, values: Mapping[str, Any]) -> int:
    """Insert one row and return its rowid."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    sql = f'INSERT INTO "{table}"({columns}) VALUES ({marks})'  # noqa: S608 - names are ours
    return int(store.conn.execute(sql, dict(values)).lastrowid or 0)


def upsert(store: Store, table: str, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or overwrite those with the same key; all have the keys of the first."""
    if not rows:
        return
    names = list(rows[0])
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
    marks = ", ".join(f":{name}" for name in names)
    sql = f"""INSERT INTO {table}({", ".join(names)}) VALUES ({marks})
              ON CONFLICT({key}) DO UPDATE SET {sets}"""  # noqa: S608 - names are ours
    store.conn.executemany(sql, rows)


def update(store: Store, table: str, values: Mapping[str, Any], *, where: Mapping[str, Any]) -> int:
    """Set columns of the rows where all of ``where`` holds; return how many there were."""
    sets = ", ".join(f'"{name}" = :{name}' for name in values)
    tests = " AND ".join(f'"{name}" IS :at_{name}' for name in where)
    sql = f'UPDATE "{table}" SET {sets} WHERE {tests}'  # noqa: S608 - names are ours
    return store.conn.execute(sql, {**values, **{f"at_{name}": value for name, value in where.items()}}).rowcount
