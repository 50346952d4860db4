"""Personal data: found, masked, bleeped, erased."""

from insights.privacy.calls import personal_in_dialogue
from insights.privacy.consent import consent_phrase, may_process
from insights.privacy.erasure import Aged, Erased, Subject, UnknownPersonError, aged, forget, retain
from insights.privacy.finding import find_personal, personal_in_text
from insights.privacy.masking import MASKS, mask
from insights.privacy.spans import PiiSpan
from insights.privacy.views import (
    masked_part,
    note_originals_shown,
    redact_store,
    spans_of_call,
    spans_of_typed,
)

__all__ = [
    "MASKS",
    "Aged",
    "Erased",
    "PiiSpan",
    "Subject",
    "UnknownPersonError",
    "aged",
    "consent_phrase",
    "find_personal",
    "forget",
    "mask",
    "masked_part",
    "may_process",
    "note_originals_shown",
    "personal_in_dialogue",
    "personal_in_text",
    "redact_store",
    "retain",
    "spans_of_call",
    "spans_of_typed",
]
