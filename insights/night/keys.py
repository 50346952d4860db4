"""Stage keys: equal key, equal result; a changed setting, survey, codebook or model touches only what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from insights.night.frame import StudyFrame, fingerprint
from insights.night.jobs import ANSWERING, DELIVERY, GROUPS, HEARING, PRIVACY, REASONS
from insights.night.tools import STAGE_VERSIONS
from insights.store import stage_key


@dataclass(frozen=True, slots=True)
class StudyKeys:
    """What the stages of every call of a study depend on, besides the call itself."""

    hearing: str
    answering: str
    delivery: str
    reasons: str
    privacy: str

    def of_call(self, sha256: str, *, language: str | None) -> dict[str, str]:
        """Return stage -> key for one recording; ``language`` as its response row says."""
        heard = stage_key("hearing", sha256, language, self.hearing)
        answered = stage_key("answering", heard, self.answering)
        keys = {
            HEARING: heard,
            ANSWERING: answered,
            DELIVERY: stage_key("delivery", answered, self.delivery),
            REASONS: stage_key("reasons", answered, self.reasons),
            PRIVACY: stage_key("privacy", heard, self.privacy),
        }
        return {stage: keys[group] for group in GROUPS for stage in group}

    def of_typed(self, texts: object) -> dict[str, str]:
        """Return stage -> key for a written interview's texts."""
        said = fingerprint(texts)
        return {
            "reasons": stage_key("reasons", said, self.answering, self.reasons),
            "privacy": stage_key("privacy", said, self.privacy),
        }


def study_keys(frame: StudyFrame, *, models: Mapping[str, str]) -> StudyKeys:
    """Return the keys of a study; ``models`` maps model names to their hashes."""
    settings, versions = frame.settings, STAGE_VERSIONS
    chosen = settings.recognition
    recognition = {"engine": chosen.engine, "model": chosen.model, "beams": chosen.beams}
    return StudyKeys(
        hearing=fingerprint(
            versions["hearing"],
            recognition,
            settings.recognition.language,
            settings.diarization,
            settings.recordings.operator_channel,
            {name: value for name, value in models.items() if name not in MEANING_MODELS},
        ),
        answering=fingerprint(versions["answering"], frame.survey),
        delivery=fingerprint(versions["delivery"]),
        reasons=fingerprint(
            versions["reasons"],
            frame.codebook,
            sorted(path.name for path in frame.folder.coders.glob("refit-*.npz"))[-1:],
            {name: models[name] for name in MEANING_MODELS if name in models},
        ),
        privacy=fingerprint(versions["privacy"], settings.privacy.redact, settings.privacy.company_names),
    )


MEANING_MODELS = ("e5-small", "navec", "slovnet-morph", "slovnet-syntax", "slovnet-ner", "en-core-web-sm")


def stages_to_do(keys: Mapping[str, str], done: Mapping[str, str]) -> frozenset[str]:
    """Return the stages whose stored key is missing or another; all of them where the words must be heard again.

    Examples
    --------
    >>> sorted(stages_to_do({"decode": "a", "reasons": "b"}, {"decode": "a", "reasons": "old"}))
    ['reasons']
    """
    changed = {stage for stage, key in keys.items() if done.get(stage) != key}
    if changed & set(HEARING):
        return frozenset(keys)
    if changed & set(ANSWERING):
        return frozenset({*ANSWERING, *DELIVERY, *REASONS, *changed} & set(keys))
    return frozenset(changed)
