import pytest

from audio.span import Span
from transcribe.dialogue import Turn, Word
from transcribe.roles import assign_roles, plain, question_points

ASKS = {
    "ru": [
        "Насколько вероятно, что вы порекомендуете нас коллегам, от нуля до десяти?",
        "Почему именно такая оценка?",
    ],
    "en": ["How likely are you to recommend us to a colleague, from zero to ten?", "Why did you give this score?"],
}
TALKS = {
    "ru": [
        ("a", "Алло?"),
        ("b", "Добрый день! Вас беспокоит служба качества. Удобно ответить на пару вопросов?"),
        ("a", "Да, давайте."),
        ("b", "Насколько верятно что вы порекомендуете нас знакомым от нуля до десети"),
        ("a", "Ну, девять."),
        ("b", "Девять, записала. А почему такая оценка?"),
        ("a", "Мы долго ждали заказ, хотя менеджер вежливый."),
        ("b", "Спасибо за ваши ответы, всего доброго."),
    ],
    "en": [
        ("a", "Hello?"),
        ("b", "Hello, I'm calling from customer care. Do you have a couple of minutes for a few questions?"),
        ("a", "Yes, go ahead."),
        ("b", "How likely are you to recomend us to a friend from zero to ten"),
        ("a", "I'd say nine."),
        ("b", "Nine, got it. And why this score?"),
        ("a", "We waited a long time for our order, but the manager is polite."),
        ("b", "Thank you for your time, have a nice day."),
    ],
}


def turns(talk, names=("a", "b")):
    lanes = dict(zip("ab", names, strict=True)) | {"c": "c"}
    made = []
    for i, (who, text) in enumerate(talk):
        span = Span(i * 5.0, i * 5.0 + 3)
        made.append(Turn("unknown", span, tuple(Word(w, span, 0.9) for w in text.split()), lanes[who]))
    return made


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("names", [("channel0", "channel1"), ("channel1", "channel0")])
def test_the_one_who_asks_is_the_operator_whatever_the_lane(language, names):
    roles = assign_roles(turns(TALKS[language], names), question_texts=ASKS[language])
    assert roles.parties == {names[0]: "respondent", names[1]: "operator"}
    assert roles.confidence > 0.95
    assert roles.flags == ()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_evidence_overrules_the_configured_channels_and_says_so(language):
    roles = assign_roles(
        turns(TALKS[language]), question_texts=ASKS[language], configured={"a": "operator", "b": "respondent"}
    )
    assert roles.parties == {"a": "respondent", "b": "operator"}
    assert roles.flags == ("channels_swapped",)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_clerk_with_other_words_is_found_without_the_questionnaire(language):
    assert assign_roles(turns(TALKS[language]), question_texts=()).parties["b"] == "operator"


def test_below_the_margin_nobody_is_named():
    roles = assign_roles(turns([("a", "Алло."), ("b", "Да-да."), ("a", "Плохо слышно.")]), question_texts=ASKS["ru"])
    assert set(roles.parties.values()) == {"unknown"}
    assert roles.flags == ("roles_unknown",)


def test_the_configured_channel_alone_names_nobody():
    roles = assign_roles(
        turns([("a", "Плохо слышно."), ("b", "Вас тоже.")]), question_texts=(), configured={"a": "operator"}
    )
    assert set(roles.parties.values()) == {"unknown"}


def test_the_third_voice_is_other():
    talk = [*TALKS["ru"], ("c", "Скажи им про доставку")]
    roles = assign_roles(turns(talk), question_texts=ASKS["ru"])
    assert roles.parties == {"a": "respondent", "b": "operator", "c": "other"}


def test_silence_has_no_parties():
    roles = assign_roles([Turn("unknown", Span(0, 1), (), "a")], question_texts=ASKS["ru"])
    assert roles.parties == {}
    assert roles.flags == ("roles_unknown",)


def test_a_clerk_alone_on_the_line_is_still_the_operator():
    roles = assign_roles(turns([turn for turn in TALKS["ru"] if turn[0] == "b"]), question_texts=ASKS["ru"])
    assert roles.parties == {"b": "operator"}


@pytest.mark.parametrize(
    "announcement",
    [
        "Абонент временно недоступен. Оставьте сообщение после сигнала.",
        "The person you are calling is not available. Please leave a message after the tone.",
    ],
)
def test_an_answering_machine_is_nobodys_answer(announcement):
    greeting = "Добрый день, служба качества, удобно ответить на пару вопросов?"
    roles = assign_roles(turns([("a", announcement), ("b", greeting)]), question_texts=ASKS["ru"])
    assert roles.parties["a"] == "other"
    assert roles.parties["b"] == "operator"
    assert "voicemail" in roles.flags


def test_a_customer_who_speaks_of_voicemail_stays_the_respondent():
    talk = [*TALKS["en"][:-1], ("a", "You always end up in voicemail."), TALKS["en"][-1]]
    roles = assign_roles(turns(talk), question_texts=ASKS["en"])
    assert roles.parties["a"] == "respondent"
    assert "voicemail" not in roles.flags


def test_garbled_and_inflected_questions_still_count():
    assert question_points([plain("почему такую оценку именно")], ["Почему именно такая оценка?"]) > 1.0
    assert question_points([plain("привезли диван с царапиной")], ["Почему именно такая оценка?"]) == 0.0


def test_the_more_is_asked_the_surer_the_roles():
    margins = [assign_roles(turns(TALKS["ru"][:n]), question_texts=ASKS["ru"]).margin for n in (2, 4, 6, 8)]
    assert margins == sorted(margins)
