"""Names of questions, attributes and slices as a plot's reader knows them, not as the tables spell them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insights.store import Store
from insights.store import study_queries as ask
from insights.study.wording import label
from transcribe.dialogue import Language

SLICES = ("segment", "role", "operator-team", "mode", "requester", "event-age", "hesitation")


def question_names(questions: pd.DataFrame, codes: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return question id -> the label of its attribute or code in the codebook, ``NPS`` for NPS, else the id.

    Examples
    --------
    >>> questions = pd.DataFrame({"question_id": ["nps", "q2", "free"], "kind": ["nps", "attribute", "open"],
    ...                           "attribute": [None, "speed", None]})
    >>> codes = pd.DataFrame({"code": ["speed"], "label_ru": ["Скорость"], "label_en": ["Speed"]})
    >>> question_names(questions, codes, "ru")
    {'nps': 'NPS', 'q2': 'Скорость', 'free': 'free'}
    """
    labels = {str(row["code"]): row[f"label_{language}"] for _, row in codes.iterrows()}
    names: dict[str, str] = {}
    several = len(questions) and sum(kind == "nps" for kind in questions["kind"]) > 1
    for _, row in questions.iterrows():
        ident = str(row["question_id"])
        known = labels.get(str(row["attribute"])) or labels.get(ident)
        names[ident] = "NPS" if row["kind"] == "nps" and not several else str(known or ident)
    return names


def names_in(store: Store, language: Language) -> dict[str, str]:
    """Return the names of a study's questions; see :func:`question_names`."""
    questions, codes = (
        pd.DataFrame(ask.read(store, one)) for one in (ask.questions_selection(), ask.codes_selection())
    )
    return question_names(questions, codes, language)


def metric_name(metric: str, names: Mapping[str, str]) -> str:
    """Return what a figure such as ``driver:nps:speed`` is about.

    >>> metric_name("driver:nps:speed", {"speed": "Speed"})
    'Speed'
    """
    ident = metric.rpartition(":")[2]
    return names.get(ident, ident)


def slice_title(by: str, language: Language) -> str:
    """Return how the title of a plot names a dimension: "by segment"; an unknown one as it is spelt.

    >>> slice_title("operator_team", "en")
    'by operator team'
    """
    name = by.replace("_", "-")
    return label(f"by_{name}", language) if name in SLICES else name
