"""Readiness to tell about mistakes, from the words of the answer."""

from __future__ import annotations

import pytest

from insights.answers.stance import read_stance


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Да, конечно.", "ready"),
        ("Да, конечно. Я уже один раз звонил, и всё решили в тот же день.", "ready"),
        ("Ну, смотря какая ошибка. Если серьёзная, то да, конечно, скажу.", "ready"),
        ("Обязательно сообщу.", "ready"),
        ("Почему бы и нет.", "ready"),
        ("Не против, расскажу.", "ready"),
        ("Нет проблем, позвоню.", "ready"),
        ("Готовы, конечно.", "ready"),
        ("Ну, скорее нет. Не люблю я, знаете, жаловаться на людей.", "not_ready"),
        ("Нет.", "not_ready"),
        ("Вряд ли.", "not_ready"),
        ("Да нет, наверное.", "not_ready"),
        ("Не думаю, что это моё дело.", "not_ready"),
        ("Не вижу смысла, всё равно ничего не меняется.", "not_ready"),
        ("Да, но вряд ли буду звонить.", "not_ready"),
        ("Не знаю.", "unsure"),
        ("Смотря какая ошибка.", "unsure"),
        ("Может быть, посмотрим.", "unsure"),
        ("Затрудняюсь ответить.", "unsure"),
        ("Вчера привезли стол.", None),
    ],
)
def test_russian_answers_take_the_side_they_mean(text, side):
    assert read_stance(text, "ru").side == side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Yes, of course.", "ready"),
        ("I am telling you right now. Yes, I would, if somebody reacted to it.", "ready"),
        ("Sure, no problem.", "ready"),
        ("Why not.", "ready"),
        ("It depends. If it is serious, then yes.", "ready"),
        ("No.", "not_ready"),
        ("Probably not, I would just leave.", "not_ready"),
        ("I don't think so.", "not_ready"),
        ("Not really, what's the point?", "not_ready"),
        ("I am not sure.", "unsure"),
        ("Maybe.", "unsure"),
        ("It depends on the mistake.", "unsure"),
        ("The table came yesterday.", None),
    ],
)
def test_english_answers_take_the_side_they_mean(text, side):
    assert read_stance(text, "en").side == side


def test_where_the_side_is_taken_is_told_in_characters():
    text = "Ну, скорее нет. Не люблю жаловаться."
    stance = read_stance(text, "ru")
    assert text[stance.start_char : stance.end_char] == "скорее нет"
