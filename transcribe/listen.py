"""The listener: from recordings to dialogues, several calls at a time, every model loaded once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from audio.layout import ChannelLayout, channel_layout
from audio.recording import Recording
from audio.span import Span
from transcribe.detection import SileroDetector, SpeechDetector
from transcribe.dialogue import Dialogue, Language, Party
from transcribe.diarization.protocol import Diarizer
from transcribe.parties import PartyMap, map_parties
from transcribe.recognition.options import RecognitionOptions
from transcribe.recognition.protocol import (
    NumberListener,
    NumberPosterior,
    NumberRequest,
    Recognised,
    Recogniser,
    Window,
)
from transcribe.recognition.windows import cut_for_recognition, windows_of
from transcribe.roles import Roles, assign_roles
from transcribe.turns import turns_of, with_parties

_log = logging.getLogger("earful.listen")

LANGUAGES: tuple[Language, ...] = ("ru", "en")
# Enough speech to tell two languages apart; more windows cost time and change nothing.
LANGUAGE_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """How calls are listened to.

    Attributes
    ----------
    recognition:
        The recogniser's own options.
    models:
        Paths by model name, from ``earful.toml``.
    diarizer:
        ``offline`` (segmentation-3.0 and CAM++ out of packages), ``community-1``, or that pipeline's folder.
    channels:
        Party by lane (``channel0``, ``channel1``) as the recordings are said to be made; a prior only.
    prompts:
        Words to expect (names, products) by language.
    default_language:
        Taken when a call holds no speech to tell it by.
    """

    recognition: RecognitionOptions = field(default_factory=RecognitionOptions)
    models: Mapping[str, str] = field(default_factory=dict)
    diarizer: str = "offline"
    channels: Mapping[str, Party] = field(default_factory=dict)
    prompts: Mapping[Language, str] = field(default_factory=dict)
    default_language: Language = "ru"


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Everything the listener found in one call.

    Attributes
    ----------
    dialogue:
        Turns with parties and words.
    party_map:
        Who could be speaking when, how it was found, flags.
    layout, roles:
        How the channels are used; who is who.
    recognised:
        Every window with its quality, so that doubtful text can be listed.
    language_probability:
        Of the dialogue's language; 1.0 where it was given.
    prompt:
        What the recogniser was told to expect.
    flags:
        Everything that needs a look, from layout, parties and roles, in that order.
    """

    dialogue: Dialogue
    party_map: PartyMap
    layout: ChannelLayout
    roles: Roles
    recognised: tuple[Recognised, ...]
    language_probability: float = 1.0
    prompt: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of all that is out of the ordinary."""
        return (*self.party_map.flags, *self.roles.flags)


@dataclass(frozen=True, slots=True)
class NumberQuestion:
    """A stretch of a call in which one of a closed set of numbers may be said."""

    span: Span
    channel: int
    language: Language
    phrases: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """One call before recognition."""

    recording: Recording
    layout: ChannelLayout
    party_map: PartyMap
    windows: list[Window]
    language: Language
    language_probability: float


class Listener:
    """Listens to calls; models are loaded at the first use and kept for the worker's life.

    Parameters
    ----------
    options:
        Engines, paths, priors.
    detector, diarizer, recogniser:
        Other engines behind the same protocols; by default those of ``options``.
    """

    def __init__(
        self,
        options: ListenOptions = ListenOptions(),
        *,
        detector: SpeechDetector | None = None,
        diarizer: Diarizer | None = None,
        recogniser: Recogniser | None = None,
    ) -> None:
        self._options = options
        self._detector = detector
        self._diarizer = diarizer
        self._recogniser = recogniser

    def listen(
        self,
        recordings: Sequence[Recording],
        *,
        question_texts: Mapping[Language, Sequence[str]],
        languages: Mapping[str, Language] | None = None,
    ) -> list[Heard]:
        """Return what was heard in each recording, in order; windows of all calls are recognised side by side.

        Parameters
        ----------
        recordings:
            As many as memory allows; four to sixteen fill the recogniser's batches.
        question_texts:
            How the survey asks, by language: tells the operator from the respondent.
        languages:
            Language by call id where it is known; the others are detected.

        Raises
        ------
        ValueError
            When two recordings have the same call id.
        """
        ids = [recording.call_id for recording in recordings]
        if len(set(ids)) < len(ids):
            raise ValueError(f"call ids {', '.join(ids)}: each recording needs one of its own")
        prepared = [self._prepare(recording, (languages or {}).get(recording.call_id)) for recording in recordings]
        recognised = self._recognise(prepared)
        return [self._put_together(one, recognised, question_texts) for one in prepared]

    def number_posteriors(self, recording: Recording, questions: Sequence[NumberQuestion]) -> list[NumberPosterior]:
        """Return what the sound says about each closed set of numbers; see ``NumberListener``.

        Raises
        ------
        TypeError
            When the recogniser in use cannot score a closed set.
        """
        recogniser = self.recogniser
        scorer = getattr(recogniser, "number_posteriors", None)
        if scorer is None:
            raise TypeError(f"{recogniser.name} cannot score a closed set of numbers; use the whisper engine")
        listener: NumberListener = recogniser  # type: ignore[assignment]  # checked one line above
        return listener.number_posteriors(
            [
                NumberRequest(cut_for_recognition(recording, q.span, channel=q.channel), q.language, q.phrases)
                for q in questions
            ]
        )

    @property
    def recogniser(self) -> Recogniser:
        """The recogniser, loaded now if it wasn't yet."""
        if self._recogniser is None:
            from transcribe.recognition.load import load_recogniser

            self._recogniser = cast("Recogniser", load_recogniser(self._options.recognition))
        return self._recogniser

    @property
    def detector(self) -> SpeechDetector:
        """The speech detector; its weights are loaded at its first use."""
        if self._detector is None:
            self._detector = SileroDetector()
        return self._detector

    @property
    def diarizer(self) -> Diarizer:
        """The diarizer; its weights are loaded at its first use."""
        if self._diarizer is None:
            from transcribe.diarization.load import load_diarizer

            self._diarizer = load_diarizer(self._options.diarizer, configured=self._options.models)
        return self._diarizer

    def _prepare(self, recording: Recording, language: Language | None) -> _Prepared:
        layout = channel_layout(recording)
        party_map = map_parties(recording, layout, detector=self.detector, diarizer=self.diarizer)
        windows = windows_of(recording, party_map.speech_map)
        found, probability = (language, 1.0) if language else self._language(windows)
        _log.info("%s: %s, %s, %d windows, %s", recording.call_id, layout.kind, party_map.path, len(windows), found)
        return _Prepared(recording, layout, party_map, windows, found, probability)

    def _language(self, windows: Sequence[Window]) -> tuple[Language, float]:
        """Return the call's language by its longest windows, and its probability."""
        longest = sorted(windows, key=lambda window: -window.span.duration_s)[:LANGUAGE_WINDOWS]
        if not longest:
            return self._options.default_language, 0.0
        probabilities = self.recogniser.detect_language(longest)
        best = max(LANGUAGES, key=lambda language: probabilities.get(language, 0.0))
        return best, float(probabilities.get(best, 0.0))

    def _recognise(self, prepared: Sequence[_Prepared]) -> dict[str, list[Recognised]]:
        """Return the recognised windows by call, those of one language in one batch."""
        found: dict[str, list[Recognised]] = {one.recording.call_id: [] for one in prepared}
        for language in LANGUAGES:
            windows = [window for one in prepared if one.language == language for window in one.windows]
            if not windows:
                continue
            prompt = self._options.prompts.get(language, "")
            for result in self.recogniser.transcribe(windows, language=language, prompt=prompt):
                found[result.window.call_id].append(result)
        return found

    def _put_together(
        self,
        one: _Prepared,
        recognised: Mapping[str, Sequence[Recognised]],
        question_texts: Mapping[Language, Sequence[str]],
    ) -> Heard:
        call_id = one.recording.call_id
        turns = turns_of(one.party_map.speech_map, recognised[call_id])
        configured = self._options.channels if one.layout.separate else None
        roles = assign_roles(turns, question_texts=question_texts.get(one.language, ()), configured=configured)
        dialogue = Dialogue(call_id, one.language, with_parties(turns, roles.parties, confidence=roles.confidence))
        prompt = self._options.prompts.get(one.language, "")
        return Heard(
            dialogue,
            one.party_map,
            one.layout,
            roles,
            tuple(recognised[call_id]),
            one.language_probability,
            prompt,
        )
