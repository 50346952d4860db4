"""A call's timeline: two lanes, questions, waits in milliseconds, pauses, fillers, f0, score marks."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.activity import SpeechMap
from audio.failures import AudioError
from audio.pitch import PitchTrack, track_pitch
from audio.span import Span
from insights.store import load_speech
from insights.store.study_queries import call_marks, turns_between
from insights.study.names import names_in
from insights.study.picture import (
    BLUE,
    GREEN,
    GREY,
    INK,
    NOTE_SIGNS_AN_INCH,
    NOTE_SIZE,
    ORANGE,
    QUIET,
    RED,
    SCREEN_DPI,
    STYLE,
    Picture,
)
from insights.study.player import shown
from insights.study.sound import Listening
from insights.study.wording import label
from transcribe.dialogue import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANES = {"operator": 2.0, "respondent": 1.0, "other": 0.0, "unknown": 0.0}
COLOURS = {"operator": GREY, "respondent": BLUE, "other": ORANGE, "unknown": ORANGE}
IN_A_SECOND = 0.085
DRAWN_DPI = 100
SIGN_IN = 0.08  # width of a letter of the smallest type
NARROWEST_IN, WIDEST_IN = 9.0, 40.0
LEAST_PAUSE_S = 0.25
LEFT, RIGHT = 0.9, 0.15  # inches beside the axes: fixed, so that a click's place is a second

CLICK = (
    "let r=this.querySelector('img').getBoundingClientRect();let p=JSON.parse(this.dataset.at);"
    "let f=((event.clientX-r.left)/r.width-p[0])/(p[1]-p[0]);let t=p[2]+Math.max(0,Math.min(1,f))*(p[3]-p[2]);"
)
SEEK = (
    CLICK + "let a=this.closest('.earful').querySelector('audio');if(a){a.currentTime=t-p[2];a.play().catch(()=>{})}"
)
HOVER = CLICK + (
    "this.title=t.toFixed(1)+' s'+JSON.parse(this.dataset.marks).filter(m=>m[0]<=t&&t<=m[1])"
    ".map(m=>'\\n'+m[2]).join('');"
)


class Timeline(Picture):
    """The picture of a call; in a notebook it plays from where it is clicked."""

    def __init__(self, figure: Figure, *, span: Span, source: str, marks: list[tuple[float, float, str]]) -> None:
        super().__init__(figure)
        self.span = span
        self.source = source
        self.marks = marks

    def _repr_html_(self) -> str:
        """Return the picture with its sound for a notebook."""
        png = base64.b64encode(self.bytes("png", dpi=SCREEN_DPI)).decode("ascii")
        image = f'<img src="data:image/png;base64,{png}" style="max-width:none" alt="">'
        width = float(self.figure.get_size_inches()[0])
        at = json.dumps([LEFT / width, 1 - RIGHT / width, self.span.start_s, self.span.end_s])
        marks = json.dumps(self.marks, ensure_ascii=False)
        sound = f'<audio controls preload="metadata" src="{self.source}"></audio>' if self.source else ""
        return (
            f'<div class="earful">{sound}<div style="overflow-x:auto"><div style="cursor:pointer;width:max-content" '
            f'data-at="{html.escape(at)}" data-marks="{html.escape(marks)}" onclick="{html.escape(SEEK)}" '
            f'onmousemove="{html.escape(HOVER)}">{image}</div></div></div>'
        )


def timeline_of(
    listening: Listening, recording_id: str, span: Span, name: str, language: Language, *, sound: bool
) -> Timeline:
    """Return a call's timeline over a stretch."""
    from matplotlib import rc_context

    turns = turns_between(listening.store, recording_id, span.start_s, span.end_s)
    marks = call_marks(listening.store, recording_id)
    names = names_in(listening.store, language)
    with rc_context(STYLE):
        figure, lanes, pitch = _axes(span, label("timeline", language, call=name), language)
        _draw_turns(lanes, turns)
        _draw_questions(lanes, within(marks["asked"], span, "start_s"), names)
        _draw_pauses(lanes, within(marks["pause"], span, "start_s"), language)
        _draw_scores(lanes, within(marks["answer"], span, "value_start_s"), names, language)
        _draw_pitch(pitch, listening, recording_id, span)
    source = listening.clip_source(recording_id, span, pad_s=0.0) if sound else ""
    return Timeline(
        figure, span=span, source=source, marks=spoken_marks(listening, recording_id, span, marks, language)
    )


def within(rows: list[dict[str, Any]], span: Span, second: str) -> list[dict[str, Any]]:
    """Return the rows whose mark lies in a stretch."""
    return [row for row in rows if row[second] is not None and span.start_s <= row[second] < span.end_s]


def _axes(span: Span, title: str, language: Language) -> tuple[Figure, Axes, Axes]:
    """Return a figure as wide as the stretch is long, with axes for lanes and for pitch."""
    from matplotlib.figure import Figure as NewFigure

    width = min(WIDEST_IN, max(NARROWEST_IN, span.duration_s * IN_A_SECOND + LEFT + RIGHT))
    figure = NewFigure(figsize=(width, 4.8), dpi=DRAWN_DPI)
    grid = figure.add_gridspec(
        2, 1, height_ratios=(3, 1), left=LEFT / width, right=1 - RIGHT / width, top=0.92, bottom=0.22, hspace=0.08
    )
    lanes, pitch = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    for axes in (lanes, pitch):
        axes.set_xlim(span.start_s, span.end_s)
        axes.grid(visible=True, axis="x")
    lanes.set_title(title)
    lanes.set_ylim(0.0, 2.9)
    lanes.set_yticks([2.0, 1.0], [label("operator", language), label("respondent", language)])
    lanes.tick_params(labelbottom=False, length=0)
    pitch.set_ylabel(label("pitch", language), fontsize=8)
    pitch.set_xlabel(label("seconds", language))
    least = f"{LEAST_PAUSE_S:g}".replace(".", "," if language == "ru" else ".")
    note = fill(label("timeline_note", language, least=least), int(NOTE_SIGNS_AN_INCH * width))
    figure.text(0.1 / width, 0.02, note, fontsize=NOTE_SIZE, color=QUIET, va="bottom")
    return figure, lanes, pitch


def _draw_turns(axes: Axes, turns: list[dict[str, Any]]) -> None:
    """Draw each turn as a bar on its party's lane."""
    for turn in turns:
        lane = LANES[turn["party"]]
        axes.broken_barh(
            [(turn["start_s"], turn["end_s"] - turn["start_s"])],
            (lane - 0.22, 0.44),
            color=COLOURS[turn["party"]],
            alpha=0.85,
            linewidth=0,
        )


def _draw_questions(axes: Axes, asked: list[dict[str, Any]], names: Mapping[str, str]) -> None:
    """Underline where questions were put, and name them."""
    texts = [names.get(row["question_id"], row["question_id"]) for row in asked]
    rows = levels([row["start_s"] for row in asked], texts, axes)
    for row, text, level in zip(asked, texts, rows, strict=True):
        axes.hlines(2.3, row["start_s"], row["end_s"], color=INK, linewidth=2)
        axes.annotate(text, (row["start_s"], 2.36 + 0.2 * level), fontsize=8, clip_on=True, annotation_clip=True)


def levels(starts_s: Sequence[float], texts: Sequence[str], axes: Axes) -> list[int]:
    """Return 1 for each text that would run into the one before it on level 0, so that both can be read."""
    left, right = axes.get_xlim()
    second_in = axes.get_window_extent().width / DRAWN_DPI / (right - left)
    ends_s = [float("-inf"), float("-inf")]
    found: list[int] = []
    for start_s, text in zip(starts_s, texts, strict=True):
        level = 0 if start_s >= ends_s[0] else 1
        ends_s[level] = start_s + (len(text) + 1) * SIGN_IN / second_in
        found.append(level)
    return found


def _draw_pauses(axes: Axes, pauses: list[dict[str, Any]], language: Language) -> None:
    """Draw silent pauses as gaps, fillers as dots, waits as brackets with milliseconds."""
    waits = [row for row in pauses if row["kind"] == "latency"]
    for row in pauses:
        start_s, end_s = row["start_s"], row["end_s"]
        if row["kind"] == "filled":
            axes.plot((start_s + end_s) / 2, 0.62, marker="o", markersize=4, color=ORANGE)
        elif row["kind"] == "silent" and end_s - start_s >= LEAST_PAUSE_S:
            axes.broken_barh([(start_s, end_s - start_s)], (0.9, 0.2), color="white", edgecolor=ORANGE, linewidth=0.8)
    texts = [label("wait", language, ms=round(1000 * (row["end_s"] - row["start_s"]))) for row in waits]
    middles_s = [(row["start_s"] + row["end_s"]) / 2 for row in waits]
    for row, text, middle_s, level in zip(waits, texts, middles_s, levels(middles_s, texts, axes), strict=True):
        axes.annotate(
            "", (row["start_s"], 1.4), (row["end_s"], 1.4), annotation_clip=True,
            arrowprops={"arrowstyle": "|-|", "color": RED, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 3},
        )  # fmt: skip
        axes.annotate(
            text, (middle_s, 1.47 + 0.15 * level), ha="center", fontsize=7.5, color=RED, annotation_clip=True
        )


def _draw_scores(axes: Axes, answers: list[dict[str, Any]], names: Mapping[str, str], language: Language) -> None:
    """Mark where a number was said; the recorded one beside it where it differs."""
    rows = [row for row in answers if row["spoken_value"] is not None and row["kind"] != "open"]
    texts = [_score_text(row, names, language) for row in rows]
    at_s = [row["value_start_s"] for row in rows]
    for second, text, level in zip(at_s, texts, levels(at_s, texts, axes), strict=True):
        axes.plot(second, 0.48, marker="^", markersize=7, color=GREEN)
        axes.annotate(text, (second, 0.22 - 0.17 * level), ha="center", fontsize=8, annotation_clip=True)


def _score_text(row: dict[str, Any], names: Mapping[str, str], language: Language) -> str:
    if row["recorded_value"] in (None, row["spoken_value"]):
        return shown(row["spoken_value"])
    parts = {"spoken": shown(row["spoken_value"]), "recorded": shown(row["recorded_value"])}
    return label("recorded_spoken", language, question=names.get(row["question_id"], row["question_id"]), **parts)


def _draw_pitch(axes: Axes, listening: Listening, recording_id: str, span: Span) -> None:
    """Draw the customer's f0 inside the customer's own speech; nothing where the sound is missing."""
    track = customer_pitch(listening, recording_id, span)
    if track is None:
        return
    at_s = track.start_s + np.arange(track.f0_hz.size) * track.hop_s
    axes.plot(at_s, track.semitones, color=BLUE, linewidth=1.0)


def customer_pitch(listening: Listening, recording_id: str, span: Span) -> PitchTrack | None:
    """Return f0 over a stretch, NaN where the customer is silent or hidden; None where there is no sound."""
    try:
        recording = listening.recording(recording_id)
    except (AudioError, OSError):
        return None
    speech = load_speech(listening.store, recording_id)
    own = [row for row in turns_between(listening.store, recording_id, *_edges(span)) if row["party"] == "respondent"]
    if not own or span.duration_s <= 0:
        return None
    channel = _channel(speech, own, recording.channels)
    track = track_pitch(recording.cut(span, channel=channel), recording.rate_hz, start_s=span.start_s)
    at_s = track.start_s + np.arange(track.f0_hz.size) * track.hop_s
    kept = np.zeros(at_s.size, dtype=bool)
    for row in own:
        kept |= (at_s >= row["start_s"]) & (at_s < row["end_s"])
    for one in listening.silenced(recording_id):
        kept &= ~((at_s >= one.start_s) & (at_s < one.end_s))
    return PitchTrack(track.start_s, track.hop_s, np.where(kept, track.f0_hz, np.nan), track.tracker)


def _edges(span: Span) -> tuple[float, float]:
    return span.start_s, span.end_s


def _channel(speech: SpeechMap | None, own: list[dict[str, Any]], channels: int) -> int:
    """Return the channel whose speech overlaps the customer's turns most."""
    if speech is None or channels == 1:
        return 0
    shares: dict[int, float] = {}
    for lane in speech.lanes:
        shared_s = sum(one.overlap_s(Span(row["start_s"], row["end_s"])) for one in lane.speech for row in own)
        shares[lane.channel] = shares.get(lane.channel, 0.0) + shared_s
    best = max(shares, key=lambda channel: shares[channel], default=0)
    return best if 0 <= best < channels else 0


def spoken_marks(
    listening: Listening, recording_id: str, span: Span, marks: dict[str, list[dict[str, Any]]], language: Language
) -> list[tuple[float, float, str]]:
    """Return what the pointer tells: turns masked, questions, waits, reasons."""
    found = [
        (turn.start_s, turn.end_s, f"{label(turn.party, language)}: {turn.text}")
        for turn in listening.turns(recording_id, span)
    ]
    names = names_in(listening.store, language)
    found += [
        (row["start_s"], row["end_s"], f"? {names.get(row['question_id'], row['question_id'])}")
        for row in marks["asked"]
    ]
    found += [(row["start_s"], row["end_s"], f"{row['code_id']} {row['polarity']:+d}") for row in marks["reason"]]
    return found
