"""The acoustic witness with real weights, on answers of a shipped call."""

from __future__ import annotations

from importlib import resources

import pytest

from audio.decode import load
from audio.span import Span
from insights.answers.scale_phrases import scale_phrases
from insights.answers.witness import MASS_GATE

pytestmark = pytest.mark.models

CUSTOMER = 1


def test_a_number_alone_is_heard_and_other_words_hold_none():
    from transcribe.listen import Listener, NumberQuestion

    with resources.as_file(resources.files("insights.demo") / "calls" / "en01_stereo.flac") as path:
        recording = load(path, call_id="en01")
    phrases = scale_phrases("en", (1, 5))
    spans = (Span(50.1, 50.9), Span(21.7, 22.8))
    questions = [NumberQuestion(span, CUSTOMER, "en", phrases) for span in spans]
    five, go_ahead = Listener().number_posteriors(recording, questions)
    assert five.mass >= MASS_GATE
    assert max(five.values, key=five.values.__getitem__) == 5
    assert five.values[5.0] >= 0.9
    assert go_ahead.mass < MASS_GATE
