"""From tokens to timed words, and words nobody said cut again."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audio.span import Span
from transcribe.dialogue import Word
from transcribe.recognition.alignment import Piece, in_speech, path_starts, pieces_of, token_starts, words_of
from transcribe.recognition.guards import RULES, compression, guarded, plain
from transcribe.recognition.protocol import Recognised, Window, WindowQuality
from transcribe.recognition.rules import tokenizer_of
from transcribe.recognition.unheard import unheard, window_alone, with_second_hearing

SURE = WindowQuality(no_speech=0.05, mean_logprob=-0.2, compression=1.0)


def window(start_s=10.0, end_s=14.0, speech=((10.2, 13.8),)):
    samples = np.zeros(round((end_s - start_s) * 16000), dtype=np.float32)
    return Window("call", "channel1", Span(start_s, end_s), tuple(Span(*pair) for pair in speech), samples)


def said(text, quality=SURE, heard=None):
    heard = heard or window()
    words = text.split()
    width = (heard.span.duration_s - 0.4) / max(len(words), 1)
    start_s = heard.span.start_s + 0.2
    timed = [Word(word, Span(start_s + i * width, start_s + (i + 1) * width), 0.9) for i, word in enumerate(words)]
    return Recognised(heard, tuple(timed), quality)


def text_of(result):
    return " ".join(word.text for word in result.words)


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("ru", " Ну, где-то восемь-девять.", ["Ну,", "где-то", "восемь-девять."]),
        ("ru", " Ещё — нет…", ["Ещё", "нет…"]),
        ("en", " I'd say 7.5, please!", ["I'd", "say", "7.5,", "please!"]),
        ("en", " ...", []),
    ],
)
def test_words_are_what_stands_between_blanks(language, text, words):
    tokenizer = tokenizer_of(True, 99, language)
    tokens = tokenizer.encode(text)
    pieces = pieces_of(tokenizer, tokens)
    assert [piece.text for piece in pieces] == words
    assert all(tokenizer.decode(tokens[piece.first : piece.last]).strip() == piece.text for piece in pieces)


def cheapest(cost):
    """Every monotone path, by brute force."""
    rows, columns = cost.shape
    best = np.inf
    for steps in itertools.product(((1, 0), (0, 1), (1, 1)), repeat=rows + columns - 2):
        row = column = 0
        total = cost[0, 0]
        for down, right in steps:
            if (row, column) == (rows - 1, columns - 1):
                break
            row, column = row + down, column + right
            if row >= rows or column >= columns:
                break
            total += cost[row, column]
        if (row, column) == (rows - 1, columns - 1):
            best = min(best, total)
    return best


@given(arrays(np.float64, (3, 3), elements=st.integers(0, 5)))
def test_the_path_through_a_cost_matrix_is_as_cheap_as_any(cost):
    starts = path_starts(cost)
    assert starts[0] == 0
    assert all(np.diff(starts) >= 0)
    ends = [*starts[1:], cost.shape[1] - 1]
    totals = []
    for shared in itertools.product((0, 1), repeat=2):
        edges = [max(end - keep, start) for end, keep, start in zip(ends[:-1], shared, starts[:-1])] + [ends[-1]]
        totals.append(sum(cost[row, starts[row] : edges[row] + 1].sum() for row in range(3)))
    assert min(totals) == pytest.approx(cheapest(cost))


def test_tokens_start_where_the_heads_begin_to_look_at_them():
    looks = np.full((4, 2, 120), -4.0, dtype=np.float32)
    for token, (first, last) in enumerate([(5, 30), (30, 55), (55, 90), (90, 100)]):
        looks[token, :, first:last] = 4.0
    assert token_starts(looks, frames=100).tolist() == pytest.approx([0, 30, 55, 90], abs=3)


def test_words_take_their_times_from_tokens_and_speech():
    heard = window(speech=((10.5, 11.0), (12.0, 13.0)))
    pieces = (Piece("Ну,", 0, 2), Piece("девять.", 2, 3))
    words = words_of(heard, pieces, np.array([0, 10, 45, 160]), [0.5, 0.7, 0.9])
    assert [word.text for word in words] == ["Ну,", "девять."]
    assert words[0].span == Span(10.5, 10.9)
    assert words[1].span == Span(12.0, 13.0)
    assert words[0].confidence == pytest.approx(0.6)


def test_a_text_that_was_cut_off_ends_with_its_window():
    words = words_of(window(), (Piece("да", 0, 1),), np.array([20]), [0.5])
    assert words[0].span == Span(10.4, 13.8)


def test_a_word_outside_all_speech_stays_where_it_is():
    assert in_speech(Span(1, 2), (Span(5, 6),)) == Span(1, 2)
    assert in_speech(Span(1, 2), ()) == Span(1, 2)


@pytest.mark.parametrize(
    ("text", "left", "rule"),
    [
        ("Субтитры сделал DimaTorzok", "", "subtitle_credit"),
        ("Пять. Продолжение следует...", "Пять. Продолжение следует...", None),
        ("Продолжение следует...", "", "subtitle_credit"),
        ("ДИНАМИЧНАЯ МУЗЫКА", "", "subtitle_credit"),
        ("Восемь. Спасибо за просмотр!", "Восемь.", "subtitle_credit"),
        ("Thank you for watching.", "", "subtitle_credit"),
        ("Thank you. Ten.", "Thank you. Ten.", None),
        ("[Music]", "", "subtitle_credit"),
        ("music was too loud", "music was too loud", None),
        ("да да да да", "да да да да", None),
        ("no no no no no no no no no", "no", "loop"),
        ("so what I mean what I mean what I mean what I mean yes", "so what I mean yes", "loop"),
        ("Да, однозначно десять.", "Да, однозначно десять.", None),
    ],
)
def test_what_nobody_said_is_cut_and_the_rule_named(text, left, rule):
    result = guarded(said(text))
    assert text_of(result) == left
    assert result.dropped == rule


@pytest.mark.parametrize(
    ("no_speech", "logprob", "repeats", "kept"),
    [(0.9, -0.6, 1.0, False), (0.9, -0.1, 2.6, False), (0.9, -0.1, 1.0, True), (0.2, -0.9, 1.0, True)],
)
def test_text_goes_where_the_network_hears_no_speech_and_doubts_its_words(no_speech, logprob, repeats, kept):
    result = guarded(said("Спасибо большое", WindowQuality(no_speech, logprob, repeats)))
    assert bool(result.words) is kept
    assert result.dropped == (None if kept else "silence")


def test_more_words_than_a_mouth_can_say_are_cut():
    short = window(10.0, 10.9, speech=((10.3, 10.6),))
    result = guarded(said("one two three four five six seven eight", heard=short))
    assert (result.words, result.dropped) == ((), "crowded")


def test_every_guard_keeps_an_ordinary_answer():
    result = said("Наверное, девять, потому что менеджер перезвонил.")
    assert all(rule(result) == result.words for rule in RULES)


def test_repetition_is_seen_by_compression():
    assert compression("") == 0.0
    assert compression("нет " * 40) > 2.4 > compression("Пять, конечно, Ольга молодец.")


def test_plain_text_has_neither_case_nor_marks():
    assert plain("«Ещё, раз!»") == "еще раз"


def test_speech_without_words_is_found_and_short_clicks_are_not():
    heard = window(speech=((10.2, 11.0), (12.0, 12.4), (13.0, 13.1)))
    result = Recognised(heard, (Word("пять", Span(10.3, 10.9), 0.9),), SURE)
    assert unheard(result) == (Span(12.0, 12.4),)


def test_a_long_hole_inside_speech_is_found():
    heard = window(speech=((10.2, 13.8),))
    result = Recognised(heard, (Word("пять", Span(10.3, 10.9), 0.9),), SURE)
    assert unheard(result) == (Span(11.15, 13.8),)


def test_a_stretch_heard_alone_is_padded_and_louder():
    heard = window()
    loud = Window("call", "channel1", heard.span, heard.speech, np.full(64000, 0.1, dtype=np.float32))
    alone = window_alone(loud, Span(12.0, 12.4))
    assert alone.span == Span(11.85, 12.55)
    assert alone.samples.size == round(0.7 * 16000)
    assert float(alone.samples.max()) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("quality", "believed"),
    [(SURE, True), (WindowQuality(0.8, -0.1, 1.0), False), (WindowQuality(0.1, -1.2, 1.0), False)],
)
def test_a_second_hearing_counts_only_where_it_is_sure(quality, believed):
    first = Recognised(window(), (Word("пять", Span(13.0, 13.5), 0.9),), SURE)
    second = Recognised(window(), (Word("ну", Span(10.5, 10.8), 0.8),), quality)
    both = with_second_hearing(first, [second])
    assert text_of(both) == ("ну пять" if believed else "пять")
