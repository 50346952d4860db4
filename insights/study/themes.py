"""Themes that no code covers, and agreement of coders, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from insights.settings import StudyFolder
from insights.store import Store
from insights.store.coding_queries import codable_answers
from insights.survey import load_codebook, load_survey

if TYPE_CHECKING:
    from insights.reasons.statement import Statement
    from insights.survey import Survey


def theme_rows(store: Store, folder: StudyFolder) -> list[dict[str, Any]]:
    """Return the groups of clauses that no code covers; needs ``survey.toml`` and the codebook in the folder."""
    from insights.language import embedder
    from insights.reasons import ReasonCoder
    from insights.reasons.themes import loose_clauses, themes

    survey = load_survey(folder.root)
    vectors = embedder()
    coder = ReasonCoder(load_codebook(folder.root, file_name=survey.codebook), embedder=vectors)
    found = themes(loose_clauses(open_statements(store, survey), coder), embedder=vectors)
    return [
        {
            "terms": ", ".join(theme.terms),
            "n": theme.n,
            "low": theme.by_score.get(-1, 0),
            "between": theme.by_score.get(0, 0),
            "best": theme.by_score.get(1, 0),
            "quotes": " | ".join(theme.quotes),
            "toml": theme.toml,
        }
        for theme in found
    ]


def open_statements(store: Store, survey: Survey) -> list[Statement]:
    """Return the stored open answers as the coder reads them."""
    from insights.language import language_of
    from insights.reasons.statement import Statement

    known = {question.question_id: question for question in survey.questions}
    nps_scale = next((one.scale for one in survey.of_kind("nps")), None)
    found = []
    for row in codable_answers(store):
        question = known.get(row["question_id"])
        if question is None:
            continue
        behind = known.get(question.follows or "", question)
        language = row["language"] if row["language"] in ("ru", "en") else language_of(row["text"])
        found.append(
            Statement(
                row["question_id"],
                language,
                row["text"],
                asked_text=question.ask.get(language, ""),
                score=row["score"],
                scale=behind.scale or nps_scale,
                question_kind=question.kind,
                attribute=question.attribute,
            )
        )
    return found


def agreement_rows(sets: Mapping[str, Mapping[int, frozenset[str]]]) -> list[dict[str, Any]]:
    """Return Krippendorff's alpha of each pair of coders on the answers that both coded."""
    from insights.reasons.agreement import agreement

    names = sorted(sets, key=lambda name: (name == "machine", name))
    rows = []
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            shared = sets[first].keys() & sets[second].keys()
            if shared:
                pair = {name: {str(one): sets[name][one] for one in shared} for name in (first, second)}
                one = agreement(pair, seed=0)
                rows.append({"first": first, "second": second, "n": one.n, "alpha": one.alpha, "low": one.low,
                             "high": one.high, "method": one.method})  # fmt: skip
    return rows
