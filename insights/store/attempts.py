"""Interviews that took place, told from attempts: refusals and missed calls have rows too, and nothing to hear."""

from __future__ import annotations

TOOK_PLACE = """(coalesce(interview.disposition, '') = '' OR interview.recording_name IS NOT NULL
  OR EXISTS (SELECT 1 FROM answer WHERE answer.interview_id = interview.interview_id
             AND coalesce(answer.recorded_text, answer.text) IS NOT NULL))"""
"""A condition on ``interview``: its row gives no disposition, or names a recording, or an answer is known."""
