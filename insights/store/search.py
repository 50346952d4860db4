"""Search what was said: Russian and English by lemma, ё as е, whatever signs the query holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audio.span import Span
from insights.language import lemmas as lemmas_of
from insights.store.connection import Row, Store, query
from insights.store.row_values import words_from
from transcribe.dialogue import Language

Lemmatiser = Callable[[str, Language], Sequence[str]]

CLIP_PAD_S = 1.0
WORD = re.compile(r"[^\W_]+")
LETTERS = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0400-\u04ff]+(?:[-'’][0-9A-Za-z\u00c0-\u024f\u0400-\u04ff]+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """One turn that a search found.

    Attributes
    ----------
    span:
        From the first to the last word found; the whole turn where only its lemmas match as a whole.
    clip:
        ``path#t=start,end`` of it with a second on both sides; None where a person hid that stretch.
    """

    turn_id: int
    recording_id: str
    interview_id: str | None
    party: str
    text: str
    span: Span
    clip: str | None
    started_at: str | None


def lemma_text(text: str, language: Language, *, lemmatise: Lemmatiser = lemmas_of) -> str:
    """Return the lemmas of a text as the index holds them: joined by blanks, ё folded to е.

    >>> lemma_text("Ещё ждали мастера", "ru")
    'еще ждать мастер'
    """
    return " ".join(lemmatise(text, language)).replace("ё", "е").replace("Ё", "Е")


def other_lemmas(text: str, lemmas: str) -> str:
    """Return the lemmas that the text's own words do not hold already, each once: half the space, the same finds.

    >>> other_lemmas("Ещё долго ждали, ждали мастера", "еще долго ждать ждать мастер")
    'еще ждать мастер'
    """
    said = {word.lower() for word in WORD.findall(text)}
    return " ".join(dict.fromkeys(lemma for lemma in lemmas.split() if lemma not in said))


def search_turns(
    store: Store,
    words: str,
    *,
    language: Language | None = None,
    party: str | None = None,
    limit: int = 100,
    lemmatise: Lemmatiser = lemmas_of,
) -> list[Found]:
    """Return the turns that hold all words of a query in any of their forms, newest calls first.

    Parameters
    ----------
    words:
        What a person types; signs have no meaning. ``""`` finds nothing.
    language:
        ``ru`` or ``en``; None tries both.
    party:
        Only turns of this party.
    """
    languages: tuple[Language, ...] = (language,) if language else ("ru", "en")
    match = " OR ".join(dict.fromkeys(part for each in languages if (part := _match(words, each, lemmatise))))
    if not match:
        return []
    sql = """SELECT turn.*, recording.path, recording.interview_id, recording.language, interview.started_at,
                    (SELECT count(*) FROM hidden_clip h WHERE h.recording_id = turn.recording_id
                     AND h.start_s < turn.end_s AND turn.start_s < h.end_s) AS hidden
             FROM turn_fts JOIN turn ON turn.turn_id = turn_fts.rowid
             JOIN recording ON recording.recording_id = turn.recording_id
             LEFT JOIN interview ON interview.interview_id = recording.interview_id
             WHERE turn_fts MATCH :match AND (:party IS NULL OR turn.party = :party)
               AND (:language IS NULL OR recording.language = :language)
             ORDER BY turn_fts.rowid DESC LIMIT :limit"""
    values: dict[str, object] = {"match": match, "party": party, "language": language, "limit": limit}
    rows = query(store, sql, values)
    return [_found(row, words, lemmatise) for row in rows]


def count_turns(
    store: Store, words: str, *, language: Language | None = None, lemmatise: Lemmatiser = lemmas_of
) -> int:
    """Return how many turns hold all words of a query."""
    languages: tuple[Language, ...] = (language,) if language else ("ru", "en")
    match = " OR ".join(dict.fromkeys(part for each in languages if (part := _match(words, each, lemmatise))))
    if not match:
        return 0
    sql = "SELECT count(*) FROM turn_fts WHERE turn_fts MATCH ?"
    return int(store.conn.execute(sql, (match,)).fetchone()[0])


def match_expression(words: str, *, lemmatise: Lemmatiser = lemmas_of) -> str:
    """Return the full-text expression that finds all words of a query in any form, Russian or English.

    >>> match_expression("ждали")
    '("ждать") OR ("ждали")'
    """
    languages: tuple[Language, ...] = ("ru", "en")
    return " OR ".join(dict.fromkeys(part for each in languages if (part := _match(words, each, lemmatise))))


def _match(words: str, language: Language, lemmatise: Lemmatiser) -> str:
    """Return an FTS5 expression of quoted lemmas, which no sign in the query can break."""
    lemmas = lemma_text(" ".join(LETTERS.findall(words)), language, lemmatise=lemmatise).split()
    quoted = ['"{}"'.format(lemma.replace('"', "")) for lemma in lemmas if any(sign.isalnum() for sign in lemma)]
    return "({})".format(" AND ".join(quoted)) if quoted else ""


def _found(row: Row, words: str, lemmatise: Lemmatiser) -> Found:
    """Return one row of a search with the seconds of the words found."""
    span = _span_of(row, words, lemmatise)
    start_s, end_s = max(0.0, span.start_s - CLIP_PAD_S), span.end_s + CLIP_PAD_S
    return Found(
        turn_id=row["turn_id"],
        recording_id=row["recording_id"],
        interview_id=row["interview_id"],
        party=row["party"],
        text=row["text"],
        span=span,
        clip=None if row["hidden"] else f"{row['path']}#t={start_s:.2f},{end_s:.2f}",
        started_at=row["started_at"],
    )


def _span_of(row: Row, words: str, lemmatise: Lemmatiser) -> Span:
    """Return the stretch of a turn that the query's words cover, else the whole turn."""
    language: Language = row["language"] or "ru"
    wanted = set(lemma_text(words, language, lemmatise=lemmatise).split())
    said = words_from(row["words_json"])
    hits = [word for word in said if wanted & set(lemma_text(word.text, language, lemmatise=lemmatise).split())]
    if not hits:
        return Span(row["start_s"], row["end_s"])
    return Span(hits[0].span.start_s, max(word.span.end_s for word in hits))
