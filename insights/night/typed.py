"""Written interviews: typed answers are coded on the same path as spoken ones, without seconds."""

from __future__ import annotations

from collections.abc import Mapping

from insights.language import language_of
from insights.night.frame import StudyFrame, declared_language
from insights.night.keys import StudyKeys
from insights.night.tools import run_record
from insights.privacy import personal_in_text
from insights.reasons import ReasonCoder, statements_of_typed
from insights.store import PiiRow, Store, TypedRecord, save_online_answers, typed_stage_keys
from insights.store.night_queries import InterviewFacts, typed_texts
from transcribe.dialogue import Language


def typed_to_do(store: Store, keys: StudyKeys) -> dict[str, dict[str, str]]:
    """Return interview_id -> typed text by question, for interviews that are new or touched by a change."""
    found = {}
    for interview_id, rows in typed_texts(store).items():
        texts = {row["question_id"]: row["text"] for row in rows}
        if keys.of_typed(texts) != typed_stage_keys(store, interview_id):
            found[interview_id] = texts
    return found


def code_typed(
    store: Store,
    todo: Mapping[str, Mapping[str, str]],
    *,
    frame: StudyFrame,
    keys: StudyKeys,
    coder: ReasonCoder,
    interviews: Mapping[str, InterviewFacts],
) -> int:
    """Code the typed answers of these interviews, store each, and return how many were done."""
    for interview_id, texts in todo.items():
        facts = interviews[interview_id]
        language = declared_language(facts.language) or language_of(" ".join(texts.values()))
        statements = statements_of_typed(texts, frame.survey, language=language, scores=facts.recorded)
        reasons = tuple(reason for found in coder.code(statements) for reason in found)
        wanted = keys.of_typed(dict(texts))
        record = TypedRecord(
            interview_id,
            reasons=reasons,
            pii=personal_in_typed(texts, language, frame),
            runs=tuple(run_record(stage, key) for stage, key in wanted.items()),
            coder_version=coder.name,
        )
        save_online_answers(store, record)
    return len(todo)


def personal_in_typed(texts: Mapping[str, str], language: Language, frame: StudyFrame) -> tuple[PiiRow, ...]:
    """Return where personal data stands in typed answers; () where redaction is off."""
    if not frame.settings.privacy.redact:
        return ()
    company_names = frame.settings.privacy.company_names
    return tuple(
        PiiRow(span.kind, span.start_char, span.end_char, question_id=question_id)
        for question_id, text in texts.items()
        for span in personal_in_text(text, language, company_names=company_names)
    )
