import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.delivery.delivery import Delivery
from insights.delivery.hesitation import HESITANT_FROM, SpokenAnswer, hesitation_of

QUESTIONS = ("nps", "speed", "choice", "manager", "delivery", "mistakes")


def answer(call, question, *, level=0.0, rng=None, **changed):
    """Return an answer as slow and broken as ``level``; 0 is usual, 3 very hesitant."""
    wobble = (lambda: 0.0) if rng is None else (lambda: float(rng.normal(0, 0.3)))
    words = 4
    measures = {
        "latency_s": float(np.exp(np.log(0.6) + 0.5 * level + wobble())),
        "pause_n": 1,
        "pause_total_s": max(0.0, 0.2 + 0.6 * level + 0.3 * wobble()),
        "pause_max_s": max(0.0, 0.2 + 0.5 * level + 0.3 * wobble()),
        "filler_n": round(max(0.0, level / 1.5 + wobble())),
        "hedge_n": round(max(0.0, level / 1.2 + wobble())),
        "repeat_n": 0,
        "repair_n": round(max(0.0, level / 3 + wobble())),
        "word_n": words,
    }
    return SpokenAnswer(call, call, question, Delivery(question, **{**measures, **changed}))


def store(rng, *, calls=40, planted=()):
    levels = {(f"c{c}", q): 0.0 for c in range(calls) for q in QUESTIONS} | dict(planted)
    return [answer(call, question, level=level, rng=rng) for (call, question), level in levels.items()]


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_calls_changes_nothing_at_all(random):
    answers = store(np.random.default_rng(1), calls=8)
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert hesitation_of(shuffled) == hesitation_of(answers)


def test_the_answer_that_was_planted_is_the_most_hesitant_of_its_call(rng):
    found = hesitation_of(store(rng, planted={("c3", "nps"): 3.0}))
    call = {item.question_id: item.score for item in found if item.recording_id == "c3"}
    assert max(call, key=call.get) == "nps"
    assert call["nps"] >= HESITANT_FROM


def test_scores_follow_the_planted_hesitation_by_rank(rng):
    from scipy.stats import spearmanr

    planted = {(f"c{c}", QUESTIONS[c % 6]): float(c % 7) / 2 for c in range(40)}
    found = {(item.recording_id, item.question_id): item.score for item in hesitation_of(store(rng, planted=planted))}
    assert spearmanr(list(planted.values()), [found[key] for key in planted]).statistic >= 0.9


def test_where_nothing_is_planted_hardly_any_answer_stands_out(rng):
    scores = np.array([item.score for item in hesitation_of(store(rng))], dtype=float)
    assert np.mean(np.abs(scores) > 2) <= 0.05
    assert np.mean(scores >= HESITANT_FROM) <= 0.05


def test_a_slow_speaker_is_compared_with_himself():
    slow = [answer("slow", question, latency_s=3.0) for question in QUESTIONS]
    usual = [answer(f"c{k}", question) for k in range(6) for question in QUESTIONS]
    found = [item for item in hesitation_of([*slow, *usual]) if item.recording_id == "slow"]
    assert all(item.parts["latency"] == pytest.approx(0.0) for item in found)


def test_under_three_components_there_is_no_score():
    answers = [SpokenAnswer("c", None, q, Delivery(q, latency_s=1.0, pause_max_s=0.5)) for q in QUESTIONS]
    found = hesitation_of(answers)
    assert all(item.score is None and item.percentile is None for item in found)
    assert all(set(item.parts) == {"latency", "pause_max"} for item in found)


@pytest.mark.parametrize(("calls", "provisional"), [(29, True), (30, False)])
def test_under_thirty_answers_only_the_persons_own_baseline_counts(calls, provisional, rng):
    found = hesitation_of(store(rng, calls=calls))
    assert {item.provisional for item in found} == {provisional}
    assert {item.question_n for item in found} == {calls}
    assert {item.baseline_n for item in found} == {len(QUESTIONS) - 1}


def test_a_single_answer_has_nothing_to_be_compared_with():
    (alone,) = hesitation_of([answer("c", "nps", level=3.0)])
    assert alone.score is None
    assert alone.baseline_n == 0


def test_an_early_short_answer_is_fast_and_that_is_no_part_of_the_score(rng):
    answers = [answer("c", q) for q in QUESTIONS[1:]] + [answer("c", "nps", latency_s=-0.3, word_n=1)]
    found = {item.question_id: item for item in hesitation_of(answers)}
    assert found["nps"].fast
    assert not any(item.fast for question, item in found.items() if question != "nps")
    assert "fast" not in found["nps"].parts


def test_a_short_flat_slow_answer_stands_out_in_restraint_not_in_hesitation():
    usual = {"f0_range_st": 6.0, "level_range_db": 20.0, "artic_rate": 5.0, "word_n": 12}
    held_back = {"f0_range_st": 2.0, "level_range_db": 12.0, "artic_rate": 3.0, "word_n": 1}
    answers = [answer("c", q, **usual) for q in QUESTIONS[1:]] + [answer("c", "nps", **held_back)]
    found = {item.question_id: item for item in hesitation_of(answers)}
    assert found["nps"].restraint is not None
    assert found["nps"].restraint > 1.0
    assert found["speed"].restraint == pytest.approx(0.0, abs=0.1)


def test_percentiles_are_places_within_the_question_ties_in_the_middle():
    answers = [answer(f"c{k}", q) for k in range(4) for q in QUESTIONS]
    assert {item.percentile for item in hesitation_of(answers)} == {50.0}


def test_every_component_is_clipped_at_three():
    answers = [answer("c", q) for q in QUESTIONS[1:]] + [answer("c", "nps", latency_s=900.0)]
    found = {item.question_id: item for item in hesitation_of(answers)}
    assert found["nps"].parts["latency"] == 3.0
