"""earful.toml as frozen options for the three packages, and where things lie in a study."""

from __future__ import annotations

from insights.settings.folder import StudyFolder, make_private, write_private
from insights.settings.options import Settings
from insights.settings.person import person_here
from insights.settings.toml import SettingsError, load_settings, settings_text

__all__ = [
    "Settings",
    "SettingsError",
    "StudyFolder",
    "load_settings",
    "make_private",
    "person_here",
    "settings_text",
    "write_private",
]
