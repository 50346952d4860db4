"""The morning page: a proven random draw, played, with notes.

``insights.meeting.serve`` serves the pages; it is not imported here, because every night imports this room.
"""

from insights.meeting.building import Morning, build_morning, next_meeting
from insights.meeting.draw import Candidate, Draw, Drawn, draw_calls, frame_lines
from insights.meeting.drawing import MeetingError, commit_keys, verify_draw
from insights.meeting.hearing import HearingError, Imported, import_notes

__all__ = [
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
    "next_meeting",
    "verify_draw",
]
