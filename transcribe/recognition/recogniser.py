"""openai-whisper's network in a loop of our own: many windows side by side, words with times, guards behind."""

from __future__ import annotations

import logging
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from transcribe.dialogue import Language
from transcribe.recognition.alignment import pieces_of, token_starts, words_of
from transcribe.recognition.guards import compression, guarded
from transcribe.recognition.loop import Decoded, Loop, Task
from transcribe.recognition.mel import frames_for, mel_of
from transcribe.recognition.network import FRAMES_PER_S, Heard, encode, frames_heard, heard, read
from transcribe.recognition.options import RecognitionOptions
from transcribe.recognition.protocol import (
    RECOGNITION_RATE_HZ,
    NumberPosterior,
    NumberRequest,
    Recognised,
    Window,
    WindowQuality,
)
from transcribe.recognition.rules import TokenRules, token_rules, tokenizer_of
from transcribe.recognition.unheard import unheard, window_alone, with_second_hearing
from transcribe.recognition.weights import Weights

if TYPE_CHECKING:
    from audio.recording import Samples

_log = logging.getLogger("earful.recognition")

# Silence kept behind a window, and the lengths windows are rounded up to, in seconds.
TAIL_S = 1.0
_LENGTHS_S = (4.0, 6.0, 9.0, 13.0, 20.0, 30.0)
# Nobody needs more tokens a second; a loop ends here.
_TOKENS_PER_S = 14.0
_TOKENS_AT_LEAST = 16
_REPEATING = 2.4
_SHORT_S = 13.0
# A window's first seconds tell its language.
_LANGUAGE_S = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class WhisperRecogniser:
    """Recognises windows with openai-whisper's network; see `load_recogniser`.

    Attributes
    ----------
    name:
        Engine and model, as stored with every run.
    model_sha256:
        Of the checkpoint.
    weights, options:
        The packed network and the settings.
    """

    name: str
    model_sha256: str
    weights: Weights
    options: RecognitionOptions

    def transcribe(self, windows: Sequence[Window], *, language: Language, prompt: str = "") -> list[Recognised]:
        """Return the words of each window, in order, the same whatever other windows are in the batch.

        Parameters
        ----------
        windows:
            Of any number of calls in one language.
        prompt:
            Words likely to be said, put before each window as if said earlier; empty: none.
        """
        import torch

        with torch.inference_mode():
            results = [guarded(result) for result in self._decoded(windows, language, prompt)]
            return self._heard_again(results, language, prompt)

    def detect_language(self, windows: Sequence[Window]) -> Mapping[str, float]:
        """Return probabilities of ``ru`` and ``en``, taken over these windows by their length.

        Other languages aren't considered. Without windows both are 0.5.
        """
        import torch

        scores = {"ru": 0.0, "en": 0.0}
        tokenizer = tokenizer_of(self.weights.multilingual, self.weights.num_languages, "ru")
        tokens = [tokenizer.to_language_token(name) for name in scores]
        with torch.inference_mode():
            for window in windows:
                sound = self._listen(window.samples[: round(_LANGUAGE_S * RECOGNITION_RATE_HZ)])
                start = torch.tensor([[tokenizer.sot]] * 4, device=self.weights.device)
                states, *_ = read(self.weights, sound, start)
                logprobs = self.weights.logits(states[:, 0]).float()[0, tokens].log_softmax(dim=-1)
                for name, logprob in zip(scores, logprobs.tolist()):
                    scores[name] += logprob * min(window.span.duration_s, _LANGUAGE_S)
        top = max(scores.values())
        shares = {name: math.exp(max(score - top, -700.0)) for name, score in scores.items()}
        return {name: share / sum(shares.values()) for name, share in shares.items()}

    def number_posteriors(self, requests: Sequence[NumberRequest]) -> list[NumberPosterior]:
        """Return one posterior for each request, in order; see `transcribe.recognition.witness`."""
        import torch

        from transcribe.recognition.witness import number_posteriors

        with torch.inference_mode():
            sounds = [self._listen(request.samples) for request in requests]
            return number_posteriors(self.weights, sounds, requests)

    def _heard_again(self, results: Sequence[Recognised], language: Language, prompt: str) -> list[Recognised]:
        """Decode speech that yielded no words once more, each stretch alone."""
        alone = [
            (index, window_alone(result.window, stretch))
            for index, result in enumerate(results)
            if result.dropped is None
            for stretch in unheard(result)
        ]
        again = [guarded(result) for result in self._decoded([window for _, window in alone], language, prompt)]
        _log.debug("%d windows, %d stretches heard again", len(results), len(again))
        return [
            with_second_hearing(result, [second for (owner, _), second in zip(alone, again) if owner == index])
            for index, result in enumerate(results)
        ]

    def _listen(self, samples: Samples) -> Heard:
        frames = min(frames_for(samples, tail_s=TAIL_S), self.weights.n_audio_ctx)
        return heard(self.weights, *encode(self.weights, mel_of(samples, frames=frames, n_mels=self.weights.n_mels)))

    def _decoded(self, windows: Sequence[Window], language: Language, prompt: str) -> list[Recognised]:
        rules = token_rules(self.weights, language, with_timestamps=self.options.timestamps)
        tokens = _prompt_tokens(self.weights, language, prompt)
        results: dict[int, Recognised] = {}
        waiting = list(range(len(windows)))
        for temperature in self.options.temperatures:
            # Draws are for windows whose surest readings failed: beams would lead back to those.
            loop = Loop(self.weights, rules, prompt=tokens, beams=1 if temperature > 0 else self.options.beams)
            for index, decoded in self._passed(loop, windows, waiting, temperature):
                result = self._recognised(windows[index], decoded, language, rules, temperature)
                if index not in results or _better(result, results[index]):
                    results[index] = result
            waiting = [index for index in waiting if self._fails(results[index].quality)]
            if not waiting:
                break
        return [results[index] for index in range(len(windows))]

    def _passed(
        self, loop: Loop, windows: Sequence[Window], waiting: Sequence[int], temperature: float
    ) -> list[tuple[int, Decoded]]:
        """Decode windows of like length together: short ones are read against short sound."""
        done: list[tuple[int, Decoded]] = []
        for length_s in _LENGTHS_S:
            inside = [index for index in waiting if _length_s(windows[index].samples) == length_s]
            tasks = [self._task(windows[index], length_s, temperature) for index in inside]
            # Long windows and beams take more memory each: half as many side by side.
            halved = (length_s > _SHORT_S) + (loop.beams > 1)
            side_by_side = self.options.batch >> halved
            done += [(inside[place], decoded) for place, decoded in loop.run(tasks, windows=side_by_side)]
        return done

    def _task(self, window: Window, length_s: float, temperature: float) -> Task:
        spoken_s = window.samples.size / RECOGNITION_RATE_HZ
        return Task(
            listen=lambda: self._listen(window.samples),
            frames=frames_heard(round(length_s * FRAMES_PER_S), all_frames=self.weights.n_audio_ctx),
            tokens=min(_TOKENS_AT_LEAST + round(spoken_s * _TOKENS_PER_S), self.weights.n_text_ctx // 2),
            temperature=temperature,
            seed=zlib.crc32(window.samples.tobytes()) + self.options.seed,
        )

    def _recognised(
        self, window: Window, decoded: Decoded, language: Language, rules: TokenRules, temperature: float
    ) -> Recognised:
        tokenizer = tokenizer_of(self.weights.multilingual, self.weights.num_languages, language)
        places = [place for place, token in enumerate(decoded.tokens) if token < rules.end]
        text_tokens = [decoded.tokens[place] for place in places]
        quality = WindowQuality(
            no_speech=decoded.no_speech,
            mean_logprob=float(np.mean(decoded.logprobs)),
            compression=compression(tokenizer.decode(text_tokens)),
            temperature=temperature,
        )
        pieces = pieces_of(tokenizer, text_tokens)
        if not pieces:
            return Recognised(window, (), quality)
        rows = [*places, len(decoded.tokens)] if decoded.ended else places
        frames = min(math.ceil(window.samples.size / RECOGNITION_RATE_HZ * FRAMES_PER_S), decoded.looks.shape[2])
        starts = token_starts(decoded.looks[rows].numpy(), frames=frames)
        probabilities = [math.exp(decoded.logprobs[place]) for place in places]
        return Recognised(window, words_of(window, pieces, starts, probabilities), quality)

    def _fails(self, quality: WindowQuality) -> bool:
        options = self.options
        if quality.no_speech > options.no_speech_limit and quality.mean_logprob < options.logprob_limit:
            return False
        return quality.compression > options.compression_limit or quality.mean_logprob < options.logprob_limit


def _better(new: Recognised, old: Recognised) -> bool:
    """Tell whether a later, drawn reading beats the earlier one: no loop, and surer of itself."""
    repeats, repeated = (result.quality.compression > _REPEATING for result in (new, old))
    if repeats != repeated:
        return repeated
    return new.quality.mean_logprob > old.quality.mean_logprob


def _length_s(samples: Samples) -> float:
    needed_s = samples.size / RECOGNITION_RATE_HZ + TAIL_S
    return next((length_s for length_s in _LENGTHS_S if needed_s <= length_s), _LENGTHS_S[-1])


def _prompt_tokens(weights: Weights, language: Language, prompt: str) -> list[int]:
    if not prompt.strip():
        return []
    tokenizer = tokenizer_of(weights.multilingual, weights.num_languages, language)
    limit = weights.n_text_ctx // 2 - 1
    return [tokenizer.sot_prev, *tokenizer.encode(" " + prompt.strip())[-limit:]]
