"""What came out of the example study's night, in a few lines a person wants to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from insights.settings import StudyFolder
from insights.statistics.nps import nps_from_counts
from insights.store import Store, open_store
from insights.store.status_queries import mismatches, nps_counts, recording_counts, sample_reasons, study_totals

SIGNS = {-1: "complaint", 0: "neither", 1: "praise"}
REASONS_SHOWN = 3


def summary_of(study_dir: Path) -> list[str]:
    """Return the closing lines of ``earful demo``."""
    store = open_store(StudyFolder(study_dir).store, readonly=True)
    try:
        return [*counted(store), *scored(store), *mismatched(store), *reasoned(store)]
    finally:
        store.close()


def counted(store: Store) -> Iterator[str]:
    """Yield how much was heard."""
    totals, counts = study_totals(store), recording_counts(store)
    yield (
        f"calls        {counts['done']} done, {totals['minutes']:.1f} minutes; "
        f"{totals['online_interviews']} typed interviews; {totals['reasons']} reasons"
    )


def scored(store: Store) -> Iterator[str]:
    """Yield NPS by recorded and by spoken scores, phone and online apart."""
    for mode, value in (("phone", "recorded"), ("phone", "spoken"), ("online", "recorded")):
        counts = nps_counts(store, mode=mode, value=value)
        if sum(counts) == 0:
            continue
        figure = nps_from_counts(counts)
        yield (
            f"NPS          {figure.value:+.0f} [{figure.low:+.0f}; {figure.high:+.0f}] "
            f"{mode}, {value}, n = {figure.n}, {figure.method}"
        )


def mismatched(store: Store) -> Iterator[str]:
    """Yield the scores whose recorded number is not the spoken one."""
    rows = mismatches(store)
    yield f"mismatches   {len(rows)}" + ("" if rows else ": every recorded number heard is the spoken one")
    for row in rows:
        moved = ", moves the respondent's group" if row["moves_group"] else ""
        yield (
            f"  {row['interview_id']} {row['question_id']}: recorded {row['recorded_value']:g}, "
            f"spoken {row['spoken_value']:g} (confidence {row['confidence']:.2f}){moved}; {row['clip']}"
        )


def reasoned(store: Store) -> Iterator[str]:
    """Yield a few reasons with their quotes and seconds."""
    yield "reasons      (three of them; the quote plays from its first word to its last)"
    for row in sample_reasons(store, n=REASONS_SHOWN):
        score = "no score" if row["score"] is None else f"score {row['score']:g}"
        yield (
            f"  {row['code']}, {SIGNS[row['polarity']]}, {score}: «{row['quote']}» "
            f"({row['interview_id']}, {row['start_s']:.1f}-{row['end_s']:.1f} s)"
        )
