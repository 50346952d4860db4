"""The harness's counts, against a made-up call whose figures are known."""

from __future__ import annotations

import json

import pytest

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.delivery.delivery import Delivery, PauseRow
from insights.quality.coding import count_reasons, quote_overlap
from insights.quality.gold import GoldCall, responses_of
from insights.quality.measures import measure_call, pooled
from insights.quality.observed import Observed
from insights.quality.report import LINES, f1, figures, p90_abs_ms, report_json, report_table
from insights.quality.timing import matched_pauses
from insights.quality.truth import TruthError, read_truth, truth_from
from insights.reasons.reason import Reason
from insights.survey.questionnaire import Question, Survey
from transcribe.dialogue import Dialogue, Turn, Word

SURVEY = Survey(
    "short",
    1,
    ("en",),
    (
        Question("nps", "nps", {"en": "How likely are you to recommend us, from zero to ten?"}, (0, 10)),
        Question("speed", "attribute", {"en": "How do you rate the speed, from one to five?"}, (1, 5)),
        Question("tell", "ncs", {"en": "Would you tell us about mistakes?"}),
    ),
)


def told() -> dict:
    """Return a truth file's content: two scores and a readiness answer."""
    return {
        "id": "made-up",
        "language": "en",
        "turns": [
            {"role": "operator", "start": 0.0, "end": 2.0, "text": "From zero to ten?", "pauses": []},
            {
                "role": "customer",
                "start": 2.5,
                "end": 5.0,
                "text": "Well, eight.",
                "pauses": [{"start": 3.0, "end": 4.0, "kind": "silent"}],
                "words": [["Well,", 2.5, 3.0], ["eight.", 4.0, 5.0]],
            },
            {"role": "operator", "start": 6.0, "end": 8.0, "text": "And the speed?", "pauses": []},
            {"role": "customer", "start": 8.4, "end": 10.0, "text": "Four, slow delivery.", "pauses": []},
            {"role": "operator", "start": 11.0, "end": 12.0, "text": "Would you tell us?", "pauses": []},
            {"role": "customer", "start": 12.3, "end": 13.0, "text": "Yes.", "pauses": []},
        ],
        "questions": [
            {"key": "nps", "turn": 0, "start": 0.0, "end": 2.0},
            {"key": "speed", "turn": 2, "start": 6.0, "end": 8.0},
            {"key": "why_price", "turn": 2, "start": 6.0, "end": 8.0},
            {"key": "tell", "turn": 4, "start": 11.0, "end": 12.0},
        ],
        "answers": [
            answer("nps", 8, "0-10", 1, (2.5, 5.0), 0.5),
            answer("speed", 4, "1-5", 3, (8.4, 10.0), 0.4),
            answer("tell", "yes", "yes/no", 5, (12.3, 13.0), 0.3),
        ],
        "reasons": [{"turn": 3, "category": "delivery", "polarity": "negative", "quote": "slow delivery"}],
        "questionnaire": {"nps": 9, "speed": 4},
    }


def answer(key, value, scale, turn, span, latency) -> dict:
    start, end = span
    return {
        "key": key,
        "value": value,
        "scale": scale,
        "turn": turn,
        "start": start,
        "end": end,
        "response_latency": latency,
    }


def turn(party, start_s, end_s, text) -> Turn:
    return Turn(party, Span(start_s, end_s), tuple(Word(word, Span(start_s, end_s), 0.9) for word in text.split()))


def observed(**changes) -> Observed:
    """Return what a night might have stored: the speed question missed, its score abstained."""
    found = {
        "dialogue": Dialogue(
            "made-up",
            "en",
            (
                turn("operator", 0.0, 2.0, "From 0 to 10?"),
                turn("respondent", 2.5, 5.0, "Well, eight."),
                turn("operator", 6.0, 8.0, "And the speed?"),
                turn("operator", 8.4, 10.0, "Four, slow deliver."),
                turn("operator", 11.0, 12.0, "Would you tell us?"),
                turn("respondent", 12.3, 13.0, "Yes."),
            ),
        ),
        "asked": (Asked("nps", Span(0.1, 1.9), 0, 1.0), Asked("tell", Span(30.0, 31.0), 4, 0.9)),
        "answers": (
            Answer("nps", (1,), "Well, eight.", Span(2.5, 5.0), 8.0),
            Answer("speed", (3,), "Four", Span(8.4, 10.0), None),
            Answer("tell", (5,), "Yes.", Span(12.3, 13.0), 1.0),
        ),
        "deliveries": (Delivery("nps", latency_s=0.6, time_to_value_s=2.1), Delivery("tell", latency_s=0.1)),
        "pauses": (PauseRow("silent", Span(3.1, 4.0), 1, 0.9), PauseRow("latency", Span(2.0, 2.5), 1, 0.9)),
        "reasons": (reason("delivery", -1, "Four, slow"), reason("price", -1, "Four")),
        "recorded": {"nps": (9.0, "mismatch"), "speed": (4.0, "recorded_only")},
    }
    return Observed(**{**found, **changes})


def reason(code, polarity, quote, span=Span(8.5, 9.5)) -> Reason:  # noqa: B008 - a span never changes
    return Reason("speed", code, polarity, quote, 0, span, 3, 0.8, "keyword")


def test_every_count_of_the_made_up_call_is_as_known():
    measures = measure_call(truth_from(told()), observed(), SURVEY)
    assert (measures.words.said, measures.words.errors) == (17, 1)
    assert (measures.words.aligned, measures.words.wrong_party) == (16, 2)
    assert (measures.questions.put, measures.questions.found, measures.questions.false) == (3, 1, 1)
    scores = measures.scores
    assert (scores.said, scores.exact, scores.abstained, scores.wrong) == (2, 1, 1, 0)
    assert (scores.stances, scores.stances_right) == (1, 1)
    mismatches = measures.mismatches
    assert (mismatches.there, mismatches.found, mismatches.false, mismatches.comparable) == (1, 1, 0, 2)
    assert (measures.pauses.found, measures.pauses.missed, measures.pauses.false) == (1, 0, 0)
    assert measures.pauses.duration_errors_s == pytest.approx((-0.1,))
    assert measures.latency_errors_s == pytest.approx((0.1, -0.2))
    assert measures.time_to_value_errors_s == pytest.approx((0.1,))
    reasons = measures.reasons
    assert (reasons.found, reasons.missed, reasons.false, reasons.polarity_right) == (1, 0, 1, 1)
    assert reasons.quote_overlaps == pytest.approx((0.5,))


def test_a_wrong_score_and_an_invented_one_are_not_abstentions():
    untold = told()
    untold["answers"][1]["value"] = None
    answers = (
        Answer("nps", (1,), "eight", Span(2.5, 5.0), 9.0),
        Answer("speed", (3,), "Four", Span(8.4, 10.0), 4.0),
    )
    scores = measure_call(truth_from(untold), observed(answers=answers), SURVEY).scores
    assert (scores.exact, scores.wrong, scores.abstained, scores.invented, scores.unsaid) == (0, 1, 0, 1, 1)


def test_an_agreement_raised_without_cause_is_a_false_mismatch():
    recorded = {"nps": (9.0, "match"), "speed": (4.0, "mismatch")}
    mismatches = measure_call(truth_from(told()), observed(recorded=recorded), SURVEY).mismatches
    assert (mismatches.there, mismatches.found, mismatches.false) == (1, 0, 1)


def test_a_question_stored_twice_is_found_once_and_false_once():
    asked = (Asked("nps", Span(0.1, 1.9), 0, 1.0), Asked("nps", Span(0.2, 1.8), 0, 1.0))
    questions = measure_call(truth_from(told()), observed(asked=asked), SURVEY).questions
    assert (questions.found, questions.false) == (1, 1)


def test_the_polarity_is_judged_apart_from_the_code():
    counts = count_reasons(truth_from(told()), observed(reasons=(reason("delivery", 1, "slow delivery"),)))
    assert (counts.found, counts.polarity_right, counts.quote_overlaps) == (1, 0, (1.0,))


def test_a_reason_in_another_turn_is_missed_and_false():
    counts = count_reasons(truth_from(told()), observed(reasons=(reason("delivery", -1, "Yes", Span(12.4, 12.9)),)))
    assert (counts.found, counts.missed, counts.false) == (0, 1, 1)


def test_codes_that_name_no_reason_are_left_out_on_both_sides():
    counts = count_reasons(truth_from(told()), observed(), leave_out=["price"])
    assert (counts.found, counts.missed, counts.false) == (1, 0, 0)


@pytest.mark.parametrize(
    ("true", "stored", "expected"),
    [
        ([], [], (0, 0, 0)),
        ([Span(1, 2)], [], (0, 1, 0)),
        ([], [Span(1, 2)], (0, 0, 1)),
        ([Span(1, 2)], [Span(1.6, 2.0)], (0, 1, 1)),
        ([Span(1, 2)], [Span(1.5, 2.0)], (1, 0, 0)),
        ([Span(1, 2)], [Span(1, 1.6), Span(1.7, 2.0)], (1, 0, 1)),
        ([Span(1, 2), Span(2.1, 3)], [Span(1, 3)], (1, 1, 0)),
    ],
)
def test_pauses_are_matched_at_most_once(true, stored, expected):
    counts = matched_pauses(true, stored)
    assert (counts.found, counts.missed, counts.false) == expected


def test_gaps_between_timed_words_are_pauses_and_vague_turns_hold_no_false_ones():
    pauses = (
        PauseRow("silent", Span(3.1, 4.0), 1, 0.9),
        PauseRow("silent", Span(4.4, 4.8), 1, 0.9),
        PauseRow("silent", Span(8.9, 9.4), 3, 0.9),
    )
    counts = measure_call(truth_from(told()), observed(pauses=pauses), SURVEY).pauses
    assert (counts.found, counts.missed, counts.false) == (1, 0, 1)
    unlisted = told()
    unlisted["turns"][1]["pauses"] = []
    assert measure_call(truth_from(unlisted), observed(), SURVEY).pauses.found == 1


def test_pooled_counts_are_the_sums_of_the_calls():
    one = measure_call(truth_from(told()), observed(), SURVEY)
    both = pooled([one, one])
    assert both.words.said == 2 * one.words.said
    assert both.pauses.duration_errors_s == one.pauses.duration_errors_s * 2
    assert len(both.latency_errors_s) == 4


def test_nothing_to_pool_is_an_error_that_says_so():
    with pytest.raises(ValueError, match="no calls to pool"):
        pooled([])


@pytest.mark.parametrize(("errors", "p90"), [([], None), ([0.1], 100.0), ([0.0, -0.1], 90.0)])
def test_the_90th_percentile_is_interpolated(errors, p90):
    assert p90_abs_ms(errors) == (None if p90 is None else pytest.approx(p90))


def test_f1_of_known_counts():
    assert f1(1, 0, 1) == pytest.approx(2 / 3)
    assert f1(0, 0, 0) is None


def test_quotes_overlap_by_their_words():
    assert quote_overlap("slow delivery", "slow delivery today", "en") == pytest.approx(0.8)
    assert quote_overlap("slow", "fast", "en") == 0.0


def test_every_figure_has_its_n_and_the_table_names_every_call():
    one = measure_call(truth_from(told()), observed(), SURVEY)
    assert {figure["metric"] for figure in figures(one)} == {line.metric for line in LINES}
    values = {figure["metric"]: (figure["value"], figure["n"]) for figure in figures(one)}
    assert values["word_error"] == (pytest.approx(1 / 17, abs=1e-4), 17)
    assert values["mismatches_found"] == (1.0, 1)
    table = report_table([one, pooled([one])])
    assert "made-up" in table.splitlines()[0]
    assert len(table.splitlines()) == len(LINES) + 1
    assert json.dumps(report_json([one], [pooled([one])], {"channels": "stereo"}))


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "no JSON"), ('{"id": "x"}', "language"), ('{"id": "x", "language": "ru", "turns": [{}]}', "role")],
)
def test_a_bad_truth_file_is_named_with_what_is_wrong(tmp_path, content, says):
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TruthError, match=says):
        read_truth(path)


def test_responses_are_told_the_names_of_the_files_in_the_study(tmp_path):
    (tmp_path / "responses").mkdir()
    rows = "interview_id,mode,recording,nps\ni-1,phone,made-up_stereo.wav,7\nweb,online,,9\n"
    (tmp_path / "responses" / "a.csv").write_text(rows, encoding="utf-8")
    call = GoldCall(truth_from(told()), tmp_path / "made-up_stereo.wav")
    assert responses_of(tmp_path, [call], {"made-up": "made-up_mono.flac"}) == [
        {"interview_id": "i-1", "mode": "phone", "recording": "made-up_mono.flac", "nps": "7"}
    ]


def test_without_responses_the_truths_own_questionnaire_is_recorded(tmp_path):
    call = GoldCall(truth_from(told()), tmp_path / "made-up_stereo.wav")
    row = responses_of(tmp_path, [call], {"made-up": "made-up.wav"})[0]
    assert (row["nps"], row["speed"], row["recording"]) == ("9", "4", "made-up.wav")
