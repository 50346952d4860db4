import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.pauses import PauseSummary, pauses_between, silent_pauses, summarised
from audio.span import Span, merged


@st.composite
def speech_spans(draw):
    edges = sorted(draw(st.lists(st.integers(0, 2000), min_size=2, max_size=24, unique=True)))
    return [Span(a / 100, b / 100) for a, b in zip(edges[::2], edges[1::2], strict=False)]


@pytest.mark.parametrize(("gap_s", "count"), [(0.24, 0), (0.25, 1), (0.26, 1), (3.0, 1)])
def test_a_silence_counts_from_a_quarter_of_a_second(gap_s, count):
    assert len(pauses_between([Span(0, 1), Span(1 + gap_s, 3 + gap_s)])) == count


def test_silence_before_the_first_and_after_the_last_sound_is_no_pause():
    assert pauses_between([Span(2, 3)], within=Span(0, 10)) == ()


@given(speech_spans(), speech_spans())
def test_pauses_overlap_neither_own_speech_nor_that_of_others(own, others):
    for pause in silent_pauses(own, others):
        assert all(pause.overlap_s(span) == 0 for span in own)
        assert sum(pause.overlap_s(span) for span in merged(others)) <= 0.1 + 1e-9
        assert pause.duration_s >= 0.25 - 1e-9


@given(speech_spans())
def test_with_nobody_else_pauses_and_speech_fill_the_time_but_for_short_gaps(own):
    spoken = merged(own)
    left_over = spoken[-1].end_s - spoken[0].start_s - sum(s.duration_s for s in spoken)
    kept = sum(pause.duration_s for pause in silent_pauses(own, []))
    assert kept <= left_over + 1e-6
    assert left_over - kept <= 0.25 * len(spoken)


def test_a_gap_in_which_somebody_else_speaks_is_no_pause_of_this_person():
    assert silent_pauses([Span(0, 1), Span(3, 4)], [Span(1.5, 2.0)]) == ()


def test_a_filler_ends_the_silence_beside_it():
    pauses = silent_pauses([Span(0, 1), Span(3, 4)], [], filled=[Span(2.0, 2.5)])
    assert pauses == (Span(1, 2.0), Span(2.5, 3))


def test_a_gap_that_is_mostly_a_dead_line_is_nobodys_pause():
    own = [Span(0, 1), Span(2, 3), Span(4, 5)]
    assert silent_pauses(own, [], not_silence=[Span(1.0, 2.0)]) == (Span(3, 4),)


def test_a_summary_of_no_pauses_has_no_median_and_no_longest():
    assert summarised([]) == PauseSummary(0, 0.0, None, None)
