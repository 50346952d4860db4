"""One drawn call as the page shows it: words, questions, pauses, reasons, and what stays hidden until it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from audio.span import Span
from insights.answers.mentions import written_number
from insights.language.tokens import Language
from insights.meeting.sound import Sound
from insights.meeting.wording import labels, mask_of, readable_words
from insights.store import Row, Store, hidden_spans
from insights.store import meeting_queries as rows_of

PAUSE_FROM_S = 0.5
MARKED_HESITATION = 1.0
PARTIES = ("operator", "respondent", "other", "unknown")
HIGHEST = 10
SURE_FORMS = ("exact", "oblique", "familiar")  # not "for" and "to", which are mostly no numbers
LETTERS = re.compile(r"[\w]+")

Data = dict[str, Any]  # Any: what JSON holds


def call_data(store: Store, recording: Row, sound: Sound, *, redact: bool, language: Language) -> Data:
    """Return everything the page needs of one call; ``language`` is the page's own."""
    recording_id = recording["recording_id"]
    spoken: Language = "en" if recording["language"] == "en" else "ru"
    hidden = hidden_spans(store, recording_id)
    pii = rows_of.call_pii(store, recording_id) if redact else []
    turns = rows_of.call_turns(store, recording_id)
    scores = rows_of.call_scores(store, recording_id)
    shown = [turn_data(turn, pii, hidden, spoken=spoken, page=language) for turn in turns]
    return {
        "id": recording_id,
        "interview": recording["interview_id"],
        "language": spoken,
        "duration": recording["duration_s"],
        "audio": {"type": sound.media_type, "data": sound.base64},
        "turns": with_secrets(shown, scores, spoken=spoken),
        "questions": questions_of(store, recording_id, language),
        "pauses": [
            [round(row["start_s"], 2), round(row["end_s"], 2)]
            for row in rows_of.call_pauses(store, recording_id, least_s=PAUSE_FROM_S)
        ],
        "reasons": reasons_of(store, recording_id, turns, pii, hidden, spoken=spoken, page=language),
        "scores": [score_data(row, language) for row in scores],
    }


def turn_data(turn: Row, pii: Sequence[Row], hidden: Sequence[Span], *, spoken: Language, page: Language) -> Data:
    """Return one turn: party, seconds, words ``[text, start_s, end_s]``."""
    words = readable_words(turn, [row for row in pii if row["turn_id"] == turn["turn_id"]], language=spoken)
    kept: list[list[Any]] = []
    for text, start_s, end_s in words:
        out = any(span.start_s < end_s and start_s < span.end_s for span in hidden)
        if not out:
            kept.append([text, round(start_s, 2), round(end_s, 2)])
        elif not kept or kept[-1][0] != labels(page)["hidden"]:
            kept.append([labels(page)["hidden"], round(start_s, 2), round(end_s, 2)])
    return {
        "party": turn["party"],
        "start": round(turn["start_s"], 2),
        "end": round(turn["end_s"], 2),
        "words": kept,
    }


def with_secrets(turns: list[Data], scores: Sequence[Row], *, spoken: Language) -> list[Data]:
    """Return the turns with a 1 behind each word that may tell a score: the page shows it when it is heard.

    Those are the words a score was heard in, and every number of a scale: people change their minds ("8, no, 9"),
    and operators repeat what they type. Numbers an operator reads out before the first score are the scale itself.
    """
    told = [(row["value_start_s"], bare(row["spoken_text"] or "")) for row in scores if tells_score(row)]
    first_s = min((start_s for start_s, _ in told), default=float("inf"))
    for turn in turns:
        for word in turn["words"]:
            heard = any(word[1] >= start_s - 0.05 and bare(word[0]) & texts for start_s, texts in told)
            could = turn["party"] != "operator" or word[1] >= first_s
            if heard or (could and says_number(word[0], spoken)):
                word.append(1)
    return turns


def says_number(text: str, language: Language) -> bool:
    """Return whether a word holds a number from 0 to 10, in digits or written out.

    >>> says_number("Восьмёрка,", "ru"), says_number("8-9.", "en"), says_number("for", "en"), says_number("2026", "en")
    (True, True, False, False)
    """
    for word in bare(text):
        found = written_number(word, language)
        if (word.isdecimal() and int(word) <= HIGHEST) or (found is not None and found[1] in SURE_FORMS):
            return True
    return False


def tells_score(row: Row) -> bool:
    """Return whether a number was heard that the page keeps back until it is said."""
    return row["value_start_s"] is not None and row["kind"] != "ncs"


def bare(text: str) -> frozenset[str]:
    """Return the words of a text in lower case without signs.

    >>> sorted(bare("Пять, 5!"))
    ['5', 'пять']
    """
    return frozenset(LETTERS.findall(text.lower().replace("ё", "е")))


def questions_of(store: Store, recording_id: str, language: Language) -> list[Data]:
    """Return where the questions were asked."""
    return [
        {"start": round(row["start_s"], 2), "end": round(row["end_s"], 2), "text": asked_text(row, language)}
        for row in rows_of.call_questions(store, recording_id)
    ]


def asked_text(row: Row, language: Language) -> str:
    """Return a question in the page's language where it has one."""
    first, second = ("ask_ru", "ask_en") if language == "ru" else ("ask_en", "ask_ru")
    return str(row[first] or row[second] or row["question_id"])


def label_of(row: Row, language: Language) -> str:
    """Return a code's label in the page's language where it has one."""
    first, second = ("label_ru", "label_en") if language == "ru" else ("label_en", "label_ru")
    return str(row[first] or row[second] or row["code_id"])


def reasons_of(
    store: Store,
    recording_id: str,
    turns: Sequence[Row],
    pii: Sequence[Row],
    hidden: Sequence[Span],
    *,
    spoken: Language,
    page: Language,
) -> list[Data]:
    """Return the reasons with their seconds; a quote is read from the turn, so that masks stand in it as well."""
    by_id = {turn["turn_id"]: turn for turn in turns}
    found = []
    for row in rows_of.call_reasons(store, recording_id):
        if row["start_s"] is None or any(h.start_s < row["end_s"] and row["start_s"] < h.end_s for h in hidden):
            continue
        touched = [each for each in pii if each["turn_id"] == row["turn_id"]]
        found.append(
            {
                "start": round(row["start_s"], 2),
                "end": round(row["end_s"], 2),
                "label": label_of(row, page),
                "polarity": row["polarity"],
                "quote": masked_quote(row, by_id.get(row["turn_id"]), touched, language=spoken),
            }
        )
    return found


def masked_quote(row: Row, turn: Row | None, pii: Sequence[Row], *, language: Language) -> str:
    """Return a reason's quote, rebuilt from readable words of its turn where personal data stands in that turn."""
    if not pii or turn is None:
        return str(row["quote"])
    words = readable_words(turn, pii, language=language)
    said = [text for text, start_s, end_s in words if start_s < row["end_s"] and row["start_s"] < end_s]
    return " ".join(said) or mask_of("person", language)


def score_data(row: Row, language: Language) -> Data:
    """Return one score: recorded, spoken, settled, and how it was said."""
    hesitation = row["hesitation"]
    return {
        "question": asked_text(row, language),
        "kind": row["kind"],
        "recorded": row["recorded_value"],
        "spoken": row["spoken_value"],
        "settled": row["adjudicated_value"],
        "agreement": row["agreement"],
        "latency": row["latency_s"],
        "fillers": row["filler_n"],
        "hedges": row["hedge_n"],
        "repairs": row["repair_n"],
        "hesitant": hesitation is not None and hesitation >= MARKED_HESITATION,
    }
