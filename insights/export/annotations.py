"""Praat TextGrid, ELAN, Label Studio, RTTM and SRT."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from insights.export.calls import CallMarks, Mark

PARTIES = ("operator", "respondent", "other", "unknown")
SHORTEST_S = 0.001


def tiers(call: CallMarks) -> dict[str, list[Mark]]:
    """Return what both tier formats hold, by tier: a party's turns and words, questions, pauses, reasons."""
    found: dict[str, list[Mark]] = {}
    for party in PARTIES:
        turns = [mark for who, mark in call.turns if who == party]
        if turns:
            found[party] = turns
            found[f"{party} words"] = [mark for who, mark in call.words if who == party]
    for name, marks in (("questions", call.questions), ("pauses", call.pauses), ("reasons", call.reasons)):
        found[name] = list(marks)
    return found


def apart(marks: Sequence[Mark], *, end_s: float) -> list[Mark]:
    """Return marks that do not overlap, as an interval tier needs: a later one begins where the earlier ends.

    Examples
    --------
    >>> [(m.start_s, m.end_s) for m in apart([Mark(0, 2, "a"), Mark(1, 3, "b")], end_s=2.5)]
    [(0, 2), (2, 2.5)]
    """
    found: list[Mark] = []
    at_s = 0.0
    for mark in sorted(marks, key=lambda one: (one.start_s, one.end_s)):
        start_s, stop_s = max(mark.start_s, at_s), min(mark.end_s, end_s)
        if stop_s - start_s >= SHORTEST_S:
            found.append(Mark(start_s, stop_s, mark.text))
            at_s = stop_s
    return found


def textgrid(call: CallMarks) -> str:
    """Return a Praat TextGrid (long text format, UTF-8) with an interval tier for everything."""
    grid = tiers(call)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {call.duration_s:.3f}"]
    lines += ["tiers? <exists>", f"size = {len(grid)}", "item []:"]
    for number, (name, marks) in enumerate(grid.items(), start=1):
        intervals = _filled(apart(marks, end_s=call.duration_s), call.duration_s)
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f'        name = "{name}"']
        lines += ["        xmin = 0", f"        xmax = {call.duration_s:.3f}"]
        lines.append(f"        intervals: size = {len(intervals)}")
        for at, mark in enumerate(intervals, start=1):
            text = mark.text.replace('"', '""')
            lines += [f"        intervals [{at}]:", f"            xmin = {mark.start_s:.3f}"]
            lines += [f"            xmax = {mark.end_s:.3f}", f'            text = "{text}"']
    return "\n".join(lines) + "\n"


def _filled(marks: Sequence[Mark], end_s: float) -> list[Mark]:
    """Return marks with empty ones in between, from 0 to the end: Praat wants no holes."""
    found: list[Mark] = []
    at_s = 0.0
    for mark in marks:
        if mark.start_s - at_s >= SHORTEST_S:
            found.append(Mark(at_s, mark.start_s, ""))
            at_s = mark.start_s
        found.append(Mark(at_s, mark.end_s, mark.text))
        at_s = mark.end_s
    if end_s - at_s >= SHORTEST_S or not found:
        found.append(Mark(at_s, end_s, ""))
    return found


def eaf(call: CallMarks) -> str:
    """Return an ELAN annotation document with the recording as its media."""
    root = ET.Element(
        "ANNOTATION_DOCUMENT", AUTHOR="earful", DATE="1970-01-01T00:00:00+00:00", FORMAT="3.0", VERSION="3.0"
    )
    header = ET.SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    address = {"MEDIA_URL": f"file:///{call.path}", "RELATIVE_MEDIA_URL": f"../../{call.path}", "MIME_TYPE": "audio/*"}
    ET.SubElement(header, "MEDIA_DESCRIPTOR", address)
    order = ET.SubElement(root, "TIME_ORDER")
    number = 0
    for name, marks in tiers(call).items():
        tier = ET.SubElement(root, "TIER", LINGUISTIC_TYPE_REF="default-lt", TIER_ID=name)
        for mark in apart(marks, end_s=call.duration_s):
            slots = (f"ts{2 * number + 1}", f"ts{2 * number + 2}")
            number += 1
            for slot, at_s in zip(slots, (mark.start_s, mark.end_s), strict=True):
                ET.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=slot, TIME_VALUE=str(round(1000 * at_s)))
            holder = ET.SubElement(tier, "ANNOTATION")
            places = {"ANNOTATION_ID": f"a{number}", "TIME_SLOT_REF1": slots[0], "TIME_SLOT_REF2": slots[1]}
            one = ET.SubElement(holder, "ALIGNABLE_ANNOTATION", places)
            ET.SubElement(one, "ANNOTATION_VALUE").text = mark.text
    ET.SubElement(
        root, "LINGUISTIC_TYPE", GRAPHIC_REFERENCES="false", LINGUISTIC_TYPE_ID="default-lt", TIME_ALIGNABLE="true"
    )
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def labelstudio(calls: Iterable[CallMarks]) -> str:
    """Return Label Studio tasks: parties and texts of turns, coded reasons, all as predictions."""
    tasks = []
    for call in calls:
        results = [
            _region(f"{call.name}-t{at}", mark, party, call.duration_s) for at, (party, mark) in enumerate(call.turns)
        ]
        results += [
            [
                _part(
                    f"{call.name}-r{at}",
                    mark,
                    call.duration_s,
                    kind="labels",
                    value={"labels": [mark.text.split(" ")[0]]},
                )
            ]
            for at, mark in enumerate(call.reasons)
        ]
        flat = [part for region in results for part in region]
        prediction = {"model_version": "earful", "result": flat}
        tasks.append({"data": {"audio": call.path, "language": call.language}, "predictions": [prediction]})
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def _region(name: str, mark: Mark, party: str, duration_s: float) -> list[dict[str, object]]:
    """Return a turn's two results: who, and what was said."""
    return [
        _part(name, mark, duration_s, kind="labels", value={"labels": [party]}),
        _part(name, mark, duration_s, kind="textarea", value={"text": [mark.text]}),
    ]


def _part(name: str, mark: Mark, duration_s: float, *, kind: str, value: dict[str, object]) -> dict[str, object]:
    """Return one result of a region."""
    place = {"start": round(mark.start_s, 3), "end": round(mark.end_s, 3), "channel": 0}
    return {
        "id": name,
        "from_name": {"labels": "label", "textarea": "transcription"}[kind],
        "to_name": "audio",
        "type": kind,
        "original_length": round(duration_s, 3),
        "value": {**place, **value},
    }


def rttm(call: CallMarks) -> str:
    """Return who speaks when, a line a turn; the party is the speaker's name."""
    uri = call.name.replace(" ", "_")
    return "".join(
        f"SPEAKER {uri} 1 {mark.start_s:.3f} {mark.end_s - mark.start_s:.3f} <NA> <NA> {party} <NA> <NA>\n"
        for party, mark in call.turns
        if mark.end_s > mark.start_s
    )


def srt(call: CallMarks) -> str:
    """Return subtitles, one a turn with words."""
    said = [(party, mark) for party, mark in call.turns if mark.text]
    return "\n".join(
        f"{at}\n{stamp(mark.start_s)} --> {stamp(mark.end_s)}\n{party}: {mark.text}\n"
        for at, (party, mark) in enumerate(said, start=1)
    )


def stamp(at_s: float) -> str:
    """Return a second as subtitles write it.

    Examples
    --------
    >>> stamp(3723.0456)
    '01:02:03,046'
    """
    ms = round(1000 * at_s)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"
