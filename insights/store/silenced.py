"""Stretches of a recording that are not to be heard: hidden by people, or personal data to be bleeped."""

from __future__ import annotations

from audio.span import Span
from insights.store.connection import Store


def hidden_spans(store: Store, recording_id: str) -> tuple[Span, ...]:
    """Return the stretches of a recording that people hid."""
    sql = "SELECT start_s, end_s FROM hidden_clip WHERE recording_id = ? ORDER BY start_s"
    return tuple(Span(start_s, end_s) for start_s, end_s in store.conn.execute(sql, (recording_id,)))


def personal_spans(store: Store, recording_id: str) -> tuple[Span, ...]:
    """Return the stretches of a recording where personal data is said, to be bleeped.

    Where its seconds are not known, that is the whole turn.
    """
    sql = """SELECT coalesce(pii_span.start_s, turn.start_s), coalesce(pii_span.end_s, turn.end_s)
             FROM pii_span JOIN turn USING(turn_id) WHERE turn.recording_id = ? ORDER BY 1"""
    return tuple(Span(start_s, end_s) for start_s, end_s in store.conn.execute(sql, (recording_id,)))
