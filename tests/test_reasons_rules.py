"""Reasons by words and rules alone: no weights needed."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.span import Span
from insights.answers.answer import Answer, Asked
from insights.reasons import ReasonCoder, Statement, statements_of, statements_of_typed
from insights.reasons.clauses import clauses
from insights.reasons.mixup import mix_up
from insights.reasons.reading import read
from insights.survey.codebook import Codebook
from insights.survey.loading import code_from
from insights.survey.questionnaire import Question, Survey
from transcribe.dialogue import Dialogue, Turn, Word

TRAPS = Path(__file__).parent / "reasons_traps"


def book(name: str) -> Codebook:
    table = tomllib.loads((TRAPS / name).read_text(encoding="utf-8"))
    return Codebook(table["name"], table["version"], tuple(code_from(code) for code in table["code"]))


@pytest.fixture(scope="module")
def coder() -> ReasonCoder:
    return ReasonCoder(book("shop.toml"))


def coded(coder: ReasonCoder, text: str, language: str = "ru", **facts) -> set[tuple[str, int]]:
    statement = Statement("why", language, text, **facts)
    return {(reason.code_id, reason.polarity) for reason in coder.code([statement])[0]}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("долго, но вежливо", "ru", {("speed", -1), ("manager", 1)}),
        ("slow but polite", "en", {("speed", -1), ("manager", 1)}),
        ("по доставке нареканий нет", "ru", {("delivery", 1)}),
        ("no complaints about the delivery", "en", {("delivery", 1)}),
        ("хотелось бы быстрее", "ru", {("speed", -1)}),
        ("доставка приехала раньше чем обещали", "ru", {("delivery", 1)}),
        ("the delivery came earlier than they said", "en", {("delivery", 1)}),
        ("the manager couldn't have been nicer", "en", {("manager", 1)}),
        ("never got it they lost the delivery", "en", {("delivery", -1)}),
        ("a mistake in the invoice that wasn't there before", "en", {("documents", -1)}),
        ("i wish the range was wider", "en", {("assortment", -1)}),
        ("у мегафона дешевле", "ru", {("price", -1)}),
        ("cheaper than anywhere else", "en", {("price", 1)}),
        ("сосед говорит что у вас дорого", "ru", set()),
        ("my neighbour says you are slow", "en", set()),
        ("да да хорошо понятно", "ru", set()),
        ("yeah sure thanks", "en", set()),
        ("мены б жиры вежливые", "ru", {("manager", 1)}),
        ("the delivary is always late", "en", {("delivery", -1)}),
        ("а вы откуда звоните", "ru", set()),
        ("никогда не опаздывали с доставкой", "ru", {("delivery", 1)}),
        ("не могу сказать что дорого", "ru", {("price", 1)}),
        ("i wouldn't say you are expensive", "en", {("price", 1)}),
        ("дешевле чем у вас никто не продаёт", "ru", {("price", 1)}),
        ("nobody sells cheaper than you", "en", {("price", 1)}),
        ("цены выше чем в центре", "ru", {("price", -1)}),
        ("your prices are higher than elsewhere", "en", {("price", -1)}),
        ("была проблема с доставкой, но вы всё исправили", "ru", {("delivery", 1)}),
        ("there was a problem with the delivery but now you fixed it", "en", {("delivery", 1)}),
        ("у других доставка ужасная, а у вас привозят вовремя", "ru", {("delivery", 1)}),
        ("elsewhere the delivery is awful but yours comes on time", "en", {("delivery", 1)}),
        ("муж говорит что доставка долгая, и я с ним согласна", "ru", {("delivery", -1)}),
        ("my husband says the delivery is slow and i agree with him", "en", {("delivery", -1)}),
        ("доставка с ашибками", "ru", {("delivery", -1)}),
        ("надо подумать", "ru", set()),
        ("я менеджеру не звонил", "ru", set()),
        ("i never called the manager", "en", set()),
        ("the quality isn't great", "en", {("quality", -1)}),
    ],
)
def test_each_trap_is_read_as_a_person_would(coder, text, language, expected) -> None:
    assert coded(coder, text, language) == expected


def test_what_is_named_when_asked_for_improvements_is_a_complaint(coder) -> None:
    assert coded(coder, "сайт", asked_text="Что нам стоит улучшить?") == {("website", -1)}


def test_the_rest_of_what_was_asked_about_is_no_reason_of_its_own(coder) -> None:
    asked = {"asked_text": "Чего не хватило до пятёрки?", "question_kind": "attribute", "attribute": "assortment"}
    text = "Большой упаковки не бывает, а так ассортимент хороший, всё нормально"
    assert coded(coder, text, **asked) == {("assortment", -1)}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Доставку, а так цены нормальные и менеджер на связи.",
            "ru",
            {("delivery", -1), ("price", 1), ("manager", 1)},
        ),
        ("Сайт, в остальном всё устраивает.", "ru", {("website", -1)}),
        ("В остальном хорошо, но хотелось бы доставку побыстрее", "ru", {("delivery", -1)}),
        ("Сайт, а остальное: цены высокие", "ru", {("website", -1), ("price", -1)}),
        ("The website, otherwise the prices are fine.", "en", {("website", -1), ("price", 1)}),
        ("The delivery. The rest is good, the manager too.", "en", {("delivery", -1), ("manager", 1)}),
    ],
)
def test_what_is_left_beside_the_improvement_named_is_praised(coder, text, language, expected) -> None:
    asked = {"ru": "Что нам стоит улучшить?", "en": "What should we improve?"}[language]
    assert coded(coder, text, language, asked_text=asked) == expected


def test_a_thing_merely_named_takes_the_side_of_the_score(coder) -> None:
    assert coded(coder, "из-за цены", score=2, scale=(0, 10)) == {("price", -1)}
    assert coded(coder, "из-за цены") == set()


def test_praise_under_a_low_score_is_flagged_and_not_turned_round(coder) -> None:
    statement = Statement("why", "ru", "менеджер просто отличный", score=1, scale=(0, 10))
    (reason,) = coder.code([statement])[0]
    assert reason.polarity == 1
    assert reason.flags == ("sarcasm?",)


def test_a_mix_up_takes_back_what_was_said_before_it_and_keeps_what_follows(coder) -> None:
    text = "доставка ужасная ой это я про другой магазин говорю а у вас цены хорошие"
    reasons = coder.code([Statement("why", "ru", text)])[0]
    assert [(reason.code_id, reason.polarity) for reason in reasons] == [("mistaken_company", 0), ("price", 1)]
    assert "про другой магазин" in reasons[0].quote


def test_a_mistaken_identity_found_late_takes_back_earlier_turns_of_the_call(coder) -> None:
    said = ("доставка всё время опаздывает", "ой, извините, я вас с другой компанией перепутал")
    statements = [Statement("nps", "ru", text, turn_idx=at) for at, text in enumerate(said)]
    first, second = coder.code(statements)
    assert first == ()
    assert [reason.code_id for reason in second] == ["mistaken_company"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("курьер перепутал заказы", "ru"), ("накладные вечно путают", "ru"), ("the courier mixed up the orders", "en")],
)
def test_somebody_else_mixing_up_orders_is_no_mistaken_company(text, language) -> None:
    assert mix_up(read(text, language), language) is None


WORDS = ["долго", "но", "менеджер", "вежливый,", "цены.", "не", "очень", "ой", "это", "про", "другой", "банк", "ну"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_every_quote_is_a_verbatim_piece_of_the_answer(words) -> None:
    text = " ".join(words)
    for reason in ReasonCoder(book("shop.toml")).code([Statement("why", "ru", text)])[0]:
        assert text[reason.start_char : reason.start_char + len(reason.quote)] == reason.quote


@pytest.mark.parametrize("mangle", [str.lower, lambda text: text.replace(",", "").replace(".", "")])
def test_case_and_punctuation_change_no_code(coder, mangle) -> None:
    for text in ("Цены хорошие, а сайт неудобный.", "Менеджер вежливый. Доставка, правда, опаздывает."):
        assert coded(coder, mangle(text)) == coded(coder, text)


def test_fillers_change_no_code(coder) -> None:
    assert coded(coder, "ну э как бы менеджер ну такая вежливая значит") == coded(coder, "менеджер такая вежливая")


def test_clauses_part_at_pauses_of_the_voice() -> None:
    words = [Word(text, Span(at, at + 0.3), 1.0) for text, at in (("дорого", 0.0), ("долго", 1.5))]
    text = "дорого долго"
    found = clauses(read(text, "ru", words=words), text, "ru")
    assert [clause.text_in(text) for clause in found] == ["дорого", "долго"]


# --- linking -----------------------------------------------------------------------------------

SURVEY = Survey(
    "s",
    1,
    ("ru",),
    (
        Question("nps", "nps", {"ru": "Порекомендуете нас?"}, scale=(0, 10)),
        Question("why_nps", "open", {"ru": "Почему такая оценка?"}, follows="nps"),
        Question("manager", "attribute", {"ru": "Работа менеджера?"}, scale=(1, 5), attribute="manager"),
    ),
)


def talk(*said: tuple[str, str]) -> Dialogue:
    turns = []
    for at, (party, text) in enumerate(said):
        words = tuple(
            Word(word, Span(at * 10 + 0.5 * place, at * 10 + 0.5 * place + 0.4), 1.0)
            for place, word in enumerate(text.split())
        )
        turns.append(Turn(party, Span(at * 10, at * 10 + 9), words))
    return Dialogue("c", "ru", tuple(turns))


def put(question_id: str, turn_idx: int, **facts) -> Asked:
    return Asked(question_id, Span(turn_idx * 10, turn_idx * 10 + 5), turn_idx, 1.0, **facts)


def test_reasons_belong_to_the_question_last_put_and_small_talk_to_none(coder) -> None:
    dialogue = talk(
        ("operator", "Удобно говорить?"),
        ("respondent", "Долго ждал вашего звонка"),
        ("operator", "Порекомендуете нас?"),
        ("respondent", "Шесть"),
        ("operator", "Почему такая оценка?"),
        ("respondent", "Доставка опаздывает, но цены хорошие"),
        ("operator", "Чего не хватило до пятёрки менеджеру?"),
        ("respondent", "Не перезванивает"),
    )
    asked = [put("nps", 2), put("why_nps", 4), put("manager", 6, probe=True)]
    answers = [Answer("nps", (3,), "Шесть", Span(30, 31), value=6)]
    statements = statements_of(dialogue, asked, answers, SURVEY)
    assert [(one.turn_idx, one.question_id) for one in statements] == [(3, "nps"), (5, "why_nps"), (7, "manager")]
    assert statements[1].score == 6
    reasons = [reason for found in coder.code(statements) for reason in found]
    assert [(r.question_id, r.code_id, r.polarity) for r in reasons] == [
        ("why_nps", "delivery", -1),
        ("why_nps", "price", 1),
        ("manager", "manager", -1),
    ]


@pytest.mark.parametrize(
    ("language", "heard", "written", "answer"),
    [
        ("ru", "Скажите, а что нам стоит лучше в первую очередь?", "Что нам стоит улучшить?", "Наверное, цены."),
        ("en", "And what should we in proof first?", "What should we improve?", "Probably the prices."),
    ],
)
def test_a_question_heard_wrong_asks_for_what_the_questionnaire_says(coder, language, heard, written, answer) -> None:
    survey = Survey("s", 1, (language,), (*SURVEY.questions[:1], Question("improve", "open", {language: written})))
    dialogue = replace(talk(("operator", heard), ("respondent", answer)), language=language)
    answers = [Answer("nps", (), "10", None, value=10)]
    statements = statements_of(dialogue, [put("improve", 0)], answers, survey)
    assert [(r.code_id, r.polarity, r.question_id) for r in coder.code(statements)[0]] == [("price", -1, "improve")]


def test_a_quote_plays_from_its_first_word_to_its_last(coder) -> None:
    dialogue = talk(("operator", "Почему такая оценка?"), ("respondent", "Ну, доставка опаздывает, но цены хорошие"))
    (statement,) = statements_of(dialogue, [put("why_nps", 0)], [], SURVEY)
    first, second = coder.code([statement])[0]
    assert (first.quote, first.span) == ("доставка опаздывает", Span(10.5, 11.4))
    assert (second.quote, second.span) == ("цены хорошие", Span(12.0, 12.9))


def test_typed_answers_take_the_same_path_without_seconds(coder) -> None:
    statements = statements_of_typed({"why_nps": "Дорого", "nps": ""}, SURVEY, scores={"nps": 3})
    (reason,) = coder.code(statements)[0]
    assert (reason.code_id, reason.polarity, reason.span, reason.turn_idx) == ("price", -1, None, None)


def test_a_yes_or_no_question_gives_no_reason_by_its_own_topic(coder) -> None:
    statement = Statement("mistakes", "ru", "Ну, смотря какая ошибка", asked_text="Сообщите об ошибке менеджера?")
    assert coder.code([replace(statement, question_kind="ncs")]) == [()]


def test_exclude_notes_hand_their_words_to_the_code_they_name() -> None:
    assert coded(ReasonCoder(book("shop.toml")), "не могу скачать счёт в кабинете") == {("website", -1)}


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("odd", ["\U00017000", "цена\U00017000", "한국", "\u0130", "\ufffd", "é" * 300])
def test_words_that_no_dictionary_can_read_leave_the_rest_coded(coder, language: str, odd: str) -> None:
    said = {"ru": "доставка опаздывает", "en": "the delivery is late"}[language]
    (found,) = coder.code([Statement("why", language, f"{said}, {odd}")])
    assert ("delivery", -1) in {(reason.code_id, reason.polarity) for reason in found}


def test_an_empty_codebook_finds_nothing() -> None:
    assert ReasonCoder(Codebook("empty", 1, ())).code([Statement("why", "en", "too expensive")]) == [()]
