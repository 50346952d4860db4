"""Response: which part of those who were called or invited answered, by AAPOR's rates, and where it can't be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from insights.statistics.estimate import Flags, Ints
from insights.statistics.frame import Frame
from insights.statistics.measure import Measure
from insights.statistics.outcomes import ANSWERED, NOT_ANSWERED, Outcome, is_one_of, outcome_codes, stated
from insights.store import Store

TRIED = (*ANSWERED, *NOT_ANSWERED)
REACHED: tuple[Outcome, ...] = ("complete", "partial", "refusal", "other")
LETTERS: dict[Outcome, str] = {
    "complete": "I",
    "partial": "P",
    "refusal": "R",
    "not_reached": "NC",
    "other": "O",
    "unknown": "U",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """One of AAPOR's rates: ``hits`` counted among ``base``."""

    metric: str
    hits: tuple[Outcome, ...]
    base: tuple[Outcome, ...]

    @property
    def formula(self) -> str:
        """The rate in AAPOR's letters: refusals R hold break-offs, unknown U is UH and UO."""
        hits, base = (" + ".join(LETTERS[one] for one in part) for part in (self.hits, self.base))
        name = self.metric.partition(":")[2]
        return f"AAPOR {name} = ({hits}) / ({base}); not eligible left out, unweighted"


RATES = (
    Rate("response_rate:RR1", ("complete",), TRIED),
    Rate("response_rate:RR2", ANSWERED, TRIED),
    Rate("cooperation_rate:COOP1", ("complete",), REACHED),
    Rate("refusal_rate:REF1", ("refusal",), TRIED),
    Rate("contact_rate:CON1", REACHED, TRIED),
)
"""Their smallest forms: everybody whose eligibility is unknown counts as one who could have answered.

The American Association for Public Opinion Research (2023). Standard Definitions, 10th edition.
"""


@dataclass(frozen=True, slots=True)
class ResponseGap:
    """A wave and mode without response rates.

    Attributes
    ----------
    wave, mode:
        Which.
    n:
        Interviews in the file.
    why:
        ``no_dispositions``: the column is missing or empty; ``only_answered``: nobody who did not answer is in
        the file, and everybody's share of those who answered says nothing.
    """

    wave: str
    mode: str
    n: int
    why: Literal["no_dispositions", "only_answered"]


def response_measures(store: Store, frame: Frame) -> Iterator[Measure]:
    """Yield the rates of waves and modes whose file holds those who did not answer too; RR2 only beside partials.

    Weights don't apply: they are made for those who answered.
    """
    unanswered = is_one_of(stated(frame), NOT_ANSWERED)
    whole = holds_unanswered(frame, unanswered)
    if not bool(whole.any()):
        return
    codes = outcome_codes(frame)
    for rate in RATES:
        if rate.hits == ANSWERED and not bool(is_one_of(codes[whole], ("partial",)).any()):
            continue
        hits = is_one_of(codes, rate.hits).astype(float)
        column = np.where(whole & is_one_of(codes, rate.base), hits, np.nan)
        yield Measure(rate.metric, rate.formula, "share", column[:, None], weighted=False, unanswered=unanswered)


def holds_unanswered(frame: Frame, unanswered: Flags) -> Flags:
    """Return which interviews stand in a wave and mode of somebody who did not answer; both of shape (n,)."""
    field = fields_of(frame)
    met: Flags = (np.bincount(field, weights=unanswered) > 0)[field]
    return met


def fields_of(frame: Frame) -> Ints:
    """Return a number for each wave and mode, shape (n,); interviews without a wave share their own."""
    wave, mode = frame.labels["wave"], frame.labels["mode"]
    return (wave.codes + 1) * len(mode.names) + mode.codes


def response_gaps(frame: Frame) -> tuple[ResponseGap, ...]:
    """Return the waves and modes whose response rates cannot be computed, and why."""
    waves, modes = frame.labels["wave"], frame.labels["mode"]
    met, field = holds_unanswered(frame, is_one_of(stated(frame), NOT_ANSWERED)), fields_of(frame)
    told = frame.labels["disposition"].codes >= 0
    gaps = []
    for wave_code, wave in enumerate(waves.names):
        for mode_code, mode in enumerate(modes.names):
            here = field == (wave_code + 1) * len(modes.names) + mode_code
            if bool(here.any()) and not bool(met[here].any()):
                why: Literal["no_dispositions", "only_answered"] = (
                    "only_answered" if bool(told[here].any()) else "no_dispositions"
                )
                gaps.append(ResponseGap(wave, mode, int(here.sum()), why))
    return tuple(gaps)
