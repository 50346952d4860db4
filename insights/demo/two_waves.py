"""A generated study of two waves: numbers alone, drawn by a seed, for showing change, drivers and money.

Nobody was asked any of it. Satisfaction drives the score by construction, delivery most; in the second wave delivery
is better; what a client buys next grows with the score. So the figures can be held against what was put in.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from insights.settings import StudyFolder
from insights.store import ingest_frame, open_store
from insights.survey import load_codebook, load_survey
from insights.survey.frame_files import Outcome
from insights.survey.questionnaire import Survey
from insights.survey.responses import Cell, ResponseRow

WAVES = ("2026Q3", "2026Q4")
AFTER = "2027Q1"
ATTRIBUTES = ("speed", "assortment", "manager", "delivery")
# What one mark more adds to the score from 0 to 10.
PULLS = {"speed": 0.7, "assortment": 0.2, "manager": 0.5, "delivery": 1.1}
BETTER_DELIVERY = 0.7
SEGMENTS = ("small", "medium", "large")


def make_two_waves(root: Path, *, interviews: int = 400, seed: int = 2026) -> Path:
    """Write a study folder with generated interviews of two waves and return its store.

    Parameters
    ----------
    root:
        The folder; one that holds a store already gets the same rows again, which changes nothing.
    interviews:
        In each wave, every seventh of them typed online.
    seed:
        The same seed gives the same study.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_two_waves(Path(folder), interviews=20).name
    'study.db'
    """
    from insights.demo.create import put, shipped_calls

    folder = StudyFolder(root)
    folder.make()
    for name in ("survey.toml", "codebook.toml"):
        put(folder.root / name, (shipped_calls() / name).read_bytes())
    survey = load_survey(folder.root)
    rng = np.random.default_rng(seed)
    rows = [row for at, wave in enumerate(WAVES) for row in _wave(rng, survey, wave, interviews, better=at > 0)]
    store = open_store(folder.store)
    try:
        codebook = load_codebook(folder.root, file_name=survey.codebook)
        source = f"generated, seed {seed}"
        outcomes = _outcomes(rng, rows)
        ingest_frame(store, survey=survey, codebook=codebook, responses=rows, source=source, outcomes=outcomes)
    finally:
        store.close()
    return folder.store


def _wave(rng: np.random.Generator, survey: Survey, wave: str, count: int, *, better: bool) -> list[ResponseRow]:
    """Return a wave's interviews."""
    means = {name: 3.8 + (BETTER_DELIVERY if better and name == "delivery" else 0.0) for name in ATTRIBUTES}
    marks = {name: np.clip(np.round(rng.normal(means[name] - 0.3, 0.9, count)), 1, 5) for name in ATTRIBUTES}
    pull = sum(PULLS[name] * (marks[name] - 3.5) for name in ATTRIBUTES)
    scores = np.clip(np.round(7.6 + pull + rng.normal(0.0, 1.0, count)), 0, 10)
    ids = {question.question_id for question in survey.questions}
    rows = []
    for at in range(count):
        numbers = {"nps": scores[at], **{name: marks[name][at] for name in ATTRIBUTES}}
        answers = {name: Cell(f"{value:.0f}", float(value)) for name, value in numbers.items() if name in ids}
        rows.append(
            ResponseRow(
                interview_id=f"{wave}-{at + 1:04d}",
                line=at + 2,
                started_at=f"{wave[:4]}-{'08' if wave.endswith('3') else '11'}-{1 + at % 28:02d}T10:00:00+03:00",
                mode="online" if at % 7 == 0 else "phone",
                respondent_id=f"G{at + 1:04d}",
                client_id=f"G{at + 1:04d}",
                segment=SEGMENTS[at % len(SEGMENTS)],
                role="buyer" if at % 4 else "manager",
                wave=wave,
                answers=answers,
            )
        )
    return rows


def _outcomes(rng: np.random.Generator, rows: list[ResponseRow]) -> list[Outcome]:
    """Return what each client brought after a wave: more where the score was higher, with a lot of chance."""
    found = []
    for row in rows:
        score = row.answers["nps"].value or 0.0
        period = WAVES[1] if row.wave == WAVES[0] else AFTER
        revenue = float(np.exp(rng.normal(10.0 + 0.06 * score, 0.6)))
        lost = bool(rng.random() < 0.3 - 0.025 * score)
        found.append(Outcome(str(row.client_id), period, round(revenue, 2), float(rng.poisson(4)), lost))
    return found
