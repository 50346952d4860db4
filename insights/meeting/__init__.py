"""The morning page: a proven random draw, played, with notes."""

from insights.meeting.building import Morning, build_morning, next_meeting
from insights.meeting.draw import Candidate, Draw, Drawn, draw_calls, frame_lines
from insights.meeting.drawing import MeetingError, commit_keys, verify_draw
from insights.meeting.hearing import HearingError, Imported, import_notes
from insights.meeting.serve import HOST, make_app

__all__ = [
    "HOST",
    "Candidate",
    "Draw",
    "Drawn",
    "HearingError",
    "Imported",
    "MeetingError",
    "Morning",
    "build_morning",
    "commit_keys",
    "draw_calls",
    "frame_lines",
    "import_notes",
    "make_app",
    "next_meeting",
    "verify_draw",
]
