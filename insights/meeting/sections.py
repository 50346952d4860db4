"""What follows the calls on the page: cases, mismatches, the wave so far, yesterday, saved searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audio.span import Span
from insights.language.tokens import Language
from insights.meeting.calls import asked_text
from insights.meeting.days import days_before
from insights.meeting.sound import clip_sound, open_call, silenced
from insights.meeting.wording import failure_text
from insights.settings import Settings, StudyFolder
from insights.statistics.figure import BOTH_MODES, WHOLE, Figure
from insights.statistics.metrics import metrics
from insights.statistics.naming import method_text
from insights.statistics.sentences import figure_sentence
from insights.store import Store, scores_to_settle, search_turns
from insights.store import meeting_queries as rows_of
from insights.store.case_queries import case_rows

MODES = ("phone", "online", BOTH_MODES)
MISMATCHES_SHOWN = 5
CASES_SHOWN = 20
FAILED_SHOWN = 10
NEW_CASE_HOURS = 24
BEFORE_S, AFTER_S = 4.0, 1.5
TITLES = {"nps": "NPS", "csi": "CSI", "csat": "CSAT"}

Data = dict[str, Any]  # Any: what JSON holds


def case_section(store: Store, now: datetime) -> Data:
    """Return cases opened in the last day and overdue ones, the earliest due first."""
    rows = case_rows(store, now=now.astimezone(UTC).isoformat(timespec="seconds"))
    since = (now - timedelta(hours=NEW_CASE_HOURS)).astimezone(UTC)
    shown = [
        {
            "case": row["case_id"],
            "interview": row["interview_id"],
            "trigger": row["trigger"],
            "score": row["score"],
            "client": row["client_id"],
            "segment": row["segment"],
            "due": row["due_at"],
            "owner": row["owner"],
            "overdue": bool(row["overdue"]),
        }
        for row in rows
        if row["overdue"] or datetime.fromisoformat(row["opened_at"]).astimezone(UTC) >= since
    ]
    return {"rows": shown[:CASES_SHOWN], "n": len(shown), "overdue": sum(row["overdue"] for row in shown)}


def mismatch_section(store: Store, folder: StudyFolder, settings: Settings) -> list[Data]:
    """Return up to five scores to settle, each with the seconds around it as sound where it can be played."""
    shown = []
    for row in scores_to_settle(store)[:MISMATCHES_SHOWN]:
        shown.append(
            {
                "interview": row["interview_id"],
                "question": asked_text(row, settings.study.language),
                "recorded": row["recorded_value"],
                "spoken": row["spoken_value"],
                "moves": bool(row["moves_group"]),
                "audio": mismatch_sound(store, folder, settings, row),
            }
        )
    return shown


def mismatch_sound(store: Store, folder: StudyFolder, settings: Settings, row: Mapping[str, Any]) -> Data | None:
    """Return the sound around a score, or None where it cannot be played."""
    start_s = row["value_start_s"] if row["value_start_s"] is not None else row["start_s"]
    end_s = row["value_end_s"] if row["value_end_s"] is not None else row["end_s"]
    if start_s is None or row["path"] is None:
        return None
    recording = open_call(folder, row["path"], settings)
    if isinstance(recording, str):
        return None
    bleep = silenced(store, row["recording_id"], redact=settings.privacy.redact)
    span = Span(max(0.0, start_s - BEFORE_S), min(recording.duration_s, end_s + AFTER_S))
    sound = clip_sound(recording, span, settings, bleep=bleep)
    return {"type": sound.media_type, "data": sound.base64}


def wave_section(store: Store, meeting: date, language: Language) -> Data | None:
    """Return the wave so far: its figures with intervals, and one plain sentence; None without a wave."""
    wave = rows_of.wave_before(store, meeting.isoformat())
    if wave is None:
        return None
    figures = [figure for figure in metrics(store, waves=[wave]).figures if figure.slice == WHOLE]
    figures = [figure for figure in figures if figure.metric.partition(":")[0] in TITLES]
    figures = in_reading_order(figures)
    names = rows_of.code_labels(store, language)
    main = next((figure for figure in figures if figure.metric == "nps"), None)
    said = main and figure_sentence("NPS", value=main.value, low=main.low, high=main.high, n=main.n, language=language)
    return {
        "wave": wave,
        "sentence": said,
        "figures": [
            {
                "metric": title_of(figure.metric, names),
                "mode": figure.mode,
                "n": figure.n,
                "value": round(figure.value, 1),
                "low": round(figure.low, 1),
                "high": round(figure.high, 1),
                "method": method_text(figure.method, language),
                "greyed": figure.greyed,
            }
            for figure in figures
        ],
    }


def in_reading_order(figures: Sequence[Figure]) -> list[Figure]:
    """Return NPS first, then the indices, then attributes one by one, each by phone, online and both."""
    attributes = list(dict.fromkeys(figure.metric for figure in figures))
    kinds = list(TITLES)

    def place(figure: Figure) -> tuple[int, int, int]:
        mode = MODES.index(figure.mode) if figure.mode in MODES else len(MODES)
        return kinds.index(figure.metric.partition(":")[0]), attributes.index(figure.metric), mode

    return sorted(figures, key=place)


def title_of(metric: str, names: Mapping[str, str]) -> str:
    """Return a figure's name as the page shows it, an attribute by its label where the codebook has it.

    >>> title_of("csat:speed", {"speed": "Speed"})
    'CSAT: Speed'
    """
    kind, _, of = metric.partition(":")
    return f"{TITLES[kind]}: {names.get(of, of)}" if of else TITLES[kind]


def yesterday_section(store: Store, meeting: date, language: Language) -> Data:
    """Return calls, minutes and failures of the meeting's days."""
    first, last = (day.isoformat() for day in days_before(meeting))
    calls = rows_of.calls_between(store, first, last)
    counts = rows_of.interviews_between(store, first, last)
    failed, failed_n = rows_of.files_that_failed(store, limit=FAILED_SHOWN)
    return {
        "first": first,
        "phone": counts["phone"],
        "online": counts["online"],
        "unheard": counts["unheard"],
        "minutes": round(sum(row["duration_s"] or 0.0 for row in calls if row["status"] == "done") / 60, 1),
        "failed": [{"path": row["path"], "error": failure_text(row, language)} for row in failed],
        "failed_n": failed_n,
    }


def search_section(store: Store, meeting: date) -> list[Data]:
    """Return the saved searches with how many calls say this, and how many of them are new."""
    first, last = (day.isoformat() for day in days_before(meeting))
    found = []
    for row in rows_of.saved_searches(store):
        turns = [turn for turn in search_turns(store, row["search"], limit=5000) if turn.party != "operator"]
        new = {turn.recording_id for turn in turns if first <= (turn.started_at or "") < last}
        found.append(
            {
                "search": row["search"],
                "note": row["note"],
                "calls": len({turn.recording_id for turn in turns}),
                "new": len(new),
            }
        )
    return found


def problems_of_night(last_night: Mapping[str, Any] | None, now: datetime) -> list[tuple[str, Data]]:
    """Return what is to be said at the top about the last night: (label, its parts)."""
    if last_night is None:
        return [("no_night", {})]
    at = started = datetime.fromisoformat(last_night["started_at"])
    problems: list[tuple[str, Data]] = []
    if last_night["status"] in ("running", "stopped", "failed"):
        left = last_night["counts"].get("left", 0)
        problems.append((f"night_{last_night['status']}", {"at": at, "left": left}))
    if now - started > timedelta(days=4):
        problems.append(("night_old", {"at": at}))
    return problems


def replaced_of(items: Sequence[Any]) -> list[Data]:
    """Return the drawn calls that gave way, with the reason."""
    return [{"id": item.recording_id, "why": item.why} for item in items if item.status == "replaced"]
