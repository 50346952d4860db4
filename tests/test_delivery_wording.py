import pytest

from insights.delivery.wording import is_filler, syllables, wording_of


@pytest.mark.parametrize("word", ["э", "Э-э...", "э-эм", "М-м,", "ммм", "эмэм", "Хм.", "и-э-э"])
def test_russian_spellings_of_a_filled_pause_are_fillers(word):
    assert is_filler(word, language="ru")


@pytest.mark.parametrize("word", ["это", "мой", "ну", "а", "и", "ей", "мама", "эхо", "5"])
def test_russian_words_are_no_fillers(word):
    assert not is_filler(word, language="ru")


@pytest.mark.parametrize("word", ["um", "Uh,", "umm...", "er", "erm", "hmm", "mm", "Uhm", "mhm"])
def test_english_spellings_of_a_filled_pause_are_fillers(word):
    assert is_filler(word, language="en")


@pytest.mark.parametrize("word", ["a", "am", "are", "us", "her", "home", "era", "oh", "I"])
def test_english_words_are_no_fillers(word):
    assert not is_filler(word, language="en")


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("рекомендовать", "ru", 5),
        ("ёлка", "ru", 2),
        ("в", "ru", 0),
        ("9", "ru", 2),
        ("10", "ru", 2),
        ("recommend", "en", 3),
        ("table", "en", 2),
        ("rated", "en", 2),
        ("called", "en", 1),
        ("the", "en", 1),
        ("7", "en", 2),
    ],
)
def test_syllables_are_counted_as_spoken(word, language, count):
    assert syllables(word, language=language) == count


@pytest.mark.parametrize(
    ("text", "language", "hedges", "repairs", "repeats"),
    [
        ("Девять.", "ru", 0, 0, 0),
        ("Ну, наверное, восемь.", "ru", 2, 0, 0),
        ("Четыре. Ой, нет, давайте три.", "ru", 0, 1, 0),
        ("Я я думаю, то есть, семь", "ru", 1, 1, 1),
        ("Да, да, да, конечно", "ru", 0, 0, 0),
        ("Как бы вам, ну вот ну вот, не знаю", "ru", 4, 0, 1),
        ("Nine.", "en", 0, 0, 0),
        ("Well, I guess, maybe an eight", "en", 3, 0, 0),
        ("Four, sorry, I mean three", "en", 0, 2, 0),
        ("It was the the manager", "en", 0, 0, 1),
        ("Yes, yes, of course", "en", 0, 0, 0),
    ],
)
def test_hedges_repairs_and_repetitions_are_counted_in_both_languages(text, language, hedges, repairs, repeats):
    found = wording_of(text, language=language)
    assert (found.hedge_n, found.repair_n, found.repeat_n) == (hedges, repairs, repeats)


def test_fillers_are_neither_words_nor_syllables():
    assert wording_of("Э-э... ну, девять", language="ru").word_n == 2
    assert wording_of("um, nine", language="en").syllable_n == 1


def test_no_words_count_nothing():
    assert wording_of("", language="en").word_n == 0
