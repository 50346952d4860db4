"""A compact table with a player in each row, as HTML that needs no network and no library."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audio.span import Span
from insights.study.sound import HeardTurn, Listening
from insights.study.wording import label
from transcribe.dialogue import Language

MOST_ROWS = 20
MOST_S = 15.0  # 20 rows of 15 s of opus stay under 1 MB, base64 included
BESIDE = (
    "score",
    "value",
    "recorded_value",
    "spoken_value",
    "code",
    "polarity",
    "hesitation",
    "latency_s",
    "question_id",
    "party",
    "interview_id",
)
# One handler for the whole table; where a notebook is not trusted it is stripped and plain players remain.
SEEK = (
    "let w=event.target.closest('[data-s]');if(w){let a=w.closest('tr').querySelector('audio');"
    "if(a){a.currentTime=+w.dataset.s;a.play().catch(()=>{})}}"
)
CELL = "padding:4px 10px 4px 0;vertical-align:top;text-align:left;white-space:normal"
QUIET = "opacity:.72;font-size:.85em"
SPOKEN = "max-width:44em;line-height:1.45"


@dataclass(frozen=True, slots=True)
class Heard:
    """One row to play: what stands beside it, the stretch, its words, its sound as a ``data:`` address or ``""``."""

    beside: tuple[str, ...]
    span: Span | None
    starts_s: float
    turns: tuple[HeardTurn, ...]
    text: str
    source: str


class Player:
    """Players for some rows, shown by Jupyter, VS Code and exported HTML.

    Examples
    --------
    >>> "<audio" in Player((), total=0, columns=(), language="en").html
    False
    """

    def __init__(self, rows: Sequence[Heard], *, total: int, columns: Sequence[str], language: Language) -> None:
        self.rows = tuple(rows)
        self.total = total
        self.columns = tuple(columns)
        self.language = language

    def __repr__(self) -> str:
        """Say what there is where no HTML is shown."""
        return f"<{len(self.rows)} of {self.total} rows with players>"

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        return self.html

    @property
    def html(self) -> str:
        """The table as HTML; words and quotes of customers stay text, whatever they hold."""
        if not self.rows:
            return f"<p>{html.escape(label('nothing', self.language))}</p>"
        head = "".join(f'<th style="{CELL};{QUIET}">{html.escape(name)}</th>' for name in self.columns)
        body = "".join(self._row(row) for row in self.rows)
        note = label("shown", self.language, n=len(self.rows), total=self.total)
        foot = f'<p style="{QUIET}">{html.escape(note)}</p>' if self.total > len(self.rows) else ""
        table = f'<table style="border-collapse:collapse" onclick="{html.escape(SEEK)}">'
        rows = f"<thead><tr>{head}<th></th></tr></thead><tbody>{body}</tbody>"
        return f'<div class="earful">{table}{rows}</table>{foot}</div>'

    def _row(self, row: Heard) -> str:
        cells = "".join(f'<td style="{CELL}">{html.escape(text)}</td>' for text in row.beside)
        sound = (
            f'<audio controls preload="metadata" style="height:32px;width:260px" src="{row.source}"></audio>'
            if row.source
            else f'<span style="{QUIET}">{html.escape(label("no_sound", self.language))}</span>'
        )
        words = self._words(row) if row.turns else html.escape(row.text)
        return f'<tr>{cells}<td style="{CELL}">{sound}<div style="{SPOKEN}">{words}</div></td></tr>'

    def _words(self, row: Heard) -> str:
        lines = []
        for turn in row.turns:
            said = " ".join(word_html(word.text, word.start_s, row) for word in turn.words)
            party = html.escape(label(turn.party, self.language))
            lines.append(f'<div><span style="{QUIET}">{party}:</span> {said}</div>')
        return "".join(lines)


def word_html(text: str, start_s: float, row: Heard) -> str:
    """Return a word that seeks when clicked; words inside the row's own stretch stand out."""
    inside = row.span is not None and row.span.start_s - 0.01 <= start_s < row.span.end_s
    weight = ";font-weight:600" if inside else ""
    at_s = max(0.0, start_s - row.starts_s)
    return f'<span data-s="{at_s:.2f}" style="cursor:pointer{weight}">{html.escape(text)}</span>'


def heard_rows(listening: Listening, rows: Sequence[Mapping[str, object]], *, pad_s: float) -> list[Heard]:
    """Return rows with their sound and words; longer stretches than 15 s are cut."""
    return [heard(listening, row, pad_s=pad_s) for row in rows]


def heard(listening: Listening, row: Mapping[str, object], *, pad_s: float) -> Heard:
    """Return one row with its sound and words."""
    beside = tuple(shown(row[name]) for name in BESIDE if name in row)
    text = str(row.get("quote") or row.get("text") or "")
    span = span_of(row)
    if span is None:
        return Heard(beside, None, 0.0, (), text, "")
    source = listening.clip_source(str(row["recording_id"]), span, pad_s=pad_s)
    around = Span(max(0.0, span.start_s - pad_s), span.end_s + pad_s)
    turns = tuple(listening.turns(str(row["recording_id"]), around))
    return Heard(beside, span, around.start_s, turns, text, source)


def span_of(row: Mapping[str, object]) -> Span | None:
    """Return the stretch a row plays, at most 15 s; None for typed answers and hidden clips.

    Examples
    --------
    >>> span_of({"recording_id": "r", "start_s": 2.0, "end_s": 40.0})
    Span(start_s=2.0, end_s=17.0)
    """
    start_s, end_s = number(row.get("start_s")), number(row.get("end_s"))
    hidden = "clip" in row and empty(row["clip"])
    if start_s is None or end_s is None or hidden or empty(row.get("recording_id")):
        return None
    return Span(start_s, min(end_s, start_s + MOST_S))


def number(value: object) -> float | None:
    """Return a number, None for NaN and whatever is no number."""
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None


def empty(value: object) -> bool:
    """Return whether a cell holds nothing: None, NaN, NA or ``""``."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def shown(value: object) -> str:
    """Return a cell as people read it.

    Examples
    --------
    >>> shown(7.0), shown(1.234), shown(None), shown([1])
    ('7', '1.23', '–', '[1]')
    """
    if empty(value):
        return "–"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.2f}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
