"""Personal data: found, masked, bleeped, erased."""

from insights.privacy.calls import personal_in_dialogue
from insights.privacy.finding import find_personal, personal_in_text
from insights.privacy.masking import MASKS, mask
from insights.privacy.spans import PiiSpan

__all__ = ["MASKS", "PiiSpan", "find_personal", "mask", "personal_in_dialogue", "personal_in_text"]
