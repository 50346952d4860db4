"""Cases: every unhappy customer gets one, at once from the recorded score, and overnight from the voice."""

from insights.cases.figures import case_figures
from insights.cases.following import CaseError, close_case, contact_case, dossier
from insights.cases.opening import VOICE_TRIGGERS, Opened, open_recorded_cases, open_voice_cases

__all__ = [
    "VOICE_TRIGGERS",
    "CaseError",
    "Opened",
    "case_figures",
    "close_case",
    "contact_case",
    "dossier",
    "open_recorded_cases",
    "open_voice_cases",
]
