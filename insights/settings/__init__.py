"""earful.toml as frozen options for the three packages."""

from __future__ import annotations

from insights.settings.options import Settings
from insights.settings.toml import SettingsError, load_settings, settings_text

__all__ = ["Settings", "SettingsError", "load_settings", "settings_text"]
