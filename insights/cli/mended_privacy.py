"""Personal data found anew where a person has mended a turn: places stored for the old words do not fit the new."""

from __future__ import annotations

from pathlib import Path

from insights.privacy import personal_in_dialogue
from insights.settings import load_settings
from insights.store import Store, corrections, load_dialogue
from insights.store.privacy_queries import replace_personal


def redact_mended(store: Store, study_dir: Path, correction_id: int) -> None:
    """Find personal data anew in the call whose turn a correction has mended; other corrections change no words."""
    privacy = load_settings(study_dir).privacy
    made = next(row for row in corrections(store, undone=True) if row["correction_id"] == correction_id)
    if made["kind"] == "turn" and privacy.redact:
        dialogue = load_dialogue(store, made["recording_id"])
        found = personal_in_dialogue(dialogue, company_names=privacy.company_names)
        replace_personal(store, made["recording_id"], found)
