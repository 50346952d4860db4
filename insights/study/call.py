"""One call: its timeline to look at, its transcript to read and play."""

from __future__ import annotations

import html
from dataclasses import dataclass

from audio.span import Span
from insights.store.study_queries import recording_facts
from insights.study.player import CELL, Heard, Player, word_html
from insights.study.sound import HeardTurn, Listening
from insights.study.timeline import Timeline, timeline_of
from insights.study.wording import label
from transcribe.dialogue import Language

TRANSCRIPT = (
    "let w=event.target.closest('[data-s]');if(w){let a=this.querySelector('audio');"
    "a.currentTime=+w.dataset.s;a.play().catch(()=>{})}"
)


class Transcript:
    """A whole call to read and play: a click on a word plays from there; ``text`` for plain reading."""

    def __init__(self, turns: list[HeardTurn], source: str, language: Language) -> None:
        self.turns = turns
        self.source = source
        self.language = language

    def __repr__(self) -> str:
        """Return the call as plain text, a line for each turn."""
        return self.text

    @property
    def text(self) -> str:
        """A line for each turn: second, party, words; personal data masked."""
        return "\n".join(f"{one.start_s:7.1f}  {label(one.party, self.language)}: {one.text}" for one in self.turns)

    def _repr_html_(self) -> str:
        """Return the call for a notebook, its sound inside (half a megabyte for four minutes)."""
        row = Heard((), None, 0.0, (), "", "")
        lines = "".join(
            f'<tr><td style="{CELL};opacity:.72">{one.start_s:.0f}&nbsp;s</td>'
            f'<td style="{CELL};opacity:.72">{html.escape(label(one.party, self.language))}</td>'
            f'<td style="{CELL}">{" ".join(word_html(word.text, word.start_s, row) for word in one.words)}</td></tr>'
            for one in self.turns
        )
        sound = f'<audio controls preload="metadata" src="{self.source}"></audio>' if self.source else ""
        return f'<div class="earful" onclick="{html.escape(TRANSCRIPT)}">{sound}<table>{lines}</table></div>'


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One call of a study.

    Attributes
    ----------
    recording_id:
        As the store keeps it.
    name:
        As it was asked for.
    """

    recording_id: str
    name: str
    listening: Listening
    language: Language

    def __repr__(self) -> str:
        """Say which call it is and how long."""
        return f"<Call {self.name}: {self.span.end_s:.0f} s, recording {self.recording_id}>"

    @property
    def span(self) -> Span:
        """The whole call, in seconds."""
        facts = recording_facts(self.listening.store, self.recording_id)
        return Span(0.0, float((facts or {}).get("duration_s") or 0.0))

    def transcript(self) -> Transcript:
        """Return who said what; in a notebook it plays, ``print`` shows it as text. Personal data is masked."""
        source = self.listening.clip_source(self.recording_id, self.span, pad_s=0.0)
        return Transcript(self.listening.turns(self.recording_id, self.span), source, self.language)

    def play(self, start_s: float, end_s: float, *, pad_s: float = 1.0) -> Player:
        """Return a player of some seconds of the call.

        Examples
        --------
        ``s.call("ru03").play(33, 47)``
        """
        span = Span(start_s, end_s).padded(0.0, within=self.span)
        around = Span(max(0.0, span.start_s - pad_s), span.end_s + pad_s)
        source = self.listening.clip_source(self.recording_id, span, pad_s=pad_s)
        turns = tuple(self.listening.turns(self.recording_id, around))
        return Player(
            [Heard((), span, around.start_s, turns, "", source)], total=1, columns=(), language=self.language
        )

    def timeline(self, start_s: float = 0.0, end_s: float | None = None, *, sound: bool = True) -> Timeline:
        """Return the call as a picture: two lanes, questions, pauses, waits in milliseconds, fillers, f0, scores.

        In a notebook a click plays from there and the pointer tells what lies under it; ``.save("call.svg")``
        writes it. ``sound=False`` leaves the recording out of the notebook.
        """
        whole = self.span
        stop_s = whole.end_s if end_s is None else min(end_s, whole.end_s)
        if not max(0.0, start_s) < stop_s:
            raise ValueError(f"no stretch from {start_s:g} s to {stop_s:g} s; the call lasts {whole.end_s:.1f} s")
        span = Span(max(0.0, start_s), stop_s)
        return timeline_of(self.listening, self.recording_id, span, self.name, self.language, sound=sound)
